import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeOf, sliceOf } from '../../src/backfill/slice.js';
import { isArchived } from '../../src/backfill/storage.js';
import { firstTextDay } from '../../src/backfill/text-deadlines.js';
import { workOrder } from '../../src/backfill/work-order.js';
import { SEED } from '../support/seed.ts';

const NOW = Date.UTC(2026, 10, 21, 11, 46);
const DAY = 86_400_000;
const LAYOUT = 'AWSLogs/o-exampleorgid/111122223333/CloudTrail/us-east-1';

describe('the slice of a log file', () => {
  test.each([
    ['in S3', `s3://amzn-s3-demo-bucket/${LAYOUT}/2026/01/09/`],
    ['in a folder', `/data/${LAYOUT}/2026/01/09/`],
    ['in a folder of Windows', `C:\\data\\${LAYOUT.replaceAll('/', '\\')}\\2026\\01\\09\\`],
    ['behind the prefix of Control Tower', `s3://amzn-s3-demo-bucket/o-exampleorgid/${LAYOUT}/2026/01/09/`],
  ])('is its folder, which tells account, Region and day: %s', (_, place) => {
    const told = { account: '111122223333', region: 'us-east-1', day: '2026-01-09' };
    expect(sliceOf(`${place}a.json.gz`)).toEqual({ place, ...told });
  });

  test('tells nothing where the folder has no layout', () => {
    const nothing = { account: undefined, region: undefined, day: undefined };
    expect(sliceOf('/data/loose/2026/01/09/a.json.gz')).toEqual({
      place: '/data/loose/2026/01/09/',
      ...nothing,
    });
    expect(sliceOf('a.json.gz')).toEqual({ place: '', ...nothing });
  });

  test('has no day that no calendar knows', () => {
    expect(sliceOf(`/data/${LAYOUT}/2026/02/30/a.json.gz`)).toMatchObject({
      region: 'us-east-1',
      day: undefined,
    });
  });

  test('is not cut at a backslash in a key or a name', () => {
    expect(placeOf('s3://amzn-s3-demo-bucket/logs/a\\b.json.gz')).toBe('s3://amzn-s3-demo-bucket/logs/');
    expect(placeOf('/logs/a\\b.json.gz')).toBe('/logs/');
  });
});

describe('the order of work', () => {
  const days = (...list: readonly (string | undefined)[]) =>
    list
      .map((day) => ({ day, place: `/${day}/` }))
      .sort(workOrder(NOW))
      .map(({ day }) => day);

  test('begins with the days whose texts Athena still has, the oldest first; then goes back in time', () => {
    expect(firstTextDay(NOW)).toBe('2026-10-07');
    expect(
      days(undefined, '2024-01-01', '2026-10-06', '2026-11-21', '2026-10-07', '2026-10-08', '2025-07-01'),
    ).toEqual([
      '2026-10-07',
      '2026-10-08',
      '2026-11-21',
      '2026-10-06',
      '2025-07-01',
      '2024-01-01',
      undefined,
    ]);
  });

  test('is that of three piles, each sorted by itself, whatever there is', () => {
    const day = fc.option(
      fc.integer({ min: -2, max: 100 }).map((ago) => new Date(NOW - ago * DAY).toISOString().slice(0, 10)),
      { nil: undefined },
    );
    const slices = fc.array(fc.record({ day, place: fc.string({ maxLength: 3 }) }));
    const check = fc.property(slices, (all) => {
      expect([...all].sort(workOrder(NOW))).toEqual(threePiles(all));
    });
    fc.assert(check, { seed: SEED });
  });
});

type Placed = { readonly day: string | undefined; readonly place: string };

function threePiles(all: readonly Placed[]): readonly Placed[] {
  const isFresh = ({ day }: Placed) =>
    day !== undefined && Date.parse(`${day}T23:59:59.999Z`) > NOW - 45 * DAY - 1;
  const byPlace = (a: Placed, b: Placed) => Number(a.place > b.place) - Number(a.place < b.place);
  const byDay = (a: Placed, b: Placed) => Date.parse(a.day ?? '') - Date.parse(b.day ?? '');
  const fresh = all.filter(isFresh).sort(byPlace).sort(byDay);
  const old = all.filter((it) => !isFresh(it) && it.day !== undefined);
  const none = all.filter(({ day }) => day === undefined).sort(byPlace);
  return [...fresh, ...old.sort(byPlace).sort((a, b) => byDay(b, a)), ...none];
}

test('what is archived cannot be read: Glacier unless restored, never the class that is read at once', () => {
  const stored = (storageClass: string, restore?: 'restored' | 'restoring') =>
    isArchived({ storageClass, ...(restore && { restore }) });
  expect([undefined].map(isArchived)).toEqual([false]);
  expect(['GLACIER', 'DEEP_ARCHIVE'].map((name) => stored(name))).toEqual([true, true]);
  expect(['GLACIER_IR', 'STANDARD_IA', 'INTELLIGENT_TIERING'].map((name) => stored(name))).toEqual([
    false,
    false,
    false,
  ]);
  expect([stored('GLACIER', 'restored'), stored('GLACIER', 'restoring')]).toEqual([false, true]);
});
