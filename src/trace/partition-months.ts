/**
 * Which partitions the raw table has, by month. A large trail has millions of them: the days of a month are the bits
 * of a number, the first day the lowest.
 */
export type PartitionMonth = {
  /** `YYYY-MM` */
  readonly month: string;
  readonly folders: readonly MonthFolder[];
};

/** The days of a month on which an account and Region have a partition. */
export type MonthFolder = { readonly account: string; readonly region: string; readonly days: number };

const DAY_MS = 86_400_000;

/** Days since 1970 of a moment in milliseconds. */
export const dayNumber = (epochMs: number): number => Math.floor(epochMs / DAY_MS);

/** `YYYY-MM-DD` of a number of days since 1970. */
export const dayNumbered = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);

/** The bit of a day of a month, from 1 on. */
export const bitOfDay = (dayOfMonth: number): number => 1 << (dayOfMonth - 1);

/** How many bits are set. */
export function countOf(days: number): number {
  let count = 0;
  for (let left = days; left !== 0; left &= left - 1) count++;
  return count;
}

/** The days of bits as they are written in partitions: `01` to `31`. */
export function daysOf(bits: number): readonly string[] {
  const days = Array.from({ length: 31 }, (_, at) => at + 1).filter((day) => (bits & bitOfDay(day)) !== 0);
  return days.map((day) => String(day).padStart(2, '0'));
}

/** The months, `YYYY-MM`, that two days (since 1970, both included) and those between lie in. */
export function monthsBetween(first: number, last: number): readonly string[] {
  const months: string[] = [];
  for (let day = first; day <= last; ) {
    const month = dayNumbered(day).slice(0, 7);
    months.push(month);
    day = firstDayOf(month) + lengthOf(month);
  }
  return months;
}

/** The first day of a month, as days since 1970. */
export const firstDayOf = (month: string): number => dayNumber(Date.parse(`${month}-01T00:00:00Z`));

/** How many days a month has. */
export function lengthOf(month: string): number {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).getUTCDate();
}

/** The bits of a month that lie between two days since 1970, both included. */
export function bitsWithin(month: string, first: number, last: number): number {
  const start = firstDayOf(month);
  const from = Math.max(first - start, 0);
  const to = Math.min(last - start, lengthOf(month) - 1);
  let bits = 0;
  for (let at = from; at <= to; at++) bits |= bitOfDay(at + 1);
  return bits;
}
