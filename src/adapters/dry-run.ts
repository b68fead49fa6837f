import type { BundleStore } from '../ports/bundle-store.js';
import type { KnownQueries } from '../ports/known-queries.js';
import type { LakeState, LedgerEntry } from '../ports/lake-state.js';
import type { OpenQueries } from '../ports/open-queries.js';
import type { SliceProgress } from '../ports/slice-progress.js';

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

/** What was learned of queries, where there is a lake; nothing is learned. */
export function dryKnown(known: KnownQueries | undefined): KnownQueries {
  return {
    find: async (queries) => known?.find(queries) ?? new Map(),
    learn: async () => undefined,
  };
}

/** The open queries, where there is a lake; they stay as they are. */
export function dryQueries(queries: OpenQueries | undefined): OpenQueries {
  return {
    async *openQueries() {
      if (queries) yield* queries.openQueries();
    },
    open: async () => undefined,
    reopen: async () => undefined,
    postpone: async () => undefined,
    wake: async () => false,
  };
}

/** How far backfills are, where there is a lake; nothing is noted. */
export function dryProgress(progress: SliceProgress | undefined): SliceProgress {
  return {
    note: async () => undefined,
    async *ends(planId) {
      if (progress) yield* progress.ends(planId);
    },
  };
}

export const dryBundles: BundleStore = {
  stage: async () => undefined,
  publish: async () => undefined,
  discard: async () => undefined,
};
