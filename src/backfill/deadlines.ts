import { DAY_MS } from '../cloudtrail/event-time.js';
import { HISTORY_DAYS, HISTORY_MS } from '../datasets/query-execution.js';
import type { Plan } from './plan.js';

/** The last one is that of every text which Athena still has. */
const WITHIN = [3, 7, 14, HISTORY_DAYS] as const;

export type Deadline = {
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
