import { type FileHandle, link, mkdir, mkdtemp, open, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FileCalls, FsBundleStore } from '../../src/adapters/local/fs-bundle-store.js';
import { commitBundle, type Proposal } from '../../src/jobs/commit-bundle.js';
import { eyesOn } from '../support/bundle-stores.ts';
import { run, summaryOf } from '../support/command-line.ts';
import { dayNumber, makeTrail, truthOf } from '../support/log-files.ts';
import { BOTH } from '../support/memory-ingest.ts';
import { MemoryItems, MemoryLakeState } from '../support/memory-lake-state.ts';
import { type Mount, mounted, NO_ROOM } from '../support/small-disk.ts';
import { TrailFolder } from '../support/trail-folder.ts';

const CODES = ['ENOSPC', 'EROFS', 'EIO', 'EMFILE'] as const;
const failure = (code: string) => Object.assign(new Error(`${code}: told by the test`), { code });

/** The calls of the folder, of which the n-th fails, before it had its effect or after. */
class FailingCalls {
  made = 0;
  open = 0;
  mostOpen = 0;
  constructor(readonly fault: { readonly at: number; readonly code: string; readonly after?: boolean }) {}

  readonly calls: FileCalls = {
    mkdir: (async (...args: Parameters<typeof mkdir>) => this.#call(() => mkdir(...args))) as typeof mkdir,
    link: async (...args) => this.#call(() => link(...args)),
    unlink: async (...args) => this.#call(() => unlink(...args)),
    open: async (...args) => {
      const file = await this.#call(() => open(...args));
      this.mostOpen = Math.max(this.mostOpen, ++this.open);
      const { writeFile, sync, close } = file;
      file.writeFile = (...rest) => this.#call(() => writeFile.apply(file, rest));
      file.sync = () => this.#call(() => sync.apply(file));
      file.close = async () => {
        await close.apply(file);
        this.open--;
      };
      return file;
    },
  };

  async #call<T>(action: () => Promise<T>): Promise<T> {
    const fails = this.made++ === this.fault.at;
    if (fails && !this.fault.after) throw failure(this.fault.code);
    const result = await action();
    if (!fails) return result;
    if (result instanceof Object && 'close' in result) await (result as unknown as FileHandle).close();
    throw failure(this.fault.code);
  }
}

/** Rows of some days, as a lane would have made them. */
const proposal = (days: number): Proposal => ({
  table: 'athena_events',
  entries: entries(days),
  parts: Array.from({ length: days }, (_, at) => ({
    day: dayNumber(at),
    files: 1,
    rows: 1,
    bytes: Buffer.from(`rows of ${at}`),
    sha256: '',
    rowHashSum: '',
  })),
  openQueries: [],
  endedQueries: [],
});

const entries = (rows: number) => [
  { fid: 'one', status: 'COMMITTED', etag: '1', rows, read: rows, ignored: 0, rejected: 0 } as const,
];

describe('L1: a folder that cannot be written', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'full-disk-'));
    await mkdir(join(root, '_meta/tmp'), { recursive: true });
  });
  afterEach(() => rm(root, { recursive: true }));

  const attempt = async (state: MemoryLakeState, calls: FileCalls, bid: string) =>
    commitBundle(proposal(2), { state, bundles: new FsBundleStore(root, calls), newBundleId: () => bid });

  for (const code of CODES) {
    for (const after of [false, true]) {
      test(`${code} ${after ? 'after' : 'before'} any call: nothing is visible, nothing is left, the next try is whole`, async () => {
        const sound = new FailingCalls({ at: -1, code });
        await attempt(new MemoryLakeState(new MemoryItems()), sound.calls, 'count');
        await rm(join(root, 'athena_events'), { recursive: true });
        const calls = sound.made;
        expect(calls).toBeGreaterThan(12);
        for (let at = 0; at < calls; at++) {
          const state = new MemoryLakeState(new MemoryItems());
          const failing = new FailingCalls({ at, code, after });
          await expect(attempt(state, failing.calls, 'first'), `call ${at}`).rejects.toMatchObject({
            code: 'LAKE_WRITE_FAILED',
            message: expect.stringContaining(code),
          });
          expect(failing.open, `open files after call ${at}`).toBe(0);
          expect(await state.committedList()).toEqual([]);
          expect(await eyesOn(root).files(), `data files after call ${at}`).toEqual({});
          expect(await eyesOn(root).leftovers(), `leftovers after call ${at}`).toEqual([]);
          await attempt(state, sound.calls, 'second');
          expect(Object.values(await eyesOn(root).files())).toEqual(['rows of 0', 'rows of 1']);
          await rm(join(root, 'athena_events'), { recursive: true });
        }
      });
    }
  }

  test('EMFILE: a bundle of 1,200 days opens few files at once', async () => {
    const calls = new FailingCalls({ at: -1, code: 'EMFILE' });
    await commitBundle(proposal(1_200), {
      state: new MemoryLakeState(new MemoryItems()),
      bundles: new FsBundleStore(root, calls.calls),
      newBundleId: () => 'years',
    });
    expect(Object.keys(await eyesOn(root).files())).toHaveLength(1_200);
    expect(calls.mostOpen).toBeLessThanOrEqual(32);
  });
});

