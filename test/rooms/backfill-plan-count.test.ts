import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findGaps } from '../../src/backfill/gaps.js';
import { type CountedObject, PlanCount } from '../../src/backfill/plan-count.js';
import { sliceOf } from '../../src/backfill/slice.js';
import { isArchived } from '../../src/backfill/storage.js';
import { deadlinesOf, textsOfMonth } from '../../src/backfill/text-deadlines.js';
import { UnlistedPlaces } from '../../src/backfill/unlisted-places.js';
import { workOrder } from '../../src/backfill/work-order.js';
import { parseKey } from '../../src/cloudtrail/log-file-ref.js';
import { EVERYTHING } from '../support/scopes.ts';
import { SEED } from '../support/seed.ts';

const NOW = Date.UTC(2026, 10, 21, 11, 46);
const DAY = 86_400_000;
const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

type Given = { readonly object: CountedObject; readonly settled: boolean };

function objectAt(location: string, more: Partial<CountedObject> = {}): CountedObject {
  const kind = parseKey('amzn-s3-demo-bucket', location);
  return { what: kind.kind === 'foreign' ? 'foreign' : kind.ref, location, size: 10, ...more };
}

function counted(given: readonly Given[]): PlanCount {
  const count = new PlanCount(EVERYTHING);
  for (const { object, settled } of given) count.add(object, settled);
  return count;
}

// Few days, too, so that neighbours share one.
const day = fc
  .oneof(fc.integer({ min: -1, max: 70 }), fc.constantFrom(0, 44, 45))
  .map((ago) => dayOf(NOW - ago * DAY));
const account = fc.constantFrom('111122223333', '444455556666');
const folder = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('', 'copy/', 'o-exampleorgid/'),
      account,
      fc.constantFrom('us-east-1', 'eu-west-1'),
      day,
    )
    .map(
      ([prefix, owner, region, on]) =>
        `${prefix}AWSLogs/${owner}/CloudTrail/${region}/${on.replaceAll('-', '/')}/`,
    ),
  fc.constantFrom('loose/', 'AWSLogs/111122223333/CloudTrail/us-east-1/2026/02/30/'),
);
const name = fc.oneof(
  fc
    .tuple(account, day, fc.integer({ min: 1000, max: 1059 }))
    .map(
      ([owner, on, time]) =>
        `${owner}_CloudTrail_us-east-1_${on.replaceAll('-', '')}T${time}Z_AbCdEfGhIjKlMnOp.json.gz`,
    ),
  fc.constantFrom(
    'a.json.gz',
    'notes.txt',
    '111122223333_CloudTrail-Digest_us-east-1_x_20261101T0005Z.json.gz',
  ),
);
const storage = fc.option(
  fc.record({
    storageClass: fc.constantFrom('STANDARD_IA', 'GLACIER', 'DEEP_ARCHIVE', 'GLACIER_IR'),
    restore: fc.option(fc.constantFrom('restored' as const, 'restoring' as const), { nil: undefined }),
  }),
  { nil: undefined },
);
const someGiven: fc.Arbitrary<Given> = fc
  .record({ folder, name, size: fc.nat(100_000), storage, settled: fc.boolean() })
  .map(({ folder: place, name: file, size, storage: stored, settled }) => {
    const { storageClass, restore } = stored ?? {};
    const isArchive = storageClass === 'GLACIER' || storageClass === 'DEEP_ARCHIVE';
    const told =
      storageClass === undefined
        ? {}
        : { storage: { storageClass, ...(isArchive && restore && { restore }) } };
    return { object: objectAt(`s3://amzn-s3-demo-bucket/${place}${file}`, { size, ...told }), settled };
  });

/** Counted one by one, without any memory of the last folder. */
function slowly(given: readonly Given[], keyOf: (object: CountedObject) => string) {
  const sums: { [key: string]: { files: number; bytes: number; settled: number; archived: number } } = {};
  for (const { object, settled } of given) {
    if (object.what === 'foreign') continue;
    const key = keyOf(object);
    const sum = sums[key] ?? { files: 0, bytes: 0, settled: 0, archived: 0 };
    sums[key] = {
      files: sum.files + 1,
      bytes: sum.bytes + object.size,
      settled: sum.settled + Number(settled),
      archived: sum.archived + Number(!settled && isArchived(object.storage)),
    };
  }
  return sums;
}

const isReal = (on: string | undefined) => on !== undefined && dayOf(Date.parse(on) || 0) === on;
const realDay = ({ what }: CountedObject) =>
  what !== 'foreign' && isReal(what.deliveryDay) ? what.deliveryDay : undefined;
const ownerOf = ({ what }: CountedObject) => (what === 'foreign' ? undefined : what.account);
const sums = (of: { files: number; bytes: number; settled: number; archived: number }) => {
  const { files, bytes, settled, archived } = of;
  return { files, bytes, settled, archived };
};

