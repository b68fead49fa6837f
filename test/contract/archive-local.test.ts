import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FsArchive } from '../../src/adapters/local/fs-archive.js';
import { FsLogSource } from '../../src/adapters/local/fs-log-source.js';
import type { LocalArgument } from '../../src/adapters/local/local-arguments.js';
import type { Scope } from '../../src/backfill/scope.js';
import { placeOf } from '../../src/backfill/slice.js';
import type { Archive, Found } from '../../src/ports/archive.js';
import type { ListedObject } from '../../src/ports/log-source.js';
import { archiveContract } from '../support/archive-contract.ts';
import { allOf, archiveStories } from '../support/archive-stories.ts';
import { FOLDER_ARCHIVE } from '../support/folder-archive.ts';
import { EVERYTHING } from '../support/scopes.ts';
import { SEED } from '../support/seed.ts';

archiveContract(FOLDER_ARCHIVE, { runs: 90 });

const DAY = 'AWSLogs/111122223333/CloudTrail/us-east-1/2025/01/05';

describe('FsArchive', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'fs-archive-'));
  });
  // Node cannot remove a folder whose path is too long.
  afterEach(() => void execFileSync('rm', ['-rf', root]));

  const fill = async (...keys: readonly string[]) => {
    for (const key of keys) {
      await mkdir(dirname(join(root, key)), { recursive: true });
      await writeFile(join(root, key), key);
    }
  };
  const at = (key: string) => join(root, key);
  const archiveOf = (given: readonly LocalArgument[], lake = at('lake')) => new FsArchive(given, lake);
  const survey = (archive: Archive, scope: Partial<Scope> = {}) =>
    allOf(archive.survey({ ...EVERYTHING, ...scope }));
  const objectsOf = async (archive: Archive) =>
    (await survey(archive)).flatMap((it) => (it.kind === 'objects' ? it.objects : []));
  const list = async (archive: Archive, place: string) => (await allOf(archive.list({ place }))).flat();
  const keysOf = (objects: readonly ListedObject[]) =>
    objects.map(({ what }) => (what === 'foreign' ? what : what.key)).sort();

  test('D1: gives each file the name, size and etag that an ingest of the same arguments gives it', async () => {
    const law = fc.asyncProperty(archiveStories, async ({ keys, places }) => {
      await fill(...keys);
      const given = places.map(at);
      const byLocation = (a: ListedObject, b: ListedObject) => (a.location < b.location ? -1 : 1);
      const source = (await allOf(new FsLogSource(given, at('no-lake')).list())).filter(isLogFile);
      const archived = (await objectsOf(archiveOf(given, at('no-lake')))).filter(isLogFile);
      expect(archived.sort(byLocation)).toEqual(source.sort(byLocation));
      for (const name of await readdir(root)) await rm(at(name), { recursive: true });
    });
    await fc.assert(law, { seed: SEED, numRuns: 100 });
  });

  test('named files alone: the survey shows them, and so does the listing of their folder', async () => {
    await fill(`${DAY}/a.json`, `${DAY}/b.json`, `${DAY}/c.txt`, 'logs/x.log', 'logs/y.json');
    const archive = archiveOf([at(`${DAY}/b.json`), at('logs/x.log')]);
    const expected = [`${DAY}/b.json`, 'x.log'];
    const surveyed = await objectsOf(archive);
    expect(keysOf(surveyed)).toEqual(expected);
    expect(keysOf(await list(archive, at(`${DAY}/`)))).toEqual([`${DAY}/b.json`]);
    expect(keysOf(await list(archive, at('logs/')))).toEqual(['x.log']);
    expect(await list(archive, at(''))).toEqual([]);
  });

  test('what a pattern found is named by where the pattern begins, in both', async () => {
    await fill('logs/2025/x.json', 'logs/2025/y.json', 'logs/2026/x.json');
    const found = ['logs/2025/x.json', 'logs/2026/x.json'].map((key) => ({
      path: at(key),
      below: at('logs'),
    }));
    const archive = archiveOf(found);
    expect(keysOf(await objectsOf(archive))).toEqual(['2025/x.json', '2026/x.json']);
    expect(keysOf(await list(archive, at('logs/2025/')))).toEqual(['2025/x.json']);
  });

  test('the listing of a folder of two arguments goes by the inner one, as its survey does', async () => {
    await fill('other/x.json', 'logs/y.json');
    await symlink(at('other'), at('logs/link'));
    const archive = archiveOf([at('logs'), at('logs/link')]);
    expect(keysOf(await objectsOf(archive))).toEqual(['x.json', 'y.json']);
    expect(keysOf(await list(archive, at('logs/link/')))).toEqual(['x.json']);
  });

  test('the scope also decides of files that were named', async () => {
    await fill(`${DAY}/a.json`, 'loose.json');
    const archive = archiveOf([at(`${DAY}/a.json`), at('loose.json')]);
    const loose = { kind: 'left-out', place: at('loose.json'), reason: 'tells-no-day' };
    expect(await survey(archive, { from: '2025-01-06' })).toEqual([
      { kind: 'out-of-scope', place: at(`${DAY}/a.json`) },
      loose,
    ]);
    expect(await survey(archive, { to: '2025-01-05' })).toMatchObject([
      { kind: 'objects', objects: [{ location: at(`${DAY}/a.json`) }] },
      loose,
    ]);
  });

  test('hands on a thousand files at a time, and never those of two folders together', async () => {
    const names = (folder: string, count: number) =>
      Array.from({ length: count }, (_, n) => `${folder}/${String(n).padStart(4, '0')}.json`);
    await fill(...names('a', 2_001), ...names('b', 3));
    const found = await survey(archiveOf([root]));
    const pages = found.map((it) => (it.kind === 'objects' ? it.objects : []));
    expect(pages.map(({ length }) => length).sort()).toEqual([1, 1_000, 1_000, 3]);
    for (const page of pages) expect(new Set(page.map(({ location }) => placeOf(location))).size).toBe(1);
    const listed = await allOf(archiveOf([root]).list({ place: at('a/') }));
    expect(listed.map(({ length }) => length)).toEqual([1_000, 1_000, 1]);
  });

  test('lakes of any name are left out, in a survey and when their folders are listed', async () => {
    await fill('a.json', 'other/_meta/lake.json', 'other/x.json', 'mine/y.json', 'mine/sub/z.json');
    const archive = archiveOf([root], at('mine'));
    expect(keysOf(await objectsOf(archive))).toEqual(['a.json']);
    for (const place of ['other/', 'mine/', 'mine/sub/']) expect(await list(archive, at(place))).toEqual([]);
    expect(() => archiveOf([at('mine/sub')], at('mine'))).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  test('links to files are followed, links to folders and broken links are not', async () => {
    await fill('a.json', 'sub/b.json');
    await symlink(at('a.json'), at('link.json'));
    await symlink(root, at('sub/circle'));
    await symlink(at('none'), at('broken.json'));
    const archive = archiveOf([root]);
    expect(keysOf(await objectsOf(archive))).toEqual(['a.json', 'link.json', 'sub/b.json']);
    expect(keysOf(await list(archive, at('')))).toEqual(['a.json', 'link.json']);
  });

  test('a link that is not followed is told of, unless it is named itself or leads to a lake', async () => {
    await fill('other/x.json', 'lake/_meta/lake.json', 'logs/y.json');
    const links = { link: 'other', named: 'other', mine: 'lake', broken: 'none' };
    for (const [name, to] of Object.entries(links)) await symlink(at(to), at(`logs/${name}`));
    const passed = (await survey(archiveOf([at('logs'), at('logs/named')]))).filter(isPassed);
    expect(passed.toSorted((a, b) => (a.place < b.place ? -1 : 1))).toEqual(
      ['broken', 'link'].map((name) => ({
        ...{ kind: 'left-out', place: at(`logs/${name}/`), reason: 'symbolic-link' },
      })),
    );
  });

  test('a link in the place of a folder that is not wanted goes with the scope', async () => {
    await fill('other/x.json', `${DAY}/a.json`);
    await symlink(at('other'), at('AWSLogs/444455556666'));
    const found = await survey(archiveOf([root]), { accounts: ['111122223333'] });
    const passed = found.filter(isPassed);
    expect(passed).toHaveLength(2);
    expect(passed).toContainEqual({ kind: 'out-of-scope', place: at('AWSLogs/444455556666/') });
  });

  test('a file in the place of a folder is a folder that is gone', async () => {
    await fill('a.json');
    expect(await list(archiveOf([root]), at('a.json/'))).toEqual([]);
  });

  test('a path that is not there is told at once, by name', () => {
    const message = expect.stringContaining('none');
    expect(() => archiveOf([at('none')])).toThrow(expect.objectContaining({ code: 'USAGE', message }));
  });

  // Who runs as root may list every folder: one whose path is too long cannot be listed by anybody.
  test('a folder that cannot be listed is told of by name, and the rest goes on', async () => {
    const isRoot = process.getuid?.() === 0;
    await fill('a/x.json', 'b/y.json');
    const locked = isRoot ? await deepFolder(at('b')) : at('b');
    if (!isRoot) await chmod(locked, 0);
    const archive = archiveOf([root]);
    const found = await survey(archive);
    expect(found).toContainEqual(
      expect.objectContaining({ kind: 'unlisted', code: 'READ_FAILED', place: expect.stringMatching(/\/$/) }),
    );
    expect(found).toContainEqual(expect.objectContaining({ kind: 'objects' }));
    const message = expect.stringContaining('cannot list');
    const failed = list(archive, isRoot ? `${at('b')}/${'x'.repeat(300)}/` : `${locked}/`);
    await expect(failed).rejects.toMatchObject({ code: 'READ_FAILED', message });
    if (!isRoot) await chmod(locked, 0o700);
  });
});

/** A folder whose path is longer than the system takes. */
async function deepFolder(from: string): Promise<string> {
  const home = process.cwd();
  process.chdir(from);
  for (let depth = 0; depth < 20; depth++) {
    await mkdir('d'.repeat(250));
    process.chdir('d'.repeat(250));
  }
  process.chdir(home);
  return from;
}

const isPassed = (found: Found) => found.kind !== 'objects';
const isLogFile = ({ what }: ListedObject) => what !== 'foreign';
