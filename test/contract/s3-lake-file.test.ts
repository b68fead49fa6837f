import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { S3LakeDays } from '../../src/adapters/aws/s3-lake-days.js';
import { S3LakeFile } from '../../src/adapters/aws/s3-lake-file.js';
import type { LakeFile } from '../../src/lake/lake-file.js';
import type { Outcome } from '../support/aws/aws-call.ts';
import { conditionalConflict, denied, internal } from '../support/aws/aws-error.ts';
import { LAKE_PLACE, type S3OverHttp, s3OverHttp } from '../support/s3-over-http.ts';

const LAKE: LakeFile = {
  format: 1,
  created_at: '2026-01-09T12:00:00.000Z',
  schema_version: 1,
  text_mode: 'full',
  datasets: [],
};
const withName = (name: 'athena_events' | 'cloudtrail_events'): LakeFile => ({
  ...LAKE,
  datasets: [{ name, event_sources: 'all', added_at: LAKE.created_at }],
});

let s3: S3OverHttp;
beforeEach(async () => {
  s3 = await s3OverHttp();
});
afterEach(() => s3.end());

const put = (path: string, text: string) =>
  s3.world.s3.put(LAKE_PLACE.bucket, `${LAKE_PLACE.prefix}/${path}`, text);
const puts = ({ operation }: { operation: string }) => operation === 'PutObject';

describe('S3LakeFile', () => {
  let file: S3LakeFile;
  beforeEach(() => {
    file = new S3LakeFile(s3.lake);
  });

  test('there is none at first; the first one that is written stays, and is read with its etag', async () => {
    expect(await file.read()).toBeUndefined();
    expect(await file.write(LAKE)).toBe(true);
    expect(await file.write(withName('athena_events'))).toBe(false);
    expect(await file.read()).toEqual({ lake: LAKE, etag: expect.stringMatching(/^[^"]+$/) });
    expect(Object.keys(s3.objects())).toEqual(['_meta/lake.json']);
  });

  test('of two that replace the same one, one wins, and the other one is told', async () => {
    await file.write(LAKE);
    const { etag } = (await file.read()) ?? {};
    const both = [withName('athena_events'), withName('cloudtrail_events')] as const;
    const won = await Promise.all(both.map((lake) => file.write(lake, etag)));
    expect(won.toSorted()).toEqual([false, true]);
    expect((await file.read())?.lake).toEqual(both[won.indexOf(true)]);
  });

  test('one that was removed is not replaced', async () => {
    await file.write(LAKE);
    const { etag } = (await file.read()) ?? {};
    s3.world.s3.remove(LAKE_PLACE.bucket, `${LAKE_PLACE.prefix}/_meta/lake.json`);
    expect(await file.write(LAKE, etag)).toBe(false);
    expect(s3.objects()).toEqual({});
  });

  const outcomes: readonly [string, Outcome, boolean][] = [
    ['409', conditionalConflict(), true],
    ['500', internal, true],
    ['no answer, not done', 'not done', true],
    ['no answer, done: who reads again finds his own', 'done, response lost', false],
  ];
  test.each(outcomes)('O4: %s', async (_, outcome, won) => {
    s3.world.fail(puts, outcome);
    expect(await file.write(LAKE)).toBe(won);
    const { etag } = (await file.read()) ?? {};
    s3.world.fail(puts, outcome);
    expect(await file.write(withName('athena_events'), etag)).toBe(won);
    expect((await file.read())?.lake).toEqual(withName('athena_events'));
  });

  test.each(['{"format":2}', 'no json', ''])('%j is no lake that can be read', async (text) => {
    put('_meta/lake.json', text);
    await expect(file.read()).rejects.toMatchObject({
      code: 'LAKE_FORMAT',
      message: expect.stringContaining('s3://amzn-s3-demo-lake/audit/lake'),
    });
  });

  test('access denied, and a bucket that is missing, are not a lake that is missing', async () => {
    s3.world.fail(({ operation }) => operation === 'GetObject', denied);
    await expect(file.read()).rejects.toMatchObject({ code: 'AWS_DENIED' });
    const place = { bucket: 'amzn-s3-demo-nowhere', prefix: '' };
    await expect(new S3LakeFile({ ...s3.lake, place }).read()).rejects.toMatchObject({ code: 'AWS_FAILED' });
  });
});

describe('S3LakeDays', () => {
  async function daysOf(table: 'athena_events' | 'cloudtrail_events') {
    const found: string[] = [];
    for await (const { generation, day } of new S3LakeDays(s3.lake).list(table))
      found.push(`${generation} ${day}`);
    return found;
  }
  const day = (generation: string, date: string, name: string) => {
    const [year, month, of] = date.split('-');
    put(`athena_events/g=${generation}/year=${year}/month=${month}/day=${of}/${name}`, 'x');
  };

  test('P5: shows each day of each generation once, however many objects and pages there are', async () => {
    s3.world.s3.pageSize = 2;
    for (const date of ['2025-12-31', '2026-01-01', '2026-01-02', '2026-01-03', '2026-02-01']) {
      for (const name of ['b-1.parquet', 'b-2.parquet', 'b-3.parquet']) day('0000', date, name);
    }
    day('0012', '2026-01-01', 'c-1.parquet');
    expect(await daysOf('athena_events')).toEqual([
      ...['0 2025-12-31', '0 2026-01-01', '0 2026-01-02', '0 2026-01-03', '0 2026-02-01'],
      '12 2026-01-01',
    ]);
  });

  test('a table without data has none, and what is not ours is left out', async () => {
    day('0000', '2026-01-01', 'b-1.parquet');
    for (const path of [
      'x',
      'g=0000/x',
      'g=0000/year=2026/x',
      'g=0000/year=2026/month=01/x',
      'notes/x/y/z/w',
    ]) {
      put(`athena_events/${path}`, 'x');
    }
    put('athena_events/g=zero/year=2026/month=01/day=01/x', 'x');
    put('athena_events/g=0000/year=2026/month=1/day=01/x', 'x');
    put('athena_events_too/g=0000/year=2026/month=01/day=05/x', 'x');
    expect(await daysOf('athena_events')).toEqual(['0 2026-01-01']);
    expect(await daysOf('cloudtrail_events')).toEqual([]);
  });

  test('a listing a month and a year, not one a day', async () => {
    const dates = Array.from({ length: 28 }, (_, at) => `2026-01-${String(at + 1).padStart(2, '0')}`);
    for (const date of dates) day('0000', date, 'b-1.parquet');
    expect(await daysOf('athena_events')).toHaveLength(28);
    expect(s3.world.count('ListObjectsV2')).toBe(4);
  });
});