describe('counting', () => {
  test('gives slices, months and a total that equal a count of one by one, in whatever order objects come', () => {
    const check = fc.property(fc.array(someGiven, { maxLength: 60 }), (given) => {
      const count = counted(given);
      const slices = count.slices(NOW);
      const { months, total } = count.totals(NOW);
      const bySlice = Object.fromEntries(slices.map((slice) => [slice.place, sums(slice)]));
      expect(bySlice).toEqual(slowly(given, ({ location }) => sliceOf(location).place));
      const byMonth = Object.fromEntries(months.map((it) => [`${it.account} ${it.month}`, sums(it)]));
      expect(byMonth).toEqual(slowly(given, (it) => `${ownerOf(it)} ${realDay(it)?.slice(0, 7)}`));
      expect(total).toEqual(
        slowly(given, () => 'all')['all'] ?? { files: 0, bytes: 0, settled: 0, archived: 0 },
      );
      for (const slice of slices) expect(slice).toMatchObject(sliceOf(`${slice.place}a.json.gz`));
      expect(slices).toEqual([...slices].sort(workOrder(NOW)));
    });
    fc.assert(check, { seed: SEED });
  });

  test('counts each object once: log files by class, others by why they are none of ours', () => {
    const check = fc.property(fc.array(someGiven, { maxLength: 60 }), (given) => {
      const { classes, foreign, total } = counted(given).totals(NOW);
      const all = Object.values(classes);
      expect(all.reduce((sum, { files }) => sum + files, 0)).toBe(total.files);
      expect(all.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(total.bytes);
      expect(Object.values(foreign).reduce((sum, count) => sum + count, 0)).toBe(given.length - total.files);
      const open = given.filter(
        ({ object, settled }) => object.what !== 'foreign' && !settled && isArchived(object.storage),
      );
      const asked = open.filter(({ object }) => object.storage?.restore === 'restoring');
      expect(all.reduce((sum, { toRestore }) => sum + toRestore.files, 0)).toBe(open.length - asked.length);
    });
    fc.assert(check, { seed: SEED });
  });

  test('knows which days have texts to save, as a count of one by one does', () => {
    const check = fc.property(fc.array(someGiven, { maxLength: 60 }), (given) => {
      const { textDays } = counted(given).totals(NOW);
      const fresh = given.filter(({ object, settled }) => {
        const on = realDay(object);
        return !settled && on !== undefined && Date.parse(on) + 46 * DAY > NOW;
      });
      const byDay = slowly(fresh, (object) => realDay(object) ?? '');
      expect(textDays).toEqual(
        Object.keys(byDay)
          .sort()
          .map((on) => ({ day: on, toRead: byDay[on]?.files })),
      );
    });
    fc.assert(check, { seed: SEED });
  });

  test('makes no slice of a folder without log files, and counts a folder that was left out as one', () => {
    const count = counted([
      { object: objectAt('s3://amzn-s3-demo-bucket/AWSLogs/111122223333/Config/a.json.gz'), settled: false },
      { object: objectAt('s3://amzn-s3-demo-bucket/notes/readme.txt'), settled: false },
    ]);
    count.leftOut('digest');
    const denied = {
      place: 's3://amzn-s3-demo-bucket/AWSLogs/444455556666/',
      code: 'AWS_DENIED',
      message: 'no',
    };
    count.unlisted(denied);
    expect(count.slices(NOW)).toEqual([]);
    expect(count.totals(NOW)).toMatchObject({
      foreign: { 'other-service': 1, 'not-json': 1, digest: 1 },
      unlisted: [denied],
      extent: { accounts: [], regions: [], days: 0, first: undefined, last: undefined },
    });
  });

  test('does not ask to restore what is settled, restored or on its way', () => {
    const at = (restore?: 'restored' | 'restoring') =>
      objectAt('s3://amzn-s3-demo-bucket/loose/a.json.gz', {
        storage: { storageClass: 'GLACIER', ...(restore && { restore }) },
      });
    const count = counted([
      { object: at(), settled: true },
      { object: at(), settled: false },
      { object: at('restored'), settled: false },
      { object: at('restoring'), settled: false },
    ]);
    const glacier = { files: 4, bytes: 40, restored: 1, restoring: 1, toRestore: { files: 1, bytes: 10 } };
    expect(count.totals(NOW).classes).toEqual({ GLACIER: glacier });
    expect(count.totals(NOW).total).toEqual({ files: 4, bytes: 40, settled: 1, archived: 2 });
  });

  test('says what the log files span', () => {
    const at = (region: string, on: string) =>
      objectAt(`/data/AWSLogs/111122223333/CloudTrail/${region}/${on}/a.json.gz`);
    const given = [
      at('us-east-1', '2026/01/09'),
      at('eu-west-1', '2026/01/09'),
      at('us-east-1', '2025/12/31'),
    ];
    const { extent } = counted(given.map((object) => ({ object, settled: false }))).totals(NOW);
    const days = { days: 2, first: '2025-12-31', last: '2026-01-09' };
    expect(extent).toEqual({ accounts: ['111122223333'], regions: ['eu-west-1', 'us-east-1'], ...days });
  });
});

describe('gaps', () => {
  const told = fc.record({ account, region: fc.constantFrom('us-east-1', 'eu-west-1'), day });

  test('are the days between the first and the last that nobody saw, as a walk from day to day finds them', () => {
    const bounds = fc.record({
      from: fc.option(day, { nil: undefined }),
      to: fc.option(day, { nil: undefined }),
    });
    const check = fc.property(fc.array(told, { maxLength: 40 }), bounds, (covered, scope) => {
      const gaps = findGaps(covered, scope, new UnlistedPlaces([]));
      const days = gaps.flatMap((gap) => {
        const run = [];
        for (let at = Date.parse(gap.from); at <= Date.parse(gap.to); at += DAY) {
          run.push(`${gap.account} ${gap.region} ${dayOf(at)}`);
        }
        expect(run).toHaveLength(gap.days);
        return run;
      });
      expect([...days].sort()).toEqual(walkedGaps(covered, scope).sort());
      // A run is whole: the day before it and the day after it were seen.
      for (const { account: owner, region, from, to } of gaps) {
        for (const beside of [Date.parse(from) - DAY, Date.parse(to) + DAY]) {
          expect(covered).toContainEqual({ account: owner, region, day: dayOf(beside) });
        }
      }
    });
    fc.assert(check, { seed: SEED });
  });

  test('are none where trails that overlap fill each other up, nor where names of loose files do', () => {
    const at = (prefix: string, on: string) =>
      objectAt(`/data/${prefix}AWSLogs/111122223333/CloudTrail/us-east-1/${on}/a.json.gz`);
    const loose = objectAt(
      '/data/loose/111122223333_CloudTrail_us-east-1_20260111T0005Z_AbCdEfGhIjKlMnOp.json.gz',
    );
    const given = [at('', '2026/01/09'), at('other/', '2026/01/10'), loose, at('', '2026/01/12')];
    const gapsOf = (objects: readonly CountedObject[]) =>
      counted(objects.map((object) => ({ object, settled: false }))).totals(NOW).gaps;
    expect(gapsOf(given)).toEqual([]);
    const gap = {
      account: '111122223333',
      region: 'us-east-1',
      from: '2026-01-10',
      to: '2026-01-11',
      days: 2,
    };
    expect(gapsOf([at('', '2026/01/09'), at('', '2026/01/12')])).toEqual([gap]);
  });
});

type Covered = { readonly account: string; readonly region: string; readonly day: string };

function walkedGaps(
  covered: readonly Covered[],
  { from = '0000', to = '9999' }: { readonly from: string | undefined; readonly to: string | undefined },
): string[] {
  const seen = new Set(
    covered
      .filter((it) => it.day >= from && it.day <= to)
      .map(({ account: a, region, day: on }) => `${a} ${region} ${on}`),
  );
  const missing = new Set<string>();
  for (const first of seen) {
    for (const last of seen) {
      const [owner, [begin, end]] = [
        first.slice(0, -11),
        [first, last].map((it) => Date.parse(it.slice(-10))),
      ];
      if (owner !== last.slice(0, -11)) continue;
      for (let at = begin ?? 0; at < (end ?? 0); at += DAY) {
        if (!seen.has(`${owner} ${dayOf(at)}`)) missing.add(`${owner} ${dayOf(at)}`);
      }
    }
  }
  return [...missing];
}

describe('the months whose query texts can still be had', () => {
  test('are as the days of them tell', () => {
    const check = fc.property(
      fc.integer({ min: 0, max: 800 }),
      fc.integer({ min: 0, max: 500 }),
      (hours, ago) => {
        const now = NOW + hours * 3_600_000;
        const month = dayOf(now - ago * DAY).slice(0, 7);
        const days = Array.from(
          { length: 31 },
          (_, at) => `${month}-${String(at + 1).padStart(2, '0')}`,
        ).filter(isReal);
        const kept = days.map((on) => [
          Date.parse(on) >= now - 45 * DAY,
          Date.parse(on) + DAY > now - 45 * DAY,
        ]);
        const oracle = kept.every(([whole]) => whole)
          ? 'all'
          : kept.some(([, part]) => part)
            ? 'some'
            : 'none';
        expect(textsOfMonth(month, now)).toBe(oracle);
      },
    );
    fc.assert(check, { seed: SEED });
  });

  test('are told of unknown months, too: they may be such', () => {
    expect(textsOfMonth(undefined, NOW)).toBe('some');
  });

  test('say how many log files must be read by when (T2)', () => {
    const textDays = [
      { day: '2026-10-07', toRead: 1 },
      { day: '2026-10-12', toRead: 10 },
      { day: '2026-11-21', toRead: 100 },
    ];
    expect(deadlinesOf({ textDays, made: NOW })).toEqual([
      { days: 3, files: 1 },
      { days: 7, files: 11 },
      { days: 14, files: 11 },
      { days: 45, files: 111 },
    ]);
  });
});
