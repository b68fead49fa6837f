import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { S3Archive } from '../../src/adapters/aws/s3-archive.js';
import { mustBePlace, parsePlace } from '../../src/adapters/aws/s3-place.js';
import { CsvCells } from '../../src/adapters/inventory/csv-cells.js';
import { csvRows } from '../../src/adapters/inventory/csv-inventory.js';
import type { Scope } from '../../src/backfill/scope.js';
import type { Archive, Found, StoredObject } from '../../src/ports/archive.js';
import { openInventory } from '../../src/wiring/inventory.js';
import { denied } from '../support/aws/aws-error.ts';
import { startAwsServer } from '../support/aws/aws-server.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { inRandomPieces } from '../support/chunks.ts';
import {
  type InventoryEntry,
  type InventoryShape,
  logFileEntries,
  makeInventory,
  type Put,
} from '../support/inventory-files.ts';
import { keyOf } from '../support/log-files.ts';
import { EVERYTHING } from '../support/scopes.ts';
import { SEED } from '../support/seed.ts';

const BUCKET = 'amzn-s3-demo-bucket';
const INVENTORIES = 'amzn-s3-demo-inventory';
const LAKE = `s3://${BUCKET}/audit/lake`;
const WHOLE = `s3://${BUCKET}`;
/** An archive that is surveyed by its inventory lists single folders by this one. */
const LISTING: Pick<Archive, 'list'> = {
  async *list({ place }) {
    yield [{ location: `${place}listed`, size: 1, etag: 'e', what: 'foreign' }];
  },
};

let world: AwsWorld;
let server: Awaited<ReturnType<typeof startAwsServer>>;
let folder: string;

