import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../src/backfill/plan.js';
import { PlanCount } from '../../src/backfill/plan-count.js';
import { DEFAULT_PRICES } from '../../src/backfill/price-table.js';
import { planObject } from '../../src/cli/backfill/plan-object.js';
import { planText } from '../../src/cli/backfill/plan-text.js';
import { parseKey } from '../../src/cloudtrail/log-file-ref.js';
import { anyPlan, EMPTY_PLAN } from '../support/plans.ts';
import { EVERYTHING } from '../support/scopes.ts';
import { SEED } from '../support/seed.ts';

const MADE = EMPTY_PLAN.made;
const DAY = 86_400_000;
const BUCKET = 's3://amzn-s3-demo-bucket/AWSLogs';
/** What a command keeps where nothing is set. */
const USUAL = EMPTY_PLAN;
const facts = (plan: Plan) => ({
  plan,
  given: () => ({ variables: [], flags: [] }),
  keeps: USUAL,
  prices: DEFAULT_PRICES,
  cores: 2,
  location: `${plan.lake}/_meta/plans/${plan.id}.jsonl`,
});

/** An archive of so many days back: the old ones in Glacier, the newest settled, and some days without log files. */
function archive(days: number, accounts: readonly string[] = ['111122223333', '444455556666']): Plan {
  const count = new PlanCount(EVERYTHING);
  for (const account of accounts) {
    for (let ago = 0; ago < days; ago++) {
      if (account === '444455556666' && ago >= 50 && ago < 53) continue;
      const day = new Date(MADE - ago * DAY).toISOString().slice(0, 10).replaceAll('-', '/');
      for (const file of ['a', 'b', 'c']) {
        const key = `AWSLogs/${account}/CloudTrail/us-east-1/${day}/${file}.json.gz`;
        const kind = parseKey('amzn-s3-demo-bucket', key);
        const what = kind.kind === 'foreign' ? kind.kind : kind.ref;
        const storage = ago >= 60 && { storage: { storageClass: file === 'a' ? 'GLACIER' : 'DEEP_ARCHIVE' } };
        const object = { what, location: `s3://amzn-s3-demo-bucket/${key}`, size: 20_000, ...storage };
        count.add(object, account === '111122223333' && ago < 20);
      }
    }
  }
  count.leftOut('digest');
  count.unlisted({
    place: `${BUCKET}/123456789012/`,
    code: 'AWS_DENIED',
    message: 's3:ListBucket was denied',
  });
  const slices = count.slices(MADE).length;
  const lake = 's3://amzn-s3-demo-lake/audit';
  return { ...EMPTY_PLAN, lake, sources: [BUCKET], ...count.totals(MADE), slices };
}

/** What cannot be broken: names of places, and commands that are copied. */
const isFree = (line: string) => /s3:\/\/|audit-lake backfill/.test(line);

