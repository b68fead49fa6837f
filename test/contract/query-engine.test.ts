import { existsSync, symlinkSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { openDuckDb } from '../../src/adapters/local/duckdb-query-engine.js';
import type { Cells, Column } from '../../src/datasets/column.js';
import { DataFileWriter } from '../../src/lake/data-file.js';
import { TABLE_NAMES, TABLES } from '../../src/lake/tables.js';
import { VIEW_NAMES } from '../../src/lake/views.js';
import type { AnswerValue, QueryEngine } from '../../src/ports/query-engine.js';
import { ENGINES } from '../support/engines.ts';
import { commit, commitBytes, rowsOf, type SmallLake, smallLake } from '../support/small-lake.js';

const DAY = 86_400_000;
const AT = Date.UTC(2026, 0, 9, 23, 30);

/** As printed in the announcement of the solution, word for word. */
const BY_USER = `-- Find all queries by a specific user in the last 30 days
SELECT query_execution_id, query_text, submission_time, data_scanned_bytes
FROM athena_audit_logs
WHERE user_name = 'john.doe'
AND submission_time >= current_date - interval '30' day;`;
const FROM_OUTSIDE = `-- Identify queries from outside corporate network
SELECT user_name, source_ip, query_text, submission_time
FROM athena_audit_logs
WHERE source_ip NOT LIKE '10.%'
AND submission_time >= current_date - interval '7' day;`;

const row = (id: string, at: number, more: Cells = {}): Cells => ({
  event_id: id,
  event_time: at,
  event_name: 'StartQueryExecution',
  account_id: '111122223333',
  aws_region: 'eu-west-1',
  query_execution_id: `q-${id}`,
  query_text: 'SELECT 1',
  submission_time: at,
  user_name: 'john.doe',
  source_ip: '203.0.113.7',
  data_scanned_bytes: 9007199254740993n,
  ...more,
});

const open: { engine?: QueryEngine | undefined; lake?: SmallLake | undefined } = {};

async function lakeOf(below?: string): Promise<SmallLake> {
  open.lake = await smallLake(below);
  return open.lake;
}

async function engineOver(lake: SmallLake): Promise<QueryEngine> {
  open.engine = await openDuckDb({ root: lake.root, days: lake.days, threads: 2 });
  return open.engine;
}

afterEach(async () => {
  await open.engine?.close();
  await open.lake?.remove();
  open.engine = undefined;
  open.lake = undefined;
});

const refusal = async (engine: QueryEngine, sql: string) =>
  await rowsOf(engine, sql).then(
    (rows) => `answered ${JSON.stringify(rows)}`,
    (thrown) => `${thrown.code}: ${thrown.message}`,
  );

describe('the queries that the announcement prints', () => {
  test('find their rows of the last 30 and 7 days', async () => {
    const lake = await lakeOf();
    const now = Date.now();
    await commit(lake, 'athena_events', {
      at: now - DAY,
      rows: [
        row('fresh', now - DAY),
        row('inside', now - DAY, { source_ip: '10.0.0.7', user_name: 'jane.roe' }),
      ],
    });
    await commit(lake, 'athena_events', { at: now - 20 * DAY, rows: [row('weeks', now - 20 * DAY)] });
    await commit(lake, 'athena_events', { at: now - 40 * DAY, rows: [row('old', now - 40 * DAY)] });
    const engine = await engineOver(lake);
    const found = await rowsOf(engine, BY_USER);
    expect(found.map(([id, , , scanned]) => [id, scanned]).sort()).toEqual([
      ['q-fresh', 9007199254740993n],
      ['q-weeks', 9007199254740993n],
    ]);
    expect((await rowsOf(engine, FROM_OUTSIDE)).map(([user, ip]) => [user, ip])).toEqual([
      ['john.doe', '203.0.113.7'],
    ]);
  });

  test('answer nothing on an empty lake, with the same columns and types', async () => {
    const engine = await engineOver(await lakeOf());
    const answer = await engine.query(BY_USER);
    expect(answer.columns).toEqual([
      { name: 'query_execution_id', type: 'VARCHAR' },
      { name: 'query_text', type: 'VARCHAR' },
      { name: 'submission_time', type: 'TIMESTAMP' },
      { name: 'data_scanned_bytes', type: 'BIGINT' },
    ]);
    expect(await rowsOf(engine, FROM_OUTSIDE)).toEqual([]);
  });
});

describe('tables', () => {
  test('have the same columns and types, empty or filled', async () => {
    const lake = await lakeOf();
    const empty = await engineOver(lake);
    const describeAll = async (engine: QueryEngine) =>
      await Promise.all(
        [...TABLE_NAMES, ...VIEW_NAMES].map(async (name) => await rowsOf(engine, `DESCRIBE ${name}`)),
      );
    const before = await describeAll(empty);
    await empty.close();
    for (const name of TABLE_NAMES) {
      await commit(lake, name, { at: AT, rows: [{ account_id: '111122223333', schema_version: 1 }] });
    }
    expect(await describeAll(await engineOver(lake))).toEqual(before);
    expect(before[0]?.slice(-3).map(([name, type]) => [name, type])).toEqual([
      ['year', 'VARCHAR'],
      ['month', 'VARCHAR'],
      ['day', 'VARCHAR'],
    ]);
  });

  test('show NULL where a data file of an earlier release lacks a column, beside newer ones', async () => {
    const lake = await lakeOf();
    const { groups, columns } = TABLES.athena_events;
    const isOld = ({ name }: Column) => name !== 'tables_read' && name !== 'tables_written';
    const query = (groups.query ?? []).filter(isOld);
    const table = { ...TABLES.athena_events, groups: { ...groups, query }, columns: columns.filter(isOld) };
    const writer = new DataFileWriter(table);
    const event = { event_id: 'old', event_time: AT, account_id: '111122223333', aws_region: 'eu-west-1' };
    const told = { query_text: 'SELECT 1', query_text_status: 'resolved', referenced_tables: null };
    writer.write([{ event, who: {}, query: told, evidence: { source_key: 'a', record_index: 0 } }]);
    await commitBytes(lake, 'athena_events', { at: AT, bytes: writer.finish().bytes });
    const tables = { referenced_tables: 'a,b', tables_read: 'a', tables_written: 'b' };
    await commit(lake, 'athena_events', { at: AT, rows: [{ ...row('new', AT), ...tables }] });
    const sql = 'SELECT event_id, referenced_tables, tables_read, tables_written, query_text';
    for (const name of ['athena_events', 'athena_audit_logs']) {
      const rows = await rowsOf(await engineOver(lake), `${sql} FROM ${name} ORDER BY event_id DESC`);
      expect(rows.map((it) => it.slice(0, 4))).toEqual([
        ['old', null, null, null],
        ['new', 'a,b', 'a', 'b'],
      ]);
      expect(rows[0]?.[4]).toBe('SELECT 1');
    }
  });

  test('are exactly the committed list: a stray file in the folder is not read', async () => {
    const lake = await lakeOf();
    const path = await commit(lake, 'athena_events', { at: AT, rows: [row('a', AT)] });
    await writeFile(path.replace('bundle0', 'stray'), await readFile(path));
    expect(await rowsOf(await engineOver(lake), 'SELECT count(*) FROM athena_events')).toEqual([[1n]]);
  });

  test('show the partition as text and times in UTC without a zone', async () => {
    const lake = await lakeOf();
    await commit(lake, 'athena_events', { at: AT, rows: [row('a', AT + 5)] });
    const sql = 'SELECT year, month, day, event_time, typeof(event_time) FROM athena_events';
    expect(await rowsOf(await engineOver(lake), sql)).toEqual([
      ['2026', '01', '09', '2026-01-09 23:30:00.005', 'TIMESTAMP'],
    ]);
  });

  test.each([
    ['looks like a partition', 'year=2020/month=12/day=31/env=prod/lake'],
    ['has quotes and spaces', `the client's "lake" 1`],
    ['has wildcards', 'l[a]ke */{x,y}?'],
    ['has other letters', 'Zürich/湖'],
  ])('are found where the path of the lake %s', async (_, below) => {
    const lake = await lakeOf(below);
    await commit(lake, 'athena_events', { at: AT, rows: [row('a', AT)] });
    await commit(lake, 'athena_events', { at: AT + DAY, rows: [row('b', AT + DAY)] });
    const sql = "SELECT event_id, year FROM athena_audit_logs WHERE year = '2026' AND day = '10'";
    expect(await rowsOf(await engineOver(lake), sql)).toEqual([['b', '2026']]);
  });

  test('of a lake beside another one that its name matches as a pattern are its own', async () => {
    const lake = await lakeOf('l*');
    await commit(lake, 'athena_events', { at: AT, rows: [row('a', AT)] });
    symlinkSync(lake.root, join(lake.root, '..', 'lake'));
    expect(await rowsOf(await engineOver(lake), 'SELECT event_id FROM athena_events')).toEqual([['a']]);
  });

  test('read NULL where an older file lacks a column, in whatever order its columns stand', async () => {
    const lake = await lakeOf();
    await commit(lake, 'athena_events', { at: AT, rows: [row('new', AT)] });
    const old = join(lake.root, 'old.parquet');
    const duck = await (await DuckDBInstance.create(':memory:')).connect();
    await duck.run(`COPY (SELECT 7::INTEGER AS record_index, 'old' AS event_id, TIMESTAMPTZ '2026-01-09 10:00:00+00' AS
      event_time) TO '${old}' (FORMAT parquet)`);
    duck.closeSync();
    await commitBytes(lake, 'athena_events', { at: AT, bytes: await readFile(old) });
    const sql = 'SELECT event_id, record_index, event_time, user_name FROM athena_events ORDER BY 1';
    expect(await rowsOf(await engineOver(lake), sql)).toEqual([
      ['new', null, '2026-01-09 23:30:00', 'john.doe'],
      ['old', 7, '2026-01-09 10:00:00', null],
    ]);
  });

  test('of other days are not opened by a question about one day', async () => {
    const lake = await lakeOf();
    await commit(lake, 'athena_events', { at: AT, rows: [row('a', AT)] });
    await commitBytes(lake, 'athena_events', { at: AT + DAY, bytes: Buffer.from('this is no data file') });
    const engine = await engineOver(lake);
    const oneDay = "WHERE year = '2026' AND month = '01' AND day = '09'";
    expect(await rowsOf(engine, `SELECT event_id FROM athena_audit_logs ${oneDay}`)).toEqual([['a']]);
    expect(await refusal(engine, 'SELECT event_id FROM athena_audit_logs')).toMatch(
      /^QUERY_FAILED: .*magic bytes/,
    );
  });

  test('of 2,000 small files are opened and counted within seconds', async () => {
    const lake = await lakeOf();
    const first = await commit(lake, 'athena_events', { at: AT, rows: [row('a', AT)] });
    const bytes = await readFile(first);
    for (let at = 1; at < 2000; at++) await commitBytes(lake, 'athena_events', { at: AT + at * DAY, bytes });
    const engine = await engineOver(lake);
    const started = performance.now();
    expect(await rowsOf(engine, 'SELECT count(*) FROM athena_audit_logs')).toEqual([[2000n]]);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe('the functions of Athena', () => {
  test.each([
    [`date_format(TIMESTAMP '2026-01-02 03:04:05.678', '%Y-%m-%d %H:%i:%s')`, '2026-01-02 03:04:05'],
    [`date_format(TIMESTAMP '2026-01-02 15:04:05', '%M %c %e %k %h %l %p')`, 'January 1 2 15 03 3 PM'],
    [`date_format(TIMESTAMP '2026-01-02 15:04:05', '%W %a %T %r %j')`, 'Friday Fri 15:04:05 03:04:05 PM 002'],
    [`date_format(TIMESTAMP '2026-01-02 15:04:05', '%x-%v %y 100%% %%i')`, '2026-01 26 100% %i'],
    [`date_format(DATE '2026-01-02', '%Y/%m')`, '2026/01'],
    [`json_extract_scalar('{"a":{"b":["x","y"]}}', '$.a.b[1]')`, 'y'],
    [`json_extract_scalar('{"a b":{"c":1}}', '$["a b"].c')`, '1'],
    [`json_extract_scalar('{"a":true}', '$.a')`, 'true'],
    [`json_extract_scalar('{"a":9007199254740993}', '$.a')`, '9007199254740993'],
    [`json_extract_scalar('{"a":{"b":1}}', '$.a')`, null],
    [`json_extract_scalar('{"a":[1]}', '$.a')`, null],
    [`json_extract_scalar('{"a":null}', '$.a')`, null],
    [`json_extract_scalar('{"a":1}', '$.b')`, null],
    [`json_extract_scalar('no JSON', '$.a')`, null],
    [`json_extract_scalar(NULL, '$.a')`, null],
    [`from_iso8601_timestamp('2026-01-02T03:04:05+02:00')`, '2026-01-02 01:04:05+00'],
    [`from_iso8601_timestamp('2026-01-02T03:04:05Z') = TIMESTAMP '2026-01-02 03:04:05'`, true],
    [`regexp_like('arn:aws:iam::111122223333:user/jane', 'user/')`, true],
    [`regexp_like('abc', '^b')`, false],
    ['7 / 2', 3],
  ])('%s is %j', async (expression, value) => {
    const engine = await engineOver(await lakeOf());
    expect(await rowsOf(engine, `SELECT ${expression}`)).toEqual([[value]]);
  });

  test('approx_distinct counts, also with a wanted error', async () => {
    const engine = await engineOver(await lakeOf());
    const sql = 'SELECT approx_distinct(range % 1000), approx_distinct(range, 0.01) FROM range(2000)';
    expect(await rowsOf(engine, sql)).toEqual([[1000n, 2000n]]);
  });

  test('date_format refuses the codes that Athena refuses', async () => {
    const engine = await engineOver(await lakeOf());
    expect(await refusal(engine, `SELECT date_format(DATE '2026-01-02', '%U')`)).toMatch(/^QUERY_FAILED: /);
  });
});

describe('values', () => {
  test.each([
    ['CAST(1 AS BIGINT)', 1n],
    ['CAST(1 AS HUGEINT) << 100', 2n ** 100n],
    ['CAST(1.10 AS DECIMAL(18, 2))', '1.10'],
    ["DATE '2026-01-09'", '2026-01-09'],
    ["TIMESTAMP '2026-01-09 01:02:03.004'", '2026-01-09 01:02:03.004'],
    ["TIMESTAMPTZ '2026-01-09 01:02:03+01'", '2026-01-09 00:02:03+00'],
    ["[TIMESTAMPTZ '2026-01-09 01:02:03+01']", '[2026-01-09 00:02:03+00]'],
    ['1.5::DOUBLE', 1.5],
    ["{'a': 1, 'b': [2, 3]}", "{'a': 1, 'b': [2, 3]}"],
    ["'湖 é'", '湖 é'],
    ["'\ufeffx' || chr(65279)", '\ufeffx\ufeff'],
    ["'\ufeffa text of more than twelve bytes'", '\ufeffa text of more than twelve bytes'],
    ['NULL', null],
  ])('%s arrives as %s', async (expression, value) => {
    const engine = await engineOver(await lakeOf());
    expect(await rowsOf(engine, `SELECT ${expression}`)).toEqual([[value]]);
  });

  test('stream: the first rows of an endless answer come at once, and it can be left', async () => {
    const engine = await engineOver(await lakeOf());
    const { chunks } = await engine.query('SELECT range FROM range(1000000000000)');
    for await (const chunk of chunks) {
      expect(chunk[0]).toEqual([0n]);
      break;
    }
    expect(await rowsOf(engine, 'SELECT 1')).toEqual([[1]]);
  });

  test('of two questions at once do not mix', async () => {
    const engine = await engineOver(await lakeOf());
    const both = await Promise.all(
      [1, 2].map(async (n) => await rowsOf(engine, `SELECT sum(range * ${n}) FROM range(100000)`)),
    );
    expect(both).toEqual([[[4999950000n]], [[9999900000n]]]);
  });

  test('that fail after the first rows fail with the code', async () => {
    const engine = await engineOver(await lakeOf());
    const sql = `SELECT CAST(CASE WHEN range > 100000 THEN 'x' ELSE '1' END AS INTEGER) FROM range(200000)`;
    expect(await refusal(engine, sql)).toMatch(/^QUERY_FAILED: Conversion Error/);
  });
});

describe('locked down (threat T21)', () => {
  test('no SQL reads another file, writes one, loads code, opens a socket or unlocks', async () => {
    const lake = await lakeOf();
    const data = await commit(lake, 'athena_events', { at: AT, rows: [row('a', AT)] });
    const stray = join(lake.root, 'stray.parquet');
    await writeFile(stray, await readFile(data));
    const out = join(lake.root, 'out.csv');
    const engine = await engineOver(lake);
    const before = await readFile(data);
    for (const sql of [
      `COPY (SELECT 1) TO '${out}'`,
      `COPY athena_events TO '${data}' (FORMAT parquet)`,
      `EXPLAIN ANALYZE COPY (SELECT 1) TO '${out}'`,
      `EXPLAIN /* */ ANALYZE COPY (SELECT 1) TO '${data}'`,
      `EXPORT DATABASE '${lake.root}'`,
      "SELECT * FROM read_csv('/etc/passwd')",
      "SELECT * FROM read_text('/etc/passwd')",
      "SELECT * FROM '/etc/passwd'",
      "SELECT * FROM glob('/etc/*')",
      `SELECT * FROM read_parquet('${stray}')`,
      `SELECT * FROM read_parquet('${lake.root}/**/*.parquet')`,
      "SELECT * FROM 'https://example.com/x.parquet'",
      'INSTALL httpfs',
      'LOAD httpfs',
      `ATTACH '${join(lake.root, 'x.db')}'`,
      "ATTACH ':memory:' AS other",
      'SET enable_external_access = true',
      'SET GLOBAL allowed_directories = ["/"]',
      'RESET lock_configuration',
      'PRAGMA enable_profiling',
      'CREATE TABLE t (a INTEGER)',
      'CREATE OR REPLACE VIEW athena_events AS SELECT 1',
      'DROP VIEW athena_events',
      `PREPARE p AS COPY (SELECT 1) TO '${out}'`,
      "CALL enable_logging(storage = 'file', storage_path = '/tmp/x')",
    ]) {
      expect(await refusal(engine, sql), sql).toMatch(/^QUERY_FAILED: /);
    }
    expect(existsSync(out)).toBe(false);
    expect(await readFile(data)).toEqual(before);
    expect(await rowsOf(engine, 'SELECT event_id FROM athena_events')).toEqual([['a']]);
  });

  test('one statement at a time, and not none', async () => {
    const engine = await engineOver(await lakeOf());
    expect(await refusal(engine, 'SELECT 1; SELECT 2')).toMatch(/^QUERY_FAILED: One statement/);
    expect(await refusal(engine, ' -- nothing')).toMatch(/^QUERY_FAILED: There is no SQL/);
    expect(await refusal(engine, '/* nothing */')).toMatch(/^QUERY_FAILED: /);
    expect(await refusal(engine, 'SELECT ?')).toMatch(/^QUERY_FAILED: The SQL holds a parameter/);
    expect(await rowsOf(engine, 'EXPLAIN ANALYZE SELECT 1')).toHaveLength(1);
    expect(await rowsOf(engine, 'SHOW TABLES')).toHaveLength(5);
  });

  test('an error names the engine’s reason, and the lake by its own path', async () => {
    const lake = await lakeOf();
    await commitBytes(lake, 'athena_events', { at: AT, bytes: Buffer.from('this is no data file') });
    const engine = await engineOver(lake);
    expect(await refusal(engine, 'SELECT nope FROM athena_events')).toMatch(
      /^QUERY_FAILED: Binder Error.*nope/s,
    );
    expect(await refusal(engine, 'SELECT * FROM athena_events')).toContain(lake.root);
  });

  test('closing leaves nothing behind and removes no data file', async () => {
    const lake = await lakeOf();
    const data = await commit(lake, 'athena_events', { at: AT, rows: [row('a', AT)] });
    const temporary = join(lake.root, '..', 'temporary');
    await mkdir(temporary);
    vi.stubEnv('TMPDIR', temporary);
    const engine = await openDuckDb(lake);
    expect(await readdir(temporary)).toHaveLength(1);
    await engine.close();
    expect(await readdir(temporary)).toEqual([]);
    expect(existsSync(data)).toBe(true);
    vi.unstubAllEnvs();
  });
});

describe.each(Object.entries(ENGINES))('every engine, such as %s,', (_, openOver) => {
  const EVENTS = `SELECT event_id, event_time, read_only, record_index, data_scanned_bytes, user_name
FROM athena_events ORDER BY event_id`;
  const COUNTS = `SELECT user_name, count(*) AS queries, 1.5e0 AS half, 1 AS a, 2 AS a
FROM athena_audit_logs GROUP BY user_name ORDER BY user_name`;
  // The double takes what begins with a comment for a statement of DDL.
  const JOHNS = BY_USER.replace(/^--.*\n/, '');

  test('gives the same names, types and values', async () => {
    const lake = await lakeOf();
    const more = { read_only: true, record_index: 7 };
    await commit(lake, 'athena_events', {
      at: AT,
      rows: [row('a', AT + 50, more), row('b', AT, { user_name: null, data_scanned_bytes: null })],
    });
    open.engine = await openOver(lake, [EVENTS, COUNTS, JOHNS]);
    expect(await rowsOf(open.engine, EVENTS)).toEqual([
      ['a', '2026-01-09 23:30:00.05', true, 7, 9007199254740993n, 'john.doe'],
      ['b', '2026-01-09 23:30:00', null, null, null, null],
    ]);
    const { columns, chunks } = await open.engine.query(COUNTS);
    expect(columns.map(({ name }) => name)).toEqual(['user_name', 'queries', 'half', 'a', 'a:1']);
    const rows: (readonly AnswerValue[])[] = [];
    for await (const chunk of chunks) rows.push(...chunk);
    expect(rows).toEqual([
      ['john.doe', 1n, 1.5, 1, 2],
      [null, 1n, 1.5, 1, 2],
    ]);
    expect((await open.engine.query(JOHNS)).columns.map(({ type }) => type)).toEqual([
      'VARCHAR',
      'VARCHAR',
      'TIMESTAMP',
      'BIGINT',
    ]);
  });

  test.each([
    'INSERT INTO athena_events SELECT * FROM athena_events',
    'DROP TABLE athena_events',
    'CREATE TABLE t AS SELECT 1 AS a',
    'ALTER TABLE athena_events ADD COLUMNS (a int)',
    '/* SELECT */ DELETE FROM athena_events',
    '-- x\rDROP VIEW athena_audit_logs\nSELECT 1',
    'EXPLAIN ANALYZE INSERT INTO athena_events SELECT * FROM athena_events',
    'EXPLAIN /* */ ANALYZE CREATE TABLE t AS SELECT 1 AS a',
    'CALL system.x()',
    '-- nothing',
    ' ',
  ])('is asked, and changes nothing: %j', async (sql) => {
    open.engine = await openOver(await lakeOf(), []);
    expect(await refusal(open.engine, sql)).toMatch(
      /^QUERY_FAILED: (A lake answers|There is no SQL|One statement|.*Error)/,
    );
  });
});

test('the columns of the tables never take the name that pruning needs', () => {
  for (const { columns } of Object.values(TABLES)) {
    expect(columns.map(({ name }) => name)).not.toContain('filename');
  }
});
