import { HISTORY_MS } from '../datasets/query-execution.js';
import type { PlannedMonth } from './plan.js';

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
