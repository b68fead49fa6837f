import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Commit } from '../../src/ports/lake-state.js';
import { Chaos, Crash } from '../support/chaos.ts';
import { damaged, type MadeLogFile, makeLogFile, makeTrail, truthOf } from '../support/log-files.ts';
import {
  type Delivered,
  deliver,
  FailingReader,
  type MemoryDelivery,
  oneEach,
} from '../support/memory-deliveries.ts';
import { BOTH, ingestInMemory, MemoryLake } from '../support/memory-ingest.ts';
import { MemoryLakeState } from '../support/memory-lake-state.ts';
import { MemoryLogSource } from '../support/memory-log-source.ts';
import { surplus } from '../support/multiset.ts';
import { SEED } from '../support/seed.ts';
import { watched } from '../support/watched-state.ts';

/** A log file with a row of each of so many days, and one query on the first. */
const spread = (n: number, days: number): MadeLogFile =>
  makeLogFile(n, [
    { service: 'athena', day: 0 },
    ...Array.from({ length: days - 1 }, (_, at) => ({ service: 's3', day: at + 1 })),
  ]);
const ONE_DAY = Array.from({ length: 10 }, (_, n) => makeLogFile(n, [{ service: 'athena', day: 0 }]));
const LIMITS = [5, 9, 99];

/** What one transaction of DynamoDB would count, beside the bundle itself: protocol 4.2 step 3. */
const itemsOf = ({ entries, parts }: Commit) =>
  entries.filter(({ status }) => status === 'COMMITTED').length + 2 * parts.length;

let lake: MemoryLake;
let commits: Commit[];
beforeEach(() => {
  lake = new MemoryLake();
  commits = [];
});

/** One delivery of these log files into a lake whose transactions hold so many items. */
async function deliverUnder(
  mostItems: number,
  files: readonly MadeLogFile[],
  more: Partial<MemoryDelivery> = {},
): Promise<Delivered> {
  const state = watched(
    new MemoryLakeState(lake.items, { mostItems }),
    (commit) => void commits.push(commit),
  );
  return deliver(lake, { messages: oneEach(files), ports: { state }, ...more });
}

const largest = () => Math.max(...commits.map(itemsOf));

describe('a bundle that is larger than a transaction', () => {
  test('is split and read again until each piece fits; a log file is in one piece', async () => {
    const source = new MemoryLogSource(ONE_DAY);
    const { acknowledged } = await deliverUnder(5, ONE_DAY, { reader: source });
    expect(acknowledged).toHaveLength(10);
    expect(commits.map(itemsOf)).toEqual([5, 4, 5, 4, 5, 4, 5, 4]);
    expect(await lake.rows()).toEqual(truthOf(ONE_DAY, BOTH));
    // Once for the bundle, and for each dataset once for the halves and once for the quarters.
    expect([...source.reads.values()]).toEqual(ONE_DAY.map(() => 5));
  });

  test('is not split where it just fits', async () => {
    const source = new MemoryLogSource(ONE_DAY);
    await deliverUnder(12, ONE_DAY, { reader: source });
    expect(commits.map(itemsOf)).toEqual([12, 12]);
    expect([...source.reads.values()]).toEqual(ONE_DAY.map(() => 1));
  });

  test('log files without rows and damaged ones take no room in it, and are settled and parked', async () => {
    const empty = Array.from({ length: 6 }, (_, n) => makeLogFile(n + 20, []));
    const bad = Array.from({ length: 6 }, (_, n) =>
      damaged(makeLogFile(n + 30, [{ service: 's3', day: 0 }])),
    );
    for (const rows of [ONE_DAY.slice(0, 3), ONE_DAY]) {
      lake = new MemoryLake();
      commits = [];
      const files = [...empty, ...bad, ...rows];
      const { counters, returned } = await deliverUnder(5, files);
      expect(counters.logFiles).toMatchObject({ listed: files.length, ingested: 6 + rows.length, failed: 6 });
      expect(Object.values(returned)).toEqual(bad.map(() => 'BAD_GZIP'));
      const told = [...lake.items.files.values()].map(({ status }) => status);
      expect(told.filter((status) => status === 'QUARANTINED')).toHaveLength(12);
      expect(told.filter((status) => status === 'EMPTY')).toHaveLength(12);
      expect(await lake.rows()).toEqual(truthOf(files, BOTH));
      if (rows.length === 3) expect(commits).toHaveLength(2);
    }
  });

  test('a log file that cannot be read again comes back, its neighbours go in', async () => {
    const seen = new Set<string>();
    const reader = new FailingReader(ONE_DAY, (location) => {
      const again = seen.has(location);
      seen.add(location);
      return again && location === ONE_DAY[7]?.key ? 'READ_FAILED' : undefined;
    });
    const { returned } = await deliverUnder(5, ONE_DAY, { reader });
    expect(returned).toEqual({ m7: 'READ_FAILED' });
    expect(await lake.rows()).toEqual(truthOf(ONE_DAY.toSpliced(7, 1), BOTH));
    await deliverUnder(5, ONE_DAY);
    expect(await lake.rows()).toEqual(truthOf(ONE_DAY, BOTH));
  });

  test('D2: pieces that somebody else settles meanwhile are left out', async () => {
    const rivals = [ONE_DAY.slice(1, 2), ONE_DAY.slice(3, 8)];
    const state = watched(new MemoryLakeState(lake.items, { mostItems: 5 }), async () => {
      const objects = rivals.pop();
      if (objects) await ingestInMemory(lake, { objects });
    });
    const { acknowledged, counters } = await deliverUnder(5, ONE_DAY, { ports: { state } });
    expect(acknowledged).toHaveLength(10);
    expect(counters.logFiles).toMatchObject({ listed: 10, ingested: 5, skipped: 5 });
    expect(await lake.rows()).toEqual(truthOf(ONE_DAY, BOTH));
  });

  for (const happening of ['crash before', 'error after'] as const) {
    test(`D17: ${happening} any effect of splitting, the next delivery makes up for it`, async () => {
      const files = [...ONE_DAY.slice(0, 3), spread(10, 2), spread(11, 3)];
      const fit = files.slice(0, 4);
      const parkedRows = truthOf(files, ['athena_events']);
      const truth = [...parkedRows, ...truthOf(fit, ['cloudtrail_events'])].sort();
      const chaos = new Chaos();
      await deliverUnder(5, files, { chaos });
      for (let at = 0; at < chaos.effects.length; at++) {
        const where = `${happening} ${at} ${chaos.effects[at]}`;
        lake = new MemoryLake();
        await deliverUnder(5, files, { chaos: new Chaos({ fault: { at, happening } }) }).catch(
          (error: unknown) => {
            if (!(error instanceof Crash)) throw error;
          },
        );
        expect(surplus(await lake.rows(), truth), where).toEqual([]);
        const { returned } = await deliverUnder(5, files);
        expect(returned, where).toEqual({ m4: 'DATE_SPREAD' });
        expect(await lake.rows(), where).toEqual(truth);
      }
    });
  }
});

