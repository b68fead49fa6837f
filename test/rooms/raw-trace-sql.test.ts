import { describe, expect, test } from 'vitest';
import { RAW_COLUMNS } from '../../src/lake/raw-columns.js';
import type { RawBatch } from '../../src/trace/partition-batches.js';
import {
  batchSelect,
  createTrace,
  dropTrace,
  grantsOf,
  insertInto,
  KEPT_COLUMNS,
  keysMet,
  mustBeOwnTable,
  timelineOf,
  traceLocation,
  traceTable,
  traceToken,
} from '../../src/trace/raw-sql.js';
import type { Searched } from '../../src/trace/searched-days.js';
import { dtOracle } from '../support/sql/dt-oracle.ts';

const SPAN = { from: Date.UTC(2026, 0, 8), to: Date.UTC(2026, 0, 10) };
const KEY = { key: 'ASIAIOSFODNN7EXAMPLE', account: null, ...SPAN };
const SEARCHES: readonly Searched[] = [
  { kind: 'subject', subject: { kind: 'name', name: "o'brien" }, ...SPAN },
  { kind: 'subject', subject: { kind: 'name', name: 'root' }, ...SPAN },
  { kind: 'subject', subject: { kind: 'role', arn: 'arn:aws:iam::111122223333:role/devops' }, ...SPAN },
  { kind: 'subject', subject: { kind: 'arn', arn: 'arn:aws:iam::111122223333:user/bob' }, ...SPAN },
  { kind: 'subject', subject: { kind: 'key', id: 'AKIAIOSFODNN7EXAMPLE' }, ...SPAN },
  { kind: 'keys', keys: [KEY, { ...KEY, key: 'ASIAEXAMPLE' }, { ...KEY, key: 'B', to: SPAN.to + 1 }] },
  { kind: 'grants', keys: [KEY] },
  { kind: 'origins', keys: ['ASIAIOSFODNN7EXAMPLE', 'ASIAEXAMPLE'], ...SPAN },
];
const BATCH: RawBatch = {
  ...{ month: '2026-01', days: ['08', '09'], accounts: ['111122223333', '444455556666'] },
  ...{ regions: ['us-east-1'], keys: [KEY, { ...KEY, key: 'B', to: SPAN.to + 1 }], partitions: 4 },
};
const select = (searched: Searched, batch = BATCH) =>
  batchSelect({ rawTable: 'cloudtrail_logs', searched, batch, number: 1 });
const TABLE = traceTable('0123456789abcdef');
const PLACE = traceLocation('s3://amzn-s3-demo-lake/audit/_meta/results/', '0123456789abcdef');

/** Functions that Athena and DuckDB share, and words before a bracket that are none. */
const FUNCTIONS = [
  'coalesce',
  'element_at',
  'json_extract_scalar',
  'length',
  'lower',
  'replace',
  'strpos',
  'substr',
];
const WORDS = ['and', 'in', 'join', 'or', 'then', 'used', 'values', 'where', 'with'];
const bare = (sql: string) => sql.replace(/'(?:[^']|'')*'/g, "''");

