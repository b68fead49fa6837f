import { describe, expect, test } from 'vitest';
import { type Estimate, estimate, waysOf } from '../../src/backfill/estimate.js';
import type { Plan } from '../../src/backfill/plan.js';
import { DEFAULT_PRICES, type PriceTable } from '../../src/backfill/price-table.js';
import { restoreOffers } from '../../src/backfill/restore-offers.js';
import { WAYS } from '../../src/backfill/work-left.js';
import { EMPTY_PLAN } from '../support/plans.ts';

/** The worked example of the README: 10 million log files of 20 kB, in slices of a thousand, ten a day. */
const TEN_MILLION: Plan = {
  ...EMPTY_PLAN,
  ...{ lake: 's3://amzn-s3-demo-lake/audit', sources: ['s3://amzn-s3-demo-bucket'], slices: 10_000 },
  total: { files: 10_000_000, bytes: 200e9, settled: 0, archived: 0 },
  extent: { ...EMPTY_PLAN.extent, days: 1_000 },
};
const given = (plan: Partial<Plan> = {}, assumed: Partial<PriceTable['assumptions']> = {}) => ({
  plan: { ...TEN_MILLION, ...plan },
  prices: { ...DEFAULT_PRICES, assumptions: { ...DEFAULT_PRICES.assumptions, ...assumed } },
  cores: 2,
});
const moneyOf = ({ needed }: Estimate) =>
  Object.fromEntries(needed.map(({ kind, money }) => [kind, Number(money.toFixed(4))]));
const countsOf = ({ needed }: Estimate) => Object.fromEntries(needed.map(({ kind, count }) => [kind, count]));

describe('the estimate for 10 million log files of 20 kB', () => {
  test('is that of the facts: 4 to GET, 0.05 to LIST, 3.3 for Lambda (aws-facts 8.4)', () => {
    const money = moneyOf(estimate(given(), 'queue'));
    expect(money).toMatchObject({ s3_get: 4, s3_list: 0.05, lambda_gb_second: 3.3333, lambda_request: 0.02 });
  });

  test('is that of the facts for a queue whose messages name 10 log files, about 1', () => {
    expect(moneyOf(estimate(given({}, { files_per_sqs_request: 10 }), 'queue'))['sqs_request']).toBeCloseTo(
      1.2,
    );
  });

  test('is that of the facts for 100,000 children of two transitions, about 5', () => {
    const money = moneyOf(estimate(given({ slices: 100_000 }, { slices_per_batch: 1 }), 'fleet'));
    expect(money['step_functions_transition']).toBeCloseTo(5);
  });

  test('counts the units of the commit protocol, five writes a new day, and a note a slice: 1 write and 0.5 reads without rows, 186 and 46 for 90 with rows', () => {
    const one = (hit_share: number, files: number, days = 1) => {
      const total = { ...TEN_MILLION.total, files };
      const extent = { ...TEN_MILLION.extent, days };
      return countsOf(
        estimate(
          given({ total, extent, slices: 1 }, { hit_share, files_per_bundle: 90, queries_per_file: 0 }),
          'here-to-s3',
        ),
      );
    };
    expect(one(0, 1000)).toMatchObject({ dynamodb_write: 1000 + 1, dynamodb_read: 500, s3_put: 0 });
    expect(one(1, 90)).toMatchObject({ dynamodb_write: 186 + 5 + 1, dynamodb_read: 46, s3_put: 2 });
    expect(one(1, 1)).toMatchObject({ dynamodb_write: 8 + 5 + 1, dynamodb_read: 1.5, s3_put: 2 });
    // Each further day of a bundle: 4 writes, a read, a PUT.
    expect(one(1, 90, 3)).toMatchObject({ dynamodb_write: 186 + 8 + 15 + 1, dynamodb_read: 48, s3_put: 4 });
  });

  test('counts what others ask besides: for the queue the ledger twice, for the fleet notes and the plan', () => {
    const [here, fleet, queue] = (['here-to-s3', 'fleet', 'queue'] as const).map((way) =>
      countsOf(estimate(given({}, { files_per_invocation: 1000 }), way)),
    );
    expect(queue?.['dynamodb_read']).toBe((here?.['dynamodb_read'] ?? 0) + 5_000_000);
    expect(fleet?.['dynamodb_read']).toBe((here?.['dynamodb_read'] ?? 0) + 5_000);
    expect(fleet?.['s3_get']).toBe(10_000_000 + (fleet?.['lambda_request'] ?? 0));
  });

  test('knows that an invocation keeps no bundle for the next', () => {
    const bundlesOf = (files_per_invocation: number) => {
      const { s3_put = 0 } = countsOf(estimate(given({}, { files_per_invocation }), 'queue'));
      return (s3_put - 999) / 2;
    };
    expect(bundlesOf(10_000)).toBe(Math.ceil(3_000_000 / 70));
    expect(bundlesOf(100)).toBe(100_000);
  });

  test('comes to this by each way, as the README prints it', () => {
    const rounded = WAYS.map((way) => {
      const { money, seconds, transfer } = estimate(given(), way);
      return [way, money.toFixed(2), Math.round(seconds), transfer?.money.toFixed(2)];
    });
    expect(rounded).toEqual([
      ['here-to-folder', '4.05', 10_000, '18.00'],
      ['here-to-s3', '14.16', 10_000, '18.00'],
      ['fleet', '17.52', 10_000, undefined],
      ['queue', '19.05', 10_000, undefined],
    ]);
  });
});

