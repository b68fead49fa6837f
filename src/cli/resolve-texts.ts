import { DEADLINE_DAYS, type OpenOfAccount } from '../jobs/open-query-report.js';
import type { ResolveReport } from '../jobs/resolve-queries.js';
import type { AnswerColumn } from '../ports/query-engine.js';
import { printable } from '../shown/printable.js';
import { counted, formatCount } from '../shown/units.js';
import { sumOf } from '../telemetry.js';
import { asTable } from './answer-table.js';
import { inOneChunk } from './one-chunk.js';
import { wrapped } from './wrapped.js';

const ACCOUNTS: readonly AnswerColumn[] = [
  { name: 'account', type: 'VARCHAR' },
  ...['open', 'pending', 'denied', 'running', ...DEADLINE_DAYS.map((days) => `${days} days`)].map((name) => ({
    name,
    type: 'BIGINT',
  })),
];

const LEGEND = `open = pending + denied (no text yet) + running (with a text, but no end yet).
3, 7, 14 days: texts that Athena will have forgotten by then.
`;

/** What is open, and who may be asked. */
type OpenQueriesTold = {
  readonly accounts: readonly OpenOfAccount[];
  /** Numbers of 12 digits, and `self`. */
  readonly queryAccounts: readonly string[];
};

/** The open queries of each account as a table for the eye. */
export async function* openQueriesPage(
  { accounts, queryAccounts }: OpenQueriesTold,
  width: number,
): AsyncGenerator<string> {
  if (accounts.length === 0) {
    yield 'No query is open: each has its text, or a reason why there is none.\n';
    return;
  }
  const rows = accounts.map(({ account, open, pending, denied, running, expiring }) => [
    account,
    ...[open, pending, denied, running, ...DEADLINE_DAYS.map((days) => expiring[days])].map(formatCount),
  ]);
  yield* asTable({ columns: ACCOUNTS, chunks: inOneChunk(rows) }, width);
  yield LEGEND;
  const lost = accounts.reduce((sum, account) => sum + account.lost, 0);
  if (lost > 0)
    yield `Athena has forgotten ${counted(lost, 'text')} already: \`resolve\` ends what can be ended.\n`;
  yield notNamedText(notNamed({ accounts, queryAccounts }), queryAccounts);
}

/** The same as one JSON object. */
export function openQueriesObject(lake: string, told: OpenQueriesTold) {
  const { accounts } = told;
  return {
    schema_version: 1,
    lake,
    not_named: notNamed(told),
    accounts: accounts.map(({ expiring, ...counts }) => ({
      ...counts,
      ...Object.fromEntries(DEADLINE_DAYS.map((days) => [`expiring_in_${days}_days`, expiring[days]])),
    })),
  };
}

/** Nobody is asked about their queries, unless one of them is `self`. */
const notNamed = ({ accounts, queryAccounts }: OpenQueriesTold) =>
  accounts.map(({ account }) => account).filter((account) => !queryAccounts.includes(account));

const MOST_NAMED = 20;

function notNamedText(accounts: readonly string[], queryAccounts: readonly string[]): string {
  if (accounts.length === 0) return '';
  if (queryAccounts.length === 0)
    return 'No account is named (query_accounts): Athena is asked about none of them.\n';
  const self = queryAccounts.includes('self') ? ', unless it is `self`' : '';
  const more = accounts.length > MOST_NAMED ? ` and ${accounts.length - MOST_NAMED} more` : '';
  const names = `${accounts.slice(0, MOST_NAMED).map(printable).join(', ')}${more}`;
  return `Not named (query_accounts), so that nobody is asked there${self}:\n  ${wrapped(names, 78, 2)}`;
}

/** What a run came to, in sums that can be checked by eye. */
export function resolvedText(report: ResolveReport): string {
  const { asked, ended, leftOpen, elsewhere, notAsked, dataFiles } = report;
  const n = formatCount;
  const lines = [
    `Asked      ${counted(asked, 'query', 'queries')} = ${n(sumOf(ended))} ended + ${n(sumOf(leftOpen))} left open + ` +
      `${n(elsewhere)} ended by another run`,
    ...line('Ended', ended, `: ${counted(dataFiles, 'data file')}`),
    ...line('Left open', leftOpen),
    ...(notAsked > 0
      ? [`Not asked  ${counted(notAsked, 'query', 'queries')} that nobody may be asked about`]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** The same as one JSON object. */
export function resolvedObject(lake: string, report: ResolveReport) {
  const { asked, ended, leftOpen, elsewhere, notAsked, dataFiles, interrupted } = report;
  const counts = { asked, ended, left_open: leftOpen, ended_elsewhere: elsewhere, not_asked: notAsked };
  return { schema_version: 1, lake, interrupted, ...counts, data_files: dataFiles };
}

function line(title: string, counts: { readonly [name: string]: number }, tail = ''): string[] {
  const told = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  if (told.length === 0) return [];
  const items = told.map(([name, count]) => `${formatCount(count)} ${name}`).join(', ');
  return [`${title.padEnd(10)} ${items}${tail}`];
}
