import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { S3LogSource } from '../../src/adapters/aws/s3-log-source.js';
import { formatPlace, isBelow, keyBelow, parsePlace, type S3Place } from '../../src/adapters/aws/s3-place.js';
import type { ListedObject } from '../../src/ports/log-source.js';
import { denied } from '../support/aws/aws-error.ts';
import { keyOf } from '../support/log-files.ts';
import { LAKE_PLACE, type S3OverHttp, s3OverHttp, TRAIL_BUCKET } from '../support/s3-over-http.ts';

let s3: S3OverHttp;
beforeEach(async () => {
  s3 = await s3OverHttp();
});
afterEach(() => s3.end());

const place = (prefix: string, bucket = TRAIL_BUCKET): S3Place => ({ bucket, prefix });

function put(...keys: readonly string[]): void {
  for (const key of keys) s3.world.s3.put(TRAIL_BUCKET, key, `body of ${key}`);
}

async function list(places: readonly S3Place[], lake?: S3Place): Promise<ListedObject[]> {
  const source = new S3LogSource({ client: s3.client, places, lake });
  const objects: ListedObject[] = [];
  for await (const object of source.list()) objects.push(object);
  return objects;
}

const below = `s3://${TRAIL_BUCKET}/`.length;
/** The keys that a listing shows, those of log files as they are, others in brackets. */
const keysOf = (objects: readonly ListedObject[]) =>
  objects.map(({ location, what }) =>
    what === 'foreign' ? `(${location.slice(below)})` : location.slice(below),
  );

describe('S3LogSource', () => {
  test('lists all pages, once each, in the order of the keys', async () => {
    s3.world.s3.pageSize = 2;
    const keys = Array.from({ length: 5 }, (_, n) => keyOf(n, n));
    put(...keys);
    expect(keysOf(await list([place('')]))).toEqual(keys);
    expect(s3.world.count('ListObjectsV2')).toBe(3);
  });

  test('D9: a key comes as it is: plus, per cent, spaces, angle brackets, UTF-8, control characters', async () => {
    const keys = ['a+b', 'a%2Bb', ' a b ', 'a&amp;b<c>"', 'ümläut/日本', 'tab\there', 'line\r\nend', "it's"];
    put(...keys.map((key) => `${key}.json`));
    const listed = await list([place('')]);
    expect(keysOf(listed).sort()).toEqual(keys.map((key) => `${key}.json`).sort());
    for (const { location, what } of listed) {
      expect(what === 'foreign' ? what : formatPlace(place(what.key))).toBe(location);
    }
  });

  test('tells size, etag without quotes and what the key says', async () => {
    put(keyOf(1, 2));
    const [object] = await list([place('AWSLogs/')]);
    expect(object).toEqual({
      location: `s3://${TRAIL_BUCKET}/${keyOf(1, 2)}`,
      size: `body of ${keyOf(1, 2)}`.length,
      etag: expect.stringMatching(/^[0-9a-f]{32}$/),
      what: expect.objectContaining({ bucket: TRAIL_BUCKET, key: keyOf(1, 2), deliveryDay: '2026-01-07' }),
    });
  });

  test('a folder object, a digest and a text are foreign', async () => {
    put('AWSLogs/', 'AWSLogs/x.json', 'AWSLogs/y.txt', 'AWSLogs/111122223333/CloudTrail-Digest/x.json.gz');
    expect(keysOf(await list([place('AWSLogs')]))).toEqual([
      '(AWSLogs/)',
      '(AWSLogs/111122223333/CloudTrail-Digest/x.json.gz)',
      'AWSLogs/x.json',
      '(AWSLogs/y.txt)',
    ]);
  });

  test('a place is a folder, with a slash at its end or without: its neighbours are not listed', async () => {
    put('logs/x.json', 'logs-of-others/y.json', 'logs.json');
    for (const prefix of ['logs', 'logs/'])
      expect(keysOf(await list([place(prefix)]))).toEqual(['logs/x.json']);
  });

  test('an object that is named is tried whatever its ending, and alone', async () => {
    put('logs/x.log', 'logs/x.log.bak', 'logs/x.json', 'logs/x.json.gz');
    expect(keysOf(await list([place('logs/x.log')]))).toEqual(['logs/x.log']);
    expect(keysOf(await list([place('logs/x.json')]))).toEqual(['logs/x.json']);
    expect(keysOf(await list([place('logs/none.json')]))).toEqual([]);
  });

  test('places within one another, and the same one in two spellings, are listed once', async () => {
    put('a/x.json', 'a/b/y.json', 'a/b/z.log', 'b/x.json', 'a');
    const listed = await list([
      ...[place('a'), place('a/'), place('a/b'), place('a/b/'), place('a/b/y.json'), place('a/x.json')],
      ...[place('b/'), place('b/')],
    ]);
    expect(keysOf(listed).sort()).toEqual(['(a/b/z.log)', 'a', 'a/b/y.json', 'a/x.json', 'b/x.json'].sort());
  });

  test('the whole bucket covers all places in it, but none of another bucket', async () => {
    put('a/x.json');
    s3.world.s3.put(LAKE_PLACE.bucket, 'a/other.json', 'x');
    const listed = await list([place('a'), place(''), place('a', LAKE_PLACE.bucket)]);
    expect(listed.map(({ location }) => location)).toEqual([
      `s3://${TRAIL_BUCKET}/a/x.json`,
      `s3://${LAKE_PLACE.bucket}/a/other.json`,
    ]);
  });

  test('T18: what lies in the lake is foreign, in whatever way it is named', async () => {
    put('lake/_meta/lake.json', 'lake/athena_events/x.json', 'lake-of-others/x.json', 'x.json');
    for (const lake of [place('lake'), place('lake/')]) {
      expect(keysOf(await list([place('')], lake))).toEqual([
        'lake-of-others/x.json',
        '(lake/_meta/lake.json)',
        '(lake/athena_events/x.json)',
        'x.json',
      ]);
      expect(keysOf(await list([place('lake/_meta/lake.json')], lake))).toEqual(['(lake/_meta/lake.json)']);
    }
    expect(keysOf(await list([place('x.json')], place('', LAKE_PLACE.bucket)))).toEqual(['x.json']);
  });

  test('holds one page: the next is asked for when it is wanted', async () => {
    s3.world.s3.pageSize = 1;
    put('a.json', 'b.json', 'c.json');
    for await (const _ of new S3LogSource({ client: s3.client, places: [place('')] }).list()) break;
    expect(s3.world.count('ListObjectsV2')).toBe(1);
  });

  test('T10: a bucket of somebody else, and one that may not be listed, are refused by action and place', async () => {
    const failure = {
      code: 'AWS_DENIED',
      message: expect.stringMatching(/^s3:ListBucket on s3:\/\/amzn-s3-demo-bucket\/logs/),
    };
    const options = { client: s3.client, places: [place('logs/')] };
    const strange = new S3LogSource({ ...options, expectedOwner: '444455556666' });
    await expect(strange.list()[Symbol.asyncIterator]().next()).rejects.toMatchObject(failure);
    s3.world.fail(({ operation }) => operation === 'ListObjectsV2', denied);
    await expect(list(options.places)).rejects.toMatchObject(failure);
  });
});

