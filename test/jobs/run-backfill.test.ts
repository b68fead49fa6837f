import { setTimeout as pause } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { placeOf } from '../../src/backfill/slice.js';
import type { SliceEnd } from '../../src/backfill/slice-end.js';
import { imbalances } from '../../src/telemetry.js';
import { damaged, makeLogFile, makeTrail, truthOf } from '../support/log-files.ts';
import { MemoryArchive } from '../support/memory-archive.ts';
import { backfillInMemory, type MadePlan, planInMemory } from '../support/memory-backfill.ts';
import { BOTH, MemoryLake } from '../support/memory-ingest.ts';
import { MemoryLogSource } from '../support/memory-log-source.ts';
import { MemorySliceProgress } from '../support/memory-slice-progress.ts';

const DIGEST = {
  key: 'AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/01/05/x.json.gz',
  bytes: new Uint8Array(),
};
const TRAIL = makeTrail(20, 4);
const [FIRST, SECOND] = TRAIL;
if (!FIRST || !SECOND) throw new Error('the trail is empty');
const EVENTS_OF_FIRST = placeOf(FIRST.key);

let lake: MemoryLake;
let progress: MemorySliceProgress;
beforeEach(() => {
  lake = new MemoryLake();
  progress = new MemorySliceProgress();
});

const ends = async (): Promise<SliceEnd[]> => {
  const found: SliceEnd[] = [];
  for await (const end of progress.ends('plan')) found.push(end);
  return found.sort((a, b) => (a.place < b.place ? -1 : 1));
};
const run = (made: MadePlan, archive: MemoryArchive, more = {}) =>
  backfillInMemory(lake, { made, archive, progress, ...more });

/** How far a slice was takes longer to be noted than what comes behind it. */
class SlowProgress extends MemorySliceProgress {
  readonly notes: SliceEnd[] = [];

  override async note(planId: string, ends: readonly SliceEnd[]): Promise<void> {
    if (ends.some(({ isOpen }) => isOpen)) await pause(300);
    this.notes.push(...ends);
    await super.note(planId, ends);
  }
}

