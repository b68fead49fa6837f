import { type BundleId, dataFilePath } from '../../src/lake/names.js';
import type { BundleStore, StagedPart } from '../../src/ports/bundle-store.js';
import type { CommitPart } from '../../src/ports/lake-state.js';

/** Data files in memory, by path. As in a folder, a name that is taken stays as it is. */
export class MemoryBundleStore implements BundleStore {
  readonly files = new Map<string, Uint8Array>();

  async stage(bid: BundleId, parts: readonly StagedPart[]): Promise<void> {
    for (const part of parts) {
      const path = pathOf(bid, part);
      if (!this.files.has(path)) this.files.set(path, part.content);
    }
  }

  async publish(): Promise<void> {}

  async discard(bid: BundleId, parts: readonly CommitPart[]): Promise<void> {
    for (const part of parts) this.files.delete(pathOf(bid, part));
  }
}

const pathOf = (bid: BundleId, { table, generation, day }: CommitPart) =>
  dataFilePath({ table, generation, day }, bid);
