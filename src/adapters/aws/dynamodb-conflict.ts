import { nameOf } from './aws-error.js';
import { again, type Waiting } from './back-off.js';
import type { Item } from './dynamodb-attributes.js';

const MOST_ATTEMPTS = 12;
/** Reasons for which the same transaction may be let through a moment later. */
const PASSING: ReadonlySet<string> = new Set([
  ...['None', 'TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'],
]);

/**
 * Makes a write again while somebody else's transaction holds one of its items (X3): the SDK does not. Only for
 * writes that may be repeated.
 */
export function pastConflicts<T>(waiting: Waiting, write: () => Promise<T>): Promise<T> {
  return again({ waiting, most: MOST_ATTEMPTS, mayPass: isConflict }, write);
}

/** What became of one item of a transaction: `None` where nothing stood against it. */
export type Reason = { readonly Code?: string | undefined; readonly Item?: Item | undefined };

export const isRefused = (reason: Reason | undefined): boolean => reason?.Code === 'ConditionalCheckFailed';

/** Why a transaction was cancelled, item by item; none for any other failure. */
export function cancelledBy(error: unknown): readonly Reason[] {
  if (nameOf(error) !== 'TransactionCanceledException') return [];
  if (typeof error !== 'object' || error === null || !('CancellationReasons' in error)) return [];
  const reasons: unknown = error.CancellationReasons;
  return Array.isArray(reasons) ? reasons : [];
}

function isConflict(error: unknown): boolean {
  if (['TransactionConflictException', 'TransactionInProgressException'].includes(nameOf(error))) return true;
  const codes = cancelledBy(error).map(({ Code = 'None' }) => Code);
  return codes.some((code) => code !== 'None') && codes.every((code) => PASSING.has(code));
}
