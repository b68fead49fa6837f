import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, truncate, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { S3LogReader } from '../../src/adapters/aws/s3-log-reader.js';
import { S3LogSource } from '../../src/adapters/aws/s3-log-source.js';
import { FsLogReader } from '../../src/adapters/local/fs-log-reader.js';
import { FsLogSource } from '../../src/adapters/local/fs-log-source.js';
import { MOST_COMPRESSED_BYTES } from '../../src/cloudtrail/gzip.js';
import type { ErrorCode } from '../../src/errors.js';
import type { ListedObject, LogReader, LogSource } from '../../src/ports/log-source.js';
import { keyOf } from '../support/log-files.ts';
import { MemoryLogSource } from '../support/memory-log-source.ts';
import { s3OverHttp, TRAIL_BUCKET } from '../support/s3-over-http.ts';

type Objects = { readonly [key: string]: string | Uint8Array };
type SourceUnderTest = {
  /** The source as it is after these objects were put into it. */
  of(objects: Objects): Promise<{ readonly source: LogSource; readonly reader: LogReader }>;
  /** Whether counting costs less than listing. */
  readonly counts: boolean;
  /** An object that is not there, and how reading it fails. */
  readonly nowhere: { readonly location: string; readonly code: ErrorCode };
  end(): Promise<void>;
};

const SOURCES: { readonly [name: string]: () => Promise<SourceUnderTest> } = {
  memory: async () => ({
    of: async (objects) => {
      const list = Object.entries(objects).map(([key, body]) => ({ key, bytes: Buffer.from(body) }));
      const source = new MemoryLogSource(list);
      return { source, reader: source };
    },
    counts: true,
    nowhere: { location: '/nowhere/none.json', code: 'READ_FAILED' },
    end: async () => undefined,
  }),
  folder: async () => {
    const root = await mkdtemp(join(tmpdir(), 'log-source-'));
    return {
      of: async (objects) => {
        await fill(root, objects);
        return { source: new FsLogSource([root], join(root, 'no-lake')), reader: new FsLogReader() };
      },
      counts: true,
      nowhere: { location: join(root, 'none.json'), code: 'READ_FAILED' },
      end: () => rm(root, { recursive: true }),
    };
  },
  s3: async () => {
    const { world, client, end } = await s3OverHttp();
    world.s3.pageSize = 3;
    const places = [{ bucket: TRAIL_BUCKET, prefix: '' }];
    return {
      of: async (objects) => {
        for (const [key, body] of Object.entries(objects)) world.s3.put(TRAIL_BUCKET, key, body);
        return { source: new S3LogSource({ client, places }), reader: new S3LogReader({ client }) };
      },
      counts: false,
      nowhere: { location: `s3://${TRAIL_BUCKET}/none.json`, code: 'LOG_FILE_MISSING' },
      end,
    };
  },
};

async function fill(root: string, objects: Objects): Promise<void> {
  for (const [key, body] of Object.entries(objects)) {
    await mkdir(dirname(join(root, key)), { recursive: true });
    await writeFile(join(root, key), body);
  }
}

async function listed(source: LogSource): Promise<ListedObject[]> {
  const objects: ListedObject[] = [];
  for await (const object of source.list()) objects.push(object);
  return objects;
}

async function textOf(reader: LogReader, location: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const chunk of (await reader.read(location)).chunks) pieces.push(chunk);
  return Buffer.concat(pieces).toString();
}

const keysOf = (objects: readonly ListedObject[]) =>
  objects.map(({ what }) => (what === 'foreign' ? what : what.key)).sort();