describe('the SQL of a trace over the raw table', () => {
  test('is of Trino: dt-sql-parser’s grammar takes each statement', async () => {
    const dt = await dtOracle();
    const selects = SEARCHES.map((searched) => select(searched));
    const statements = [
      ...selects,
      ...selects.map((sql) => insertInto(TABLE, sql)),
      ...selects.map((sql) => createTrace(TABLE, sql, PLACE)),
      ...selects.map((sql) => createTrace(TABLE, sql, undefined)),
      ...[grantsOf(TABLE, 1, 100), keysMet(TABLE, 1, 100), timelineOf(TABLE), dropTrace(TABLE)],
    ];
    expect(statements.filter((sql) => !dt(sql).parses)).toEqual([]);
    expect(dt(insertInto(TABLE, `${selects[0]} GROUP`)).parses).toBe(false);
  });

  test('calls functions that both engines have, and columns that the raw table has', () => {
    const columns = new Set([
      ...RAW_COLUMNS.map(({ name }) => name),
      'account',
      'region',
      'year',
      'month',
      'day',
    ]);
    for (const searched of SEARCHES) {
      const sql = bare(select(searched));
      const called = [...sql.matchAll(/([a-z_]+)\s*\(/gi)].map(([, name = '']) => name.toLowerCase());
      expect(called.filter((name) => !FUNCTIONS.includes(name) && !WORDS.includes(name))).toEqual([]);
      const parts = [...sql.matchAll(/\buseridentity((?:\.[a-z]+)+)/g)].map(([, path = '']) => path.slice(1));
      for (const path of parts) expect(identityHolds(path), path).toBe(true);
      const words = sql.replace(/\bAS [a-z_]+/g, '').match(/(?<![.\w"])[a-z]+(?![\w(."])/g) ?? [];
      const names = words.filter((word) => !['useridentity', 'used', 'begins', 'ends'].includes(word));
      expect(names.filter((name) => !columns.has(name))).toEqual([]);
    }
  });

  test('names each partition column, so that nothing else is read', () => {
    expect(select(SEARCHES[0] as Searched)).toContain(
      [
        "WHERE account IN ('111122223333', '444455556666')",
        "  AND region = 'us-east-1'",
        "  AND year = '2026' AND month = '01'",
        "  AND day IN ('08', '09')",
        "  AND eventtime >= '2026-01-08T00:00:00Z' AND eventtime < '2026-01-10T00:00:00Z'",
      ].join('\n'),
    );
  });

  test('asks for each key in its own time, by a join, and for nothing before or after all of them', () => {
    const sql = select(SEARCHES[5] as Searched);
    expect(sql).toContain(
      "JOIN (VALUES ('ASIAIOSFODNN7EXAMPLE', '2026-01-08T00:00:00Z', '2026-01-10T00:00:00Z'),\n    ('B', '2026-01-08T00:00:00Z', '2026-01-10T00:00:01Z')) AS used",
    );
    expect(sql).toMatch(/AND eventtime >= '2026-01-08T00:00:00Z' AND eventtime < '2026-01-10T00:00:01Z'$/);
  });

  test.each<[string, Partial<RawBatch>]>([
    ['an account', { accounts: ["1' OR '1'='1"] }],
    ['a Region', { regions: ["x'"] }],
    ['a day', { days: ["01'"] }],
  ])('holds no %s that is none', (_, part) => {
    expect(() => select(SEARCHES[0] as Searched, { ...BATCH, ...part })).toThrow('no statement may hold');
  });

  test('names no table, id or place outside their grammars', () => {
    expect(() => traceTable('x; DROP TABLE y')).toThrow('no statement may hold');
    expect(() => traceTable('short')).toThrow('no statement may hold');
    expect(() => insertInto('athena_events', 'SELECT 1')).toThrow('no statement may hold');
    expect(() => dropTrace('athena_events')).toThrow('no statement may hold');
    expect(() => traceLocation("s3://amzn-s3-demo-lake/it's/", '0123456789abcdef')).toThrow(
      'no table can lie',
    );
    expect(() => createTrace(TABLE, 'SELECT 1', "s3://a/'")).toThrow('no statement may hold');
    expect(traceLocation('s3://amzn-s3-demo-lake', '0123456789abcdef')).toBe(
      's3://amzn-s3-demo-lake/trace/0123456789abcdef/',
    );
  });
});

describe('a trace changes its own table', () => {
  const body = select(SEARCHES[0] as Searched);

  test.each([createTrace(TABLE, body, PLACE), insertInto(TABLE, body), dropTrace(TABLE)])(
    'by %.40s',
    (sql) => {
      expect(() => mustBeOwnTable(sql, TABLE)).not.toThrow();
    },
  );

  test.each([
    ...[
      'DROP TABLE IF EXISTS athena_events',
      'DROP TABLE cloudtrail_logs',
      `${dropTrace(TABLE)}, athena_events`,
    ],
    ...[
      'DROP DATABASE audit_lake CASCADE',
      'DELETE FROM athena_events',
      "ALTER TABLE t SET LOCATION 's3://b/'",
    ],
    ...[
      `INSERT INTO athena_events\n${body}`,
      `INSERT INTO ${TABLE}2\n${body}`,
      `INSERT INTO ${TABLE}\nDELETE`,
    ],
    ...[
      `CREATE TABLE other\nWITH (format = 'PARQUET') AS\n${body}\nWITH NO DATA`,
      'CREATE VIEW v AS SELECT 1',
    ],
    ...[`CREATE TABLE ${TABLE}\nWITH (format = 'PARQUET') AS\n${body}`, body, ' ', ''],
    ...[dropTrace(traceTable('another00000')), `/* */ ${dropTrace(TABLE)}`, "UNLOAD (SELECT 1) TO 's3://b/'"],
  ])('and by nothing else: %.50s', (sql) => {
    expect(() => mustBeOwnTable(sql, TABLE)).toThrow('changes nothing but its table');
  });

  test('under a token of the table and the statement', () => {
    const tokens = [
      traceToken(TABLE, body),
      traceToken(TABLE, `${body} `),
      traceToken(traceTable('x'.repeat(9)), body),
    ];
    expect(new Set(tokens).size).toBe(3);
    expect(traceToken(TABLE, body)).toBe(tokens[0]);
    for (const token of tokens) expect(token).toMatch(/^[0-9a-f]{64}$/);
  });
});

/** Whether the column `useridentity` has a field by its path. */
function identityHolds(path: string): boolean {
  const type = RAW_COLUMNS.find(({ name }) => name === 'useridentity')?.type ?? '';
  let at = 0;
  for (const name of path.split('.')) {
    at = type.indexOf(`${name}:`, at);
    if (at < 0) return false;
  }
  return true;
}

test('a row keeps what a timeline and a chain need', () => {
  expect(KEPT_COLUMNS).toHaveLength(23);
  expect(new Set(KEPT_COLUMNS).size).toBe(23);
});
