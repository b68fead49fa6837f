import {
  type AthenaClient,
  BatchGetQueryExecutionCommand,
  GetNamedQueryCommand,
  GetPreparedStatementCommand,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AthenaDouble } from '../support/aws/athena-double.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { FACES, type OpenFace } from '../support/aws/faces.ts';

const ACCOUNT = '444455556666';
const REGION = 'us-east-1';
const START = Date.UTC(2026, 0, 9);
const DAY = 86_400_000;

describe.each(FACES)('the query history of the double of Athena, $name', ({ open }) => {
  let now = START;
  let world: AwsWorld;
  let history: AthenaDouble;
  let athena: AthenaClient;
  let face: OpenFace;

  beforeEach(async () => {
    now = START;
    world = new AwsWorld({ now: () => now, region: 'eu-central-1' });
    history = world.athenaIn(ACCOUNT, REGION);
    face = await open(world);
    athena = face.clientsAs({ region: REGION, credentials: world.sts.keysOf(ACCOUNT) }).athena;
  });
  afterEach(() => face.close());

  const get = async (QueryExecutionId: string) =>
    (await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))).QueryExecution;
  const batch = async (...QueryExecutionIds: string[]) => {
    const answer = await athena.send(new BatchGetQueryExecutionCommand({ QueryExecutionIds }));
    const { QueryExecutions: told = [], UnprocessedQueryExecutionIds: left = [] } = answer;
    return {
      told: told.map(({ Query }) => Query),
      left: left.map(({ QueryExecutionId, ErrorCode }) => [QueryExecutionId, ErrorCode]),
      messages: left.map(({ ErrorMessage }) => ErrorMessage),
    };
  };
  const remember = (...ids: string[]) => {
    for (const id of ids) history.remember({ id, sql: `SELECT '${id}'`, submittedAt: START });
  };

  test('shows a query in its states by the clock, and its numbers at the end', async () => {
    const [submittedAt, runsAt, endsAt] = [START, START + 2000, START + 36_000_000];
    const error = { message: 'HIVE_BAD_DATA', category: 2, type: 233 };
    const statistics = { DataScannedInBytes: 7 };
    history.remember({ id: 'q1', sql: 'S', submittedAt, runsAt, endsAt, state: 'FAILED', error, statistics });
    const seen: unknown[] = [];
    for (const at of [START, runsAt - 1, runsAt, endsAt - 1, endsAt]) {
      now = at;
      const query = await get('q1');
      seen.push([query?.Status?.State, query?.Statistics?.DataScannedInBytes]);
      expect(query?.Status?.CompletionDateTime).toEqual(at < endsAt ? undefined : new Date(endsAt));
    }
    expect(seen).toEqual([
      ['QUEUED', 0],
      ['QUEUED', 0],
      ['RUNNING', 0],
      ['RUNNING', 0],
      ['FAILED', 7],
    ]);
    expect(await get('q1')).toMatchObject({
      Query: 'S',
      Status: {
        SubmissionDateTime: new Date(START),
        StateChangeReason: 'HIVE_BAD_DATA',
        AthenaError: { ErrorCategory: 2, ErrorType: 233, ErrorMessage: 'HIVE_BAD_DATA' },
      },
      Statistics: { QueryQueueTimeInMillis: 2000, TotalExecutionTimeInMillis: 36_000_000 },
    });
  });

  test('shows a query that has ended, with all that was told of it', async () => {
    history.remember({
      ...{ id: 'q1', sql: 'EXECUTE p USING ?', submittedAt: START, workGroup: 'audit' },
      ...{ database: 'audit_lake', catalog: 'AwsDataCatalog', executionParameters: ["'x'", '2'] },
      shows: { StatementType: undefined, SubstatementType: 'EXECUTE' },
    });
    const query = await get('q1');
    expect(query).toMatchObject({
      WorkGroup: 'audit',
      QueryExecutionContext: { Database: 'audit_lake', Catalog: 'AwsDataCatalog' },
      ExecutionParameters: ["'x'", '2'],
      SubstatementType: 'EXECUTE',
      Status: { State: 'SUCCEEDED', CompletionDateTime: new Date(START) },
    });
    expect(query?.StatementType).toBeUndefined();
    const results = athena.send(new GetQueryResultsCommand({ QueryExecutionId: 'q1' }));
    await expect(results).rejects.toThrow(/did not run/);
  });

  test('shows a query that never ends, and a state that nobody knows', async () => {
    history.remember({ id: 'q1', sql: 'S', submittedAt: START, endsAt: Number.POSITIVE_INFINITY });
    history.remember({ id: 'q2', sql: 'S', submittedAt: START, state: 'PAUSED' });
    now += 40 * DAY;
    expect((await get('q1'))?.Status?.State).toBe('RUNNING');
    expect((await get('q2'))?.Status?.State).toBe('PAUSED');
  });

  test('keeps texts of any size and content as they are', async () => {
    const texts = ['x'.repeat(262_144), "SELECT '\0\ud800 \u{1f600}\n'"];
    for (const [at, sql] of texts.entries()) {
      history.remember({ id: `q${at}`, sql, submittedAt: START });
      expect((await get(`q${at}`))?.Query).toBe(sql);
    }
  });

  test('forgets a query 45 days after its submission, whoever ran it, and sooner where a test wants it', async () => {
    remember('q1', 'q2');
    const ResultConfiguration = { OutputLocation: 's3://amzn-s3-demo-lake/r/' };
    const start = new StartQueryExecutionCommand({ QueryString: 'SELECT 1', ResultConfiguration });
    const { QueryExecutionId: started = '' } = await athena.send(start);
    now += 45 * DAY - 1;
    expect((await batch('q1', 'q2', started)).left).toEqual([]);
    history.forget('q2');
    await expect(get('q2')).rejects.toMatchObject({
      name: 'InvalidRequestException',
      $metadata: { httpStatusCode: 400 },
      AthenaErrorCode: 'INVALID_INPUT',
      message: 'QueryExecution q2 was not found',
    });
    now += 1;
    const { told, left, messages } = await batch('q1', started);
    expect([told, left]).toEqual([
      [],
      [
        ['q1', 'INVALID_INPUT'],
        [started, 'INVALID_INPUT'],
      ],
    ]);
    expect(messages[0]).toBe('QueryExecution q1 was not found');
    await expect(get(started)).rejects.toMatchObject({ name: 'InvalidRequestException' });
  });

  test('hides what belongs to a workgroup that may not be read', async () => {
    history.remember({ id: 'q1', sql: 'SELECT 1', submittedAt: START, workGroup: 'secret' });
    remember('q2');
    history.createNamedQuery({ id: 'n1', sql: 'SELECT 3', workGroup: 'secret' });
    history.createPreparedStatement({ name: 'p1', sql: 'SELECT 4', workGroup: 'secret' });
    history.hideWorkGroup('secret');
    const refused = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } };
    await expect(get('q1')).rejects.toMatchObject(refused);
    await expect(athena.send(new GetNamedQueryCommand({ NamedQueryId: 'n1' }))).rejects.toMatchObject(
      refused,
    );
    const prepared = new GetPreparedStatementCommand({ StatementName: 'p1', WorkGroup: 'secret' });
    await expect(athena.send(prepared)).rejects.toMatchObject(refused);
    expect(await batch('q1', 'q2')).toMatchObject({
      told: ["SELECT 'q2'"],
      left: [['q1', 'AccessDeniedException']],
    });
    history.showWorkGroup('secret');
    expect((await get('q1'))?.Query).toBe('SELECT 1');
  });

  test('tells of 1 to 50 queries at a time', async () => {
    const ids = Array.from({ length: 51 }, (_, at) => `q${at}`);
    remember(...ids);
    expect((await batch(...ids.slice(1))).told).toHaveLength(50);
    for (const asked of [[], ids])
      await expect(batch(...asked)).rejects.toMatchObject({ name: 'InvalidRequestException' });
  });

  test('leaves a part of a batch unprocessed', async () => {
    remember('q1', 'q2');
    world.fail(({ operation }) => operation === 'BatchGetQueryExecution', { processed: 1 });
    expect(await batch('q1', 'q2', 'q3')).toMatchObject({
      told: ["SELECT 'q1'"],
      left: [
        ['q2', 'INTERNAL_FAILURE'],
        ['q3', 'INVALID_INPUT'],
      ],
    });
    expect((await batch('q1', 'q2')).left).toEqual([]);
    history.leftCode = 'SOMETHING_NEW';
    world.fail(({ operation }) => operation === 'BatchGetQueryExecution', { processed: 0 });
    expect((await batch('q1')).left).toEqual([['q1', 'SOMETHING_NEW']]);
  });

  test('answers what was not asked, and nothing of what was, where a test wants it', async () => {
    remember('q1', 'q2', 'q3');
    history.answersAlso = ['q3'];
    history.answersInstead.set('q1', 'q2');
    history.leavesOut.add('q2');
    expect(await batch('q1', 'q2')).toMatchObject({ told: ["SELECT 'q2'", "SELECT 'q3'"], left: [] });
    expect((await get('q1'))?.QueryExecutionId).toBe('q2');
  });

  test('tells of named queries and prepared statements as they are now', async () => {
    const named = async () =>
      (await athena.send(new GetNamedQueryCommand({ NamedQueryId: 'n1' }))).NamedQuery;
    const prepared = async (WorkGroup = 'primary') =>
      (await athena.send(new GetPreparedStatementCommand({ StatementName: 'p1', WorkGroup })))
        .PreparedStatement;
    const missing = { name: 'ResourceNotFoundException', $metadata: { httpStatusCode: 400 } };
    await expect(named()).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: /was not found/,
    });
    await expect(prepared()).rejects.toMatchObject({ ...missing, ResourceName: 'p1' });
    history.createNamedQuery({ id: 'n1', sql: 'SELECT 1', name: 'report', database: 'audit_lake' });
    history.createPreparedStatement({ name: 'p1', sql: 'SELECT ?' });
    expect(await named()).toEqual({
      ...{ NamedQueryId: 'n1', Name: 'report', Database: 'audit_lake', QueryString: 'SELECT 1' },
      WorkGroup: 'primary',
    });
    expect(await prepared()).toEqual({
      ...{ StatementName: 'p1', QueryStatement: 'SELECT ?', WorkGroupName: 'primary' },
      LastModifiedTime: new Date(START),
    });
    await expect(prepared('audit')).rejects.toMatchObject(missing);
    history.createPreparedStatement({ name: 'p1', sql: 'SELECT 2' });
    expect((await prepared())?.QueryStatement).toBe('SELECT 2');
    history.dropNamedQuery('n1');
    history.dropPreparedStatement({ name: 'p1' });
    await expect(named()).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await expect(prepared()).rejects.toMatchObject(missing);
  });
});
