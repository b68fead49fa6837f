import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateDatabaseCommand, CreateTableCommand } from '@aws-sdk/client-glue';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type AwsServer, startAwsServer } from '../support/aws/aws-server.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { run, start } from '../support/command-line.ts';
import { commitInS3 } from '../support/lake-in-s3.ts';
import { commit, type SmallLake, smallLake } from '../support/small-lake.ts';

const BUCKET = 'amzn-s3-demo-lake';
const LAKE = `s3://${BUCKET}/audit`;
const AT = Date.UTC(2026, 0, 9, 23, 30);
const SQL = 'SELECT event_id FROM athena_audit_logs ORDER BY 1';

let world: AwsWorld;
let server: AwsServer;
let lake: SmallLake;
let temporary: string;

beforeEach(async () => {
  world = new AwsWorld({ now: Date.now });
  world.s3.createBucket(BUCKET);
  world.dynamodb.createTable('state');
  server = await startAwsServer(world);
  lake = await smallLake();
  temporary = await mkdtemp(join(tmpdir(), 'query-s3-'));
  const rows = ['a', 'b'].map((event_id) => ({ event_id, event_time: AT }));
  await commit(lake, 'athena_events', { at: AT, rows });
  await commitInS3(world, lake, { bucket: BUCKET, prefix: 'audit', table: 'state' });
  world.calls.length = 0;
});

afterEach(async () => {
  await server.close();
  await lake.remove();
  await rm(temporary, { recursive: true });
});

const env = () => ({
  TMPDIR: temporary,
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: '',
});

const query = (...args: readonly string[]) => [
  ...['query', '--lake', LAKE, '--endpoint-url', server.endpoint, '--region', 'eu-west-1'],
  ...['--state-table', 'state', ...args],
];

describe('audit-lake query over a lake in S3', () => {
  test('asks Athena, and prints rows alone on stdout and the talk on stderr', async () => {
    world.athena.answer = () => ({
      columns: [
        { name: 'event_id', type: 'varchar' },
        { name: 'n', type: 'bigint' },
      ],
      rows: [
        ['a', '9007199254740993'],
        ['b', null],
      ],
    });
    const ended = await run(query(SQL), { env: env() });
    expect(ended).toMatchObject({
      code: 0,
      out: '{"event_id":"a","n":9007199254740993}\n{"event_id":"b","n":null}\n',
      err: 'Athena scanned 0 B.\n',
    });
    expect(world.athena.executions().map(({ sql }) => sql)).toEqual([SQL]);
    // Looked up before: whether the tables of these names are those of this lake.
    const others = world.calls.filter(({ service }) => service !== 'athena');
    expect(others.map(({ operation }) => operation)).toEqual(['GetTable', 'GetTable']);
  });

  test('P4: asks nothing of a database whose tables are those of another lake', async () => {
    const TableInput = {
      Name: 'athena_events',
      StorageDescriptor: { Location: 's3://amzn-s3-demo-lake/other/athena_events/' },
    };
    await world.clients.glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'audit_lake' } }));
    await world.clients.glue.send(new CreateTableCommand({ DatabaseName: 'audit_lake', TableInput }));
    const ended = await run(query(SQL), { env: env() });
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toMatch(/^LAKE_FORMAT: .*name another --database/);
    expect(world.count('StartQueryExecution')).toBe(0);
  });

  test('asks DuckDB over a copy when told to, and removes the copy', async () => {
    const ended = await run(query('--engine', 'duckdb', '--output', 'csv', SQL), { env: env() });
    expect(ended).toMatchObject({ code: 0, out: 'event_id\r\na\r\nb\r\n' });
    expect(ended.err).toMatch(/^Fetching 1 data file, [\d.]+ kB\.\n$/);
    expect(await readdir(temporary)).toEqual([]);
    expect(world.count('StartQueryExecution')).toBe(0);
  });

  test('ends with 1 and Athena’s reason where the query fails, and never repeats the SQL', async () => {
    world.athena.answer = () => {
      throw new Error("COLUMN_NOT_FOUND: Column 'nope' cannot be resolved");
    };
    const { code, out, err } = await run(query("SELECT nope, 'secret-canary' FROM athena_events"), {
      env: env(),
    });
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain("QUERY_FAILED: COLUMN_NOT_FOUND: Column 'nope' cannot be resolved\n");
    expect(err).not.toContain('secret-canary');
  });

  test('stops the query in Athena on Ctrl-C, and ends with 130', async () => {
    world.athena.pace = { by: 'ms', queued: 0, running: 3_600_000 };
    const { child, ended } = start(query(SQL), { env: env() });
    await vi.waitFor(() => expect(world.count('GetQueryExecution')).toBeGreaterThan(1), 20_000);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, out: '' });
    expect(world.athena.executions().map(({ state }) => state)).toEqual(['CANCELLED']);
  });

  test('ends DuckDB on Ctrl-C, removes the copy, and ends with 130', async () => {
    const endless = 'SELECT count(*) FROM athena_events, range(90000000000) AS r(n) WHERE n % 7 = 3';
    const { child, ended } = start(query('--engine', 'duckdb', endless), { env: env() });
    await vi.waitFor(async () => {
      expect(await readdir(temporary)).toHaveLength(2);
    }, 20_000);
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, out: '' });
    expect(await readdir(temporary)).toEqual([]);
  });
});