describe('G13: a log file whose days do not fit into one transaction', () => {
  for (const mostItems of LIMITS) {
    const most = (mostItems - 1) / 2;
    test(`is parked from ${most + 1} days on where a transaction holds ${mostItems} items`, async () => {
      const days = mostItems === 99 ? [1, 2, 24, 25, 47, 48, 49, 50, 51, 60] : [1, 2, 3, 4, 5, 6, 60];
      for (const count of days) {
        lake = new MemoryLake();
        const { acknowledged, returned } = await deliverUnder(mostItems, [spread(1, count)]);
        if (count <= most) expect(acknowledged, `${count} days`).toEqual(['m0']);
        else expect(returned, `${count} days`).toEqual({ m0: 'DATE_SPREAD' });
        const datasets = count <= most ? BOTH : (['athena_events'] as const);
        expect(await lake.rows(), `${count} days`).toEqual(truthOf([spread(1, count)], datasets));
      }
      expect(largest()).toBeLessThanOrEqual(mostItems);
    });
  }

  test('is listed with its code and place, and its neighbours go in', async () => {
    const files = [...ONE_DAY.slice(0, 3), spread(10, 5), ...ONE_DAY.slice(4), spread(11, 4), spread(12, 60)];
    const { returned, counters } = await deliverUnder(9, files);
    expect(returned).toEqual({ m3: 'DATE_SPREAD', [`m${files.length - 1}`]: 'DATE_SPREAD' });
    expect(counters.logFiles).toMatchObject({ listed: 12, ingested: 10, failed: 2 });
    const parked = [];
    for await (const { status, code, source } of new MemoryLakeState(lake.items).parked()) {
      parked.push(`${status} ${code} ${source?.key}`);
    }
    const keys = [spread(10, 5).key, spread(12, 60).key];
    expect(parked.sort()).toEqual(keys.map((key) => `QUARANTINED DATE_SPREAD ${key}`).sort());
    const neighbours = files.filter(({ key }) => !keys.includes(key));
    const queries = truthOf(files, ['athena_events']);
    expect(await lake.rows()).toEqual([...queries, ...truthOf(neighbours, ['cloudtrail_events'])].sort());
    expect(largest()).toBeLessThanOrEqual(9);
  });
});

describe('whatever the limit and the log files', () => {
  const files = fc.array(
    fc.record({
      days: fc.integer({ min: 0, max: 7 }),
      first: fc.nat(2),
      service: fc.constantFrom('athena', 's3'),
    }),
    { minLength: 1, maxLength: 12 },
  );

  test('O1: every commit is within it, rows are exact, and only what cannot fit is parked', async () => {
    await fc.assert(
      fc.asyncProperty(files, fc.constantFrom(...LIMITS), fc.nat(4), async (drawn, mostItems, full) => {
        lake = new MemoryLake();
        commits = [];
        const made = drawn.map(({ days, first, service }, n) =>
          makeLogFile(
            n,
            Array.from({ length: days }, (_, at) => ({ service, day: first + at })),
          ),
        );
        const { returned, counters } = await deliverUnder(mostItems, made, { full: full * 3 + 1 });
        const fits = (n: number) => 1 + 2 * (drawn[n]?.days ?? 0) <= mostItems;
        const spreads = drawn.flatMap((_, n) => (fits(n) ? [] : [`m${n}`]));
        expect(Object.keys(returned).sort()).toEqual(spreads.sort());
        expect(new Set(Object.values(returned)).size).toBeLessThanOrEqual(1);
        expect(largest()).toBeLessThanOrEqual(mostItems);
        expect(counters.logFiles).toMatchObject({ listed: made.length, failed: spreads.length });
        expect(await lake.rows()).toEqual(
          truthOf(
            made.filter((_, n) => fits(n)),
            BOTH,
          ),
        );
      }),
      { seed: SEED, numRuns: 40 },
    );
  });

  test('an endless limit splits nothing', async () => {
    const trail = makeTrail(30, 8);
    await deliverUnder(Number.POSITIVE_INFINITY, trail);
    expect(commits).toHaveLength(2);
    expect(await lake.rows()).toEqual(truthOf(trail, BOTH));
  });
});