describe('places in S3', () => {
  test.each([
    ['s3://amzn-s3-demo-bucket', 'amzn-s3-demo-bucket', ''],
    ['s3://amzn-s3-demo-bucket/', 'amzn-s3-demo-bucket', ''],
    ['s3://amzn-s3-demo-bucket/a/b', 'amzn-s3-demo-bucket', 'a/b'],
    ['s3://amzn-s3-demo-bucket//a//', 'amzn-s3-demo-bucket', '/a//'],
    ['s3://amzn-s3-demo-bucket/a b?c#d%20\n', 'amzn-s3-demo-bucket', 'a b?c#d%20\n'],
  ])('%j is a place', (text, bucket, prefix) => {
    expect(parsePlace(text)).toEqual({ bucket, prefix });
    expect(parsePlace(formatPlace({ bucket, prefix }))).toEqual({ bucket, prefix });
  });

  test.each([
    '',
    's3://',
    's3:///key',
    's3:/amzn-s3-demo-bucket',
    's3://a b/c',
    'S3://x',
    '/folder',
    's3://ab',
  ])('%j is none', (text) => {
    expect(parsePlace(text)).toBeUndefined();
  });

  test('keys below a place, whether it ends in a slash or not, and below the bucket', () => {
    expect([place('a/b'), place('a/b/'), place('')].map((it) => keyBelow(it, 'c/d'))).toEqual([
      ...['a/b/c/d', 'a/b/c/d', 'c/d'],
    ]);
    const lies = (prefix: string, key: string) => isBelow(place(prefix), { bucket: TRAIL_BUCKET, key });
    expect([lies('a', 'a/b'), lies('a/', 'a/b'), lies('', 'a'), lies('a', 'ab'), lies('a', 'a')]).toEqual([
      ...[true, true, true, false, false],
    ]);
    expect(isBelow(place(''), { bucket: LAKE_PLACE.bucket, key: 'a' })).toBe(false);
  });
});
