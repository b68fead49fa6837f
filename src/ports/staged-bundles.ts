import type { BundleId } from '../lake/names.js';
import type { CommitPart } from './lake-state.js';

/** A bundle that somebody staged. `stagedAt`: milliseconds since 1970, of the store's clock. */
export type StagedBundle = { readonly bid: BundleId; readonly stagedAt: number };

/** What lies staged: how a committed bundle is published by somebody else than its author (protocol 4.2). */
export interface StagedBundles {
  list(): AsyncIterable<StagedBundle>;
  isStaged(bid: BundleId): Promise<boolean>;
  /**
   * Publishes the parts from the staged bundle, then forgets it: what was committed is what was staged. The parts
   * come in the order in which they were staged. False: nothing is staged any more, so another one did it.
   * @throws AuditLakeError INTERNAL where the staged bytes are not those that were committed
   */
  publishStaged(bid: BundleId, parts: readonly CommitPart[]): Promise<boolean>;
  /** Forgets a staged bundle that will never be committed. */
  forget(bid: BundleId): Promise<void>;
}

/** What the transactions say of bundles (item BUNDLE): linearizable. */
export interface BundleLedger {
  /** The parts of a committed bundle in the order in which they were staged. */
  findBundle(bid: BundleId): Promise<'absent' | 'aborted' | readonly CommitPart[]>;
  /** Makes sure that a bundle can never be committed. False: it was committed. */
  abortBundle(bid: BundleId): Promise<boolean>;
}
