import { DAY_MS, HOUR_MS } from '../cloudtrail/event-time.js';
import { whatIsAsked } from './asked-query.js';
import type { Cells } from './column.js';
import { type HistoryAnswer, isFinal, type OpenReason, type QueryName } from './query-execution.js';

/** Why a query has to be asked about again, after an answer or none; undefined where there is nothing more to learn. */
export function openReason(query: Cells, answer: HistoryAnswer | undefined): OpenReason | undefined {
  const status = query['query_text_status'];
  if (status === 'pending' || status === 'denied') return status;
  return answer?.kind === 'execution' && !isFinal(answer.execution) ? 'running' : undefined;
}

/** Whether a text is there, or was and is withheld. */
export function hasText(query: Cells): boolean {
  return typeof query['query_text'] === 'string' || query['query_text_status'] === 'withheld';
}

const FIRST_WAIT_MS = 120_000;

/** The longest statement runs for 10 hours (Athena quotas, DDL timeout): it has ended within so many tries. */
const TRIES_OF_A_DAY = 10;

/**
 * When a query is asked about again after so many tries: 2 minutes, doubled each time, at most 6 hours.
 * What is denied, or was not told within a day, waits for somebody who changes a permission, and each try costs calls
 * in vain: a day, doubled each time, at most a week.
 */
export function nextTry(now: number, tries: number, why: OpenReason = 'pending'): number {
  const inVain = tries - (why === 'denied' ? 1 : TRIES_OF_A_DAY);
  const wait = inVain < 0 ? Math.min(6 * HOUR_MS, FIRST_WAIT_MS * 2 ** tries) : DAY_MS * 2 ** inVain;
  return now + Math.min(7 * DAY_MS, wait);
}

/**
 * When a query may have been submitted that changed its state just now: within the 10 hours of the longest statement
 * (Athena quotas, DDL timeout), so on this day or the one before.
 */
export function startedBefore(changed: number): readonly number[] {
  return [changed, changed - DAY_MS];
}

/** Whether the text may be another one the next time that somebody asks: what has ended is opened again then. */
export function mayChange({ id }: QueryName): boolean {
  return whatIsAsked(id).kind !== 'execution';
}
