import { MOST_DEPTH, MOST_KEYS, type Trace } from '../jobs/trace-activity.js';
import type { LakeFile } from '../lake/lake-file.js';
import { printable } from '../shown/printable.js';
import { quoted } from '../shown/shell-quoted.js';
import { counted, formatCount } from '../shown/units.js';
import type { Subject } from '../trace/subject.js';
import { subjectText } from '../trace/subject-of.js';
import type { TraceTally } from './trace-tally.js';

const STS = 'sts.amazonaws.com';

/** Where the search ended before there was nothing new. */
export function warningsOf({ endedAt }: Pick<Trace, 'endedAt'>): readonly string[] {
  if (endedAt === undefined) return [];
  const where = endedAt === 'depth' ? `${MOST_DEPTH} keys in a row` : `${formatCount(MOST_KEYS)} keys`;
  return [
    `The search ended at ${where}: there may be more. Trace one of the last keys, or a shorter period.`,
  ];
}

/** What a lake does not keep, so that nobody takes silence for absence. */
export function nothingKept(datasets: LakeFile['datasets'], lake: string): readonly string[] {
  const all = datasets.find(({ name }) => name === 'cloudtrail_events');
  const place = quoted(lake);
  if (all === undefined)
    return [
      `This lake keeps no cloudtrail_events: only calls of Athena are found, and nothing tells who was given which key. Next: audit-lake ingest <log files> --dataset cloudtrail_events --lake ${place}, or --raw over a raw table (audit-lake raw create)`,
    ];
  if (all.event_sources === 'all' || all.event_sources.includes(STS)) return [];
  return [
    `The cloudtrail_events of this lake are of other services than ${STS}: nothing tells who was given which key. Next: a lake that keeps all (audit-lake ingest <log files> --dataset cloudtrail_events --lake <another>)`,
  ];
}

type Ended = {
  readonly trace: Trace;
  readonly tally: TraceTally;
  readonly subject: Subject;
  readonly flags: { readonly lake?: string; readonly html?: string; readonly given: string };
};

/** What was found in numbers, what is not known, and what comes next. */
export function afterwards({ trace, tally, subject, flags }: Ended): string {
  const who = subjectText(subject);
  const lake = flags.lake === undefined ? '' : ` --lake ${quoted(flags.lake)}`;
  if (tally.events === 0)
    return `Nothing was found of ${MEANING[subject.kind]} ${printable(who)}. Try an earlier --from, or see where the name occurs at all:\nNext: audit-lake ask person ${quoted(who)}${lake}\n`;
  const failed = tally.errors === 0 ? '' : `, ${formatCount(tally.errors)} of them refused or failed`;
  const keys = `${counted(trace.chains.size, 'key')} given out`;
  const lines = [
    `${counted(tally.events, 'event')} in ${counted(tally.accounts.size, 'account')}${failed}; ${keys}.`,
    ...unseenText(trace),
    ...(flags.html === undefined
      ? [`Next: audit-lake trace ${quoted(who)}${lake}${flags.given} --html trace.html`]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

const MEANING: { readonly [kind in Subject['kind']]: string } = {
  name: 'a person, a session or a role named',
  arn: 'the user or session',
  role: 'the role',
  key: 'the key',
};

/** So many are named. */
const MOST_NAMED = 3;

function unseenText(trace: Trace): readonly string[] {
  const unseen = trace.unseen();
  if (unseen.length === 0) return [];
  const named = unseen.slice(0, MOST_NAMED).map(({ key }) => printable(key));
  const more = unseen.length > MOST_NAMED ? ' and others' : '';
  return [`Not seen how ${counted(unseen.length, 'session')} began: ${named.join(', ')}${more}.`];
}