describe('an estimate', () => {
  test('grows with the work: ten times the log files, ten times the money and the time', () => {
    const sized = (times: number, way: (typeof WAYS)[number]) =>
      estimate(
        given({
          total: { ...TEN_MILLION.total, files: 9_000_000 * times },
          extent: { ...TEN_MILLION.extent, days: 900 * times },
          slices: 9000 * times,
        }),
        way,
      );
    for (const way of WAYS) {
      const [one, ten] = [sized(1, way), sized(10, way)];
      expect(ten.money / one.money).toBeCloseTo(10, 2);
      expect(ten.seconds / one.seconds).toBeCloseTo(10, 5);
    }
  });

  test('is for all that has to be read: archived log files as if they were restored, restored ones as they are', () => {
    const { files } = TEN_MILLION.total;
    const archived = given({ total: { ...TEN_MILLION.total, archived: files } });
    for (const way of WAYS) expect(estimate(archived, way)).toEqual(estimate(given(), way));
  });

  test('is for what is not settled; nothing left costs nothing', () => {
    const settled = { ...TEN_MILLION.total, settled: 10_000_000 };
    for (const way of WAYS) {
      const { money, seconds, transfer } = estimate(given({ total: settled }), way);
      expect([money, seconds, transfer?.money ?? 0]).toEqual([0, 0, 0]);
    }
    const half = estimate(given({ total: { ...TEN_MILLION.total, settled: 5_000_000 } }), 'here-to-s3');
    expect(half.needed.find(({ kind }) => kind === 's3_get')?.count).toBe(5_000_000);
    expect(half.transfer?.count).toBe(100);
  });

  test('is the sum of its parts, and each part says by which rule', () => {
    for (const way of WAYS) {
      const { needed, money, secondsRule } = estimate(given(), way);
      expect(money).toBeCloseTo(needed.reduce((sum, part) => sum + part.money, 0));
      for (const { rule } of [...needed, { rule: secondsRule }]) expect(rule).toMatch(/\w/);
    }
  });

  test('of folders alone pays nobody', () => {
    const local = given({ sources: ['/data/AWSLogs'], lake: '/data/lake' });
    expect(waysOf(local.plan)).toEqual(['here-to-folder']);
    expect(estimate(local, 'here-to-folder')).toMatchObject({ needed: [], money: 0, seconds: 2000 });
    expect(estimate(local, 'here-to-folder').transfer).toBeUndefined();
  });

  test('knows that nobody elsewhere can read a folder, or write one', () => {
    expect(waysOf({ sources: ['/data'], lake: 's3://amzn-s3-demo-lake' })).toEqual(['here-to-s3']);
    expect(waysOf({ sources: ['s3://amzn-s3-demo-bucket'], lake: '/data' })).toEqual(['here-to-folder']);
    expect(waysOf(TEN_MILLION)).toEqual(['here-to-s3', 'fleet', 'queue']);
  });

  test('counts each dataset for itself: of cloudtrail_events every log file has rows', () => {
    const both = countsOf(
      estimate(given({ datasets: ['athena_events', 'cloudtrail_events'] }), 'here-to-s3'),
    );
    // What is read together is committed together, each dataset for itself.
    const bundles = 2 * Math.ceil(10_000_000 / 70);
    const further = 2 * 999;
    expect(both).toMatchObject({
      dynamodb_write: 20e6 + 13e6 + 6 * bundles + 4 * further + 5 * 2 * 1000 + 10_000,
      s3_put: 2 * bundles + further,
    });
  });

  test('does not run more functions at once than there are batches', () => {
    const few = given({ slices: 10, total: { ...TEN_MILLION.total, files: 1000 } });
    expect(estimate(few, 'fleet').seconds).toBe(50);
    expect(estimate(few, 'queue').seconds).toBe(5);
  });

  test('of a machine with many cores is bound by the latency of S3', () => {
    expect(estimate({ ...given(), cores: 64 }, 'here-to-s3').seconds).toBe(10_000_000 / 1280);
  });
});

