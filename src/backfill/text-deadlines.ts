import { DAY_MS } from '../cloudtrail/event-time.js';
import { HISTORY_DAYS, HISTORY_MS } from '../datasets/query-execution.js';
import { dayOf } from '../lake/partition.js';
import type { Plan, PlannedMonth } from './plan.js';

/**
 * The first day of which Athena can still tell a query text: it keeps them for 45 days.
 * @param now milliseconds since 1970
 */
export function firstTextDay(now: number): string {
  return dayOf(now - HISTORY_MS);
}

/**
 * Whether Athena can still tell texts of queries of a month. What was delivered in it may be of the day before: an
 * estimate for people.
 * @param month `YYYY-MM`; undefined: it may be any, so that some may be told
 * @param now milliseconds since 1970
 */
export function textsOfMonth(month: string | undefined, now: number): PlannedMonth['queryText'] {
  if (month === undefined) return 'some';
  const forgotten = now - HISTORY_MS;
  const [year, number] = month.split('-').map(Number);
  const next = Date.UTC(year ?? 0, number ?? 0);
  if (Date.parse(`${month}-01`) >= forgotten) return 'all';
  return next > forgotten ? 'some' : 'none';
}

/** The last one is that of every text which Athena still has. */
const WITHIN = [3, 7, 14, HISTORY_DAYS] as const;

type Deadline = {
  /** From when the plan was made. */
  readonly days: number;
  /** Log files not settled whose first texts are forgotten by then. */
  readonly files: number;
};

/** How many log files must be read within how many days, so that no text of their queries is lost. */
export function deadlinesOf({ textDays, made }: Pick<Plan, 'textDays' | 'made'>): readonly Deadline[] {
  return WITHIN.map((days) => {
    const until = made + days * DAY_MS;
    const due = textDays.filter(({ day }) => Date.parse(day) + HISTORY_MS <= until);
    return { days, files: due.reduce((sum, { toRead }) => sum + toRead, 0) };
  });
}
