import type { SliceEnd } from '../backfill/slice-end.js';

/**
 * How far plans are. Saves work, and nothing rests on it: the ledger says what is settled. A slice has one end, or
 * one note on its way there; a later one takes the place of an earlier.
 */
export interface SliceProgress {
  /** @throws AuditLakeError LAKE_LOCK_LOST, LAKE_WRITE_FAILED, AWS_DENIED, AWS_FAILED */
  note(planId: string, ends: readonly SliceEnd[]): Promise<void>;
  /** The ends of a plan so far, in any order. */
  ends(planId: string): AsyncIterable<SliceEnd>;
}
