import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AuditLakeError } from '../../src/errors.js';
import { ingestBundle } from '../../src/jobs/ingest-bundle.js';
import type { ListedLogFile } from '../../src/jobs/settled.js';
import { Chaos, Crash, HAPPENINGS } from '../support/chaos.ts';
import {
  damaged,
  dayNumber,
  type MadeLogFile,
  makeLogFile,
  makeTrail,
  truthOf,
} from '../support/log-files.ts';
import { BOTH, ingestInMemory, MemoryLake, memoryLane } from '../support/memory-ingest.ts';
import { MemoryLakeState, type PlantedBug } from '../support/memory-lake-state.ts';
import { MemoryLogSource } from '../support/memory-log-source.ts';
import { SEED } from '../support/seed.ts';

/** One day or two, with and without rows, one damaged, one of two copies: every way a log file can end. */
const SMALL: readonly MadeLogFile[] = [
  makeLogFile(1, [
    { service: 'athena', day: 0 },
    { service: 's3', day: 0 },
  ]),
  makeLogFile(2, [
    { service: 's3', day: 1 },
    { service: 'athena', day: 0 },
  ]),
  makeLogFile(3, [{ service: 's3', day: 0 }]),
  makeLogFile(4, []),
  damaged(makeLogFile(5, [{ service: 'athena', day: 1 }])),
];

const COPY = {
  ...makeLogFile(1, [
    { service: 'athena', day: 0 },
    { service: 's3', day: 0 },
  ]),
  location: 'copy',
};
const OBJECTS = [...SMALL, COPY];

/** Rows in `some` that are not, or not so often, in `all`; both sorted. */
function surplus(some: readonly string[], all: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const row of all) left.set(row, (left.get(row) ?? 0) + 1);
  return some.filter((row) => {
    const count = left.get(row) ?? 0;
    left.set(row, count - 1);
    return count <= 0;
  });
}

/** A run that may crash or fail; anything else than those two is a defect. */
async function survive(run: Promise<unknown>): Promise<void> {
  await run.catch((error: unknown) => {
    const expected = error instanceof Crash || (error instanceof AuditLakeError && error.code !== 'INTERNAL');
    if (!expected) throw error;
  });
}

async function effectsOf(lanes: readonly number[]): Promise<readonly string[]> {
  const chaos = new Chaos();
  await ingestInMemory(new MemoryLake(), { objects: OBJECTS, lanes, chaos });
  return chaos.effects;
}

describe('whichever effect goes wrong, the next run makes the lake exact', () => {
  test('the harness reaches every effect that the ports have', async () => {
    expect([...new Set(await effectsOf([2, 2]))].sort()).toEqual([
      'bundles.publish',
      'bundles.stage',
      'catalog.follow',
      'reader.read',
      'source.list',
      'state.commit',
      'state.lookup',
      'state.openPartitions',
    ]);
  });

  for (const lanes of [[1_000], [1, 1]]) {
    for (const happening of HAPPENINGS) {
      test(`D17: ${happening} the n-th effect, for every n, ${lanes.length} lanes`, async () => {
        const truth = truthOf(SMALL, BOTH);
        const effects = await effectsOf(lanes);
        for (let at = 0; at < effects.length; at++) {
          const lake = new MemoryLake();
          const chaos = new Chaos({ fault: { at, happening } });
          await survive(ingestInMemory(lake, { objects: OBJECTS, lanes, chaos }));
          const between = await lake.rows();
          expect(surplus(between, truth), `after ${happening} ${at} ${effects[at]}`).toEqual([]);
          const { counters } = await ingestInMemory(lake, { objects: OBJECTS });
          expect(await lake.rows(), `rerun after ${happening} ${at} ${effects[at]}`).toEqual(truth);
          const { listed, ingested, skipped, failed } = counters.logFiles;
          expect({ listed, failed, rest: ingested + skipped }).toEqual({ listed: 6, failed: 1, rest: 5 });
        }
      });
    }
  }
});

/** Log files of a random trail: how many, and over how many days. */
const trails = fc.record({ count: fc.integer({ min: 1, max: 12 }), days: fc.integer({ min: 1, max: 3 }) });
const lanesOf = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 });
const faults = fc.record({ at: fc.nat(60), happening: fc.constantFrom(...HAPPENINGS) });