describe('a plan for people', () => {
  test('is read from the top: what there is, what stands in the way, what it costs, what to do next', () => {
    expect(
      planText(facts(archive(90)), 80),
    ).toBe(`Plan       20261121T113155Z-k3f9, made on 2026-11-21 at 11:31 UTC
Source     s3://amzn-s3-demo-bucket/AWSLogs
Lake       s3://amzn-s3-demo-lake/audit (athena_events)
Found      2 accounts, 1 Region, 90 days with log files: 2026-08-24 to
           2026-11-21
Log files  531 (10.6 MB) in 177 slices = 60 settled + 291 to read + 180 archived
Left out   1 digest (objects, or folders as one)
Lies at    s3://amzn-s3-demo-lake/audit/_meta/plans/20261121T113155Z-k3f9.jsonl

Log files by account and month:
  account       month    log files     bytes  settled  to read  archived  texts
  111122223333  2026-08         24  480.0 kB        0        0        24  none
  111122223333  2026-09         90    1.8 MB        0       24        66  none
  111122223333  2026-10         93    1.9 MB        0       93         0  some
  111122223333  2026-11         63    1.3 MB       60        3         0  all
  444455556666  2026-08         24  480.0 kB        0        0        24  none
  444455556666  2026-09         87    1.7 MB        0       21        66  none
  444455556666  2026-10         87    1.7 MB        0       87         0  some
  444455556666  2026-11         63    1.3 MB        0       63         0  all

Storage classes:
  storage class  log files   bytes  restored  restoring  to restore
  DEEP_ARCHIVE         120  2.4 MB         0          0         120
  GLACIER               60  1.2 MB         0          0          60
  STANDARD             351  7.0 MB         0          0           0

180 log files (3.6 MB) cannot be read before S3 restores them. Prices in USD,
copies kept for 7 days:
  tier       log files  requests  retrieval  copies    sum  hours
  Expedited         60      0.60      <0.01   <0.01   0.60     <1
  Standard         180      0.02      <0.01   <0.01   0.02     12
  Bulk             180     <0.01      <0.01   <0.01  <0.01     48
Expedited does not restore the 120 log files in Deep Archive.
  audit-lake backfill plan s3://amzn-s3-demo-bucket/AWSLogs --lake s3://amzn-s3-demo-lake/audit --restore

Query texts can still be had of 2026-10 (in part), 2026-11: Athena forgets a
query after 45 days. 216 log files must be read before: 24 within 3 days, 48
within 7 days, 90 within 14 days, 216 within 45 days. They come first.

1 gap: 3 days without any log file between the first and the last of an account
and Region. Nothing may have happened; or nothing was logged, or it was deleted.
  account       Region     from        to          days
  444455556666  us-east-1  2026-09-30  2026-10-02     3

1 place could not be listed; what lies there is not in the plan:
  AWS_DENIED  s3://amzn-s3-demo-bucket/AWSLogs/123456789012/: s3:ListBucket was denied

Estimate for 471 log files, by where they are read (--on):
                                       count   here  fleet  queue
  S3 LIST requests                       177  <0.01  <0.01  <0.01
  S3 GET requests                 471 to 475  <0.01  <0.01  <0.01
  S3 PUT requests                   82 to 86  <0.01  <0.01  <0.01
  DynamoDB write units        1,497 to 1,509  <0.01  <0.01  <0.01
  DynamoDB read units             599 to 836  <0.01  <0.01  <0.01
  Lambda invocations                  4 to 5      -  <0.01  <0.01
  Lambda GB-seconds                       12      -  <0.01  <0.01
  Step Functions transitions               8      -  <0.01      -
  SQS requests                            15      -      -  <0.01
  sum, USD                                    <0.01  <0.01  <0.01
  time                                         <1 m   <1 m   <1 m
Counts the 180 archived, as if they were restored. Prices of us-east-1 as of
2026-11-20, without free tiers; 2 cores here, 50 Lambdas side by side. --prices
takes your own; --output json shows how each count is made.
Here, outside of the Region of the bucket, <0.01 USD more for 9.4 MB that leave
it.

Next:
  audit-lake backfill run 20261121T113155Z-k3f9 --lake s3://amzn-s3-demo-lake/audit
`);
  });

  test('fits 80 columns, but for places and commands', () => {
    for (const plan of [archive(90), archive(1200), archive(3, []), EMPTY_PLAN]) {
      const lines = planText(facts(plan), 80).split('\n');
      expect(lines.filter((line) => line.length > 80 && !isFree(line))).toEqual([]);
    }
  });

  test('leaves the bytes out where a terminal is narrow', () => {
    const plan = archive(90);
    const large = {
      ...plan,
      months: plan.months.map((month) => ({ ...month, files: 123_456_789, settled: 12_345_678 })),
    };
    const [head] = /^ {2}account .*$/m.exec(planText(facts(large), 80)) ?? [''];
    expect(head).toMatch(/log files +settled/);
    expect(planText(facts(large), 100)).toMatch(/log files +bytes +settled/);
  });

  test('sums months up to years, accounts, or years of all accounts where there are too many', () => {
    const accounts = (count: number) => Array.from({ length: count }, (_, at) => String(111122223333 + at));
    const titleOf = (plan: Plan) => /^Log files by .*$/m.exec(planText(facts(plan), 80))?.[0];
    expect(titleOf(archive(90))).toBe('Log files by account and month:');
    expect(titleOf(archive(1200))).toBe('Log files by account and year (every month: --output json):');
    const months = (count: number, each: number) =>
      accounts(count).flatMap((account) =>
        Array.from({ length: each }, (_, at) => ({
          ...{ account, month: `${2000 + at}-01`, files: 1, bytes: 1, settled: 0, archived: 0 },
          queryText: 'none' as const,
        })),
      );
    expect(titleOf({ ...EMPTY_PLAN, months: months(30, 2) })).toMatch(/^Log files by account \(/);
    expect(titleOf({ ...EMPTY_PLAN, months: months(31, 30) })).toMatch(/^Log files by year \(/);
    expect(titleOf({ ...EMPTY_PLAN, months: months(31, 31) })).toBeUndefined();
  });

  test('keeps the counts when it sums up', () => {
    const sumOfColumn = (text: string) =>
      [...text.matchAll(/^ {2}\d{12} +\S+ +([\d,]+) /gm)].reduce(
        (sum, [, n = '']) => sum + Number(n.replaceAll(',', '')),
        0,
      );
    for (const plan of [archive(90), archive(1200)]) {
      expect(sumOfColumn(planText(facts(plan), 80))).toBe(plan.total.files);
    }
  });

  test('names the first ten gaps and counts the rest', () => {
    const gap = {
      account: '111122223333',
      region: 'us-east-1',
      from: '2026-01-01',
      to: '2026-01-02',
      days: 2,
    };
    const text = planText(facts({ ...EMPTY_PLAN, gaps: Array.from({ length: 12 }, () => gap) }), 80);
    expect(text.match(/us-east-1 {2}2026-01-01/g)).toHaveLength(10);
    expect(text).toContain('12 gaps: 24 days');
    expect(text).toContain('  and 2 more: see --output json\n');
  });

  test('says nothing of texts where no dataset has any, and of restores where nothing is archived', () => {
    const text = planText(facts({ ...archive(30), datasets: ['cloudtrail_events'] }), 80);
    expect(text).not.toMatch(/Query texts|restore|Storage/);
  });

  test('does not say that no text can be had where nobody knows the day of some log files', () => {
    const month = { account: undefined, month: undefined, files: 2, bytes: 1, archived: 0 };
    const of = (settled: number, months: Plan['months'] = []): Plan => ({
      ...{ ...EMPTY_PLAN, total: { files: 2, bytes: 1, settled, archived: 0 } },
      months: [...months, { ...month, settled, queryText: 'some' }],
    });
    const textsOf = (plan: Plan) => /^Query texts.*$/m.exec(planText(facts(plan), 500))?.[0];
    const lead =
      'can still be had of log files that tell no day (perhaps): Athena forgets a query after 45 days.';
    expect(textsOf(of(1))).toBe(`Query texts ${lead} What tells no day is read last.`);
    expect(textsOf(of(2))).toBe(`Query texts ${lead} All of those log files are settled.`);
    expect(textsOf(of(1, archive(9).months))).toMatch(/of 2026-11, log files that tell no day \(perhaps\): /);
  });

  test('says how old the inventory is that it was counted by', () => {
    const plan = { ...archive(3), inventory: 's3://amzn-s3-demo-inventory/manifest.json' };
    const inventoryMade = Date.UTC(2026, 0, 9, 3, 4, 5);
    const line = (of: Plan) => /^Inventory +(.*)$/m.exec(planText(facts(of), 200))?.[1];
    const since = 'what came since is not in it';
    expect(line({ ...plan, inventoryMade })).toBe(`${plan.inventory} of 2026-01-09: ${since}`);
    expect(line(plan)).toBe(`${plan.inventory}: ${since}`);
    const madeAt = (of: Plan) => planObject(facts(of)).inventory_made_at;
    expect([madeAt({ ...plan, inventoryMade }), madeAt(plan)]).toEqual(['2026-01-09T03:04:05.000Z', null]);
  });

  test('asks for nothing where all is settled', () => {
    const plan = archive(90);
    const settled = { ...plan, total: { ...plan.total, settled: plan.total.files, archived: 0 } };
    expect(planText(facts(settled), 80)).toMatch(/\nNothing is left to read: every log file is settled\.\n$/);
    expect(planObject(facts(settled)).next).toBeNull();
  });

  test('says which account and Region of those that were asked for has no log file', () => {
    const scope = { ...EVERYTHING, accounts: ['111122223333', '123456789012'], regions: ['eu-west-1'] };
    const plan = { ...archive(3), scope };
    const said = 'Absent     no log file of account 123456789012, nor of Region eu-west-1';
    expect(planText(facts(plan), 80)).toContain(`\n${said}\n`);
    expect(planObject(facts(plan)).absent).toEqual({ accounts: ['123456789012'], regions: ['eu-west-1'] });
    expect(planText(facts(archive(3)), 80)).not.toContain('Absent');
  });

  test('prints commands with the datasets of the plan and the flags that were given', () => {
    const given = (verb: string) => ({
      variables: [],
      flags: verb === 'plan' ? ['--restore-tier', 'Standard'] : ['--event-source', 's3.amazonaws.com'],
    });
    const plan: Plan = { ...archive(90), datasets: ['athena_events', 'cloudtrail_events'] };
    const both = '--dataset athena_events --dataset cloudtrail_events';
    const text = planText({ ...facts(plan), given }, 80);
    expect(text).toMatch(new RegExp(`backfill plan .* ${both} --restore --restore-tier Standard\n`));
    expect(text).toMatch(new RegExp(`backfill run .* ${both} --event-source s3.amazonaws.com\n`));
  });

  test('says which services cloudtrail_events keeps, and its commands name them', () => {
    const of = (eventSources: Plan['eventSources']) =>
      facts({ ...archive(90), datasets: ['cloudtrail_events'], eventSources });
    const two = of(['iam.amazonaws.com', 's3.amazonaws.com']);
    const text = planText(two, 200);
    expect(text).toContain(' (cloudtrail_events of iam.amazonaws.com and s3.amazonaws.com)\n');
    const flags = '--event-source iam.amazonaws.com --event-source s3.amazonaws.com';
    expect(text).toMatch(new RegExp(`backfill run .* --dataset cloudtrail_events ${flags}\n`));
    expect(planObject(two)).toMatchObject({
      event_sources: ['iam.amazonaws.com', 's3.amazonaws.com'],
      restore: { command: expect.stringContaining(flags) },
    });
    expect(planText(of('all'), 200)).toContain(' (cloudtrail_events)\n');
    expect(planObject(of('all')).event_sources).toBeNull();
  });

  test('quotes what a shell would take apart', () => {
    const plan = {
      ...archive(90),
      sources: ["/data/it's old"],
      scope: { ...EVERYTHING, from: '2026-01-01' },
    };
    expect(planText(facts(plan), 80)).toContain(
      "  audit-lake backfill plan '/data/it'\\''s old' --lake s3://amzn-s3-demo-lake/audit --from 2026-01-01 --restore\n",
    );
  });

  test('lets nothing through that steers a terminal, whatever the names are', () => {
    const check = fc.property(anyPlan, ({ plan }) => {
      expect(planText(facts(plan), 80).replaceAll('\n', '')).not.toMatch(
        /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/u,
      );
    });
    fc.assert(check, { seed: SEED });
  });
});

describe('a plan as an object', () => {
  test('has names in snake_case, and everything that the text says', () => {
    const object = planObject(facts(archive(90)));
    expect(Object.keys(object)).toEqual([
      ...[
        'schema_version',
        'plan',
        'made_at',
        'location',
        'lake',
        'sources',
        'scope',
        'datasets',
        'event_sources',
        'inventory',
        'inventory_made_at',
      ],
      ...[
        'slices',
        'extent',
        'absent',
        'log_files',
        'foreign',
        'storage_classes',
        'months',
        'query_texts',
        'gaps',
        'unlisted',
      ],
      ...['restore', 'prices', 'assumptions', 'estimates', 'next'],
    ]);
    const { storage_classes: classes, foreign: _, ...rest } = object;
    expect(namesOf([rest, ...Object.values(classes)]).filter((name) => !/^[a-z0-9_]+$/.test(name))).toEqual(
      [],
    );
    expect(object.log_files).toMatchObject({ files: 531, settled: 60, to_read: 291, archived: 180 });
    expect(object.estimates.map(({ way }) => way)).toEqual(['here-to-s3', 'fleet', 'queue']);
    expect(object.restore.offers.map(({ tier }) => tier)).toEqual(['Expedited', 'Standard', 'Bulk']);
  });

  test('survives JSON: nothing is undefined, and no number is none', () => {
    const check = fc.property(anyPlan, ({ plan }) => {
      const odd = leavesOf(planObject(facts(plan))).filter(
        (leaf) => leaf === undefined || (typeof leaf === 'number' && !Number.isFinite(leaf)),
      );
      expect(odd).toEqual([]);
    });
    fc.assert(check, { seed: SEED });
  });
});

function leavesOf(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [value];
}

function namesOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...own, ...Object.values(value).flatMap(namesOf)];
}
