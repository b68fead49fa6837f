import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type LmdbItems, openItems } from '../../src/adapters/local/lmdb-items.js';
import { LmdbLakeState } from '../../src/adapters/local/lmdb-lake-state.js';
import { BEAT_MS, beat, STALE_MS, stopWriting, tryToWrite } from '../../src/adapters/local/writer-lock.js';
import { ATHENA } from '../../src/datasets/dataset.js';
import { openLakeForWriting } from '../../src/wiring/local.js';
import { run, start, summaryOf } from '../support/command-line.ts';
import { makeTrail, truthOf } from '../support/log-files.ts';
import { BOTH } from '../support/memory-ingest.ts';
import { TrailFolder } from '../support/trail-folder.ts';

const DATASETS = [{ name: 'athena_events', eventSources: [ATHENA] }] as const;

describe('L3: two ingests at once into one lake', () => {
  let folder: TrailFolder;
  afterEach(() => folder.remove());

  test('both end well, the second one after the first, and every row is there once', async () => {
    const trail = makeTrail(120, 4);
    folder = await TrailFolder.of(trail);
    const ends = await Promise.all([1, 2, 3].map((n) => run(folder.args(BOTH, '--concurrency', String(n)))));
    expect(ends.map(({ code, err }) => ({ code, err }))).toEqual(Array(3).fill({ code: 0, err: '' }));
    const files = ends.map((end) => summaryOf(end).log_files);
    expect(files.map(({ listed, failed }) => ({ listed, failed }))).toEqual(
      Array(3).fill({ listed: 120, failed: 0 }),
    );
    expect(files.reduce((sum, { ingested }) => sum + ingested, 0)).toBe(120);
    expect(await folder.rows()).toEqual(truthOf(trail, BOTH));
    expect(await folder.litter()).toEqual([]);
  });

  test('with different datasets, both are in the lake', async () => {
    const trail = makeTrail(60, 3);
    folder = await TrailFolder.of(trail);
    const ends = await Promise.all(BOTH.map((name) => folder.ingest([name])));
    expect(ends.map(({ code }) => code)).toEqual([0, 0]);
    expect(await folder.rows()).toEqual(truthOf(trail, BOTH));
    expect((await folder.ingest()).code).toBe(0);
  });

  test('a second one that may not wait ends with LAKE_BUSY and exit code 1, and changes nothing', async () => {
    const trail = makeTrail(10, 2);
    folder = await TrailFolder.of(trail);
    const holder = await openLakeForWriting(folder.lake, { datasets: DATASETS, waitSeconds: 0 });
    const refused = await run(folder.args(BOTH, '--lock-wait', '0'));
    expect({ code: refused.code, out: refused.out }).toEqual({ code: 1, out: '' });
    expect(refused.err).toMatch(/^LAKE_BUSY: /);
    const waiting = run(folder.args(BOTH, '--lock-wait', '20'));
    await pause(400);
    await holder.release();
    expect((await waiting).code).toBe(0);
    expect(await folder.rows()).toEqual(truthOf(trail, BOTH));
  });

  test('one that was killed does not keep the next one waiting', async () => {
    const trail = makeTrail(200, 4);
    folder = await TrailFolder.of(trail);
    const { child, ended } = start(folder.args(BOTH));
    await pause(250);
    child.kill('SIGKILL');
    await ended;
    expect((await run(folder.args(BOTH, '--lock-wait', '0'))).code).toBe(0);
    expect(await folder.rows()).toEqual(truthOf(trail, BOTH));
  });

  test('questions and dry runs do not wait for a writer', async () => {
    folder = await TrailFolder.of(makeTrail(10, 2));
    await folder.ingest();
    const holder = await openLakeForWriting(folder.lake, { datasets: DATASETS, waitSeconds: 0 });
    const asked = await run(['query', '--lake', folder.lake, 'SELECT count(*) AS n FROM athena_events']);
    expect(asked.code).toBe(0);
    expect((await run(folder.args(BOTH, '--dry-run'))).code).toBe(0);
    await holder.release();
  });

  test('a writer that lost the lake while it was halted commits nothing, and says so', async () => {
    const trail = makeTrail(30, 2);
    folder = await TrailFolder.of(trail);
    const halted = await openLakeForWriting(folder.lake, { datasets: DATASETS, waitSeconds: 0 });
    await takeOver(folder.lake);
    const lost = { code: 'LAKE_LOCK_LOST' };
    const { state } = halted.ports;
    const commit = { bid: 'late', entries: [], parts: [], openQueries: [] };
    await expect(state.commit(commit)).rejects.toMatchObject(lost);
    await expect(state.openPartitions([{ table: 'athena_events', day: '2026-01-05' }])).rejects.toMatchObject(
      lost,
    );
    await halted.release();
    const other = openItems(join(folder.lake, '_meta/state'), { readOnly: false });
    expect(other.get('WRITER')).toMatchObject({ token: 'somebody' });
    await other.close();
  });
});

