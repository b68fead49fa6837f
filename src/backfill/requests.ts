import type { PriceName } from './price-table.js';
import type { WorkLeft } from './work-left.js';

/** Requests, units or GB-seconds of one kind, and how they were counted, in words. */
export type Counted = { readonly kind: PriceName; readonly count: number; readonly rule: string };

/** What the work asks of AWS. */
export function requestsOf(work: WorkLeft): readonly Counted[] {
  return [
    ...(work.fromS3 ? readFromS3(work) : []),
    ...(work.way === 'here-to-folder' ? [] : writeToS3(work)),
    ...(work.way === 'fleet' ? onFleet(work) : []),
    ...(work.way === 'queue' ? byQueue(work) : []),
  ];
}

function readFromS3({ way, slices, files, invocations }: WorkLeft): readonly Counted[] {
  const pages = slices > 0 ? slices * Math.ceil(files / slices / 1000) : 0;
  const heads = way === 'fleet' ? invocations : 0;
  return [
    { kind: 's3_list', count: pages, rule: 'one a slice, and one for each further 1,000 objects of it' },
    {
      kind: 's3_get',
      count: files + heads,
      rule: way === 'fleet' ? 'one a log file, and one an invocation for its plan' : 'one a log file',
    },
  ];
}

/** A new partition is made, and the registrar claims it, asks for it and ticks it off. */
const WRITES_A_NEW_DAY = 5;

/** As the commit protocol counts them (protocol 4.2). What Athena still tells of queries is little, and left out. */
function writeToS3(work: WorkLeft): readonly Counted[] {
  const { way, entries, entriesWithRows, queries, bundles, parts, days, slices, assumed } = work;
  const { files_per_bundle: most, hit_share: share } = assumed;
  // Who sends to the queue asks the ledger, and so does who takes from it.
  const asks = way === 'queue' ? 2 : 1;
  const notes = way === 'fleet' ? slices / 2 : 0;
  return [
    {
      kind: 's3_put',
      count: bundles + parts,
      rule: `one a bundle of ${most} log files with rows, and one for each day in it`,
    },
    {
      kind: 'dynamodb_write',
      count: entries + entriesWithRows + 2 * bundles + 4 * parts + WRITES_A_NEW_DAY * days + slices,
      rule:
        `for each dataset one a log file, one more for those with rows (${percent(share)} of them for ` +
        `athena_events), two a bundle and four for each day in it, ${WRITES_A_NEW_DAY} a new day; one a slice`,
    },
    {
      kind: 'dynamodb_read',
      count: (asks * entries) / 2 + parts + queries + notes,
      rule: `for each dataset ${asks === 1 ? 'a half' : 'one'} a log file, one for each day in a bundle; one a query${notes > 0 ? '; a half a slice' : ''}`,
    },
  ];
}

function onFleet({ invocations, assumed, ...work }: WorkLeft): readonly Counted[] {
  const { slices_per_batch: slices, lambda_seconds: seconds, transitions_per_batch: transitions } = assumed;
  return [
    {
      kind: 'lambda_request',
      count: invocations,
      rule: `one for each ${slices} slices, or each ${seconds} s of work`,
    },
    gbSeconds(work.files, assumed),
    {
      kind: 'step_functions_transition',
      count: invocations * transitions,
      rule: `${transitions} a request to Lambda`,
    },
  ];
}

function byQueue({ files, invocations, assumed }: WorkLeft): readonly Counted[] {
  const { files_per_invocation: atOnce, files_per_sqs_request: named } = assumed;
  return [
    { kind: 'lambda_request', count: invocations, rule: `one for each ${atOnce} log files` },
    gbSeconds(files, assumed),
    {
      kind: 'sqs_request',
      count: 3 * Math.ceil(files / named),
      rule: `to send, receive and delete: three for each ${named} log files`,
    },
  ];
}

function gbSeconds(files: number, assumed: WorkLeft['assumed']): Counted {
  const { lambda_ms_per_file: ms, lambda_memory_mb: mb } = assumed;
  const count = (files * ms * mb) / 1000 / 1024;
  return { kind: 'lambda_gb_second', count, rule: `${ms} ms of ${mb} MB a log file` };
}

const percent = (share: number) => `${Number((share * 100).toFixed(1))} %`;
