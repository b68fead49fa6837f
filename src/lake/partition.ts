import type { RawPartition } from './raw-partition.js';
import type { TableName } from './tables.js';

/** A UTC day as `YYYY-MM-DD`. */
export type Day = string;

/** A partition: one table, one UTC day of eventTime. */
export type PartitionKey = { readonly table: TableName; readonly day: Day };

/** Whatever the register leads into a catalog: a day of a table of the lake, or a folder of the raw table. */
export type AnyPartition = PartitionKey | RawPartition;

/** How a partition is named within its table: its day; of the raw table `account/region/YYYY-MM-DD`. */
export type PartitionName = string;

export const partitionName = (partition: AnyPartition): PartitionName =>
  'account' in partition ? `${partition.account}/${partition.region}/${partition.day}` : partition.day;

/** Whether a text is a day of the calendar, as we write it. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const epochMs = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(epochMs) && dayOf(epochMs) === text;
}

/** The UTC day of a moment (milliseconds since 1970). */
export function dayOf(epochMs: number): Day {
  return new Date(epochMs).toISOString().slice(0, 10);
}

/**
 * Hive path of a partition of generation `g`, below the root of its table (protocol 4.1): generation first,
 * so that generations are never nested in one another. `g=0000/year=2026/month=01/day=09`
 */
export function partitionPath(generation: number, day: Day): string {
  const [year, month, date] = day.split('-');
  return `g=${String(generation).padStart(4, '0')}/year=${year}/month=${month}/day=${date}`;
}

/** The inverse of {@link partitionPath}; undefined where the path is not one. */
export function parsePartitionPath(path: string): { generation: number; day: Day } | undefined {
  const match = /^g=(\d{4,})\/year=(\d{4})\/month=(\d\d)\/day=(\d\d)$/.exec(path);
  if (!match) return undefined;
  return { generation: Number(match[1]), day: `${match[2]}-${match[3]}-${match[4]}` };
}
