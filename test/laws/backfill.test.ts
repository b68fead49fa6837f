import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AuditLakeError } from '../../src/errors.js';
import { imbalances } from '../../src/telemetry.js';
import { Chaos, Crash, HAPPENINGS } from '../support/chaos.ts';
import { damaged, makeLogFile, makeTrail, truthOf } from '../support/log-files.ts';
import { MemoryArchive } from '../support/memory-archive.ts';
import { backfillInMemory, planInMemory } from '../support/memory-backfill.ts';
import { BOTH, MemoryLake } from '../support/memory-ingest.ts';
import { MemorySliceProgress } from '../support/memory-slice-progress.ts';
import { SEED } from '../support/seed.ts';

const TRAIL = makeTrail(9, 3);
const TWINS = TRAIL.slice(0, 1).map(({ key, bytes }) => ({ key, bytes, location: 'copy/twin.json.gz' }));
const OBJECTS = [...TRAIL, damaged(makeLogFile(50, [{ service: 'athena', day: 1 }])), ...TWINS];

async function survive(run: Promise<unknown>): Promise<void> {
  await run.catch((error: unknown) => {
    const expected = error instanceof Crash || (error instanceof AuditLakeError && error.code !== 'INTERNAL');
    if (!expected) throw error;
  });
}

/** Runs a plan with one fault, then again until nothing is left. */
async function backfillWith(chaos: Chaos) {
  const lake = new MemoryLake();
  const progress = new MemorySliceProgress();
  const archive = new MemoryArchive(OBJECTS);
  const made = await planInMemory(archive);
  await survive(backfillInMemory(lake, { made, archive, progress, chaos, lanes: [2, 3] }));
  const report = await backfillInMemory(lake, { made, archive, progress, lanes: [4] });
  const ended = new Set<string>();
  for await (const { place } of progress.ends('plan')) ended.add(place);
  return { lake, report, ended, made, chaos };
}

async function mustBeWhole({ lake, report, ended, made }: Awaited<ReturnType<typeof backfillWith>>) {
  expect(await lake.rows()).toEqual(truthOf(TRAIL, BOTH));
  expect(imbalances(report.counters)).toEqual([]);
  expect([...ended].sort()).toEqual(made.slices.map(({ place }) => place).sort());
}

describe('B1: a backfill that is killed anywhere and run again', () => {
  test('has each row once and an end for each slice, whichever effect fails', async () => {
    const { chaos } = await backfillWith(new Chaos());
    const effects = chaos.effects.length;
    expect(effects).toBeGreaterThan(30);
    for (let at = 0; at < effects; at++) {
      for (const happening of HAPPENINGS) {
        await mustBeWhole(await backfillWith(new Chaos({ fault: { at, happening } })));
      }
    }
  });
});

describe('B1: any archive, any stops', () => {
  test('the ledger is the plan, and a last run has nothing to do', async () => {
    const anyRun = fc.record({
      files: fc.integer({ min: 1, max: 25 }),
      days: fc.integer({ min: 1, max: 6 }),
      stops: fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 4 }),
      lanes: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 3 }),
      listAhead: fc.integer({ min: 1, max: 4 }),
      pageSize: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(anyRun, async ({ files, days, stops, lanes, listAhead, pageSize }) => {
        const trail = makeTrail(files, days);
        const lake = new MemoryLake();
        const progress = new MemorySliceProgress();
        const archive = new MemoryArchive(trail, pageSize);
        const made = await planInMemory(archive);
        for (const stop of stops) {
          let asked = 0;
          const isStopped = () => asked++ > stop;
          await backfillInMemory(lake, { made, archive, progress, lanes, listAhead, isStopped });
        }
        await backfillInMemory(lake, { made, archive, progress, lanes, listAhead });
        expect(await lake.rows()).toEqual(truthOf(trail, BOTH));
        archive.listed.length = 0;
        const last = await backfillInMemory(lake, { made, archive, progress, lanes, listAhead });
        expect(archive.listed).toEqual([]);
        expect(last.slices.passed).toBe(made.slices.length);
        expect((await planInMemory(archive, lake)).plan.total.settled).toBe(trail.length);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});