/** Somebody on another machine, for whom the holder's last beat is too long ago. */
async function takeOver(lake: string): Promise<void> {
  const items = openItems(join(lake, '_meta/state'), { readOnly: false });
  const somebody = { token: 'somebody', pid: 1, host: 'host.example.com' };
  const later = Date.now() + STALE_MS + BEAT_MS;
  expect(tryToWrite(items, somebody, { now: () => later, isAlive: () => true })).toBe(true);
  await items.close();
}

describe('the writer lock', () => {
  let root: string;
  let items: LmdbItems;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'writer-lock-'));
    items = openItems(root, { readOnly: false });
  });
  afterEach(async () => {
    await items.close();
    await rm(root, { recursive: true });
  });

  const [first, second] = ['first', 'second'].map((token, at) => ({
    token,
    pid: 100 + at,
    host: 'a.example.com',
  }));
  if (!first || !second) throw new Error('two writers are needed');
  const world = (now: number, alive = true) => ({ now: () => now, isAlive: () => alive });

  test('one of two has it, until that one stops', () => {
    expect(tryToWrite(items, first, world(0))).toBe(true);
    expect(tryToWrite(items, second, world(1))).toBe(false);
    stopWriting(items, second);
    expect(tryToWrite(items, second, world(2))).toBe(false);
    stopWriting(items, first);
    expect(tryToWrite(items, second, world(3))).toBe(true);
  });

  test('a dead holder of this machine is succeeded at once, one of another machine when it is stale', () => {
    tryToWrite(items, first, world(0));
    expect(tryToWrite(items, { ...second, host: 'b.example.com' }, world(STALE_MS, false))).toBe(false);
    expect(tryToWrite(items, { ...second, host: 'b.example.com' }, world(STALE_MS + 1, false))).toBe(true);
    expect(tryToWrite(items, first, world(STALE_MS + 2, false))).toBe(false);
    stopWriting(items, second);
    tryToWrite(items, first, world(0));
    expect(tryToWrite(items, second, world(1, false))).toBe(true);
  });

  test('a holder that is halted for too long loses it, and notices at its next beat and its next commit', async () => {
    tryToWrite(items, first, world(0));
    expect(beat(items, first, 20_000)).toBe(true);
    expect(tryToWrite(items, second, world(STALE_MS + 1))).toBe(false);
    expect(tryToWrite(items, second, world(20_000 + STALE_MS + 1))).toBe(true);
    expect(beat(items, first, 60_000)).toBe(false);
    const state = new LmdbLakeState(items, { writer: 'first', now: () => 0 });
    const commit = { bid: 'b', entries: [], parts: [], openQueries: [] };
    await expect(state.commit(commit)).rejects.toMatchObject({ code: 'LAKE_LOCK_LOST' });
    stopWriting(items, first);
    expect(items.get('WRITER')).toMatchObject({ token: 'second' });
  });

  test('without the lock nothing can be written', async () => {
    const state = new LmdbLakeState(items, { writer: 'first', now: () => 0 });
    const opening = state.openPartitions([{ table: 'athena_events', day: '2026-01-05' }]);
    await expect(opening).rejects.toMatchObject({ code: 'LAKE_LOCK_LOST' });
  });
});

