import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProgressCount } from '../../src/backfill/progress-count.js';
import { parseKey } from '../../src/cloudtrail/log-file-ref.js';
import { makeTrail, truthOf } from '../support/log-files.ts';
import { MemoryArchive } from '../support/memory-archive.ts';
import { backfillInMemory, type MadePlan, planInMemory } from '../support/memory-backfill.ts';
import { BOTH, MemoryLake, memoryLane, NOW } from '../support/memory-ingest.ts';
import { MemoryLogSource, type MemoryObject } from '../support/memory-log-source.ts';
import { MemorySliceProgress } from '../support/memory-slice-progress.ts';
import { SEED } from '../support/seed.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How far a clock jumps, in milliseconds. */
const anyJump = fc.oneof(
  fc.constantFrom(-DAY, -HOUR, HOUR, DAY, 60 * DAY, -60 * DAY, -1, 1),
  fc.integer({ min: -400 * DAY, max: 400 * DAY }),
);

/** A clock that goes on by a second each time it is asked, and jumps as told, the last time for good. */
function jumpingClock(start: number, jumps: readonly number[]): () => number {
  const left = [...jumps];
  let at = start;
  return () => {
    at += 1_000 + (left.shift() ?? 0);
    return at;
  };
}

/** The places of a plan as the issue orders them, written down anew: days with query texts first, oldest first. */
function inOrder({ slices }: MadePlan, made: number): string[] {
  const day = (it: { readonly day: string | undefined }) => it.day ?? '';
  const first = new Date(made - 45 * DAY).toISOString().slice(0, 10);
  const young = slices.filter((it) => day(it) >= first).toSorted((a, b) => (day(a) < day(b) ? -1 : 1));
  const old = slices.filter((it) => day(it) < first).toSorted((a, b) => (day(a) > day(b) ? -1 : 1));
  return [...young, ...old].map(({ place }) => place);
}

const anyLife = fc.record({
  files: fc.integer({ min: 1, max: 25 }),
  days: fc.integer({ min: 1, max: 6 }),
  /** Where the clock stands when the plan is made, from the day after the log files. */
  planned: anyJump,
  /** A jump before each run, those between its slices, and after how many looks it is stopped. */
  runs: fc.array(
    fc.record({
      before: anyJump,
      between: fc.array(anyJump, { maxLength: 6 }),
      stop: fc.integer({ min: 0, max: 12 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

class Life {
  readonly lake = new MemoryLake();
  readonly progress = new MemorySliceProgress();
  readonly archive: MemoryArchive;

  constructor(trail: readonly MemoryObject[]) {
    this.archive = new MemoryArchive(trail);
  }

  /** A run, and which folders it lists. */
  async run(made: MadePlan, now: () => number, stop = Number.POSITIVE_INFINITY) {
    this.archive.listed.length = 0;
    let asked = 0;
    const isStopped = () => asked++ >= stop;
    const { lake, progress, archive } = this;
    const report = await backfillInMemory(lake, { made, archive, progress, now, isStopped, lanes: [2, 3] });
    return { report, listed: [...archive.listed] };
  }

  async ended(): Promise<ReadonlySet<string>> {
    const places = new Set<string>();
    for await (const { place } of this.progress.ends('plan')) places.add(place);
    return places;
  }

  async standing(made: MadePlan, now: number) {
    const count = new ProgressCount(now);
    for await (const end of this.progress.ends('plan')) count.end(end);
    for (const slice of made.slices) count.slice(slice);
    return count.standing();
  }
}

describe('a clock that is set while a backfill lasts', () => {
  test('changes neither the rows nor the order of work, and everything comes to its end (B1)', async () => {
    await fc.assert(
      fc.asyncProperty(anyLife, async ({ files, days, planned, runs }) => {
        const trail = makeTrail(files, days);
        const life = new Life(trail);
        let now = NOW + planned;
        const made = await planInMemory(life.archive, life.lake, now);
        const places = made.slices.map(({ place }) => place);
        expect(places).toEqual(inOrder(made, now));
        for (const { before, between, stop } of runs) {
          const done = await life.ended();
          const clock = jumpingClock(now + before, between);
          const { listed } = await life.run(made, clock, stop);
          const toDo = places.filter((place) => !done.has(place));
          expect(listed).toEqual(toDo.slice(0, listed.length));
          now = clock();
          const { rate, eta = 0, slices } = await life.standing(made, now);
          expect([rate, eta].every((it) => Number.isFinite(it) && it >= 0)).toBe(true);
          expect(slices.done).toBe((await life.ended()).size);
        }
        const done = await life.ended();
        const jumps = runs.flatMap(({ before, between }) => [before, ...between]);
        const last = await life.run(made, jumpingClock(now, jumps));
        expect(last.report.slices).toMatchObject({ ended: places.length - done.size, passed: done.size });
        expect(await life.lake.rows()).toEqual(truthOf(trail, BOTH));
        const { logFiles, eta } = await life.standing(made, now);
        expect([logFiles, eta]).toMatchObject([{ total: files, done: files, toDo: 0 }, undefined]);
        expect((await life.run(made, () => 0)).listed).toEqual([]);
        const again = await planInMemory(life.archive, life.lake, now - DAY);
        expect(again.plan.total).toMatchObject({ files, settled: files });
      }),
      { seed: SEED, numRuns: 80 },
    );
  });

  test.each([
    ['an hour back', -HOUR],
    ['a day back', -DAY],
    ['60 days on', 60 * DAY],
  ])('between two slices, between plan and run, and between run and resume: %s', async (_, jump) => {
    const trail = makeTrail(20, 5);
    const life = new Life(trail);
    const made = await planInMemory(life.archive);
    const places = made.slices.map(({ place }) => place);
    const first = await life.run(made, jumpingClock(NOW + jump, [0, jump]), 6);
    expect(first.report.interrupted).toBe(true);
    const done = await life.ended();
    expect(done.size).toBeGreaterThan(0);
    expect(done.size).toBeLessThan(places.length);
    const second = await life.run(made, jumpingClock(NOW + 3 * jump, []));
    expect(second.listed).toEqual(places.filter((place) => !done.has(place)));
    expect(await life.lake.rows()).toEqual(truthOf(trail, BOTH));
  });

  test.each([
    ['1 s on', 1_000, false],
    ['an hour back', -HOUR, true],
    ['60 days on', 60 * DAY, true],
  ])(
    'a bundle is closed after two seconds of work, or sooner, never an hour later: %s',
    async (_, jump, full) => {
      const [file] = makeTrail(1, 1);
      if (!file) throw new Error('the trail is empty');
      const lane = memoryLane(new MemoryLogSource([file]), 1_000, jumpingClock(NOW, [0, jump - 1_000]));
      const parsed = parseKey('amzn-s3-demo-bucket', file.key);
      if (parsed.kind === 'foreign') throw new Error(file.key);
      expect(await lane.add([{ ref: parsed.ref, location: file.key, etag: '1', datasets: BOTH }])).toBe(full);
    },
  );
});
