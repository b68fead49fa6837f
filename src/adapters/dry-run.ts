import type { BundleStore } from '../ports/bundle-store.js';
import type { Catalog } from '../ports/catalog.js';
import type { LakeState } from '../ports/lake-state.js';

/**
 * The lake of a dry run: the ledger is read, where there is one; everything is taken to succeed, and nothing is
 * written.
 */
export function dryState(known: LakeState | undefined): LakeState {
  return {
    lookup: async (fids) => known?.lookup(fids) ?? new Map(),
    openPartitions: async (keys) => keys.map(() => ({ visible: 0, writing: 0 })),
    commit: async () => ({ kind: 'committed' }),
    noteDelivery: async () => undefined,
    committedList: async (table) => known?.committedList(table) ?? [],
    close: async () => known?.close(),
  };
}

export const dryBundles: BundleStore = {
  stage: async () => undefined,
  publish: async () => undefined,
  discard: async () => undefined,
};

export const dryCatalog: Catalog = { publish: async () => undefined };
