import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AuditLakeError } from '../../src/errors.js';
import { dayOf } from '../../src/lake/partition.js';
import {
  addPartitions,
  batchesOf,
  batchToken,
  createDatabase,
  executionToken,
  generationOf,
  partitionLocation,
  setLocation,
} from '../../src/lake/partition-ddl.js';
import { TABLE_NAMES, type TableName } from '../../src/lake/tables.js';
import { SEED } from '../support/seed.ts';

const LAKE = 's3://amzn-s3-demo-lake/audit';
const VALUES = "\\(`year`='\\d{4}', `month`='\\d\\d', `day`='\\d\\d'\\)";
const LOCATION =
  "'s3:\\/\\/[a-z0-9.-]+(\\/[A-Za-z0-9!_.()=-]+)*\\/[a-z0-9_]+\\/g=\\d{4}\\/year=\\d{4}\\/month=\\d\\d\\/day=\\d\\d\\/'";
/** Everything that may ever be sent to Athena from here. */
const ALLOWED = new RegExp(
  `^(ALTER TABLE \`[a-z_][a-z0-9_]*\` ADD IF NOT EXISTS(\\nPARTITION ${VALUES} LOCATION ${LOCATION})+` +
    `|ALTER TABLE \`[a-z_][a-z0-9_]*\` PARTITION ${VALUES} SET LOCATION ${LOCATION}` +
    '|CREATE DATABASE IF NOT EXISTS `[a-z_][a-z0-9_]*`)$',
);

const tables = fc.constantFrom(...TABLE_NAMES);
const anyDay = fc.integer({ min: 0, max: 2_932_896 }).map((number) => dayOf(number * 86_400_000));
const generations = fc.integer({ min: 0, max: 9_999 });
const lakes = fc.constantFrom(
  LAKE,
  `${LAKE}/`,
  's3://amzn-s3-demo-lake',
  's3://amzn-s3-demo-lake/a/b=1/(c)!/_d.-',
);
/** What an attacker would put into a name, a day or a place. */
const hostile = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'\'"`\\;-/*()=. \n\r\t\0%$_aA0é\u2028\u202e') }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    "2026-01-09') LOCATION 's3://amzn-s3-demo-bucket/'",
    '2026-02-30',
    '2026-1-9',
    '0000-00-00',
    '20260109',
  ),
  fc.constantFrom("t` ADD PARTITION (x='1", 't;DROP TABLE t', '`t`', 'db.t', 'T', '', '1t', 't'.repeat(129)),
  fc.constantFrom(
    "s3://b/'",
    's3://amzn-s3-demo-lake//a',
    's3://amzn-s3-demo-lake/*',
    'file:///tmp',
    `${LAKE}\n`,
  ),
);

/** What came out, or the code of the refusal; anything else than those two is a defect. */
function outcome(build: () => string): string {
  try {
    return build();
  } catch (error) {
    if (error instanceof AuditLakeError && ['USAGE', 'INTERNAL'].includes(error.code)) return error.code;
    throw error;
  }
}

describe('statements about partitions', () => {
  test('add days in generation 0, sorted, and touch none that is there', () => {
    expect(addPartitions(LAKE, 'athena_events', ['2026-01-10', '2026-01-09'])).toBe(
      [
        'ALTER TABLE `athena_events` ADD IF NOT EXISTS',
        "PARTITION (`year`='2026', `month`='01', `day`='09') LOCATION 's3://amzn-s3-demo-lake/audit/athena_events/g=0000/year=2026/month=01/day=09/'",
        "PARTITION (`year`='2026', `month`='01', `day`='10') LOCATION 's3://amzn-s3-demo-lake/audit/athena_events/g=0000/year=2026/month=01/day=10/'",
      ].join('\n'),
    );
  });

  test('move a day to a generation', () => {
    expect(setLocation(LAKE, { table: 'athena_events', day: '2026-01-09', generation: 12 })).toBe(
      "ALTER TABLE `athena_events` PARTITION (`year`='2026', `month`='01', `day`='09') SET LOCATION 's3://amzn-s3-demo-lake/audit/athena_events/g=0012/year=2026/month=01/day=09/'",
    );
  });

  test('make a database', () => {
    expect(createDatabase('audit_lake')).toBe('CREATE DATABASE IF NOT EXISTS `audit_lake`');
  });

  test('T1: whatever comes in, what comes out matches the grammar, or is refused', () => {
    const statements = fc
      .record({
        lake: fc.oneof(lakes, hostile),
        table: fc.oneof(tables, hostile).map((name) => name as TableName),
        days: fc.array(fc.oneof({ weight: 3, arbitrary: anyDay }, hostile), { maxLength: 4 }),
        generation: fc.oneof(generations, fc.double(), fc.integer()),
        database: fc.oneof(fc.constant('audit_lake'), hostile),
      })
      .map(({ lake, table, days, generation, database }) => [
        outcome(() => addPartitions(lake, table, days)),
        outcome(() => setLocation(lake, { table, day: days[0] ?? '', generation })),
        outcome(() => createDatabase(database)),
      ]);
    let written = 0;
    fc.assert(
      fc.property(statements, (all) => {
        for (const it of all) {
          if (it === 'USAGE' || it === 'INTERNAL') continue;
          written++;
          expect(it).toMatch(ALLOWED);
        }
      }),
      { seed: SEED, numRuns: 34_000 },
    );
    expect(written).toBeGreaterThan(1_000);
  });

  test.each([
    [
      'a quote',
      "ALTER TABLE `t` PARTITION (`year`='2026', `month`='01', `day`='0'9') SET LOCATION 's3://b/t/'",
    ],
    ['a second statement', 'CREATE DATABASE IF NOT EXISTS `a`; DROP TABLE b'],
    ['a line end', 'CREATE DATABASE IF NOT EXISTS `a`\n'],
  ])('T1: the grammar of this test refuses %s', (_, statement) => {
    expect(statement).not.toMatch(ALLOWED);
  });
});