describe('law 1: ingest twice, regrouped, in any order, killed and resumed = ingest once', () => {
  test('O1: runs of other lanes, orders and ends leave exactly the rows of the log files', async () => {
    const runs = fc.array(fc.record({ lanes: lanesOf, order: fc.nat(), fault: fc.option(faults) }), {
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(trails, runs, async ({ count, days }, history) => {
        const trail = makeTrail(count, days);
        const truth = truthOf(trail, BOTH);
        const lake = new MemoryLake();
        for (const { lanes, order, fault } of history) {
          const objects = [...trail].sort((a, b) => shuffled(order, a.key) - shuffled(order, b.key));
          const chaos = new Chaos(fault ? { fault } : {});
          await survive(ingestInMemory(lake, { objects, lanes, chaos }));
          expect(surplus(await lake.rows(), truth)).toEqual([]);
        }
        await ingestInMemory(lake, { objects: trail });
        expect(await lake.rows()).toEqual(truth);
        const source = new MemoryLogSource(trail);
        await ingestInMemory(lake, { objects: trail, source });
        expect(source.reads.size).toBe(0);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  test('D1 D4: the same log files delivered again and again, days late, in bundles of any size', async () => {
    const deliveries = fc.array(fc.array(fc.nat(7), { minLength: 1, maxLength: 6 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(deliveries, async (bundles) => {
        const trail = makeTrail(8, 3);
        const lake = new MemoryLake();
        for (const numbers of [...bundles, [0, 1, 2, 3, 4, 5, 6, 7]]) {
          const files = [...new Set(numbers)].flatMap((n) => trail[n] ?? []);
          await deliverBundle(lake, files);
        }
        expect(await lake.rows()).toEqual(truthOf(trail, BOTH));
      }),
      { seed: SEED, numRuns: 40 },
    );
  });
});

/** Both runs take their effects in an order that the scheduler draws. */
async function raced(
  s: fc.Scheduler,
  { trail, bug, compaction }: { trail: readonly MadeLogFile[]; bug?: PlantedBug; compaction?: boolean },
): Promise<string[]> {
  const lake = new MemoryLake();
  const turn = (effect: string) => s.schedule(Promise.resolve(), effect);
  const run = (lanes: readonly number[], objects: readonly MadeLogFile[]) =>
    ingestInMemory(lake, { objects, lanes, bug, chaos: new Chaos({ turn }) });
  const both = [run([2, 1], trail), run([3], [...trail].reverse())];
  if (compaction) both.push(compact(lake, turn) as never);
  await s.waitFor(Promise.all(both));
  const rows = await lake.rows();
  await ingestInMemory(lake, { objects: trail, bug });
  return compaction || bug ? lake.rows() : rows;
}

/** Seals and swaps every partition twice, whenever the scheduler lets it. */
async function compact(lake: MemoryLake, turn: (effect: string) => Promise<unknown>): Promise<void> {
  for (let round = 0; round < 2; round++) {
    for (const table of BOTH) {
      for (const day of [0, 1].map(dayNumber)) {
        await turn('compactor.seal');
        lake.items.seal({ table, day });
        await turn('compactor.swap');
        lake.items.swap({ table, day });
      }
    }
  }
}

describe('two runs at once over one state, neither holding a lock', () => {
  test('D2: every row is there once as soon as both have ended', async () => {
    const trail = makeTrail(5, 2);
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (s) => {
        expect(await raced(s, { trail })).toEqual(truthOf(trail, BOTH));
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  test('D3: also while partitions are compacted under them', async () => {
    const trail = makeTrail(5, 2);
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (s) => {
        expect(await raced(s, { trail, compaction: true })).toEqual(truthOf(trail, BOTH));
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  test('D2: one of the two is killed at any effect, the other one and the next run make up for it', async () => {
    const trail = makeTrail(4, 2);
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), faults, async (s, fault) => {
        const lake = new MemoryLake();
        const turn = (effect: string) => s.schedule(Promise.resolve(), effect);
        const runs = [{}, { fault }].map((more) =>
          survive(
            ingestInMemory(lake, { objects: trail, lanes: [2, 1], chaos: new Chaos({ turn, ...more }) }),
          ),
        );
        await s.waitFor(Promise.all(runs));
        expect(await lake.rows()).toEqual(truthOf(trail, BOTH));
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});

describe('the laws notice what they are there for', () => {
  const planted: readonly [PlantedBug, boolean, string][] = [
    ['no-file-check', false, 'a commit that does not ask whether its log files are settled'],
    ['no-part-check', true, 'a commit that does not ask whether its partition moved on'],
    ['no-ledger-entry', false, 'a commit that does not write the ledger'],
  ];
  for (const [bug, compaction, meaning] of planted) {
    test(`${bug}: ${meaning}`, async () => {
      const trail = makeTrail(5, 2);
      const result = await fc.check(
        fc.asyncProperty(fc.scheduler(), async (s) => {
          expect(await raced(s, { trail, bug, compaction })).toEqual(truthOf(trail, BOTH));
        }),
        { seed: SEED, numRuns: 200, endOnFailure: true },
      );
      expect(result.failed).toBe(true);
    });
  }

  test('an uncommitted data file that is listed', async () => {
    const lake = new MemoryLake();
    const state = new MemoryLakeState(lake.items);
    const part = { table: 'athena_events', day: dayNumber(0) } as const;
    await state.openPartitions([part]);
    const nothing = { generation: 0, files: 1, rows: 1, bytes: 1, sha256: '', rowHashSum: '' };
    await state.commit({
      bid: 'never-staged',
      entries: [],
      parts: [{ ...part, ...nothing }],
      openQueries: [],
    });
    await expect(lake.rows()).rejects.toThrow('is not there');
  });
});

/** One bundle of these log files, delivered outside of any run. */
async function deliverBundle(lake: MemoryLake, files: readonly MadeLogFile[]): Promise<void> {
  const source = new MemoryLogSource(files);
  let batch: readonly ListedLogFile[] | undefined = [];
  for await (const { what, location, etag } of source.list()) {
    if (what !== 'foreign') batch = [...(batch ?? []), { ref: what, location, etag }];
  }
  await ingestBundle({
    datasets: BOTH,
    lane: memoryLane(source, 1_000),
    ports: { state: new MemoryLakeState(lake.items), bundles: lake.store, newBundleId: lake.newBundleId },
    next: async () => {
      const taken = batch;
      batch = undefined;
      return taken;
    },
  });
}

/** An order of keys for every number. */
function shuffled(order: number, key: string): number {
  let hash = order >>> 0;
  for (let at = 0; at < key.length; at++) hash = (Math.imul(hash, 31) + key.charCodeAt(at)) >>> 0;
  return Math.imul(hash, 2_654_435_761) >>> 0;
}
