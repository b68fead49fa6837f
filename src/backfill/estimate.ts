import type { Plan } from './plan.js';
import { PRICES, type PriceName, type PriceTable } from './price-table.js';

/** Where a plan is worked off, and where the lake lies. A fleet and a queue write to a lake in S3. */
export const WAYS = ['here-to-folder', 'here-to-s3', 'fleet', 'queue'] as const;
export type Way = (typeof WAYS)[number];

/** What of one kind is needed: requests, units or GB-seconds, as they are charged. */
export type Needed = {
  readonly kind: PriceName;
  readonly count: number;
  readonly money: number;
  /** How it was counted, in words. */
  readonly rule: string;
};

export type Estimate = {
  readonly way: Way;
  readonly needed: readonly Needed[];
  readonly money: number;
  /** On top of `money`, where this machine is not in the Region of the bucket. */
  readonly transfer: Needed | undefined;
  readonly seconds: number;
  /** How the seconds were counted, in words. */
  readonly secondsRule: string;
};

export type EstimateOptions = {
  readonly plan: Plan;
  readonly prices: PriceTable;
  /** Of this machine. */
  readonly cores: number;
};

/** What it takes to read what is left to read of a plan. Restoring is apart: restore-offers.ts. */
export function estimate(options: EstimateOptions, way: Way): Estimate {
  const work = workOf(options.plan, options.prices.assumptions);
  const counts = [
    ...(work.fromS3 ? readFromS3(work) : []),
    ...(way === 'here-to-folder' ? [] : writeToS3(work)),
    ...(way === 'fleet' || way === 'queue' ? LAMBDAS[way](work) : []),
  ];
  const needed = counts.map((count) => priced(count, options.prices));
  const gb = { kind: 'transfer_out_gb', count: work.bytes / GB, rule: 'all bytes to read' } as const;
  return {
    ...{ way, needed, money: sumOf(needed) },
    transfer: work.fromS3 && way.startsWith('here') ? priced(gb, options.prices) : undefined,
    ...timeOf(work, way, options.cores),
  };
}

/** The ways that a plan can be worked off. Nobody elsewhere can read or write a folder of this machine. */
export function waysOf({ lake, sources }: Pick<Plan, 'lake' | 'sources'>): readonly Way[] {
  if (!lake.startsWith('s3://')) return ['here-to-folder'];
  return isFromS3(sources) ? ['here-to-s3', 'fleet', 'queue'] : ['here-to-s3'];
}

const isFromS3 = (sources: Plan['sources']) => sources.some((source) => source.startsWith('s3://'));

const GB = 1e9;

type Assumptions = PriceTable['assumptions'];
type Counted = Omit<Needed, 'money'>;

/** What is left to read, and what will be in it. */
type Work = {
  readonly assumed: Assumptions;
  readonly fromS3: boolean;
  readonly files: number;
  readonly bytes: number;
  readonly slices: number;
  /** Once for each dataset: the ledger keeps them apart. */
  readonly entries: number;
  readonly entriesWithRows: number;
  readonly bundles: number;
};

function workOf({ total, slices, datasets, sources }: Plan, assumed: Assumptions): Work {
  const files = total.files - total.settled;
  const share = total.files > 0 ? files / total.files : 0;
  // Every log file holds some event, whereas few hold one of Athena.
  const hits = datasets.map((name) =>
    name === 'athena_events' ? Math.ceil(files * assumed.hit_share) : files,
  );
  const bundles = hits.map((count) => Math.ceil(count / assumed.files_per_bundle));
  return {
    ...{ assumed, files, bytes: total.bytes * share },
    fromS3: isFromS3(sources),
    slices: files > 0 ? slices : 0,
    entries: files * datasets.length,
    entriesWithRows: plus(hits),
    bundles: plus(bundles),
  };
}

function readFromS3({ slices, files }: Work): readonly Counted[] {
  const pages = slices > 0 ? slices * Math.ceil(files / slices / 1000) : 0;
  return [
    { kind: 's3_list', count: pages, rule: 'one a slice, and one for each further 1,000 objects of it' },
    { kind: 's3_get', count: files, rule: 'one a log file' },
  ];
}

