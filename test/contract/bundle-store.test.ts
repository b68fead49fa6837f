import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BundleStore, StagedPart } from '../../src/ports/bundle-store.js';
import { BUNDLE_STORES, type StoreUnderTest } from '../support/bundle-stores.ts';

const part = (day: string, text: string, generation = 0): StagedPart => ({
  table: 'athena_events',
  day,
  generation,
  files: 1,
  rows: 1,
  bytes: text.length,
  sha256: hash('sha256', text),
  rowHashSum: '',
  content: Buffer.from(text),
});

const path = (day: string, bid: string, generation = '0000') =>
  `athena_events/g=${generation}/year=2026/month=01/day=${day}/b-${bid}.parquet`;

for (const [name, make] of Object.entries(BUNDLE_STORES)) {
  describe(`BundleStore: ${name}`, () => {
    let made: StoreUnderTest;
    let store: BundleStore;
    beforeEach(async () => {
      made = await make();
      store = made.store;
    });
    afterEach(() => made.end());

    /** A bundle that was committed: what of it is held before its publishing differs from store to store. */
    const hold = async (bid: string, parts: readonly StagedPart[]) => {
      await store.stage(bid, parts);
      await store.publish(bid, parts);
    };

    test('holds every part of a bundle whole, at the path of its generation and day', async () => {
      await hold('b1', [part('2026-01-05', 'five'), part('2026-01-06', 'six', 1)]);
      expect(await made.files()).toEqual({
        [path('05', 'b1')]: 'five',
        [path('06', 'b1', '0001')]: 'six',
      });
    });

    test('L2: leaves nothing beside the data files', async () => {
      await hold('b1', [part('2026-01-05', 'five')]);
      expect(await made.leftovers()).toEqual([]);
    });

    test('staged again, a part stays as it was the first time', async () => {
      await store.stage('b1', [part('2026-01-05', 'five')]);
      await hold('b1', [part('2026-01-05', 'five')]);
      expect(await made.files()).toEqual({ [path('05', 'b1')]: 'five' });
      expect(await made.leftovers()).toEqual([]);
    });

    test('D3: a part that moved to another generation is staged there too', async () => {
      await store.stage('b1', [part('2026-01-05', 'five')]);
      await hold('b1', [part('2026-01-05', 'five', 1)]);
      expect(Object.keys(await made.files())).toContain(path('05', 'b1', '0001'));
    });

    test('a bundle of many days and bundles at once do not disturb each other', async () => {
      const days = Array.from({ length: 31 }, (_, at) => `2026-01-${String(at + 1).padStart(2, '0')}`);
      const bids = ['b1', 'b2', 'b3'];
      await Promise.all(
        bids.map((bid) =>
          hold(
            bid,
            days.map((day) => part(day, `${bid} ${day}`)),
          ),
        ),
      );
      const files = await made.files();
      expect(Object.keys(files)).toHaveLength(93);
      for (const bid of bids) expect(files[path('31', bid)]).toBe(`${bid} 2026-01-31`);
      expect(await made.leftovers()).toEqual([]);
    });

    test('a discarded bundle is gone, its neighbours are not; twice is as well as once', async () => {
      const parts = [part('2026-01-05', 'five')];
      await store.stage('b1', parts);
      await hold('b2', parts);
      await store.discard('b1', parts);
      await store.discard('b1', parts);
      await store.discard('never-staged', parts);
      expect(await made.files()).toEqual({ [path('05', 'b2')]: 'five' });
      expect(await made.leftovers()).toEqual([]);
    });

    test('a published bundle is there, published once or twice; a bundle without rows is nothing', async () => {
      const parts = [part('2026-01-05', 'five')];
      await hold('b1', parts);
      await store.publish('b1', parts);
      await hold('b2', []);
      expect(await made.files()).toEqual({ [path('05', 'b1')]: 'five' });
      expect(await made.leftovers()).toEqual([]);
    });
  });
}
