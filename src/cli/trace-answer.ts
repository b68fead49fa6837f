import type { Answer, AnswerColumn, AnswerValue } from '../ports/query-engine.js';
import type { TraceRow } from '../trace/trace-row.js';

type TraceColumn = { readonly name: string; readonly of: (row: TraceRow) => AnswerValue };

/** As engines write a time. */
const stamp = (at: number) =>
  new Date(at)
    .toISOString()
    .slice(0, -1)
    .replace('T', ' ')
    .replace(/\.000$/, '');

const COLUMNS: readonly TraceColumn[] = [
  { name: 'time', of: ({ at }) => stamp(at) },
  { name: 'via', of: ({ via }) => via },
  { name: 'user_name', of: ({ userName }) => userName },
  { name: 'key', of: ({ key }) => key },
  { name: 'source', of: ({ source }) => source },
  { name: 'event', of: ({ name }) => name },
  { name: 'error', of: ({ error }) => error },
  { name: 'ip', of: ({ ip }) => ip },
  { name: 'account', of: ({ account }) => account },
  { name: 'region', of: ({ region }) => region },
  { name: 'user_arn', of: ({ userArn }) => userArn },
  { name: 'request', of: ({ request }) => request },
  { name: 'event_id', of: ({ eventId }) => eventId },
];

/** The columns that fit a terminal. */
const NARROW: ReadonlySet<string> = new Set([
  ...['time', 'via', 'source', 'event', 'error', 'ip', 'account', 'region'],
]);

/** A timeline as an answer, which every format knows how to print. */
export function answerOf(rows: AsyncIterable<readonly TraceRow[]>, isNarrow: boolean): Answer {
  const shown = COLUMNS.filter(({ name }) => !isNarrow || NARROW.has(name));
  const columns: readonly AnswerColumn[] = shown.map(({ name }) => ({
    ...{ name, type: name === 'time' ? 'TIMESTAMP' : 'VARCHAR' },
  }));
  const chunks = async function* () {
    for await (const chunk of rows) yield chunk.map((row) => shown.map(({ of }) => of(row)));
  };
  return { columns, chunks: chunks() };
}
