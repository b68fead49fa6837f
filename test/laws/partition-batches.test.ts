import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BatchBounds, partitionBatches, type RawBatch } from '../../src/trace/partition-batches.js';
import { bitOfDay, type PartitionMonth } from '../../src/trace/partition-months.js';
import type { Searched as AnySearch, SearchedKey } from '../../src/trace/searched-days.js';
import { uncoveredDays } from '../../src/trace/uncovered-days.js';

const DAY = 86_400_000;
/** The grants of keys are planned as keys are. */
type Searched = Exclude<AnySearch, { kind: 'grants' }>;

const START = Date.UTC(2026, 0, 20);
const ACCOUNTS = ['111122223333', '123456789012', '444455556666'];
const REGIONS = ['eu-west-1', 'us-east-1'];

/** A partition, as the oracle knows it: nothing of months and bits. */
type Partition = { readonly account: string; readonly region: string; readonly day: string };

const dayAfter = (days: number) => new Date(START + days * DAY).toISOString().slice(0, 10);

const partition: fc.Arbitrary<Partition> = fc.record({
  account: fc.constantFrom(...ACCOUNTS),
  region: fc.constantFrom(...REGIONS),
  // Over the end of January, and of February, which has 28 days.
  day: fc.integer({ min: -3, max: 60 }).map(dayAfter),
});

/** Windows that begin and end at midnight, or not, and some that are empty. */
const moment = fc
  .tuple(fc.integer({ min: 0, max: 50 }), fc.constantFrom(0, 1, DAY / 2, DAY - 1))
  .map(([days, more]) => START + days * DAY + more);
const length = fc.constantFrom(0, 1, 3_600_000, DAY, DAY + 1, 36 * 3_600_000, 20 * DAY);
const key: fc.Arbitrary<SearchedKey> = fc
  .record({
    key: fc.constantFrom('A', 'B', 'C', 'D').map((it) => `ASIA${it}EXAMPLE`),
    from: moment,
    length,
    account: fc.constantFrom(null, ...ACCOUNTS),
  })
  .map(({ length: millis, ...it }) => ({ ...it, to: it.from + millis }));

const searched: fc.Arbitrary<Searched> = fc.oneof(
  fc.record({ kind: fc.constant('keys' as const), keys: fc.array(key, { maxLength: 8 }) }),
  fc.tuple(moment, length).map(([from, millis]) => ({
    ...{ kind: 'origins' as const, keys: ['ASIAXEXAMPLE'] },
    ...{ from, to: from + millis },
  })),
);

const bounds = fc.record({
  mostPartitions: fc.constantFrom(1, 2, 5, 1_000),
  mostBytes: fc.constantFrom(1, 2, 1_000),
  // What a key adds is a byte, and a batch without keys has none.
  bytesOf: fc.constant(({ keys }: RawBatch) => keys.length),
  oneAccount: fc.boolean(),
  oneRegion: fc.boolean(),
});

function monthsOf(partitions: readonly Partition[]): readonly PartitionMonth[] {
  const months = [...new Set(partitions.map(({ day }) => day.slice(0, 7)))].sort();
  return months.map((month) => ({
    month,
    folders: ACCOUNTS.flatMap((account) =>
      REGIONS.flatMap((region) => {
        const here = partitions.filter(
          (it) => it.account === account && it.region === region && it.day.startsWith(month),
        );
        const days = here.reduce((bits, { day }) => bits | bitOfDay(Number(day.slice(8))), 0);
        return days === 0 ? [] : { account, region, days };
      }),
    ),
  }));
}

/** What has to be read: by the letter of the task, one pair at a time. */
function needed(it: Searched, partitions: readonly Partition[]): readonly string[] {
  const windows = it.kind === 'keys' ? it.keys : [{ key: '', account: null, ...spanOf(it) }];
  const pairs = windows.flatMap(({ key: name, from, to, account }) =>
    partitions.flatMap((at) => {
      const midnight = Date.parse(`${at.day}T00:00:00Z`);
      // An event of the window may lie in the folder of its own day, or in that of the next one.
      const mayHold = from < to && lies(midnight, from, to);
      return mayHold && (account === null || account === at.account)
        ? `${name} ${from} ${to} ${account} in ${at.account}/${at.region}/${at.day}`
        : [];
    }),
  );
  return [...new Set(pairs)].sort();
}

