import type { BundleStore } from '../ports/bundle-store.js';
import type { LakeState, LedgerEntry } from '../ports/lake-state.js';

/**
 * The lake of a dry run: the ledger is read, where there is one; everything is taken to succeed, and nothing is
 * written. Remembers the log files that it took, as the ledger of a real run would.
 */
export function dryState(known: LakeState | undefined): LakeState {
  const taken = new Map<string, LedgerEntry>();
  return {
    mostItems: known?.mostItems ?? Number.POSITIVE_INFINITY,
    lookup: async (fids) => {
      const found = new Map(await known?.lookup(fids));
      for (const fid of fids) {
        const entry = taken.get(fid);
        if (entry) found.set(fid, entry);
      }
      return found;
    },
    openPartitions: async (keys) => keys.map(() => ({ visible: 0, writing: 0 })),
    commit: async ({ entries }) => {
      for (const entry of entries) taken.set(entry.fid, entry);
      return { kind: 'committed' };
    },
    noteDelivery: async () => undefined,
    committedList: async (table) => known?.committedList(table) ?? [],
    async *parked() {
      if (known) yield* known.parked();
    },
    close: async () => known?.close(),
  };
}

export const dryBundles: BundleStore = {
  stage: async () => undefined,
  publish: async () => undefined,
  discard: async () => undefined,
};
