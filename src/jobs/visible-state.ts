import type { BundleId } from '../lake/names.js';
import type { LakeState, LedgerEntry } from '../ports/lake-state.js';

/**
 * A ledger that tells a log file as settled only when its rows are visible (promise P-3): the bundle that settled it
 * is finished first. For doors that acknowledge what is settled; a backfill leaves it to one sweep at its end.
 */
export function visibleState(state: LakeState, finish: (bid: BundleId) => Promise<void>): LakeState {
  const finishAll = async (entries: Iterable<LedgerEntry>) => {
    for (const bid of new Set([...entries].flatMap(({ bid }) => bid ?? []))) await finish(bid);
  };
  return {
    mostItems: state.mostItems,
    lookup: async (fids) => {
      const known = await state.lookup(fids);
      await finishAll(known.values());
      return known;
    },
    commit: async (commit) => {
      const verdict = await state.commit(commit);
      if (verdict.kind === 'files-settled') await finishAll(verdict.settled);
      if (verdict.kind === 'committed') await finishAll(verdict.overtaken ?? []);
      return verdict;
    },
    openPartitions: (keys) => state.openPartitions(keys),
    noteDelivery: (fid, seen) => state.noteDelivery(fid, seen),
    committedList: (table) => state.committedList(table),
    parked: () => state.parked(),
    close: () => state.close(),
  };
}