const spanOf = (it: Searched) => (it.kind === 'keys' ? { from: 0, to: 0 } : { from: it.from, to: it.to });

/** Whether some moment of the window is of this day, or of the day before. */
const lies = (midnight: number, from: number, to: number) =>
  [midnight, midnight - DAY].some((day) => Math.max(day, from) < Math.min(day + DAY, to));

/** What is looked for in what is read, as often as it is. */
function read(
  it: Searched,
  batches: readonly RawBatch[],
  partitions: readonly Partition[],
): readonly string[] {
  return batches.flatMap((batch) =>
    inBatch(batch, partitions).flatMap((at) => {
      const place = `${at.account}/${at.region}/${at.day}`;
      if (it.kind !== 'keys') return ` ${it.from} ${it.to} null in ${place}`;
      return batch.keys.map((one) => `${one.key} ${one.from} ${one.to} ${one.account} in ${place}`);
    }),
  );
}

/** Whether a list holds each of these once. */
const eachOnce = (list: readonly string[], wanted: readonly string[]) =>
  wanted.filter((it) => list.filter((other) => other === it).length !== 1);
const placeOf = (pair: string) => pair.slice(pair.indexOf(' in '));
const placesOf = (pairs: readonly string[]) => [...new Set(pairs.map(placeOf))].sort();

const inBatch = (batch: RawBatch, partitions: readonly Partition[]) =>
  partitions.filter(
    ({ account, region, day }) =>
      batch.accounts.includes(account) &&
      batch.regions.includes(region) &&
      batch.month === day.slice(0, 7) &&
      batch.days.includes(day.slice(8)),
  );

const PLAIN: BatchBounds = {
  ...{ mostPartitions: 100, mostBytes: 100, oneAccount: false, oneRegion: false },
  bytesOf: () => 1,
};

const world = fc.uniqueArray(partition, {
  maxLength: 60,
  selector: (it) => `${it.account}${it.region}${it.day}`,
});
/** A key that stands twice in a search is one key. */
const once = (it: Searched): Searched =>
  it.kind === 'keys'
    ? { ...it, keys: [...new Map(it.keys.map((k) => [JSON.stringify(k), k])).values()] }
    : it;