describe('Ctrl-C', () => {
  let folder: TrailFolder;
  afterEach(() => folder.remove());

  /** From its first write on it listens for signals, however long a loaded machine takes to start it. */
  async function untilBegun(child: ChildProcess): Promise<void> {
    while (!existsSync(folder.lake) && child.exitCode === null) await pause(5);
  }

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`${signal} ends the run in order: exit code 130, the state is saved, the next run completes it`, async () => {
      const trail = makeTrail(2_000, 8);
      folder = await TrailFolder.of(trail);
      const { child, ended } = start(folder.args(BOTH, '--concurrency', '2'));
      await untilBegun(child);
      child.kill(signal);
      const stopped = await ended;
      expect({ code: stopped.code, signal: stopped.signal }).toEqual({ code: 130, signal: null });
      expect(stopped.err).toContain('run the same command to continue');
      const summary = summaryOf(stopped);
      expect(summary.interrupted).toBe(true);
      const rows = await folder.rows();
      const written = Object.values(summary.rows_written).reduce((sum, n) => sum + n, 0);
      expect(rows).toHaveLength(written);
      const next = await folder.ingest();
      expect(next.code).toBe(0);
      expect(summaryOf(next).log_files).toMatchObject({ skipped: summary.log_files.ingested, failed: 0 });
      expect(await folder.rows()).toEqual(truthOf(trail, BOTH));
      expect(await folder.litter()).toEqual([]);
    });
  }

  test('twice in a row ends it at once with 130, and the next run completes it', async () => {
    const trail = makeTrail(2_000, 8);
    folder = await TrailFolder.of(trail);
    const { child, ended } = start(folder.args(BOTH, '--concurrency', '2'));
    await untilBegun(child);
    child.kill('SIGINT');
    await pause(20);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect((await folder.ingest()).code).toBe(0);
    expect(await folder.rows()).toEqual(truthOf(trail, BOTH));
    expect(await folder.litter()).toEqual([]);
  });
});

/** Loaded into every thread before the program; what follows happens whenever a worker is told something. */
const SABOTAGE = `import { isMainThread, parentPort } from 'node:worker_threads';
const listen = parentPort?.on.bind(parentPort);
if (!isMainThread) parentPort.on = (name, listener) => listen(name, (message) => {`;

describe('a worker thread that dies', () => {
  let folder: TrailFolder;
  afterEach(() => folder.remove());

  for (const [how, code] of [
    ['exits', 'process.exit(3)'],
    ['throws', "throw new Error('planted')"],
    [
      'runs out of memory',
      'const hoard = []; for (;;) hoard.push(Array.from({ length: 1000 }, (_, i) => ({ i })))',
    ],
  ] as const) {
    test(`(it ${how}) ends the command with INTERNAL and exit code 1, and the next run completes it`, async () => {
      const trail = makeTrail(150, 4);
      folder = await TrailFolder.of(trail);
      const saboteur = join(folder.root, 'saboteur.mjs');
      await writeFile(
        saboteur,
        `${SABOTAGE} if (message.say === 'close') { ${code} }; listener(message); });`,
      );
      const args = folder.args(BOTH, '--concurrency', '3');
      const died = await run(args, { node: ['--max-old-space-size=96', '--import', saboteur] });
      expect({ code: died.code, out: died.out }).toEqual({ code: 1, out: '' });
      expect(died.err).toContain('INTERNAL: a worker thread died');
      expect((await folder.ingest()).code).toBe(0);
      expect(await folder.rows()).toEqual(truthOf(trail, BOTH));
      expect(await folder.litter()).toEqual([]);
    });
  }
});