/** As the commit protocol counts them (protocol 4.2). */
function writeToS3({ entries, entriesWithRows, bundles, assumed }: Work): readonly Counted[] {
  const withRows = `those with rows (${percent(assumed.hit_share)} of them for athena_events)`;
  return [
    {
      kind: 's3_put',
      count: 2 * bundles,
      rule: `two a bundle of ${assumed.files_per_bundle} log files with rows`,
    },
    {
      kind: 'dynamodb_write',
      count: entries + entriesWithRows + 6 * bundles,
      rule: `for each dataset one a log file, one more for ${withRows}, and six a bundle`,
    },
    {
      kind: 'dynamodb_read',
      count: entries / 2 + bundles,
      rule: 'for each dataset a half a log file, and one a bundle',
    },
  ];
}

const LAMBDAS = { fleet: onFleet, queue: byQueue };

/** Of Lambda: as many as batches, or as their time takes. */
function invocationsOf(work: Work, way: 'fleet' | 'queue'): number {
  const { files, slices, assumed } = work;
  if (way === 'queue') return Math.ceil(files / assumed.files_per_invocation);
  const seconds = lambdaSeconds(work);
  return Math.max(Math.ceil(slices / assumed.slices_per_batch), Math.ceil(seconds / assumed.lambda_seconds));
}

function onFleet(work: Work): readonly Counted[] {
  const {
    slices_per_batch: slices,
    lambda_seconds: seconds,
    transitions_per_batch: transitions,
  } = work.assumed;
  const count = invocationsOf(work, 'fleet');
  return [
    { kind: 'lambda_request', count, rule: `one for each ${slices} slices, or each ${seconds} s of work` },
    gbSeconds(work),
    {
      kind: 'step_functions_transition',
      count: count * transitions,
      rule: `${transitions} a request to Lambda`,
    },
  ];
}

function byQueue(work: Work): readonly Counted[] {
  const { files, assumed } = work;
  const { files_per_invocation: atOnce, files_per_sqs_request: named } = assumed;
  return [
    { kind: 'lambda_request', count: invocationsOf(work, 'queue'), rule: `one for each ${atOnce} log files` },
    gbSeconds(work),
    {
      kind: 'sqs_request',
      count: 3 * Math.ceil(files / named),
      rule: `to send, receive and delete: three for each ${named} log files`,
    },
  ];
}

function gbSeconds(work: Work): Counted {
  const { lambda_ms_per_file: ms, lambda_memory_mb: mb } = work.assumed;
  const count = (lambdaSeconds(work) * mb) / 1024;
  return { kind: 'lambda_gb_second', count, rule: `${ms} ms of ${mb} MB a log file` };
}

function lambdaSeconds({ files, assumed }: Work): number {
  return (files * assumed.lambda_ms_per_file) / 1000;
}

function timeOf(work: Work, way: Way, cores: number): Pick<Estimate, 'seconds' | 'secondsRule'> {
  const { files, fromS3, assumed } = work;
  if (way === 'fleet' || way === 'queue') {
    const atOnce = Math.max(1, Math.min(assumed.lambda_concurrency, invocationsOf(work, way)));
    const secondsRule = `${assumed.lambda_ms_per_file} ms a log file, in ${atOnce} invocations side by side`;
    return { seconds: lambdaSeconds(work) / atOnce, secondsRule };
  }
  if (!fromS3) {
    const rate = cores * assumed.local_files_per_second;
    return { seconds: files / rate, secondsRule: `${rate} log files a second on ${cores} cores` };
  }
  const byCores = cores * assumed.s3_files_per_second;
  const byLatency = (assumed.s3_reads_at_once * 1000) / assumed.s3_latency_ms;
  const rate = Math.min(byCores, byLatency);
  const secondsRule = `${rate} log files a second: the lesser of ${byCores} (${cores} cores) and ${byLatency} (${assumed.s3_reads_at_once} reads of ${assumed.s3_latency_ms} ms)`;
  return { seconds: files / rate, secondsRule };
}

function priced({ kind, count, rule }: Counted, { prices }: PriceTable): Needed {
  return { kind, count, money: (count / PRICES[kind].per) * prices[kind], rule };
}

const sumOf = (needed: readonly Needed[]) => plus(needed.map(({ money }) => money));
const plus = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
const percent = (share: number) => `${Number((share * 100).toFixed(1))} %`;
