import type { SliceEnd } from '../../src/backfill/slice-end.js';
import { AuditLakeError } from '../../src/errors.js';
import type { SliceProgress } from '../../src/ports/slice-progress.js';

/** How far backfills are, in memory. `holdsLake` tells whether its writer still does. */
export class MemorySliceProgress implements SliceProgress {
  /** By id of the plan and place of the slice. */
  readonly items = new Map<string, Map<string, SliceEnd>>();
  readonly #holdsLake: () => boolean;

  constructor(holdsLake: () => boolean = () => true) {
    this.#holdsLake = holdsLake;
  }

  async note(planId: string, ends: readonly SliceEnd[]): Promise<void> {
    if (ends.length === 0) return;
    if (!this.#holdsLake()) throw new AuditLakeError('LAKE_LOCK_LOST', 'another writer has the lake');
    const known = this.items.get(planId) ?? new Map<string, SliceEnd>();
    for (const end of ends) known.set(end.place, end);
    this.items.set(planId, known);
  }

  async *ends(planId: string): AsyncIterable<SliceEnd> {
    yield* [...(this.items.get(planId)?.values() ?? [])];
  }
}
