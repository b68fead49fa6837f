import type { Day, PartitionKey } from '../lake/partition.js';
import { TABLE_NAMES, type TableName } from '../lake/tables.js';
import type { LakeEvidence, NotedPartition } from '../ports/lake-evidence.js';
import { daysBetween, nextDay } from '../report/calendar.js';
import { DataList } from '../report/data-list.js';
import type { DaySpan, Held, HeldTable, Report } from '../report/report.js';
import { Top } from './report-answers.js';

type Period = Report['period'];

/**
 * What the answers of a report may come from. Of details all days: whatever was learned of a query later stands behind
 * the day on which that was written, and the view takes it from there.
 */
const READ: { readonly [table in TableName]?: 'days of the period' | 'all days' } = {
  athena_events: 'days of the period',
  athena_query_details: 'all days',
};

/** Whether a report of a period reads a partition; `days` are those of the period. */
export const isReadBy = (days: ReadonlySet<Day>, { table, day }: PartitionKey): boolean =>
  READ[table] === 'all days' || (READ[table] !== undefined && days.has(day));

/** What the lake holds, and what of it a report of the period is made from. A partition in memory at a time. */
export async function heldData(
  evidence: Pick<LakeEvidence, 'partitions'>,
  period: Period,
): Promise<Omit<Held, 'logFiles'>> {
  const days = new Set(daysBetween(period));
  const silent = new Set(days);
  const data = new DataList();
  const tables: HeldTable[] = [];
  for (const table of [...TABLE_NAMES].sort()) {
    let held = nothing(table);
    for await (const partition of evidence.partitions(table)) {
      const { day, files } = partition;
      held = withPartition(held, partition);
      if (table !== 'athena_query_details' && files.length > 0) silent.delete(day);
      if (isReadBy(days, partition)) data.add(files);
    }
    tables.push(held);
  }
  return { tables, data: data.read(), silent: spansOf([...silent]) };
}

const nothing = (table: TableName): HeldTable => ({
  ...{ table, days: 0, hidden: 0, files: 0, rows: 0, bytes: 0 },
  firstDay: undefined,
  lastDay: undefined,
});

function withPartition(held: HeldTable, { day, files, registration }: NotedPartition): HeldTable {
  if (files.length === 0) return held;
  const sum = (of: 'rows' | 'bytes') => files.reduce((total, file) => total + file[of], held[of]);
  return {
    table: held.table,
    days: held.days + 1,
    hidden: held.hidden + (registration === 'REGISTERED' ? 0 : 1),
    files: held.files + files.length,
    rows: sum('rows'),
    bytes: sum('bytes'),
    firstDay: held.firstDay ?? day,
    lastDay: day,
  };
}

/** Days that follow one another as one span. */
function spansOf(days: readonly Day[]): Held['silent'] {
  const spans: DaySpan[] = [];
  for (const day of days) {
    const last = spans.at(-1);
    if (last && nextDay(last.to) === day) spans[spans.length - 1] = { ...last, to: day, days: last.days + 1 };
    else spans.push({ from: day, to: day, days: 1 });
  }
  const top = new Top<DaySpan>();
  for (const span of spans) top.add(span, span.days);
  return { ...top.listed(), days: days.length };
}