for (const [name, make] of Object.entries(SOURCES)) {
  describe(`LogSource: ${name}`, () => {
    let made: SourceUnderTest;
    beforeEach(async () => {
      made = await make();
    });
    afterEach(() => made.end());

    test('lists every object once, as many as it counts, foreign ones too', async () => {
      const digest = keyOf(1, 0).replaceAll('CloudTrail', 'CloudTrail-Digest');
      const { source } = await made.of({
        [keyOf(1, 0)]: 'a',
        [keyOf(2, 1)]: 'b',
        [digest]: 'c',
        'notes.txt': 'd',
      });
      const objects = await listed(source);
      expect(keysOf(objects)).toEqual([keyOf(1, 0), keyOf(2, 1), 'foreign', 'foreign']);
      expect(await source.count()).toBe(made.counts ? 4 : undefined);
      expect(keysOf(await listed(source))).toEqual(keysOf(objects));
    });

    test('tells size and day of delivery, and reads what it listed', async () => {
      const { source, reader } = await made.of({ [keyOf(1, 2)]: 'body of one' });
      const [object] = await listed(source);
      expect(object).toMatchObject({
        size: 11,
        what: { deliveryDay: '2026-01-07', account: '111122223333' },
      });
      expect(await textOf(reader, object?.location ?? '')).toBe('body of one');
    });

    test('reads a body of several chunks and an empty one to the end', async () => {
      const large = '0123456789abcdef'.repeat(200_000);
      const { source, reader } = await made.of({ 'large.json': large, 'none.json': '' });
      for (const { location, size } of await listed(source)) {
        const text = await textOf(reader, location);
        expect(text.length).toBe(size);
        expect(text).toBe(size === 0 ? '' : large);
      }
    });

    test('an etag stays while the content stays, and changes when it changes', async () => {
      const before = await listed((await made.of({ 'a.json': 'one', 'b.json': 'two' })).source);
      const after = await listed((await made.of({ 'a.json': 'one more', 'b.json': 'two' })).source);
      const etags = (objects: readonly ListedObject[], key: string) =>
        objects.find(({ location }) => location.endsWith(key))?.etag;
      expect(etags(after, 'a.json')).not.toBe(etags(before, 'a.json'));
      expect(etags(await listed((await made.of({})).source), 'none')).toBeUndefined();
    });

    test('a body that is not there fails with its code', async () => {
      const { reader } = await made.of({ 'a.json': 'one' });
      const { location, code } = made.nowhere;
      await expect(reader.read(location)).rejects.toMatchObject({ code });
    });

    test('the etag of a body, where it has one, is that of the listing', async () => {
      const { source, reader } = await made.of({ 'a.json': 'one' });
      for (const { location, etag } of await listed(source)) {
        const body = await reader.read(location);
        expect([etag, undefined]).toContain(body.etag);
        body.close();
      }
    });

    test('a body that nobody wants is closed, before it is read, in the middle, or after it, and twice', async () => {
      const { source, reader } = await made.of({ 'large.json': 'x'.repeat(3 << 20), 'small.json': 'x' });
      for (const { location } of await listed(source)) {
        const unread = await reader.read(location);
        const begun = await reader.read(location);
        const whole = await reader.read(location);
        await begun.chunks[Symbol.asyncIterator]().next();
        for await (const _ of whole.chunks);
        for (const body of [unread, unread, begun, begun, whole, whole]) body.close();
      }
    });
  });
}

