import type { Plan, PlannedMonth } from '../../backfill/plan.js';
import { formatBytes, formatCount } from '../../shown/units.js';
import { alignedTable, numbers, words } from '../aligned-table.js';

/** More rows than these nobody reads: then they are summed up. */
const MOST_ROWS = 30;

/** Log files that are left and can be read as they are. */
export function toReadOf({ files, settled, archived }: Omit<Plan['total'], 'bytes'>): number {
  return files - settled - archived;
}

type Row = {
  readonly names: readonly string[];
  readonly files: number;
  readonly bytes: number;
  readonly settled: number;
  readonly archived: number;
  readonly texts: ReadonlySet<PlannedMonth['queryText']>;
};

/** A way to sum months up: the names of its columns, and what stands in them. */
type Grouping = {
  readonly columns: readonly string[];
  readonly names: (month: PlannedMonth) => readonly string[];
};

const account = (of: PlannedMonth) => of.account ?? 'unknown';
const month = (of: PlannedMonth) => of.month ?? 'unknown';
const year = (of: PlannedMonth) => of.month?.slice(0, 4) ?? 'unknown';

/** The finest first. */
const GROUPINGS: readonly [Grouping, ...Grouping[]] = [
  { columns: ['account', 'month'], names: (of) => [account(of), month(of)] },
  { columns: ['account', 'year'], names: (of) => [account(of), year(of)] },
  { columns: ['account'], names: (of) => [account(of)] },
  { columns: ['year'], names: (of) => [year(of)] },
  { columns: [], names: () => [] },
];

/**
 * The log files by account and month; or by something coarser, and it says so, where that would be too long. Columns
 * without anything in them are left out, and that of bytes where the terminal is too narrow.
 */
export function monthsText(months: readonly PlannedMonth[], width: number): string {
  const [finest] = GROUPINGS;
  const grouped = GROUPINGS.map((grouping) => ({ grouping, rows: rowsOf(months, grouping) }));
  const shown = grouped.find(({ rows }) => rows.length <= MOST_ROWS);
  if (shown === undefined || shown.grouping.columns.length === 0) return '';
  const { grouping, rows } = shown;
  const note = grouping === finest ? '' : ' (every month: --output json)';
  const table = tableOf(grouping, rows, COUNTS);
  const fits = table.split('\n').every((line) => line.length <= width);
  const narrow = COUNTS.filter(({ name }) => name !== 'bytes');
  return `Log files by ${grouping.columns.join(' and ')}${note}:\n${fits ? table : tableOf(grouping, rows, narrow)}`;
}

type Count = {
  readonly name: string;
  readonly of: (row: Row) => number;
  readonly text: (n: number) => string;
};

const COUNTS: readonly Count[] = [
  { name: 'log files', of: ({ files }) => files, text: formatCount },
  { name: 'bytes', of: ({ bytes }) => bytes, text: formatBytes },
  { name: 'settled', of: ({ settled }) => settled, text: formatCount },
  { name: 'to read', of: toReadOf, text: formatCount },
  { name: 'archived', of: ({ archived }) => archived, text: formatCount },
];

function tableOf({ columns }: Grouping, rows: readonly Row[], counts: readonly Count[]): string {
  const filled = counts.filter(({ of }) => rows.some((row) => of(row) > 0));
  const cells = rows.map((row) => [
    ...row.names,
    ...filled.map(({ of, text }) => text(of(row))),
    textsOf(row.texts),
  ]);
  return alignedTable(
    [...words(...columns), ...numbers(...filled.map(({ name }) => name)), ...words('texts')],
    cells,
  );
}

function rowsOf(months: readonly PlannedMonth[], { names }: Grouping): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const of of months) {
    const key = names(of).join(' ');
    const row = rows.get(key) ?? {
      names: names(of),
      files: 0,
      bytes: 0,
      settled: 0,
      archived: 0,
      texts: new Set(),
    };
    rows.set(key, {
      names: row.names,
      files: row.files + of.files,
      bytes: row.bytes + of.bytes,
      settled: row.settled + of.settled,
      archived: row.archived + of.archived,
      texts: new Set([...row.texts, of.queryText]),
    });
  }
  return [...rows.values()];
}

/** Whether Athena can still tell texts of queries. */
function textsOf(texts: Row['texts']): string {
  if (texts.size > 1) return 'some';
  return [...texts][0] ?? '';
}