describe('the plan of a search over partitions', () => {
  test('looks for each key exactly once in each partition that matters for it, and reads no other partition', () => {
    fc.assert(
      fc.property(searched.map(once), world, bounds, (it, partitions, bound: BatchBounds) => {
        const batches = partitionBatches(it, monthsOf(partitions), bound);
        const [is, should] = [read(it, batches, partitions), needed(it, partitions)];
        expect(eachOnce(is, should)).toEqual([]);
        expect(placesOf(is)).toEqual(placesOf(should));
      }),
      { numRuns: 2_000 },
    );
  });

  test('keeps its bounds, and counts its partitions', () => {
    fc.assert(
      fc.property(searched.map(once), world, bounds, (it, partitions, bound: BatchBounds) => {
        for (const batch of partitionBatches(it, monthsOf(partitions), bound)) {
          expect(batch.partitions).toBe(inBatch(batch, partitions).length);
          expect(batch.partitions).toBeGreaterThan(0);
          expect(batch.partitions).toBeLessThanOrEqual(bound.mostPartitions);
          expect(bound.bytesOf(batch)).toBeLessThanOrEqual(bound.mostBytes);
          if (bound.oneAccount) expect(batch.accounts).toHaveLength(1);
          if (bound.oneRegion) expect(batch.regions).toHaveLength(1);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('reads no partition twice, whatever keys share it, unless the SQL would be too long', () => {
    const wide: BatchBounds = {
      ...{ mostPartitions: 7, mostBytes: 1_000, oneAccount: false, oneRegion: false },
      bytesOf: ({ keys }) => keys.length,
    };
    fc.assert(
      fc.property(searched.map(once), world, (it, partitions) => {
        const batches = partitionBatches(it, monthsOf(partitions), wide);
        const all = batches.flatMap((batch) => inBatch(batch, partitions));
        expect(new Set(all).size).toBe(all.length);
      }),
    );
  });

  test('tells the days of a search on which it finds no partition where it looks', () => {
    fc.assert(
      fc.property(searched, world, (it, partitions) => {
        const windows = it.kind === 'keys' ? it.keys : [{ ...spanOf(it), account: null }];
        const there = monthsOf([...partitions, ...everyMonth]).map((month) => ({
          ...month,
          folders: monthsOf(partitions).find((known) => known.month === month.month)?.folders ?? [],
        }));
        const missing = windows.flatMap(({ from, to, account }) => {
          const days: string[] = [];
          for (let at = from; at < to; at += DAY - (at % DAY)) {
            const day = new Date(at).toISOString().slice(0, 10);
            if (!partitions.some((p) => p.day === day && (account === null || p.account === account)))
              days.push(day);
          }
          return days;
        });
        expect(uncoveredDays(it, there)).toEqual([...new Set(missing)].sort());
      }),
      { numRuns: 500 },
    );
  });

  test('is a query a month for accounts that are searched on the same days, whatever keys they have', () => {
    const partitions = Array.from({ length: 20 }, (_, at) =>
      ACCOUNTS.map((account) => ({ account, region: 'eu-west-1', day: dayAfter(at) })),
    ).flat();
    const of = (name: string, account: string, day: number): SearchedKey => ({
      ...{ key: name, account },
      ...{ from: START + day * DAY, to: START + (day + 5) * DAY },
    });
    const [first = '', second = '', third = ''] = ACCOUNTS;
    const batches = partitionBatches(
      {
        kind: 'keys',
        keys: [
          of('A', first, 0),
          of('B', second, 0),
          of('C', first, 2),
          of('D', third, 9),
          of('E', second, 2),
        ],
      },
      monthsOf(partitions),
      PLAIN,
    );
    expect(
      batches.map(({ month, days, accounts, keys }) => [
        ...[month, `${days[0]} to ${days.at(-1)}`, accounts.join(), keys.map((it) => it.key).join()],
      ]),
    ).toEqual([
      ['2026-01', '20 to 27', `${first},${second}`, 'A,B,C,E'],
      ['2026-01', '29 to 31', third, 'D'],
      ['2026-02', '01 to 03', third, 'D'],
    ]);
  });

  test('of ten thousand keys over five years of a hundred accounts is made within seconds', () => {
    const accounts = Array.from({ length: 100 }, (_, at) => String(111_122_220_000 + at));
    const months = Array.from({ length: 60 }, (_, at) =>
      new Date(Date.UTC(2021, at, 1)).toISOString().slice(0, 7),
    );
    const there = months.map((month) => ({
      month,
      folders: accounts.flatMap((account) =>
        REGIONS.map((region) => ({ account, region, days: 2 ** 28 - 1 })),
      ),
    }));
    const begin = Date.UTC(2021, 0, 1);
    const keys = Array.from({ length: 10_000 }, (_, at) => ({
      ...{ key: `ASIA${at}EXAMPLE`, account: accounts[at % 100] ?? null },
      ...{ from: begin + ((at * 7) % 1_700) * DAY, to: begin + ((at * 7) % 1_700) * DAY + DAY / 2 },
    }));
    const started = performance.now();
    const batches = partitionBatches({ kind: 'keys', keys }, there, { ...PLAIN, mostPartitions: 1_000 });
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(batches.length).toBeLessThan(6_000);
  });

  test('refuses what no query can hold', () => {
    const tight = { mostPartitions: 9, mostBytes: 0, bytesOf: () => 1, oneAccount: false, oneRegion: false };
    const search = { kind: 'keys' as const, keys: [{ key: 'A', from: START, to: START + 1, account: null }] };
    const there = monthsOf([{ account: '111122223333', region: 'eu-west-1', day: dayAfter(0) }]);
    expect(() => partitionBatches(search, there, tight)).toThrow('longer than Athena takes');
  });
});

/** One partition a month, so that each month is asked for. */
const everyMonth: readonly Partition[] = ['2026-01-15', '2026-02-15', '2026-03-15', '2026-04-15'].map(
  (day) => ({
    ...{ account: '111122223333', region: 'eu-west-1', day },
  }),
);
