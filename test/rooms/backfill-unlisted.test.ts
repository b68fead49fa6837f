import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findGaps } from '../../src/backfill/gaps.js';
import { PlanCount } from '../../src/backfill/plan-count.js';
import { placeOf } from '../../src/backfill/slice.js';
import { UnlistedPlaces } from '../../src/backfill/unlisted-places.js';
import { parseKey } from '../../src/cloudtrail/log-file-ref.js';
import { EVERYTHING } from '../support/scopes.ts';
import { SEED } from '../support/seed.ts';

const NOW = Date.UTC(2026, 0, 21, 11, 46);
const DAY = 86_400_000;
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

const account = fc.constantFrom('111122223333', '444455556666');
const region = fc.constantFrom('us-east-1', 'eu-west-1');
// Few, so that some meet; of two years.
const day = fc.constantFrom(-1, 0, 1, 2, 3, 9, 25, 40, 70).map((ago) => dayOf(NOW - ago * DAY));
const prefix = fc.constantFrom('s3://amzn-s3-demo-bucket/', 's3://amzn-s3-demo-bucket/copy/', '/data/');
const told = fc.record({ prefix, account, region, day });
type Told = typeof told extends fc.Arbitrary<infer T> ? T : never;

const folderOf = (it: Omit<Told, 'prefix'> & { readonly prefix: string }) =>
  `${it.prefix}AWSLogs/${it.account}/CloudTrail/${it.region}/${it.day.replaceAll('-', '/')}/`;
/** A folder on the way to a day, the day, a folder in it, or a log file that somebody named. */
const unlisted = fc
  .tuple(told, fc.integer({ min: 1, max: 12 }), fc.constantFrom('', 'sub/', 'a.json.gz'))
  .map(([it, depth, rest]) => {
    const parts = `${folderOf(it)}`.split('/');
    const isWhole = depth >= parts.length - 1;
    return { place: isWhole ? `${folderOf(it)}${rest}` : `${parts.slice(0, depth + 1).join('/')}/` };
  })
  .filter(({ place }) => place.length > 's3://'.length);
const hidden = fc.array(unlisted, { maxLength: 3 });

/** Whether a log file of this name could lie at or below a place. */
const couldLie = (file: string, { place }: { readonly place: string }) =>
  file === place || file.startsWith(place.endsWith('/') ? place : `${place}/`);

describe('a slice is settled', () => {
  test('where all its log files are, its day is over, and none of them can have been missed', () => {
    const given = fc.array(fc.tuple(told, fc.boolean()), { minLength: 1, maxLength: 20 });
    const loose = fc.boolean();
    const check = fc.property(given, hidden, loose, (files, places, isLoose) => {
      const count = new PlanCount(EVERYTHING);
      const all = files.map(([it, settled], at) => ({
        settled,
        location: `${isLoose && at === 0 ? it.prefix : folderOf(it)}${at}.json.gz`,
      }));
      for (const { location, settled } of all) {
        const kind = parseKey('amzn-s3-demo-bucket', location);
        const what = kind.kind === 'foreign' ? expect.fail(location) : kind.ref;
        count.add({ what, location, size: 1 }, settled);
      }
      for (const { place } of places) count.unlisted({ place, code: 'AWS_DENIED', message: 'no' });
      for (const slice of count.slices(NOW)) {
        const own = all.filter(({ location }) => placeOf(location) === slice.place);
        const isOver = slice.day !== undefined && Date.parse(slice.day) + 2 * DAY <= NOW;
        const names = ['a.json.gz', 'b.json.gz'].map((name) => `${slice.place}${name}`);
        const isHidden = places.some((place) => names.some((name) => couldLie(name, place)));
        expect(slice.isSettled).toBe(own.every(({ settled }) => settled) && isOver && !isHidden);
      }
    });
    fc.assert(check, { seed: SEED, numRuns: 500 });
  });

  test('never, where nobody knows until when deliveries were seen', () => {
    const count = new PlanCount(EVERYTHING);
    const location = '/data/AWSLogs/111122223333/CloudTrail/us-east-1/2020/01/09/a.json.gz';
    const kind = parseKey('', location);
    count.add({ what: kind.kind === 'foreign' ? kind.kind : kind.ref, location, size: 1 }, true);
    expect(count.slices(NOW).map(({ isSettled }) => isSettled)).toEqual([true]);
    expect(count.slices(NOW, 0).map(({ isSettled }) => isSettled)).toEqual([false]);
  });
});

describe('a place that could not be listed', () => {
  test('leaves no gap where a log file of that day may lie in it, and every other one', () => {
    const check = fc.property(fc.array(told, { maxLength: 12 }), hidden, (covered, places) => {
      const gaps = findGaps(covered, EVERYTHING, new UnlistedPlaces(places)).flatMap((gap) => {
        const days = [];
        for (let at = Date.parse(gap.from); at <= Date.parse(gap.to); at += DAY) days.push(dayOf(at));
        expect(days).toHaveLength(gap.days);
        return days.map((on) => `${gap.account} ${gap.region} ${on}`);
      });
      expect(gaps.toSorted()).toEqual(walkedGaps(covered, places).toSorted());
      expect(new Set(gaps).size).toBe(gaps.length);
    });
    fc.assert(check, { seed: SEED, numRuns: 500 });
  });

  test.each([
    ['/data/AWSLogs/', 0],
    ['/data/AWSLogs/444455556666/', 9],
    ['/data/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/', 9],
    ['/data/AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/', 0],
    ['/data/AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/12/', 8],
    ['C:\\data\\AWSLogs\\111122223333\\CloudTrail\\us-east-1\\2026\\01\\12\\', 8],
    ['s3://amzn-s3-demo-bucket/other/', 0],
  ])('%s leaves %i days', (place, days) => {
    const owner = { account: '111122223333', region: 'us-east-1' };
    const covered = ['2026-01-09', '2026-01-19'].map((on) => ({ ...owner, day: on }));
    const gaps = findGaps(covered, EVERYTHING, new UnlistedPlaces([{ place }]));
    expect(gaps.reduce((sum, gap) => sum + gap.days, 0)).toBe(days);
  });
});

/** Day by day, with a log file for each prefix and layout that might lie in a place. */
function walkedGaps(covered: readonly Told[], places: readonly { readonly place: string }[]): string[] {
  const missing = new Set<string>();
  const isSeen = (it: Told) =>
    covered.some((seen) => seen.account === it.account && seen.region === it.region && seen.day === it.day);
  for (const first of covered) {
    for (const { account: owner, region: where, day: last } of covered) {
      if (owner !== first.account || where !== first.region) continue;
      for (let at = Date.parse(first.day); at < Date.parse(last); at += DAY) {
        const it = { ...first, day: dayOf(at) };
        if (!isSeen(it) && !places.some((place) => mayHold(place.place, it)))
          missing.add(`${owner} ${where} ${it.day}`);
      }
    }
  }
  return [...missing];
}

/** Whether the words of a place and those of a day agree, as far as the place goes. */
function mayHold(place: string, it: Told): boolean {
  const at = place.indexOf('AWSLogs/');
  if (at === -1) return true;
  const words = place.slice(at).split('/').slice(0, -1);
  const path = folderOf({ ...it, prefix: '' }).split('/');
  return words.slice(0, 7).every((word, index) => word === path[index]);
}