describe('the offers to restore', () => {
  const inClass = (name: string, files: number) => ({
    [name]: {
      files,
      bytes: files * 20e3,
      restored: 0,
      restoring: 0,
      toRestore: { files, bytes: files * 20e3 },
    },
  });
  const offers = (classes: Plan['classes']) => restoreOffers({ classes }, DEFAULT_PRICES);

  test('of 10 million log files in Glacier Flexible Retrieval: 500 to ask by Standard, nothing by Bulk (aws-facts 8.4)', () => {
    const [expedited, standard, bulk] = offers(inClass('GLACIER', 10_000_000));
    expect(standard).toMatchObject({ tier: 'Standard', requests: 500, retrieval: 2 });
    expect(bulk).toMatchObject({ tier: 'Bulk', requests: 0, retrieval: 0 });
    expect(expedited).toMatchObject({ tier: 'Expedited', requests: 100_000, retrieval: 6 });
    expect(standard?.copies).toBeCloseTo((200 * 0.023 * 7) / 30);
    // 10,000 s to ask, then 12 h.
    expect(bulk?.hours).toBeCloseTo(12 + 10_000 / 3600);
  });

  test('know no fast way out of Deep Archive, and add up what lies in both', () => {
    expect(offers(inClass('DEEP_ARCHIVE', 1000)).map(({ tier }) => tier)).toEqual(['Standard', 'Bulk']);
    const both = offers({ ...inClass('GLACIER', 1000), ...inClass('DEEP_ARCHIVE', 3000) });
    expect(both.map(({ tier, files, not }) => [tier, files, not])).toEqual([
      ['Expedited', 1000, 3000],
      ['Standard', 4000, 0],
      ['Bulk', 4000, 0],
    ]);
    expect(both[1]?.requests).toBeCloseTo(0.05 + 0.3);
    expect(both[1]?.hours).toBeCloseTo(12, 1);
    for (const { money, requests, retrieval, copies } of both)
      expect(money).toBeCloseTo(requests + retrieval + copies);
  });

  test('leave out what is restored, or on its way', () => {
    const some = { files: 10, bytes: 200e3, restored: 3, restoring: 4, toRestore: { files: 3, bytes: 60e3 } };
    expect(offers({ GLACIER: some }).map(({ files }) => files)).toEqual([3, 3, 3]);
    expect(offers({ GLACIER: { ...some, toRestore: { files: 0, bytes: 0 } } })).toEqual([]);
  });

  test('are none where nothing has to be restored', () => {
    expect(
      offers({ ...inClass('STANDARD', 5), ...inClass('GLACIER', 0), ...inClass('GLACIER_IR', 1) }),
    ).toEqual([]);
  });
});
