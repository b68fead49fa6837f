import {
  type AthenaClient,
  BatchGetQueryExecutionCommand,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  GetWorkGroupCommand,
  paginateGetQueryResults,
  StartQueryExecutionCommand,
  type StartQueryExecutionCommandInput,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allStatements } from '../../src/lake/ddl.js';
import type { AwsClients } from '../support/aws/aws-clients.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { FACES } from '../support/aws/faces.ts';

const LAKE = 's3://amzn-s3-demo-lake/audit';
const TOKEN = 'a'.repeat(64);
const day = (date: string) => `(year='2026', month='01', day='${date}')`;
const place = (date: string, generation = '0000') =>
  `${LAKE}/athena_events/g=${generation}/year=2026/month=01/day=${date}/`;
const ADD = `ALTER TABLE \`audit_lake\`.\`athena_events\` ADD IF NOT EXISTS PARTITION ${day('09')} LOCATION '${place('09')}'`;

describe.each(FACES)('the double of Athena, $name', ({ open, retries }) => {
  let now = Date.UTC(2026, 0, 9);
  let world: AwsWorld;
  let clients: AwsClients;
  let athena: AthenaClient;
  let close: () => Promise<void>;

  beforeEach(async () => {
    world = new AwsWorld({ now: () => now });
    world.athena.createWorkGroup('audit', `${LAKE}/_meta/results/`);
    world.athena.pace = { by: 'ms', queued: 0, running: 0 };
    const face = await open(world);
    clients = face.clients;
    athena = clients.athena;
    close = face.close;
  });
  afterEach(() => close());

  const start = async (QueryString: string, more: Partial<StartQueryExecutionCommandInput> = {}) => {
    const context = { WorkGroup: 'audit', QueryExecutionContext: { Database: 'audit_lake' } };
    const command = new StartQueryExecutionCommand({ QueryString, ...context, ...more });
    return (await athena.send(command)).QueryExecutionId ?? '';
  };
  const statusOf = async (QueryExecutionId: string) =>
    (await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))).QueryExecution?.Status;
  const ran = async (sql: string) => {
    const status = await statusOf(await start(sql));
    return [status?.State, status?.StateChangeReason ?? ''];
  };
  const OK = ['SUCCEEDED', ''];
  const locations = () => Object.fromEntries(world.glue.locations('audit_lake', 'athena_events'));
  const withTables = async () => {
    for (const sql of ['CREATE DATABASE IF NOT EXISTS audit_lake', ...allStatements({ lake: LAKE })]) {
      expect(await ran(sql)).toEqual(OK);
    }
  };

  test('makes the database, tables and views of a lake, twice if need be', async () => {
    expect(await ran(allStatements({ lake: LAKE })[0] ?? '')).toMatchObject([
      'FAILED',
      /Database does not exist/,
    ]);
    await withTables();
    await withTables();
    const { input } = world.glue.table('audit_lake', 'athena_events');
    expect(input.PartitionKeys?.map(({ Name, Type }) => [Name, Type])).toEqual([
      ...[
        ['year', 'string'],
        ['month', 'string'],
        ['day', 'string'],
      ],
    ]);
    expect(input.StorageDescriptor?.Location).toBe(`${LAKE}/athena_events/`);
    expect(input.StorageDescriptor?.Columns?.find(({ Name }) => Name === 'data_scanned_bytes')?.Type).toBe(
      'bigint',
    );
    expect(world.glue.table('audit_lake', 'athena_audit_logs').input.TableType).toBe('VIRTUAL_VIEW');
  });

  test('adds partitions, keeps those that are there (P4), moves and drops them', async () => {
    await withTables();
    expect(await ran(`${ADD} PARTITION ${day('10')} LOCATION '${place('10')}'`)).toEqual(OK);
    expect(locations()).toEqual({ '2026/01/09': place('09'), '2026/01/10': place('10') });
    expect(await ran(ADD.replaceAll('0000', '0001'))).toEqual(OK);
    expect(locations()['2026/01/09']).toBe(place('09'));
    expect(await ran(ADD.replace('IF NOT EXISTS', ''))).toMatchObject(['FAILED', /already exists/]);
    const table = 'ALTER TABLE athena_events';
    expect(await ran(`${table} PARTITION ${day('09')} SET LOCATION '${place('09', '0001')}'`)).toEqual(OK);
    expect(await ran(`${table} DROP IF EXISTS PARTITION ${day('10')}, PARTITION ${day('11')};`)).toEqual(OK);
    expect(locations()).toEqual({ '2026/01/09': place('09', '0001') });
    expect(await ran(`${table} PARTITION ${day('10')} SET LOCATION '${place('10')}'`)).toMatchObject([
      ...['FAILED', /Partition not found/],
    ]);
    expect(await ran(`${table} ADD PARTITION (year='2026', month='01')`)).toMatchObject([
      'FAILED',
      /partition spec/,
    ]);
  });

  test('fails where the table is missing', async () => {
    world.glue.createDatabase('audit_lake');
    expect(await ran(ADD)).toMatchObject(['FAILED', /Table not found audit_lake.athena_events/]);
  });

  test('may succeed and show nothing in the catalog', async () => {
    world.athena.catalogShows = false;
    expect(await ran(ADD)).toEqual(OK);
    expect(locations()).toEqual({});
  });

  test.each([
    ['nonsense', 'DROP EVERYTHING'],
    ['a string without an end', "ALTER TABLE t ADD PARTITION (day='09) LOCATION 's3://b/"],
    ['two statements', `${ADD}; ${ADD}`],
    ['a place with an empty segment', ADD.replace('/audit/', '//audit/')],
    ['another scheme', ADD.replace('s3://', 's3a://')],
    ['a value without quotes', ADD.replace("'09'", '09')],
    ['more than 256 KB', `SELECT '${'x'.repeat(262_144)}'`],
    ['nothing', ''],
  ])('refuses %s', async (_, sql) => {
    await expect(start(sql)).rejects.toMatchObject({ name: 'InvalidRequestException' });
    expect(world.athena.executions()).toEqual([]);
  });

  test('refuses an unknown workgroup, and results without a place', async () => {
    const refused = { name: 'InvalidRequestException' };
    await expect(start('SELECT 1', { WorkGroup: 'none' })).rejects.toMatchObject(refused);
    await expect(start('SELECT 1', { WorkGroup: 'primary' })).rejects.toMatchObject(refused);
    await start('SELECT 1', { WorkGroup: 'primary', ResultConfiguration: { OutputLocation: `${LAKE}/r/` } });
    await expect(athena.send(new GetWorkGroupCommand({ WorkGroup: 'none' }))).rejects.toMatchObject(refused);
    const { WorkGroup } = await athena.send(new GetWorkGroupCommand({ WorkGroup: 'audit' }));
    expect(WorkGroup?.Configuration?.ResultConfiguration?.OutputLocation).toBe(`${LAKE}/_meta/results/`);
  });

  test('refuses what is said of results to a workgroup that manages them itself', async () => {
    world.athena.createManagedWorkGroup('managed');
    const ResultConfiguration = { OutputLocation: `${LAKE}/r/` };
    await expect(start('SELECT 1', { WorkGroup: 'managed', ResultConfiguration })).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: 'ManagedQueryResultsConfiguration and ResultConfiguration cannot be set together',
    });
    const QueryExecutionId = await start('SELECT 1', { WorkGroup: 'managed' });
    await statusOf(QueryExecutionId);
    const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId }));
    expect(ResultSet?.Rows).toHaveLength(2);
    const { WorkGroup } = await athena.send(new GetWorkGroupCommand({ WorkGroup: 'managed' }));
    expect(WorkGroup?.Configuration?.ManagedQueryResultsConfiguration).toEqual({ Enabled: true });
  });

  test('starts one execution for a token while it remembers it (P2)', async () => {
    await withTables();
    const before = world.athena.executions().length;
    const first = await start(ADD, { ClientRequestToken: TOKEN });
    expect(await start(ADD, { ClientRequestToken: TOKEN })).toBe(first);
    const other = start(`${ADD} `, { ClientRequestToken: TOKEN });
    await expect(other).rejects.toMatchObject({ message: 'Idempotent parameters do not match' });
    now += world.athena.tokenMemoryMs;
    expect(await start(ADD, { ClientRequestToken: TOKEN })).not.toBe(first);
    expect(world.athena.executions()).toHaveLength(before + 2);
    for (const ClientRequestToken of ['a'.repeat(31), 'a'.repeat(129)]) {
      await expect(start(ADD, { ClientRequestToken })).rejects.toMatchObject({
        name: 'InvalidRequestException',
      });
    }
  });

  test('runs by the clock: the catalog changes at the end', async () => {
    await withTables();
    world.athena.pace = { by: 'ms', queued: 3_600_000, running: 1000 };
    const id = await start(ADD);
    const states: unknown[] = [];
    for (const step of [0, 3_600_000, 999, 1]) {
      now += step;
      states.push([(await statusOf(id))?.State, Object.keys(locations()).length]);
    }
    expect(states).toEqual([
      ['QUEUED', 0],
      ['RUNNING', 0],
      ['RUNNING', 0],
      ['SUCCEEDED', 1],
    ]);
    expect((await statusOf(id))?.CompletionDateTime).toEqual(new Date(now));
  });

  test('runs by polls', async () => {
    world.athena.pace = { by: 'polls', queued: 1, running: 2 };
    const id = await start('SELECT 1');
    const states: unknown[] = [];
    for (let poll = 0; poll < 5; poll++) states.push((await statusOf(id))?.State);
    expect(states).toEqual(['QUEUED', 'RUNNING', 'RUNNING', 'SUCCEEDED', 'SUCCEEDED']);
  });

  test('ends as a fault says (P3), and is cancelled by hand', async () => {
    await withTables();
    world.fail(({ operation }) => operation === 'StartQueryExecution', { ends: 'FAILED', reason: 'no luck' });
    expect(await ran(ADD)).toEqual(['FAILED', 'no luck']);
    world.fail(({ operation }) => operation === 'StartQueryExecution', { ends: 'CANCELLED' });
    expect((await ran(ADD))[0]).toBe('CANCELLED');
    world.athena.pace = { by: 'polls', queued: 9, running: 9 };
    const id = await start(ADD);
    await athena.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
    expect((await statusOf(id))?.State).toBe('CANCELLED');
    expect(locations()).toEqual({});
  });

  test('takes twenty statements at a time', async () => {
    await withTables();
    world.athena.pace = { by: 'ms', queued: 0, running: 1000 };
    for (let count = 0; count < 20; count++) await start(ADD);
    const tooMany = { name: 'TooManyRequestsException', Reason: 'CONCURRENT_QUERY_LIMIT_EXCEEDED' };
    await expect(start(ADD)).rejects.toMatchObject(tooMany);
    await start('SELECT 1');
    now += 1000;
    await start(ADD);
  });

  test('loses the response of a start; the token leads back to it', async () => {
    await withTables();
    const before = world.athena.executions().length;
    world.fail(({ operation }) => operation === 'StartQueryExecution', 'done, response lost');
    const lost = start(ADD, { ClientRequestToken: TOKEN });
    if (retries) await lost;
    else await expect(lost).rejects.toMatchObject({ name: 'TimeoutError' });
    await start(ADD, { ClientRequestToken: TOKEN });
    expect(world.athena.executions()).toHaveLength(before + 1);
  });

  test('answers queries in pages, the first with the names of the columns', async () => {
    const columns = [{ name: 'n', type: 'bigint' }];
    const rows = [['1'], [null], ['3']];
    world.athena.answer = (sql) => ({ columns, rows: sql.includes('nothing') ? [] : rows });
    const input = { QueryExecutionId: await start('SELECT n FROM t'), MaxResults: 2 };
    const seen: unknown[] = [];
    let pages = 0;
    for await (const { ResultSet } of paginateGetQueryResults({ client: athena }, input)) {
      seen.push(
        ...(ResultSet?.Rows ?? []).map(({ Data }) => Data?.map(({ VarCharValue }) => VarCharValue ?? null)),
      );
      expect(ResultSet?.ResultSetMetadata?.ColumnInfo).toMatchObject([{ Name: 'n', Type: 'bigint' }]);
      pages += 1;
    }
    expect([seen, pages]).toEqual([[['n'], ...rows], 2]);
    const empty = new GetQueryResultsCommand({ QueryExecutionId: await start('SELECT nothing') });
    expect((await athena.send(empty)).ResultSet?.Rows).toHaveLength(1);
  });

  test('tells why a query failed, and gives no results of it', async () => {
    world.athena.answer = () => {
      throw new Error('COLUMN_NOT_FOUND: line 1:8');
    };
    const id = await start('SELECT x');
    const status = await statusOf(id);
    expect(status).toMatchObject({ State: 'FAILED', StateChangeReason: 'COLUMN_NOT_FOUND: line 1:8' });
    expect(status?.AthenaError).toMatchObject({ ErrorCategory: 2, Retryable: false });
    const results = athena.send(new GetQueryResultsCommand({ QueryExecutionId: id }));
    await expect(results).rejects.toMatchObject({ name: 'InvalidRequestException' });
  });

  test('tells of many queries at once, and of some why not', async () => {
    const ids = [await start('SELECT 1'), await start('SELECT 2'), 'none'];
    const ask = async () => {
      const answer = await athena.send(new BatchGetQueryExecutionCommand({ QueryExecutionIds: ids }));
      const { QueryExecutions: told = [], UnprocessedQueryExecutionIds: left = [] } = answer;
      return [told.map(({ Query }) => Query), left.map(({ ErrorCode }) => ErrorCode)];
    };
    expect(await ask()).toEqual([['SELECT 1', 'SELECT 2'], ['INVALID_INPUT']]);
    world.fail(({ operation }) => operation === 'BatchGetQueryExecution', { processed: 1 });
    expect(await ask()).toEqual([['SELECT 1'], ['INTERNAL_FAILURE', 'INVALID_INPUT']]);
    await expect(statusOf('none')).rejects.toMatchObject({ message: 'QueryExecution none was not found' });
  });

  test('knows who calls (STS)', async () => {
    const caller = await clients.sts.send(new GetCallerIdentityCommand({}));
    expect(caller).toMatchObject({ Account: '111122223333', Arn: 'arn:aws:iam::111122223333:user/jane' });
  });
});