describe('FsLogSource', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'fs-log-source-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  const list = async (paths: readonly string[], lake = join(root, 'lake')) =>
    listed(new FsLogSource(paths, lake));

  test('D4: lists the days of delivery in order, whatever the accounts', async () => {
    const second = (key: string) => key.replaceAll('111122223333', '444455556666');
    await fill(root, {
      [keyOf(1, 1)]: '',
      [keyOf(2, 0)]: '',
      [second(keyOf(3, 0))]: '',
      [second(keyOf(4, 1))]: '',
    });
    const days = (await list([root])).map(({ what }) => (what === 'foreign' ? what : what.deliveryDay));
    expect(days).toEqual(['2026-01-05', '2026-01-05', '2026-01-06', '2026-01-06']);
  });

  test('a log file has the same key from wherever it is named', async () => {
    await fill(root, { [`copy/${keyOf(1, 0)}`]: 'x' });
    const path = join(root, 'copy', keyOf(1, 0));
    for (const argument of [root, join(root, 'copy/AWSLogs/111122223333'), dirname(path), path]) {
      expect(keysOf(await list([argument]))).toEqual([keyOf(1, 0)]);
    }
  });

  test('a loose file is named by its path below the argument', async () => {
    await fill(root, { 'a/x.json': '1', 'b/x.json': '2' });
    expect(keysOf(await list([root]))).toEqual(['a/x.json', 'b/x.json']);
    expect(keysOf(await list([join(root, 'a'), join(root, 'b/x.json')]))).toEqual(['x.json', 'x.json']);
  });

  test('a folder named twice, or below another one that is named, is listed once', async () => {
    await fill(root, { 'a/x.json': '1', 'a/b/y.json': '2' });
    const paths = [root, `${root}/`, join(root, 'a'), join(root, 'a/b/y.json')];
    expect(keysOf(await list(paths))).toEqual(['a/b/y.json', 'a/x.json']);
    expect(await new FsLogSource(paths, join(root, 'lake')).count()).toBe(2);
  });

  test('a file that is named is tried whatever its ending, and a link to a folder outside is followed', async () => {
    await fill(root, { 'logs/x.json': '1', 'logs/y.log': '2', 'other/z.json': '3' });
    await symlink(join(root, 'other'), join(root, 'logs/link'));
    const paths = [join(root, 'logs'), join(root, 'logs/y.log'), join(root, 'logs/link')];
    expect(keysOf(await list(paths))).toEqual(['foreign', 'x.json', 'y.log', 'z.json']);
  });

  test('a lake below the source is left out, also through a symbolic link', async () => {
    await fill(root, { 'a.json': '1', 'lake/_meta/lake.json': '{}', 'lake/athena_events/x.json': '1' });
    await symlink(join(root, 'lake'), join(root, 'way'));
    expect(keysOf(await list([root]))).toEqual(['a.json']);
    expect(keysOf(await list([root], join(root, 'way')))).toEqual(['a.json']);
  });

  test('links to files are followed, links to folders and broken links are not', async () => {
    await fill(root, { 'a.json': '1', 'sub/b.json': '2' });
    await symlink(join(root, 'a.json'), join(root, 'link.json'));
    await symlink(root, join(root, 'sub/circle'));
    await symlink(join(root, 'none'), join(root, 'broken.json'));
    expect(keysOf(await list([root]))).toEqual(['a.json', 'link.json', 'sub/b.json']);
  });

  test('the same size and another time of change is another etag', async () => {
    await fill(root, { 'a.json': '1' });
    const [before] = await list([root]);
    await utimes(join(root, 'a.json'), 1, 1);
    const [after] = await list([root]);
    expect(after?.size).toBe(before?.size);
    expect(after?.etag).not.toBe(before?.etag);
  });

  test('a file that vanished after the plan was made is listed no more, or fails when read', async () => {
    await fill(root, { 'a.json': '1', 'b.json': '2' });
    const source = new FsLogSource([root], join(root, 'lake'));
    expect(await source.count()).toBe(2);
    await unlink(join(root, 'a.json'));
    expect(keysOf(await listed(source))).toEqual(['b.json']);
  });

  test('a path that is not there is told at once, by name', () => {
    expect(() => new FsLogSource([join(root, 'none')], root)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining('none') }),
    );
  });
});

describe('FsLogReader', () => {
  test('G4: a gzip file of more than 64 MiB is refused by its size', async () => {
    const root = await mkdtemp(join(tmpdir(), 'fs-log-reader-'));
    const path = join(root, 'a.json.gz');
    await fill(root, { 'a.json.gz': '' });
    await truncate(path, MOST_COMPRESSED_BYTES + 1);
    await expect(new FsLogReader().read(path)).rejects.toMatchObject({ code: 'TOO_LARGE' });
    await truncate(path, MOST_COMPRESSED_BYTES);
    (await new FsLogReader().read(path)).close();
    await rm(root, { recursive: true });
  });

  test('closing a body closes its file once, and what is read of it afterwards fails', async () => {
    const root = await mkdtemp(join(tmpdir(), 'fs-log-reader-'));
    await fill(root, { 'a.json': 'x'.repeat(3 << 20) });
    const path = join(root, 'a.json');
    // The system gives the lowest number that is free.
    const freeNumber = () => {
      const file = openSync(path, 'r');
      closeSync(file);
      return file;
    };
    const free = freeNumber();
    const body = await new FsLogReader().read(path);
    const chunks = body.chunks[Symbol.asyncIterator]();
    await chunks.next();
    expect(freeNumber()).not.toBe(free);
    body.close();
    body.close();
    expect(freeNumber()).toBe(free);
    await expect(chunks.next()).rejects.toMatchObject({ code: 'READ_FAILED' });
    await rm(root, { recursive: true });
  });
});
