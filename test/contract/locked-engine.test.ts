import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDuckDb } from '../../src/adapters/local/duckdb-query-engine.js';
import { OUTPUT_FORMATS } from '../../src/cli/answer-format.js';
import type { QueryEngine } from '../../src/ports/query-engine.js';
import { run } from '../support/command-line.ts';
import { commit, rowsOf, type SmallLake, smallLake } from '../support/small-lake.ts';

const AT = Date.UTC(2026, 0, 9, 12);

let lake: SmallLake;
let engine: QueryEngine;
let data: string;
/** Where nobody may write: beside the lake. */
let top: string;
/** Where nobody may read from: it counts who asks. */
let server: Server;
let asked = 0;
const before = new Map<string, string>();
const filesIn = () =>
  new Map(
    readdirSync(top, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readFileSync(path, 'base64')] as const),
  );

beforeAll(async () => {
  lake = await smallLake();
  top = join(lake.root, '..');
  data = await commit(lake, 'athena_events', {
    at: AT,
    rows: [{ event_id: 'a', event_time: AT, user_name: 'jane' }],
  });
  await mkdir(join(lake.root, '_meta'));
  await copyFile(data, join(top, 'copy.parquet'));
  await writeFile(join(lake.root, 'secret.csv'), 'a,b\n1,2\n');
  await writeFile(join(lake.root, 'secret.json'), '[{"a":1}]');
  await writeFile(join(lake.root, 'script.sql'), 'CREATE TABLE t (a INTEGER);');
  symlinkSync('/etc/passwd', join(lake.root, 'link.csv'));
  server = createServer((_, response) => {
    asked++;
    response.end('a\n1\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  engine = await openDuckDb({ root: lake.root, days: lake.days, threads: 1 });
  for (const [path, content] of filesIn()) before.set(path, content);
});
afterAll(async () => {
  await engine.close();
  await lake.remove();
  server.close();
});

const refusal = async (sql: string) =>
  await rowsOf(engine, sql).then(
    (rows) =>
      `answered ${JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value))}`,
    (thrown) => `${thrown.code}: ${thrown.message}`,
  );

/** Each `<lake>`, `<top>`, `<data>`, `<port>` stands for what it names. */
const WRITES: readonly string[] = [
  ...['INSERT INTO athena_events SELECT * FROM athena_events', "UPDATE athena_events SET user_name = 'x'"],
  ...[
    'DELETE FROM athena_events',
    'TRUNCATE athena_events',
    'DROP VIEW athena_audit_logs',
    'DROP TABLE athena_events',
  ],
  ...[
    'CREATE TABLE t (a INTEGER)',
    'CREATE TEMP TABLE t AS SELECT 1',
    'CREATE VIEW v AS SELECT 1',
    'CREATE SCHEMA s',
  ],
  ...['CREATE OR REPLACE VIEW athena_audit_logs AS SELECT 1 AS a', 'CREATE MACRO date_format(a, b) AS 1'],
  ...[
    'CREATE SEQUENCE s',
    "CREATE TYPE t AS ENUM ('a')",
    "CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')",
  ],
  ...['ALTER VIEW athena_audit_logs RENAME TO x', "COMMENT ON VIEW athena_audit_logs IS 'x'"],
  'MERGE INTO athena_events USING (SELECT 1 AS a) s ON s.a = 1 WHEN MATCHED THEN DELETE',
  // Behind a WITH, in brackets, in an EXPLAIN, in a PREPARE.
  "WITH x AS (SELECT 1 AS a) INSERT INTO athena_events (event_id) SELECT 'b' FROM x",
  'WITH x AS (SELECT 1) DELETE FROM athena_events',
  "WITH x AS (SELECT 1) UPDATE athena_events SET user_name = 'x'",
  'WITH x AS (DELETE FROM athena_events RETURNING *) SELECT * FROM x',
  "WITH x AS (INSERT INTO athena_events (event_id) VALUES ('b') RETURNING *) SELECT * FROM x",
  "WITH x AS MATERIALIZED (COPY (SELECT 1) TO '<top>/out.csv') SELECT * FROM x",
  "SELECT * FROM (INSERT INTO athena_events (event_id) VALUES ('b') RETURNING *)",
  "EXPLAIN ANALYZE WITH x AS (SELECT 1) INSERT INTO athena_events (event_id) SELECT 'b' FROM x",
  "EXPLAIN ANALYZE (COPY (SELECT 1) TO '<top>/out.csv')",
  ...['PREPARE p AS DELETE FROM athena_events', 'EXECUTE p', 'DEALLOCATE p'],
  // Behind another statement.
  ...[
    'SELECT 1; DROP VIEW athena_audit_logs',
    "SELECT 1;COPY (SELECT 1) TO '<top>/out.csv';",
    ';;DROP VIEW athena_audit_logs',
  ],
  ...['SELECT 1 /* ; */ ; DELETE FROM athena_events -- ', "SELECT ';' ; CREATE TABLE t (a INTEGER)"],
  // Given to a function that runs it.
  ...[
    "SELECT * FROM query('DROP VIEW athena_audit_logs')",
    "SELECT * FROM query('SELECT 1; DROP VIEW athena_audit_logs')",
  ],
  "SELECT * FROM query('COPY (SELECT 1) TO ''<top>/out.csv''')",
  // Files.
  ...[
    "COPY athena_events TO '<top>/out.parquet' (FORMAT parquet)",
    "COPY (SELECT 1) TO '<data>' (FORMAT parquet)",
  ],
  ...[
    "COPY (SELECT 1) TO '/dev/stdout'",
    "COPY athena_events FROM '<lake>/secret.csv'",
    "EXPORT DATABASE '<top>/x'",
  ],
  ...[
    "IMPORT DATABASE '<lake>'",
    "ATTACH '<top>/x.db' AS x",
    "ATTACH ':memory:' AS y",
    'DETACH memory',
    'USE memory',
  ],
  ...[
    "ATTACH '<data>' AS z",
    "ATTACH 's3://amzn-s3-demo-bucket/x.db'",
    "ATTACH 'http://127.0.0.1:<port>/x.db' (READ_ONLY)",
  ],
  // The engine itself.
  ...[
    'INSTALL httpfs',
    'FORCE INSTALL httpfs',
    "INSTALL '<lake>/x.duckdb_extension'",
    'LOAD httpfs',
    "LOAD '<lake>/x'",
  ],
  ...[
    'UPDATE EXTENSIONS',
    "SET memory_limit = '1TB'",
    "SET allowed_paths = ['/etc/passwd']",
    "SET GLOBAL allowed_directories = ['/']",
  ],
  ...['SET enable_external_access = true', 'SET lock_configuration = false', 'RESET enable_external_access'],
  ...[
    "SET temp_directory = '<top>'",
    "SET home_directory = '/'",
    'SET VARIABLE x = 1',
    "SET SESSION TimeZone = 'Asia/Tokyo'",
  ],
  ...[
    'PRAGMA enable_logging',
    "PRAGMA profiling_output = '<top>/x.json'",
    'PRAGMA enable_profiling',
    "PRAGMA log_query_path = '<top>/x'",
  ],
  ...[
    "CALL enable_logging(storage = 'file', storage_path = '<top>')",
    'CALL disable_logging()',
    'CHECKPOINT',
    'VACUUM',
    'ANALYZE',
  ],
  ...['BEGIN TRANSACTION', 'COMMIT', 'ROLLBACK', '.shell ls', '\\! ls', ".read '<lake>/script.sql'"],
];

const READS: readonly string[] = [
  ...[
    "read_csv('/etc/passwd')",
    "read_csv_auto('/etc/passwd')",
    "read_text('/etc/passwd')",
    "read_blob('/etc/passwd')",
  ],
  ...[
    "'/etc/passwd'",
    "'<lake>/link.csv'",
    "'<lake>/secret.csv'",
    "'<lake>/secret.json'",
    "read_json('<lake>/secret.json')",
  ],
  ...["read_csv('<lake>/link.csv')", "read_text('<lake>/script.sql')", "read_ndjson('<lake>/secret.json')"],
  ...[
    "read_text('/proc/self/environ')",
    "read_text('/proc/self/cmdline')",
    "read_text('/dev/stdin')",
    "read_csv('-')",
  ],
  ...[
    "glob('/etc/*')",
    "glob('<top>/**')",
    "read_text('<lake>/*')",
    "read_parquet('<lake>/**/*.parquet')",
    "sniff_csv('/etc/passwd')",
  ],
  ...[
    "read_text('<lake>/athena_events/../secret.csv')",
    "read_text('file:///etc/passwd')",
    "read_text(['<data>', '/etc/passwd'])",
  ],
  ...[
    "parquet_metadata('<top>/copy.parquet')",
    "parquet_schema('/etc/passwd')",
    "parquet_kv_metadata('<top>/copy.parquet')",
  ],
  ...[
    "read_parquet('s3://amzn-s3-demo-bucket/x.parquet')",
    "'s3://amzn-s3-demo-bucket/x.parquet'",
    "read_parquet('gs://b/x')",
  ],
  ...[
    "read_csv('http://127.0.0.1:<port>/x.csv')",
    "'http://127.0.0.1:<port>/x.csv'",
    "read_parquet('https://example.com/x.parquet')",
  ],
  ...[
    "read_text('hf://datasets/x')",
    "iceberg_scan('<lake>')",
    "delta_scan('<lake>')",
    "sqlite_scan('<lake>/x.db', 't')",
  ],
  ...[
    "postgres_scan('host=127.0.0.1', 'public', 't')",
    "read_xlsx('<lake>/x.xlsx')",
    "st_read('<lake>/x')",
    "query_table('/etc/passwd')",
  ],
  ...["query('FROM read_text(''/etc/passwd'')')", "query('FROM ''/etc/passwd''')"],
];

const meant = (sql: string) =>
  sql
    .replaceAll('<lake>', lake.root)
    .replaceAll('<top>', top)
    .replaceAll('<data>', data)
    .replaceAll('<port>', String((server.address() as AddressInfo).port));

describe('the engine over a folder (threat T21)', () => {
  test.each(WRITES)('refuses %s', async (sql) => {
    expect(await refusal(meant(sql))).toMatch(/^QUERY_FAILED: /);
  });

  test.each(READS)('does not read %s', async (place) => {
    expect(await refusal(meant(`SELECT * FROM ${place}`))).toMatch(/^QUERY_FAILED: /);
    expect(await refusal(meant(`SELECT (SELECT count(*) FROM ${place}) AS n`))).toMatch(/^QUERY_FAILED: /);
    const joined = `SELECT event_id FROM athena_events WHERE EXISTS (FROM ${place})`;
    expect(await refusal(meant(joined))).toMatch(/^QUERY_FAILED: /);
  });

  test('is what refuses: without its locks twenty of these places and more are read', async () => {
    const plain = await (await DuckDBInstance.create(':memory:')).connect();
    await plain.run(`CREATE VIEW athena_events AS SELECT 'a' AS event_id`);
    const answered: string[] = [];
    // Those over a network could answer a test by what the machine can reach.
    for (const place of READS.filter((it) => !/:\/\/|stdin|'-'|_scan/.test(it))) {
      const found = await plain.run(meant(`SELECT * FROM ${place}`)).then(
        () => true,
        () => false,
      );
      if (found) answered.push(place);
    }
    plain.closeSync();
    expect(answered).toEqual(
      expect.arrayContaining(["read_csv('/etc/passwd')", "read_text('/proc/self/environ')"]),
    );
    expect(answered.length).toBeGreaterThan(19);
  });

  test('tells nothing of the process that it runs in', async () => {
    expect(await refusal("SELECT getenv('HOME')")).toMatch(/^QUERY_FAILED: /);
  });

  test('is locked: only the committed data files, nothing outside, and no setting can be changed', async () => {
    const setting = async (name: string) =>
      (await rowsOf(engine, `SELECT current_setting('${name}')`))[0]?.[0];
    expect(await setting('enable_external_access')).toBe(false);
    expect(await setting('lock_configuration')).toBe(true);
    expect(await setting('autoinstall_known_extensions')).toBe(false);
    expect(await setting('autoload_known_extensions')).toBe(false);
    const paths = await rowsOf(engine, "SELECT unnest(current_setting('allowed_paths'))");
    expect(paths.map(([path]) => String(path).slice(-60))).toEqual([data.slice(-60)]);
    const folders = await rowsOf(engine, "SELECT unnest(current_setting('allowed_directories'))");
    expect(folders.filter(([path]) => lake.root.startsWith(String(path)))).toEqual([]);
  });

  test('answers after all of that as before, and nothing was written, read over a network or left behind', async () => {
    expect(await rowsOf(engine, 'SELECT event_id, user_name FROM athena_audit_logs')).toEqual([
      ['a', 'jane'],
    ]);
    expect(await rowsOf(engine, 'SHOW TABLES')).toHaveLength(5);
    expect(filesIn()).toEqual(before);
    expect(asked).toBe(0);
  });
});

describe('audit-lake query', () => {
  test.each(["COPY (SELECT 1) TO 'out.csv'", 'SELECT 1; SELECT 2', "SELECT * FROM read_text('/etc/passwd')"])(
    'ends with 1 and says why for %s',
    async (sql) => {
      await run(['ingest', lake.root, '--lake', join(top, 'empty')]);
      const { code, out, err } = await run(['query', '--lake', join(top, 'empty'), sql], { cwd: top });
      expect([code, out]).toEqual([1, '']);
      expect(err).toMatch(
        /^QUERY_FAILED: (A lake answers questions only|One statement at a time|.*disabled)/,
      );
      expect(readdirSync(top)).not.toContain('out.csv');
    },
  );

  test.each(OUTPUT_FORMATS)('answers of a lake without rows in the form of %s', async (output) => {
    const { code, out } = await run([
      ...['query', '--lake', join(top, 'empty'), '--output', output],
      'SELECT user_name, event_time FROM athena_audit_logs',
    ]);
    const expected = {
      ...{ json: '[]\n', ndjson: '', csv: 'user_name,event_time\r\n' },
      md: '| user\\_name | event\\_time |\n| --- | --- |\n'.replaceAll('\\', ''),
      table: expect.stringContaining('0 rows\n'),
    };
    expect([code, out]).toEqual([0, expected[output]]);
  });
});
