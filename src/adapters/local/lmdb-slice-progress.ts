import { sliceKey } from '../../backfill/slice.js';
import type { SliceEnd } from '../../backfill/slice-end.js';
import type { SliceProgress } from '../../ports/slice-progress.js';
import type { FencedItems, SliceItem } from './lmdb-items.js';

const prefixOf = (planId: string) => `SLICE#${planId}#`;

/** How far the backfills of a lake in a folder are (items SLICE). */
export class LmdbSliceProgress implements SliceProgress {
  readonly #fenced: FencedItems;

  constructor(fenced: FencedItems) {
    this.#fenced = fenced;
  }

  async note(planId: string, ends: readonly SliceEnd[]): Promise<void> {
    if (ends.length === 0) return;
    this.#fenced.write(() => {
      for (const end of ends) {
        this.#fenced.items.putSync(prefixOf(planId) + sliceKey(end.place), itemOf(end));
      }
    });
  }

  async *ends(planId: string): AsyncIterable<SliceEnd> {
    const prefix = prefixOf(planId);
    for (const { value } of this.#fenced.items.getRange({ start: prefix, end: `${prefix}~` })) {
      yield endOf(value as SliceItem);
    }
  }
}

function itemOf(end: SliceEnd): SliceItem {
  const { place, isOpen, listed, ingested, skipped, failed, foreign, queued, gone, at } = end;
  const counts = [listed, ingested, skipped, failed, foreign, queued, gone, at] as const;
  return [place, ...counts, end.unlisted ?? null, isOpen, ...end.failures];
}

function endOf(item: SliceItem): SliceEnd {
  const [place, listed, ingested, skipped, failed, foreign, queued, gone, at, ...rest] = item;
  const [unlisted, isOpen, ...failures] = rest;
  const counts = { listed, ingested, skipped, failed, foreign, queued, gone, at };
  return { place, isOpen, ...counts, unlisted: unlisted ?? undefined, failures };
}
