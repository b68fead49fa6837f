import { nameOf } from './aws-error.js';
import { backOff, type Waiting } from './back-off.js';

const MOST_ATTEMPTS = 12;
/** Reasons for which the same transaction may be let through a moment later. */
const PASSING: ReadonlySet<string> = new Set([
  ...['None', 'TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'],
]);

/**
 * Makes a write again while somebody else's transaction holds one of its items (X3): the SDK does not. Only for
 * writes that may be repeated.
 */
export async function pastConflicts<T>(waiting: Waiting, write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      if (!isConflict(error) || attempt >= MOST_ATTEMPTS) throw error;
    }
    await backOff(attempt, waiting);
  }
}

/** Why a transaction was cancelled, item by item; none for any other failure. */
export function cancelledBy(error: unknown): readonly string[] {
  if (nameOf(error) !== 'TransactionCanceledException') return [];
  if (typeof error !== 'object' || error === null || !('CancellationReasons' in error)) return [];
  const reasons: unknown = error.CancellationReasons;
  return Array.isArray(reasons) ? reasons.map(codeOf) : [];
}

function codeOf(reason: unknown): string {
  const code = typeof reason === 'object' && reason !== null && 'Code' in reason ? reason.Code : undefined;
  return typeof code === 'string' ? code : 'None';
}

function isConflict(error: unknown): boolean {
  if (['TransactionConflictException', 'TransactionInProgressException'].includes(nameOf(error))) return true;
  const codes = cancelledBy(error);
  return codes.some((code) => code !== 'None') && codes.every((code) => PASSING.has(code));
}