describe('a backfill', () => {
  test('brings every row once, and notes an end for each slice', async () => {
    const archive = new MemoryArchive([...TRAIL, DIGEST]);
    const made = await planInMemory(archive);
    const report = await run(made, archive, { lanes: [3, 5] });
    expect(await lake.rows()).toEqual(truthOf(TRAIL, BOTH));
    expect(imbalances(report.counters)).toEqual([]);
    expect(report.slices).toEqual({ ended: made.slices.length, passed: 0, unlisted: 0 });
    expect((await ends()).map(({ place }) => place)).toEqual(made.slices.map(({ place }) => place).sort());
    const sum = (await ends()).reduce((files, { ingested }) => files + ingested, 0);
    expect(sum).toBe(TRAIL.length);
  });

  test('a second run of a plan that is done lists nothing and writes nothing', async () => {
    const archive = new MemoryArchive(TRAIL);
    const made = await planInMemory(archive);
    await run(made, archive);
    archive.listed.length = 0;
    const files = lake.store.files.size;
    const report = await run(made, archive);
    expect(archive.listed).toEqual([]);
    expect(report.counters.logFiles.listed).toBe(0);
    expect(report.slices).toEqual({ ended: 0, passed: made.slices.length, unlisted: 0 });
    expect(lake.store.files.size).toBe(files);
  });

  test('a new plan counts what is settled, and its run lists nothing', async () => {
    const archive = new MemoryArchive(TRAIL);
    await run(await planInMemory(archive), archive);
    const again = await planInMemory(archive, lake);
    expect(again.plan.total).toMatchObject({ files: TRAIL.length, settled: TRAIL.length });
    archive.listed.length = 0;
    progress = new MemorySliceProgress();
    await run(again, archive);
    expect(archive.listed).toEqual([]);
  });

  test('B1: finds log files that came since the plan, and counts those that have gone', async () => {
    const archive = new MemoryArchive(TRAIL);
    const made = await planInMemory(archive);
    const late = makeLogFile(900, [{ service: 'athena', day: 1 }]);
    archive.objects = [...TRAIL.slice(1), late];
    const report = await run(made, archive);
    expect(report.gone).toBe(1);
    expect(await lake.rows()).toEqual(truthOf([...TRAIL.slice(1), late], BOTH));
  });

  test('a slice with a damaged log file is taken again by the next run, and only that one', async () => {
    const archive = new MemoryArchive([damaged(FIRST), ...TRAIL.slice(1)]);
    const made = await planInMemory(archive);
    const report = await run(made, archive);
    expect(report.failures).toMatchObject([{ file: FIRST.key, code: 'BAD_GZIP' }]);
    const failed = (await ends()).filter((end) => end.failed > 0);
    expect(failed).toMatchObject([
      { place: EVENTS_OF_FIRST, failed: 1, failures: [{ file: FIRST.key, code: 'BAD_GZIP' }] },
    ]);
    archive.objects = TRAIL;
    archive.listed.length = 0;
    const again = await run(made, archive);
    expect(archive.listed).toEqual([EVENTS_OF_FIRST]);
    expect(again.counters.logFiles).toMatchObject({ ingested: 1, failed: 0 });
    expect(await lake.rows()).toEqual(truthOf(TRAIL, BOTH));
    expect((await ends()).filter((end) => end.failed > 0)).toEqual([]);
  });

  test('a folder that may not be listed stops nobody else', async () => {
    const archive = new MemoryArchive(TRAIL);
    const made = await planInMemory(archive);
    archive.refused.set(EVENTS_OF_FIRST, 'AWS_DENIED');
    const report = await run(made, archive);
    expect(report.unlisted).toMatchObject([{ place: EVENTS_OF_FIRST, code: 'AWS_DENIED' }]);
    expect(report.slices).toEqual({ ended: made.slices.length - 1, passed: 0, unlisted: 1 });
    const others = TRAIL.filter(({ key }) => placeOf(key) !== EVENTS_OF_FIRST);
    expect(await lake.rows()).toEqual(truthOf(others, BOTH));
    // Touched, so that nobody holds on to this plan for it; and listed again by the next run of it.
    expect((await ends()).filter(({ unlisted }) => unlisted)).toMatchObject([
      { place: EVENTS_OF_FIRST, listed: 0, gone: 0, unlisted: { code: 'AWS_DENIED' } },
    ]);
    archive.refused.clear();
    archive.listed.length = 0;
    await run(made, archive);
    expect(archive.listed).toEqual([EVENTS_OF_FIRST]);
    expect(await lake.rows()).toEqual(truthOf(TRAIL, BOTH));
    expect((await ends()).filter(({ unlisted }) => unlisted)).toEqual([]);
  });

  test('what a folder showed before it refused is in the lake, and the folder is not done', async () => {
    const archive = new MemoryArchive(TRAIL);
    const made = await planInMemory(archive);
    archive.refused.set(EVENTS_OF_FIRST, 'READ_FAILED');
    archive.pagesBefore = 1;
    const report = await run(made, archive);
    expect(report.counters.logFiles.ingested).toBe(TRAIL.length - 3);
    const [end] = (await ends()).filter(({ unlisted }) => unlisted);
    expect(end).toMatchObject({ listed: 2, ingested: 2, gone: 0, unlisted: { code: 'READ_FAILED' } });
    archive.refused.clear();
    await run(made, archive);
    expect(await lake.rows()).toEqual(truthOf(TRAIL, BOTH));
  });

  test('of folders that may not be listed it names a thousand, and counts all', async () => {
    const many = Array.from({ length: 1_003 }, (_, n) => makeLogFile(n, [{ service: 's3', day: n }]));
    const archive = new MemoryArchive(many);
    const made = await planInMemory(archive);
    for (const { place } of made.slices) archive.refused.set(place, 'AWS_DENIED');
    const report = await run(made, archive);
    expect([report.slices.unlisted, report.unlisted.length]).toEqual([1_003, 1_000]);
  });

  test('an archive that is not there is no backfill that is done: the next run has it all', async () => {
    const archive = new MemoryArchive(TRAIL);
    const made = await planInMemory(archive);
    archive.objects = [];
    const report = await run(made, archive);
    expect(report).toMatchObject({ gone: TRAIL.length, slices: { ended: made.slices.length } });
    archive.objects = TRAIL;
    expect(await run(made, archive)).toMatchObject({ gone: 0, slices: { passed: 0 } });
    expect(await lake.rows()).toEqual(truthOf(TRAIL, BOTH));
  });

  test('B1: a day that goes on is listed again, though all of it was settled when it was planned', async () => {
    const early = makeLogFile(901, [{ service: 'athena', day: 14 }]);
    const late = makeLogFile(902, [{ service: 'athena', day: 14 }]);
    const archive = new MemoryArchive([...TRAIL, early]);
    await run(await planInMemory(archive), archive);
    const again = await planInMemory(archive, lake);
    expect(again.slices.filter(({ isSettled }) => !isSettled)).toMatchObject([{ place: placeOf(early.key) }]);
    archive.objects = [...TRAIL, early, late];
    progress = new MemorySliceProgress();
    expect((await run(again, archive)).slices).toEqual({ ended: 1, passed: 4, unlisted: 0 });
    expect(await lake.rows()).toEqual(truthOf([...TRAIL, early, late], BOTH));
  });

  test('B1: so is a folder whose listing broke behind log files that are settled', async () => {
    const archive = new MemoryArchive([FIRST], 1);
    await run(await planInMemory(archive), archive);
    archive.objects = TRAIL;
    archive.refused.set(EVENTS_OF_FIRST, 'AWS_DENIED');
    archive.pagesBefore = 1;
    const broken = await planInMemory(archive, lake);
    expect(broken.slices).toContainEqual(
      expect.objectContaining({ place: EVENTS_OF_FIRST, files: 1, settled: 1, isSettled: false }),
    );
    archive.refused.clear();
    progress = new MemorySliceProgress();
    await run(broken, archive);
    expect(await lake.rows()).toEqual(truthOf(TRAIL, BOTH));
  });

  test('credentials that expire end the run', async () => {
    const archive = new MemoryArchive(TRAIL);
    const made = await planInMemory(archive);
    archive.refused.set(EVENTS_OF_FIRST, 'AWS_CREDENTIALS');
    await expect(run(made, archive)).rejects.toMatchObject({ code: 'AWS_CREDENTIALS' });
  });

  test('stopped in the middle it says so, and the next run goes on', async () => {
    const archive = new MemoryArchive(TRAIL);
    const made = await planInMemory(archive);
    const source = new MemoryLogSource(TRAIL);
    const isStopped = () => source.reads.size >= 7;
    const first = await run(made, archive, { reader: source, isStopped, lanes: [2] });
    expect(first.interrupted).toBe(true);
    expect(imbalances(first.counters)).toEqual([]);
    const second = await run(made, archive);
    expect(second.slices.passed).toBe(first.slices.ended);
    expect(await lake.rows()).toEqual(truthOf(TRAIL, BOTH));
  });

  test('a folder of very many log files is noted on its way, and taken up where it was stopped', async () => {
    const many = Array.from({ length: 2_500 }, (_, n) => makeLogFile(n, [{ service: 's3', day: 1 }]));
    const archive = new MemoryArchive([...many, FIRST]);
    const made = await planInMemory(archive);
    const slow = new SlowProgress();
    progress = slow;
    const source = new MemoryLogSource(archive.objects);
    const isStopped = () => source.reads.size >= 1_200;
    const lanes = [100, 100];
    const first = await run(made, archive, { reader: source, isStopped, lanes });
    expect([first.interrupted, first.slices.ended]).toEqual([true, 1]);
    const [open] = (await ends()).filter(({ isOpen }) => isOpen);
    expect(open).toMatchObject({ ingested: 1_000, failed: 0, gone: 0 });
    slow.notes.length = 0;
    const second = await run(made, archive, { lanes });
    expect(second.slices).toEqual({ ended: 1, passed: 1, unlisted: 0 });
    const parts = slow.notes.map((it) => ({ isOpen: it.isOpen, done: it.ingested + it.skipped }));
    const [one, two] = parts.map(({ done }) => done);
    expect([one, two].map((done) => Math.floor((done ?? 0) / 1_000))).toEqual([1, 2]);
    expect(parts).toEqual([
      { isOpen: true, done: one },
      { isOpen: true, done: two },
      { isOpen: false, done: 2_500 },
    ]);
    expect((await ends()).filter(({ isOpen }) => isOpen)).toEqual([]);
  });

  test('tells how many log files come, whatever was passed, came since, has gone or is foreign', async () => {
    const archive = new MemoryArchive(TRAIL);
    await run(await planInMemory(new MemoryArchive(TRAIL.slice(0, 7))), new MemoryArchive(TRAIL.slice(0, 7)));
    progress = new MemorySliceProgress();
    const made = await planInMemory(archive, lake);
    const { files, settled } = made.plan.total;
    expect(settled).toBe(7);
    archive.objects = [damaged(FIRST), ...TRAIL.slice(1)];
    await run(made, archive, { datasets: BOTH });
    const late = makeLogFile(900, [{ service: 'athena', day: 0 }]);
    archive.objects = [...TRAIL.slice(1), late, { ...DIGEST, key: FIRST.key.replace('.json.gz', '.txt') }];
    let toCome = files - settled;
    const { slices, counters } = await run(made, archive, {
      onCounted: (more: number) => {
        toCome += more;
      },
    });
    expect(slices.passed).toBeGreaterThan(0);
    expect(toCome).toBe(counters.logFiles.listed);
  });

  test('two copies of a trail below one folder give each row once', async () => {
    const copies = TRAIL.map(({ key, bytes }) => ({ key, bytes, location: `copy/${key}` }));
    const archive = new MemoryArchive([...TRAIL, ...copies]);
    const made = await planInMemory(archive);
    const report = await run(made, archive, { lanes: [3, 4] });
    expect(report.counters.logFiles).toMatchObject({ ingested: TRAIL.length, skipped: TRAIL.length });
    expect(await lake.rows()).toEqual(truthOf(TRAIL, BOTH));
    expect(await ends()).toHaveLength(made.slices.length);
  });
});