describe('L1: a real file system that is full or read-only', () => {
  const trail = makeTrail(200, 10);
  let folder: TrailFolder;
  let mount: Mount | undefined;
  beforeEach(async () => {
    folder = await TrailFolder.of(trail);
    await mkdir(folder.lake);
  });
  afterEach(async () => {
    mount?.unmount();
    mount = undefined;
    await folder.remove();
  });

  for (const kilobytes of [16, 48, 80, 160, 240, 400]) {
    test(`full after ${kilobytes} kB: LAKE_WRITE_FAILED, exit code 1; with room again the lake is exact`, async ({
      skip,
    }) => {
      mount = mounted(folder.lake, 'size=16m');
      if (!mount) return skip('no tmpfs can be mounted here');
      mount.change(`size=${kilobytes}k`);
      const full = await folder.ingest();
      expect({ code: full.code, out: full.out }).toEqual({ code: 1, out: '' });
      expect(full.err).toMatch(NO_ROOM);
      expect(full.err).not.toMatch(/\n {4}at /);
      const again = await folder.ingest();
      expect(again.err).toMatch(NO_ROOM);
      expect(again.err).not.toMatch(/\n {4}at /);
      mount.change('size=16m');
      expect((await folder.ingest()).code).toBe(0);
      expect(await folder.rows()).toEqual(truthOf(trail, BOTH));
      expect(await folder.litter()).toEqual([]);
    });
  }

  test('no inode left: LAKE_WRITE_FAILED, and with room again the lake is exact', async ({ skip }) => {
    mount = mounted(folder.lake, 'size=16m,nr_inodes=40');
    if (!mount) return skip('no tmpfs can be mounted here');
    const full = await folder.ingest();
    expect(full.code).toBe(1);
    expect(full.err).toMatch(/^LAKE_WRITE_FAILED: .*ENOSPC/);
    mount.change('nr_inodes=4000');
    expect(summaryOf(await folder.ingest()).log_files).toMatchObject({ failed: 0 });
    expect(await folder.rows()).toEqual(truthOf(trail, BOTH));
    expect(await folder.litter()).toEqual([]);
  });

  test('read-only: no ingest, but questions and dry runs are answered', async ({ skip }) => {
    mount = mounted(folder.lake, 'size=16m');
    if (!mount) return skip('no tmpfs can be mounted here');
    const half = trail.slice(0, 100);
    await rm(folder.trail, { recursive: true });
    await folder.write(half);
    await folder.ingest();
    await folder.write(trail);
    mount.change('ro');
    const refused = await folder.ingest();
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/^LAKE_WRITE_FAILED: /);
    const dry = await run(folder.args(BOTH, '--dry-run'));
    expect(summaryOf(dry).log_files).toMatchObject({ ingested: 100, skipped: 100 });
    const asked = await run(['query', '--lake', folder.lake, 'SELECT count(*) AS n FROM cloudtrail_events']);
    expect(JSON.parse(asked.out)).toEqual({ n: truthOf(half, ['cloudtrail_events']).length });
    mount.change('rw');
    expect((await folder.ingest()).code).toBe(0);
    expect(await folder.rows()).toEqual(truthOf(trail, BOTH));
  });

  test('a file where the lake should be, or where a table should be, is told and left alone', async () => {
    await rm(folder.lake, { recursive: true });
    await writeFile(folder.lake, 'mine');
    const refused = await folder.ingest();
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/^LAKE_WRITE_FAILED: /);
    await rm(folder.lake);
    await mkdir(folder.lake);
    await writeFile(join(folder.lake, 'athena_events'), 'mine');
    const second = await folder.ingest();
    expect(second.code).toBe(1);
    expect(second.err).toMatch(/^LAKE_WRITE_FAILED: /);
    await rm(join(folder.lake, 'athena_events'));
    expect((await folder.ingest()).code).toBe(0);
    expect(await folder.rows()).toEqual(truthOf(trail, BOTH));
  });
});