describe('many days', () => {
  test('P7: fall into batches that cover all of them once, each a statement that Athena takes', () => {
    const prefix = 'x'.repeat(900);
    fc.assert(
      fc.property(fc.uniqueArray(anyDay, { maxLength: 400 }), tables, (days, table) => {
        const batches = batchesOf(days);
        expect(batches.flat()).toEqual(days);
        for (const batch of batches) {
          expect(batch.length).toBeLessThanOrEqual(50);
          const statement = addPartitions(`s3://amzn-s3-demo-lake/${prefix}`, table, batch);
          expect(Buffer.byteLength(statement)).toBeLessThan(200_000);
          expect(statement.match(/^PARTITION/gm)).toHaveLength(batch.length);
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  test('P7: of 2,000 days are 40 batches', () => {
    expect(batchesOf(Array.from({ length: 2_000 }, (_, at) => dayOf(at * 86_400_000)))).toHaveLength(40);
  });

  test('are refused above 50, at none, and where the statement would be too long', () => {
    const days = Array.from({ length: 51 }, (_, at) => dayOf(at * 86_400_000));
    expect(outcome(() => addPartitions(LAKE, 'athena_events', days))).toBe('INTERNAL');
    expect(outcome(() => addPartitions(LAKE, 'athena_events', []))).toBe('INTERNAL');
    const long = `s3://amzn-s3-demo-lake/${'x'.repeat(4_000)}`;
    expect(outcome(() => addPartitions(long, 'athena_events', days.slice(1)))).toBe('USAGE');
  });
});

describe('the location of a partition', () => {
  test('comes back as its generation, with and without the slash at its end', () => {
    fc.assert(
      fc.property(lakes, tables, anyDay, generations, (lake, table, day, generation) => {
        const location = partitionLocation(lake, { table, day, generation });
        expect(generationOf(lake, { table, day }, location)).toBe(generation);
        expect(generationOf(lake, { table, day }, location.slice(0, -1))).toBe(generation);
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });

  test('P4: any other place is not ours', () => {
    const key = { table: 'athena_events', day: '2026-01-09' } as const;
    const own = partitionLocation(LAKE, { ...key, generation: 0 });
    const others = [
      '',
      's3://amzn-s3-demo-lake/audit',
      's3://amzn-s3-demo-lake/audit/athena_events/',
      `${own}/`,
      `${own}more/`,
      ` ${own}`,
      own.toUpperCase(),
      own.replace('audit', 'audit2'),
      own.replace('athena_events', 'cloudtrail_events'),
      own.replace('day=09', 'day=08'),
      own.replace('day=09', 'day=9'),
      own.replace('g=0000', 'g=00000'),
      own.replace('g=0000', 'g=12345'),
      own.replace('g=0000/', ''),
      own.replace('s3://', 's3a://'),
      own.replace('amzn-s3-demo-lake', 'amzn-s3-demo-bucket'),
    ];
    expect(others.filter((location) => generationOf(LAKE, key, location) !== undefined)).toEqual([]);
    expect(generationOf(LAKE, key, own)).toBe(0);
  });

  test('is refused for a table whose name is none', () => {
    for (const table of ['', 'a/../b', "t'", 'T', '..'] as readonly string[] as readonly TableName[]) {
      const place = { table, day: '2026-01-09', generation: 0 };
      expect(
        outcome(() => partitionLocation(LAKE, place)),
        table,
      ).toBe('INTERNAL');
    }
  });

  test('is refused for a day that no calendar knows and a generation that is none', () => {
    const key = { table: 'athena_events', day: '2026-01-09', generation: 0 } as const;
    const refused = [
      ...['2026-02-30', '2026-13-01', '2026-00-10', '2026-01-9', '02026-01-09', '2026-01-09 '].map((day) => ({
        day,
      })),
      ...[-1, 0.5, 10_000, Number.NaN, Number.POSITIVE_INFINITY].map((generation) => ({ generation })),
    ];
    for (const wrong of refused) {
      expect(
        outcome(() => partitionLocation(LAKE, { ...key, ...wrong })),
        JSON.stringify(wrong),
      ).toBe('INTERNAL');
    }
  });
});

describe('tokens', () => {
  const batch = { table: 'athena_events', names: ['2026-01-08', '2026-01-09'], attempt: 0 } as const;

  test('are 64 hex digits: Athena takes 32 to 128 characters', () => {
    const token = batchToken(batch);
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(executionToken(token, { lake: LAKE, database: 'audit_lake' })).toMatch(/^[0-9a-f]{64}$/);
  });

  test('are the same for the same days in any order, and others for anything else', () => {
    expect(batchToken({ ...batch, names: [...batch.names].reverse() })).toBe(batchToken(batch));
    const all = [
      batchToken(batch),
      batchToken({ ...batch, attempt: 1 }),
      batchToken({ ...batch, names: ['2026-01-08'] }),
      batchToken({ ...batch, table: 'cloudtrail_events' }),
    ];
    expect(new Set(all).size).toBe(4);
  });

  test('in Athena differ from lake to lake: it remembers them for a whole account and Region', () => {
    const token = batchToken(batch);
    const all = [
      executionToken(token, { lake: LAKE, database: 'audit_lake' }),
      executionToken(token, { lake: LAKE, database: 'other' }),
      executionToken(token, { lake: 's3://amzn-s3-demo-bucket', database: 'audit_lake' }),
    ];
    expect(new Set(all).size).toBe(3);
    expect(executionToken(token, { lake: `${LAKE}/`, database: 'audit_lake' })).toBe(all[0]);
  });
});
