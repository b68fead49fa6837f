import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProgressCount } from '../../src/backfill/progress-count.js';
import { placeOf } from '../../src/backfill/slice.js';
import { dayNumber, type MadeLogFile, makeLogFile, truthOf } from '../support/log-files.ts';
import { MemoryArchive } from '../support/memory-archive.ts';
import { backfillInMemory, planInMemory } from '../support/memory-backfill.ts';
import { BOTH, MemoryLake, NOW } from '../support/memory-ingest.ts';
import { MemorySliceProgress } from '../support/memory-slice-progress.ts';
import { SEED } from '../support/seed.ts';

const MOST = 16;
/** Days around that on which plans are made: CloudTrail still delivers to the last two. */
const DAYS = [11, 12, 13, 14, 15];
const RECENT = dayNumber(14);

const some = fc.array(fc.boolean(), { minLength: MOST, maxLength: MOST });
const anyStory = fc.record({
  files: fc.integer({ min: 1, max: MOST }),
  days: fc.integer({ min: 1, max: DAYS.length }),
  /** Ingested by an earlier plan. */
  before: some,
  /** Delivered after the plan was made, where the day is a recent one. */
  late: some,
  /** Folders that refuse to be listed when the plan is made. */
  refused: some,
  pagesBefore: fc.nat(2),
  /** Runs of the plan in which folders refuse, and log files of it are not there. */
  runs: fc.array(fc.record({ refused: some, absent: some, pagesBefore: fc.nat(2), stop: fc.nat(20) }), {
    maxLength: 3,
  }),
});

/** Those of a list that a row of coins picks. */
const picked = <T>(all: readonly T[], coins: readonly boolean[]): T[] => all.filter((_, at) => coins[at]);
const folderOf = ({ key }: MadeLogFile) => placeOf(key);
const foldersOf = (files: readonly MadeLogFile[]) => [...new Set(files.map(folderOf))].sort();

function refuse(archive: MemoryArchive, places: readonly string[], pagesBefore = 0): void {
  archive.refused.clear();
  for (const place of places) archive.refused.set(place, 'AWS_DENIED');
  archive.pagesBefore = pagesBefore;
}

test('B1: whatever was hidden, missing or late, a run that can list everything has all that lies in the plan', async () => {
  const check = fc.asyncProperty(anyStory, async ({ files, days, before, late, refused, ...story }) => {
    const all = Array.from({ length: files }, (_, n) =>
      makeLogFile(n, [{ service: 'athena', day: DAYS.at(-1 - (n % days)) ?? 0 }]),
    );
    const isRecent = ({ key }: MadeLogFile) => dayOf(key) >= RECENT;
    const tardy = picked(all, late).filter(isRecent);
    const early = all.filter((file) => !tardy.includes(file));
    const archive = new MemoryArchive(picked(early, before), 1);
    const lake = new MemoryLake();
    const earlier = { archive, progress: new MemorySliceProgress() };
    if (archive.objects.length > 0) {
      await backfillInMemory(lake, { made: await planInMemory(archive), ...earlier });
    }

    archive.objects = early;
    const folders = foldersOf(all);
    refuse(archive, picked(folders, refused), story.pagesBefore);
    const made = await planInMemory(archive, lake).catch(() => undefined);
    if (made === undefined) return;
    const progress = new MemorySliceProgress();
    // Where the plan has not seen all, one that came hides one that has gone: only their number is planned.
    const unknown = [...foldersOf(tardy), ...archive.refused.keys()];
    const isCounted = (file: MadeLogFile) => !unknown.includes(folderOf(file));
    for (const { refused: now, absent, pagesBefore, stop } of story.runs) {
      const gone = picked(all, absent).filter(isCounted);
      archive.objects = all.filter((file) => !gone.includes(file));
      refuse(archive, picked(folders, now), pagesBefore);
      let asked = 0;
      await backfillInMemory(lake, { made, archive, progress, isStopped: () => asked++ > stop });
    }

    archive.objects = all;
    refuse(archive, []);
    await backfillInMemory(lake, { made, archive, progress });
    const places = new Set(made.slices.map(({ place }) => place));
    const wanted = truthOf(
      all.filter((file) => places.has(folderOf(file))),
      BOTH,
    );
    const rows = await lake.rows();
    expect(wanted.filter((row) => !rows.includes(row))).toEqual([]);
    expect(new Set(rows).size).toBe(rows.length);

    const count = new ProgressCount(NOW);
    for await (const end of progress.ends('plan')) count.end(end);
    for (const slice of made.slices) count.slice(slice);
    const { slices } = count.standing();
    expect(slices).toMatchObject({ total: made.slices.length, done: made.slices.length });
    archive.listed.length = 0;
    const { slices: again } = await backfillInMemory(lake, { made, archive, progress });
    expect(archive.listed).toEqual([]);
    expect(again).toEqual({ ended: 0, passed: made.slices.length, unlisted: 0 });
  });
  await fc.assert(check, { seed: SEED, numRuns: 150 });
});

const dayOf = (key: string) => key.split('/').slice(-4, -1).join('-');
