import {
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { beforeEach, describe, expect, test } from 'vitest';
import { DATABASE } from '../support/catalogs.ts';
import { keyIn, RAW } from '../support/raw-world.ts';
import { BUCKET, RESULTS, TraceWorld } from '../support/trace-world.ts';

const PLACE = `${RESULTS}t/`;
const SELECT = `SELECT eventid AS id, account FROM "${RAW}" WHERE account = '111122223333'`;
const create = (name: string, more = `, external_location = '${PLACE}'`, end = ' WITH NO DATA') =>
  `CREATE TABLE ${name} WITH (format = 'PARQUET'${more}) AS ${SELECT}${end}`;

let world: TraceWorld;
beforeEach(async () => {
  const names = [
    '111122223333/us-east-1/2026-01-08',
    '111122223333/us-east-1/2026-01-09',
    '444455556666/us-east-1/2026-01-09',
  ];
  world = await new TraceWorld(
    names.map((name) => ({ key: keyIn(name), records: [{ eventID: name.slice(-2), eventName: 'A' }] })),
  ).register();
  world.aws.athena.pace = { by: 'polls', queued: 0, running: 0 };
});

/** How a statement ends: its rows, or why not. */
async function ask(sql: string, workGroup = 'primary'): Promise<unknown> {
  const { athena } = world.aws.clients;
  const ResultConfiguration = { OutputLocation: RESULTS };
  const start = { QueryString: sql, WorkGroup: workGroup, QueryExecutionContext: { Database: DATABASE } };
  try {
    const { QueryExecutionId } = await athena.send(
      new StartQueryExecutionCommand({ ...start, ...(workGroup === 'primary' && { ResultConfiguration }) }),
    );
    const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    if (QueryExecution?.Status?.State !== 'SUCCEEDED') return QueryExecution?.Status?.StateChangeReason;
    const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId }));
    return (ResultSet?.Rows ?? [])
      .slice(1)
      .map(({ Data }) => Data?.map(({ VarCharValue }) => VarCharValue ?? null));
  } catch (thrown) {
    return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : thrown;
  }
}

describe('the Athena double with data', () => {
  test('makes a table of the columns of a SELECT, adds rows to it, answers from it, drops it and leaves its files', async () => {
    expect(await ask(create('t'))).toEqual([]);
    expect(world.aws.glue.table(DATABASE, 't').input.StorageDescriptor).toMatchObject({
      Columns: [
        { Name: 'id', Type: 'varchar' },
        { Name: 'account', Type: 'varchar' },
      ],
      Location: PLACE,
    });
    expect(await ask('SELECT id FROM t')).toEqual([]);
    await ask(`INSERT INTO t ${SELECT} AND day = '08'`);
    await ask(`INSERT INTO t ${SELECT} AND day IN ('09')`);
    expect(await ask('SELECT id FROM t ORDER BY id')).toEqual([['08'], ['09']]);
    expect(
      world.aws.athena
        .executions()
        .slice(-3)
        .map(({ partitions }) => partitions),
    ).toEqual([['111122223333/us-east-1/2026/01/08'], ['111122223333/us-east-1/2026/01/09'], []]);
    expect(await ask('DROP TABLE IF EXISTS t')).toEqual([]);
    expect(world.aws.s3.objects(BUCKET, '').size).toBe(2);
    expect(await ask('DROP TABLE IF EXISTS t')).toEqual([]);
  });

  test.each([
    ['DROP TABLE t', /Table not found audit_lake\.t/],
    ['INSERT INTO nowhere SELECT eventid FROM "cloudtrail_logs" WHERE account = \'1\'', /TABLE_NOT_FOUND/],
    ['SELECT * FROM nowhere', /TABLE_NOT_FOUND/],
    [`CREATE TABLE t WITH (format = 'ORC') AS ${SELECT}`, /InvalidRequestException/],
    [`INSERT INTO t VALUES (1)`, /InvalidRequestException/],
    ['DELETE FROM t', /InvalidRequestException/],
  ])('refuses %s', async (sql, reason) => {
    expect(await ask(sql)).toMatch(reason);
  });

  test('refuses a table that is there, and a place that is not empty', async () => {
    await ask(create('t', undefined, ''));
    expect(await ask(create('t'))).toMatch(/TABLE_ALREADY_EXISTS/);
    expect(await ask(create('u'))).toMatch(/HIVE_PATH_ALREADY_EXISTS/);
  });

  test('refuses a place beside that of a workgroup that insists, and puts tables below its own', async () => {
    world.aws.athena.createEnforcingWorkGroup('audit', `s3://${BUCKET}/own/`);
    expect(await ask(create('t'), 'audit')).toMatch(
      /^InvalidRequestException: .*'external_location' property/,
    );
    expect(await ask(create('t', ''), 'audit')).toEqual([]);
    expect(world.aws.glue.table(DATABASE, 't').input.StorageDescriptor?.Location).toMatch(
      new RegExp(`^s3://${BUCKET}/own/tables/[0-9a-f-]{36}/$`),
    );
  });

  test('fails where a log file is damaged, and reads none of partitions that are left out', async () => {
    world.aws.s3.put(
      'amzn-s3-demo-bucket',
      keyIn('444455556666/us-east-1/2026-01-09'),
      Buffer.from('no gzip'),
    );
    expect(await ask(`SELECT eventid FROM "${RAW}" WHERE year = '2026'`)).toMatch(/^HIVE_CURSOR_ERROR/);
    expect(await ask(SELECT)).toHaveLength(2);
  });
});
