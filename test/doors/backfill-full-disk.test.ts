import { existsSync } from 'node:fs';
import { mkdir, readdir, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readCatalog } from '../../src/adapters/local/lake-folder.js';
import { openLakeForReading } from '../../src/wiring/local.js';
import { type Ended, run, summaryOf } from '../support/command-line.ts';
import { makeTrail, truthOf } from '../support/log-files.ts';
import { BOTH } from '../support/memory-ingest.ts';
import { surplus } from '../support/multiset.ts';
import { type Mount, mounted, NO_ROOM } from '../support/small-disk.ts';
import { TrailFolder } from '../support/trail-folder.ts';

/** More than two bundles of one lane. */
const FILES = 4_500;
const TRAIL = makeTrail(FILES, 9);
const TRUTH = truthOf(TRAIL, BOTH);
const ROOM = 'size=256m';

let folder: TrailFolder;
let mount: Mount | undefined;
beforeEach(async () => {
  folder = await TrailFolder.of(TRAIL);
  await mkdir(folder.lake);
});
afterEach(async () => {
  mount?.unmount();
  mount = undefined;
  await folder.remove();
});

const datasets = BOTH.flatMap((name) => ['--dataset', name]);
function backfill(verb: 'plan' | 'run', ...more: readonly string[]): Promise<Ended> {
  const output = ['--lake', folder.lake, ...datasets, '--quiet', '--output', 'json', ...more];
  return run(['backfill', verb, folder.trail, ...output]);
}

const status = async () => {
  const ended = await run(['backfill', 'status', '--lake', folder.lake, '--output', 'json']);
  return JSON.parse(ended.out);
};

/** What lies where the plans do. */
async function plans(): Promise<string[]> {
  const place = join(folder.lake, '_meta/plans');
  return existsSync(place) ? readdir(place) : [];
}

async function usedKilobytes(): Promise<number> {
  const { blocks, bfree, bsize } = await statfs(folder.lake);
  return ((blocks - bfree) * bsize) / 1024;
}

const listForReaders = () => readCatalog(folder.lake, 'not asked for');

async function committedList() {
  const { days, close } = await openLakeForReading(folder.lake);
  await close();
  return days;
}

function wordFor(done: number): string {
  if (done === FILES) return 'done';
  return done > 0 ? 'stopped' : 'not_started';
}

/** No stack, no summary of what was not done: one line that says why. */
function saysThatThereIsNoRoom({ code, out, err }: Ended): void {
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(NO_ROOM);
  expect(err).not.toMatch(/\n {4}at /);
}

describe('L1: a disk that is full in the middle of a backfill', { timeout: 300_000 }, () => {
  test('what was done stays, and with room again the same command ends it: every row once, no litter', async ({
    skip,
  }) => {
    mount = mounted(folder.lake, ROOM);
    if (!mount) return skip('no tmpfs can be mounted here');
    expect((await backfill('plan')).code).toBe(0);
    const planned = await usedKilobytes();
    expect((await backfill('run', '--concurrency', '1')).code).toBe(0);
    const needed = (await usedKilobytes()) - planned;
    const halfDone: number[] = [];
    for (const share of [0.1, 0.6, 0.9]) {
      mount.unmount();
      mount = mounted(folder.lake, ROOM);
      if (!mount) return skip('no tmpfs can be mounted here');
      expect((await backfill('plan')).code).toBe(0);
      const [file = ''] = await plans();
      mount.change(`size=${Math.ceil(planned + needed * share)}k`);
      for (let time = 0; time < 2; time++) saysThatThereIsNoRoom(await backfill('run', '--concurrency', '1'));
      expect(await plans()).toEqual([file]);
      mount.change(ROOM);
      const kept = existsSync(join(folder.lake, '_meta/lake.json')) ? await folder.rows() : [];
      expect(surplus(kept, TRUTH)).toEqual([]);
      const settled = settledIn(kept);
      halfDone.push(settled);
      const before = await status();
      expect(before.log_files.done).toBeLessThanOrEqual(settled);
      expect(before.state).toBe(wordFor(before.log_files.done));
      const last = summaryOf(await backfill('run'));
      // Where nothing but the list for foreign readers is missing, all log files are done, and a run is that of a new plan.
      if (before.state !== 'done') expect(last).toMatchObject({ plan: file.replace('.jsonl', '') });
      expect(last.log_files).toMatchObject({ ingested: FILES - settled, failed: 0 });
      expect(await folder.rows()).toEqual(TRUTH);
      expect(await folder.litter()).toEqual([]);
      expect((await plans()).every((name) => /^[^.]+\.jsonl$/.test(name))).toBe(true);
      expect(await status()).toMatchObject({ state: 'done', log_files: { done: FILES, to_do: 0 } });
      expect(await listForReaders()).toEqual(await committedList());
    }
    expect(halfDone.filter((files) => files > 0 && files < FILES)).not.toEqual([]);
  });

  test('a plan for which there is no room is not made, and leaves nothing', async ({ skip }) => {
    mount = mounted(folder.lake, 'size=4k');
    if (!mount) return skip('no tmpfs can be mounted here');
    await writeFile(join(folder.lake, 'mine'), Buffer.alloc(4_096));
    for (let time = 0; time < 2; time++) {
      saysThatThereIsNoRoom(await backfill('plan'));
      saysThatThereIsNoRoom(await backfill('run'));
      expect(await folder.below(folder.lake)).toEqual(['mine']);
    }
    mount.change(ROOM);
    expect((await backfill('plan')).code).toBe(0);
    expect(await plans()).toEqual([expect.stringMatching(/^[^.]+\.jsonl$/)]);
  });
});

/** Log files that are whole: each has rows of cloudtrail_events, which are committed behind those of athena_events. */
function settledIn(rows: readonly string[]): number {
  const last = rows.map((row) => row.split(' ')).filter(([table]) => table === 'cloudtrail_events');
  return new Set(last.map(([, key]) => key)).size;
}