beforeEach(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  world = new AwsWorld();
  for (const bucket of [BUCKET, INVENTORIES]) world.s3.createBucket(bucket);
  server = await startAwsServer(world);
  folder = mkdtempSync(join(tmpdir(), 'inventory-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Where an inventory lies, and how it is named there. */
type Home = { readonly put: Put; readonly locationOf: (manifestKey: string) => string };

const HOMES: { readonly [name: string]: () => Home } = {
  s3: () => ({
    put: (key, bytes) => void world.s3.put(INVENTORIES, key, bytes),
    locationOf: (key) => `s3://${INVENTORIES}/${key}`,
  }),
  'a folder synced from S3': () => ({
    put: (key, bytes) => write(join(folder, key), bytes),
    locationOf: (key) => join(folder, key),
  }),
  'a folder with all files in it': () => ({
    put: (key, bytes) => write(join(folder, basename(key)), bytes),
    locationOf: (key) => join(folder, basename(key)),
  }),
  'a manifest above the folders of S3': () => ({
    put: (key, bytes) => write(join(folder, key.endsWith('.json') ? 'manifest.json' : key), bytes),
    locationOf: () => join(folder, 'manifest.json'),
  }),
};

function write(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
}

type Given = { readonly sources?: readonly string[]; readonly lake?: string };

const open = (manifest: string, { sources = [WHOLE], lake = LAKE }: Given = {}) =>
  openInventory({ manifest, sources, lake, settings: { endpointUrl: server.endpoint } }, LISTING);

async function survey(archive: Pick<Archive, 'survey'>, scope: Scope = EVERYTHING): Promise<Found[]> {
  const found: Found[] = [];
  for await (const some of archive.survey(scope)) found.push(some);
  return found;
}

const objectsOf = (found: readonly Found[]): StoredObject[] =>
  found.flatMap((some) => (some.kind === 'objects' ? some.objects : []));
const keysOf = (found: readonly Found[]): string[] =>
  objectsOf(found).map(({ location }) => location.slice(WHOLE.length + 1));

/** Whatever the order and the pages. */
function told(found: readonly Found[]) {
  const folders = found.flatMap((some) => ('place' in some ? [some] : []));
  return {
    objects: inOrder(objectsOf(found), ({ location }) => location),
    folders: inOrder(folders, ({ place }) => place),
  };
}

function inOrder<T>(list: readonly T[], name: (it: T) => string): T[] {
  return list.toSorted((a, b) => (name(a) < name(b) ? -1 : 1));
}

const entry = (key: string, more: Partial<InventoryEntry> = {}): InventoryEntry => ({
  ...{ key, size: 7, etag: createHash('md5').update(key).digest('hex'), ...more },
});

const FORMATS = ['CSV', 'Parquet'] as const;
const shapeOf = (format: InventoryShape['format'], more: Partial<InventoryShape> = {}): InventoryShape => ({
  ...{ format, bucket: BUCKET, ...more },
});

const ODD = [
  'a+b',
  'a b',
  'a%2Bb',
  'a,b',
  '"quoted"',
  'line\nend\r\n',
  'ümläut/日本',
  '%',
  "it's~(*)!",
  '\\',
];
const PREFIXES = ['', 'AWSLogs/o-exampleorgid/', 'copy of/2024+/'];

/** Keys of all families and layouts, and some that nobody expects. */
const someKey = fc.oneof(
  fc
    .record({
      prefix: fc.constantFrom('', 'logs/', ...PREFIXES.map((prefix) => `${prefix}AWSLogs/`)),
      account: fc.constantFrom('111122223333', '444455556666'),
      family: fc.constantFrom('CloudTrail', 'CloudTrail', 'CloudTrail', 'CloudTrail-Digest', 'Config'),
      region: fc.constantFrom('us-east-1', 'eu-central-1', 'odd'),
      day: fc.constantFrom('2024/12/31', '2025/01/01', '2025/02/28', '2026/01/09'),
      name: fc.constantFrom('a.json.gz', 'b.json.gz', 'notes.txt', 'sub/c.json.gz', ''),
    })
    .map(({ prefix, account, family, region, day, name }) =>
      [`${prefix}${account}`, family, region, day, name].join('/'),
    ),
  fc.constantFrom(...ODD.flatMap((odd) => [`${odd}.json`, `logs/${odd}/${odd}.json.gz`])),
  fc.constantFrom(
    'audit/lake/_meta/lake.json',
    'audit/lake-not/x.json',
    'audit/x.json',
    'loose.json',
    'logs',
  ),
);
const someObject = fc.record({
  key: someKey,
  body: fc.string({ maxLength: 9 }),
  storageClass: fc.constantFrom(
    'STANDARD',
    'STANDARD',
    'STANDARD_IA',
    'GLACIER',
    'GLACIER_IR',
    'DEEP_ARCHIVE',
  ),
  older: fc.nat(2),
  isDeleted: fc.constantFrom(false, false, false, true),
});
const day = fc.option(fc.constantFrom('2025-01-01', '2025-02-10', '2026-01-09'), { nil: undefined });
const someScope: fc.Arbitrary<Scope> = fc.record({
  from: day,
  to: day,
  accounts: fc.subarray(['111122223333', '999999999999'], { maxLength: 1 }),
  regions: fc.subarray(['us-east-1', 'odd'], { maxLength: 1 }),
});
const FOREIGN = `${WHOLE}/AWSLogs/111122223333/Config/us-east-1/`;
const THERE = {
  ...{ key: `${FOREIGN.slice(WHOLE.length + 1)}2026/01/09/x.json.gz`, body: 'x', storageClass: 'STANDARD' },
  ...{ older: 0, isDeleted: false },
};
const someSources = fc.subarray(
  [FOREIGN, WHOLE, `${WHOLE}/logs`, `${WHOLE}/AWSLogs/`, `${WHOLE}/loose.json`],
  {
    minLength: 1,
  },
);

describe.each(FORMATS)('an inventory in %s', (format) => {
  test.each(Object.keys(HOMES))('in %s tells what a listing of the bucket tells', async (name) => {
    const { put, locationOf } = HOMES[name]?.() ?? never();
    const property = fc.asyncProperty(
      fc.uniqueArray(someObject, { selector: ({ key }) => key, maxLength: 40 }),
      fc.record({ scope: someScope, sources: someSources, versions: fc.boolean(), rows: fc.nat(6) }),
      async (drawn, { scope, sources, versions, rows }) => {
        // A listing tells of a source that is foreign as a whole without a look at it; an inventory has to see it.
        const objects = [...drawn.filter(({ key }) => key !== THERE.key), THERE];
        for (const key of [...world.s3.objects(BUCKET).keys()]) world.s3.remove(BUCKET, key);
        const entries = objects.flatMap(({ key, body, storageClass, older, isDeleted }) => {
          const old = Array.from({ length: older }, (_, n) => entry(key, { size: n, isLatest: false }));
          if (isDeleted) return versions ? [...old, entry(key, { isDeleteMarker: true })] : [];
          const { etag, bytes } = world.s3.put(BUCKET, key, body, { storageClass });
          const now = { key, size: bytes.length, etag: etag.replaceAll('"', ''), storageClass };
          return versions ? [...old, now] : [now];
        });
        const shape = shapeOf(format, { versions, rowsPerFile: rows + 1, rowsPerGroup: 2 });
        const manifest = locationOf(await makeInventory(entries, shape, put));
        const archive = await open(manifest, { sources });
        const places = sources.map(mustBePlace);
        const listed = new S3Archive({
          ...{ client: world.clients.s3, places, lake: parsePlace(LAKE), now: () => 0 },
          waiting: { pause: async () => {}, random: () => 0 },
        });
        expect(told(await survey(archive, scope))).toEqual(told(await survey(listed, scope)));
      },
    );
    await fc.assert(property, { seed: SEED, numRuns: name === 's3' ? 60 : 20 });
  });

  const made = async (entries: Iterable<InventoryEntry>, more: Partial<InventoryShape> = {}) => {
    const { put, locationOf } = HOMES['a folder synced from S3']?.() ?? never();
    return locationOf(await makeInventory(entries, shapeOf(format, more), put));
  };

  test('D9: a key comes as it is in the bucket', async () => {
    const keys = ODD.map((odd) => `${odd}.json`);
    expect(keysOf(await survey(await open(await made(keys.map((key) => entry(key))))))).toEqual(keys);
  });

  test('comes in pages of a thousand, whatever its files and row groups', async () => {
    const entries = [...logFileEntries(20_001)];
    const manifest = await made(entries, { rowsPerFile: 17_000, rowsPerGroup: 16_800 });
    const found = await survey(await open(manifest));
    expect(objectsOf(found).map(({ location, size, etag }) => ({ location, size, etag }))).toEqual(
      entries.map(({ key, size, etag }) => ({ location: `${WHOLE}/${key}`, size, etag })),
    );
    const pages = found.map((some) => (some.kind === 'objects' ? some.objects.length : 0));
    expect(pages).toEqual([...Array.from({ length: 20 }, () => 1_000), 1]);
  });

  test('tells storage classes, and tiers that must be restored as the class that is read so', async () => {
    const entries = [
      entry(keyOf(0, 0)),
      ...['GLACIER', 'DEEP_ARCHIVE', 'GLACIER_IR', 'STANDARD_IA'].map((storageClass, n) =>
        entry(keyOf(n + 1, 0), { storageClass }),
      ),
      ...['FREQUENT', 'INFREQUENT', 'ARCHIVE_INSTANT_ACCESS', 'ARCHIVE', 'DEEP_ARCHIVE'].map((tier, n) =>
        entry(keyOf(n + 5, 0), { storageClass: 'INTELLIGENT_TIERING', tier }),
      ),
    ];
    const classes = objectsOf(await survey(await open(await made(entries)))).map(({ storage }) => storage);
    const tiers = [
      'INTELLIGENT_TIERING',
      'INTELLIGENT_TIERING',
      'INTELLIGENT_TIERING',
      'GLACIER',
      'DEEP_ARCHIVE',
    ];
    expect(classes).toEqual([
      undefined,
      ...['GLACIER', 'DEEP_ARCHIVE', 'GLACIER_IR', 'STANDARD_IA', ...tiers].map((it) => ({
        storageClass: it,
      })),
    ]);
  });

  test('needs keys and sizes only', async () => {
    const without = ['LastModifiedDate', 'ETag', 'StorageClass', 'EncryptionStatus', 'IsMultipartUploaded'];
    const [object] = objectsOf(await survey(await open(await made([entry(keyOf(0, 0))], { without }))));
    expect(object).toMatchObject({ location: `${WHOLE}/${keyOf(0, 0)}`, size: 7, etag: '' });
    expect(object).not.toHaveProperty('storage');
    const manifest = await made([entry('x.json')], { without: ['Size'] });
    await expect(open(manifest)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/lists no Size: .*Add Size to the fields of the inventory/),
    });
  });

  test('says until when it knows what was delivered', async () => {
    expect((await open(await made([]))).asOf).toBe(Date.UTC(2026, 0, 9, 3, 4, 5));
  });

  test('of an empty bucket tells nothing', async () => {
    expect(await survey(await open(await made([])))).toEqual([]);
  });

  test('lists a slice by the listing', async () => {
    const archive = await open(await made([entry(keyOf(0, 0))]));
    const pages: StoredObject[] = [];
    for await (const page of archive.list({ place: `${WHOLE}/x/` })) pages.push(...page);
    expect(pages.map(({ location }) => location)).toEqual([`${WHOLE}/x/listed`]);
  });

  describe('damaged', () => {
    let manifest: string;
    let file: string;
    let bytes: Buffer;
    beforeEach(async () => {
      manifest = await made([...logFileEntries(500)]);
      const [first] = JSON.parse(readFileSync(manifest, 'utf8')).files;
      file = join(folder, first.key);
      bytes = readFileSync(file);
    });

    const refused = async (why: RegExp) => {
      const failure = { code: 'READ_FAILED', message: expect.stringMatching(why) };
      await expect(open(manifest).then(survey)).rejects.toMatchObject(failure);
    };
    /** A manifest that knows the bytes, so that nobody but their reader can refuse them. */
    const putKnown = (content: Uint8Array) => {
      const text = JSON.parse(readFileSync(manifest, 'utf8'));
      const MD5checksum = createHash('md5').update(content).digest('hex');
      text.files = [{ ...text.files[0], size: content.length, MD5checksum }];
      writeFileSync(manifest, JSON.stringify(text));
      writeFileSync(file, content);
    };

    test('B: a file that is cut is refused, wherever', async () => {
      for (const end of [0, 1, 20, bytes.length - 9, bytes.length - 1]) {
        writeFileSync(file, bytes.subarray(0, end));
        await refused(
          /the inventory file inventory\/.*part-0\.\S+ is damaged: it has \d+ bytes, .*Fetch it again/,
        );
      }
    });

    test('a file with another byte, or with more of them, is refused', async () => {
      for (const at of [0, 12, bytes.length >> 1, bytes.length - 1]) {
        const other = Buffer.from(bytes);
        other[at] = (other[at] ?? 0) ^ 0x40;
        writeFileSync(file, other);
        await refused(/part-0\.\S+ is damaged/);
      }
      writeFileSync(file, Buffer.concat([bytes, Buffer.from('x')]));
      await refused(/part-0\.\S+ is damaged/);
    });

    test('a file of another format is refused, also where the manifest knows it', async () => {
      for (const content of ['', 'hello', 'PAR1PAR1', '<html>'.repeat(99)]) {
        if (format === 'CSV' && content === '') continue;
        putKnown(Buffer.from(content));
        await refused(/part-0\.\S+ is damaged/);
      }
      putKnown(bytes.subarray(0, bytes.length - 9));
      await refused(/part-0\.\S+ is damaged/);
    });

    test('rows of another bucket are refused', async () => {
      const text = JSON.parse(readFileSync(manifest, 'utf8'));
      writeFileSync(manifest, JSON.stringify({ ...text, sourceBucket: 'amzn-s3-demo-other' }));
      const archive = await open(manifest, { sources: ['s3://amzn-s3-demo-other/'] });
      await expect(survey(archive)).rejects.toThrow(/names the bucket "amzn-s3-demo-bucket"/);
    });
  });
});

function never(): never {
  throw new Error('no such home');
}

describe('the manifest of an inventory', () => {
  const manifest = (more: object) => {
    const path = join(folder, 'manifest.json');
    const usual = {
      ...{ sourceBucket: BUCKET, destinationBucket: `arn:aws:s3:::${INVENTORIES}`, version: '2016-11-30' },
      ...{ fileFormat: 'CSV', fileSchema: 'Bucket, Key, Size', files: [] },
    };
    writeFileSync(path, JSON.stringify({ ...usual, ...more }));
    return path;
  };
  const refused = (code: string, why: RegExp) => ({ code, message: expect.stringMatching(why) });

  test('of ORC is refused with what to do', async () => {
    const location = manifest({
      fileFormat: 'ORC',
      fileSchema: 'struct<bucket:string,key:string,size:bigint>',
    });
    const why =
      /manifest\.json is an inventory in ORC, .*Choose CSV or Parquet in the inventory configuration/;
    await expect(open(location)).rejects.toMatchObject(refused('USAGE', why));
  });

  test('in the words of the AWS documentation is read', async () => {
    const parquet =
      'message s3.inventory { required binary bucket (UTF8); required binary key (UTF8); optional binary version_id (UTF8); optional boolean is_latest; optional boolean is_delete_marker; optional int64 size; optional int64 last_modified_date (TIMESTAMP_MILLIS); optional binary e_tag (UTF8); }';
    const csv =
      'Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass, IsMultipartUploaded';
    for (const [fileFormat, fileSchema] of [
      ['CSV', csv],
      ['Parquet', parquet],
    ]) {
      expect(await survey(await open(manifest({ fileFormat, fileSchema })))).toEqual([]);
    }
  });

  test('that does not tell when it was made is read, and one that tells nonsense is not', async () => {
    expect((await open(manifest({}))).asOf).toBeUndefined();
    const odd = open(manifest({ creationTimestamp: 'yesterday' }));
    await expect(odd).rejects.toMatchObject(refused('USAGE', /is no manifest of an S3 Inventory/));
  });

  test.each([
    ['Bucket', 'Key, Size'],
    ['Key', 'Bucket, Size'],
    ['Key and no Size', 'Bucket, ETag'],
    ['Bucket and no Key and no Size', ''],
  ])('without %s is refused', async (what, fileSchema) => {
    await expect(open(manifest({ fileSchema }))).rejects.toMatchObject(
      refused('USAGE', new RegExp(`manifest\\.json lists no ${what}: its columns`)),
    );
  });

  test.each([
    ['a symlink.txt', 's3://amzn-s3-demo-inventory/data/x.csv.gz'],
    ['a JSON text of somebody else', '{"Records":[]}'],
    ['an empty file', ''],
    ['a bucket that is no ARN', JSON.stringify({ sourceBucket: BUCKET, destinationBucket: INVENTORIES })],
  ])('is not %s', async (_, text) => {
    const path = join(folder, 'x');
    writeFileSync(path, text);
    await expect(open(path)).rejects.toMatchObject(
      refused('USAGE', /x is no manifest of an S3 Inventory\. Name the manifest\.json/),
    );
  });

  test('of another bucket than the source is refused, both named', async () => {
    const sources = [WHOLE, 's3://amzn-s3-demo-other/logs'];
    const why = /inventory of s3:\/\/amzn-s3-demo-bucket, and the source is s3:\/\/amzn-s3-demo-other\/logs/;
    await expect(open(manifest({}), { sources })).rejects.toMatchObject(refused('USAGE', why));
  });

  test('that is not there is refused, in a folder and in S3', async () => {
    const nowhere = join(folder, 'none.json');
    await expect(open(nowhere)).rejects.toMatchObject(refused('USAGE', /no none\.json of the inventory/));
    const location = `s3://${INVENTORIES}/none.json`;
    await expect(open(location)).rejects.toMatchObject(
      refused('USAGE', new RegExp(`there is no ${location}`)),
    );
    const bucket = open('s3://amzn-s3-demo-nobody/manifest.json');
    await expect(bucket).rejects.toMatchObject(refused('AWS_FAILED', /check the name of the bucket/));
  });

  test('names a data file that is not there: all places where it was looked for are told', async () => {
    const files = [{ key: 'inventory/b/all/data/p.csv.gz', size: 1, MD5checksum: 'x' }];
    const location = manifest({ files });
    const found = open(location).then(survey);
    const tried = ['inventory/b/all/data/p.csv.gz', 'data/p.csv.gz', '../data/p.csv.gz', 'p.csv.gz'];
    await expect(found).rejects.toMatchObject({ code: 'USAGE' });
    for (const path of tried) await expect(found).rejects.toThrow(join(folder, path));

    world.s3.put(INVENTORIES, 'manifest.json', readFileSync(location));
    await expect(open(`s3://${INVENTORIES}/manifest.json`).then(survey)).rejects.toMatchObject(
      refused('USAGE', /there is no s3:\/\/amzn-s3-demo-inventory\/inventory\/b\/all\/data\/p\.csv\.gz/),
    );
  });

  test.each(FORMATS)(
    'whose data files in %s may not be read says which permission is missing',
    async (format) => {
      const put: Put = (key, bytes) => void world.s3.put(INVENTORIES, key, bytes);
      const key = await makeInventory([entry(keyOf(0, 0))], shapeOf(format), put);
      const archive = await open(`s3://${INVENTORIES}/${key}`);
      world.fail(({ operation }) => operation === 'GetObject', denied, { times: Infinity });
      await expect(survey(archive)).rejects.toMatchObject(
        refused('AWS_DENIED', /s3:GetObject on s3:\/\/amzn-s3-demo-inventory\/.*part-0/),
      );
    },
  );
});

describe('a data file in CSV', () => {
  const COLUMNS = ['Bucket', 'Key', 'Size'];
  const rowsOf = async (...members: readonly (string | Uint8Array)[]) => {
    const bytes = Buffer.concat(members.map((it) => gzipSync(it)));
    const rows: (readonly string[])[] = [];
    for await (const some of csvRows(piecesOf(bytes), COLUMNS)) rows.push(...some);
    return rows.map(([bucket, key, size]) => [bucket, key, size]);
  };
  async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    yield* inRandomPieces(bytes, SEED, 7);
  }

  test('may have several gzip members, rows across them, and no newline at its end', async () => {
    const rows = await rowsOf('"b","x/1","1"\n"b","x', '/2","2"\r\n', 'b,x/3,3');
    expect(rows).toEqual([1, 2, 3].map((n) => ['b', `x/${n}`, String(n)]));
  });

  test('has keys in form encoding: a plus is a space, an encoded slash a slash', async () => {
    expect(await rowsOf('"b","a+b%2Bc%2Fd%20e%E6%97%A5%0A%22","1"\n')).toEqual([
      ['b', 'a b+c/d e日\n"', '1'],
    ]);
  });

  test.each([
    ['a key that is not encoded', '"b","100%","1"\n', /a key is not URL-encoded: "100%"/],
    ['a row too short', '"b","x"\n', /a row has 2 cells of 3/],
    ['a row too long', '"b","x","1",""\n', /a row has 4 cells of 3/],
    ['a quote that nobody closes', '"b","x","1', /it ends within a quoted cell/],
    ['a row without end', `"b","${'x'.repeat(2 << 20)}`, /a row is longer than/],
  ])('is refused for %s', async (_, text, why) => {
    await expect(rowsOf(text)).rejects.toThrow(why);
  });

  test('gives the cells that were written, in whatever pieces it comes', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '日', '"', ',', '\n', '\r', '😀') });
    const rows = fc.array(fc.tuple(cell, cell, cell), { maxLength: 8 });
    const property = fc.property(rows, fc.nat(), fc.constantFrom('\n', '\r\n'), (cells, seed, newline) => {
      const lines = cells.map((row) => row.map((it) => `"${it.replaceAll('"', '""')}"`).join(',') + newline);
      const csv = new CsvCells(3, [2, -1, 0]);
      const read: (readonly string[])[] = [];
      for (const piece of inRandomPieces(Buffer.from(lines.join('')), seed, 9)) read.push(...csv.push(piece));
      read.push(...csv.end());
      expect(read).toEqual(cells.map(([first, , third]) => [third, '', first]));
    });
    fc.assert(property, { seed: SEED, numRuns: 300 });
  });
});
