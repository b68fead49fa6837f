import type { BundleId } from '../lake/names.js';
import type { CommitPart } from './lake-state.js';

/** A part on its way into the lake: where it belongs, and its bytes. */
export type StagedPart = CommitPart & { readonly content: Uint8Array };

/**
 * Holds the data files of bundles. Before the commit nothing that it holds is visible; a visible data file is
 * never changed. Whole or nothing: a half-written object cannot be seen.
 */
export interface BundleStore {
  /**
   * Makes the parts durable before their commit. May be called again for the same bundle, with parts that moved
   * to another generation. @throws AuditLakeError LAKE_WRITE_FAILED
   */
  stage(bid: BundleId, parts: readonly StagedPart[]): Promise<void>;
  /** After the commit: makes the parts visible where being committed is not enough. */
  publish(bid: BundleId, parts: readonly StagedPart[]): Promise<void>;
  /** Forgets a staged bundle that will never be committed. */
  discard(bid: BundleId, parts: readonly CommitPart[]): Promise<void>;
}
