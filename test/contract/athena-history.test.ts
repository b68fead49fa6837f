import { describe, expect, test } from 'vitest';
import { queryKey } from '../../src/datasets/query-execution.js';
import { AskedHistory, counted, DAY_MS, HOME, MEMBER, REGION } from '../support/asked-history.ts';
import { AwsError } from '../support/aws/aws-error.ts';

function trusted(options?: ConstructorParameters<typeof AskedHistory>[0]): AskedHistory {
  const asked = new AskedHistory(options);
  asked.trust(MEMBER);
  return asked;
}

describe('executions', () => {
  test('are told with text, state and statistics', async () => {
    const asked = trusted();
    const query = asked.ran('q1', {
      ...{ sql: 'SELECT 1', workGroup: 'audit', database: 'sales', catalog: 'AwsDataCatalog' },
      ...{ state: 'FAILED', error: { message: 'no such table', category: 2, type: 1006 } },
      ...{ executionParameters: ['7'], statistics: { DataScannedInBytes: 5, TotalExecutionTimeInMillis: 9 } },
    });
    expect(await asked.one(query)).toMatchObject({
      ...{ kind: 'execution', source: 'athena' },
      execution: {
        ...{ text: 'SELECT 1', workGroup: 'audit', database: 'sales', catalog: 'AwsDataCatalog' },
        ...{ state: 'FAILED', errorMessage: 'no such table', errorCategory: 2, errorType: 1006 },
        ...{ executionParameters: ['7'], dataScannedBytes: 5n, totalMs: 9n, submitted: query.started },
      },
    });
  });

  test('cost a call for 50 of an account and Region, and each is asked once', async () => {
    const asked = trusted({ accounts: [MEMBER, HOME, '123456789012'] });
    asked.trust(HOME, '123456789012');
    const sizes = {
      [`${MEMBER} eu-central-1`]: 120,
      [`${MEMBER} us-east-1`]: 50,
      [`${HOME} eu-central-1`]: 51,
    };
    const queries = Object.entries(sizes).flatMap(([place, count]) => {
      const [account = '', region = ''] = place.split(' ');
      return asked.ranMany(count, { account, region });
    });
    expect(counted(await asked.kinds([...queries, ...queries]))).toEqual({ execution: 2 * 221 });
    expect(asked.history.calls).toBe(3 + 1 + 2);
    expect(asked.calls('BatchGetQueryExecution')).toHaveLength(6);
    expect(asked.world.count('AssumeRole')).toBe(2);
    for (const { account, region, input } of asked.calls('BatchGetQueryExecution')) {
      expect(sizes).toHaveProperty([`${account} ${region}`]);
      expect(new Set(input['QueryExecutionIds'] as string[]).size).toBeLessThanOrEqual(50);
    }
  });

  test('of the same id in two Regions are two', async () => {
    const asked = trusted();
    const here = asked.ran('same', { sql: 'SELECT 1' });
    const there = asked.ran('same', { sql: 'SELECT 2', region: 'us-east-1' });
    const answers = await asked.lookup([here, there]);
    const texts = [here, there].map((it) => answers.get(queryKey(it)));
    expect(texts).toMatchObject([{ execution: { text: 'SELECT 1' } }, { execution: { text: 'SELECT 2' } }]);
  });

  test('that a batch leaves unprocessed, or out, are asked one by one', async () => {
    const asked = trusted();
    const queries = asked.ranMany(10);
    asked.world.athenaIn(MEMBER, REGION).leavesOut.add('q2');
    asked.world.fail(({ operation }) => operation === 'BatchGetQueryExecution', { processed: 7 });
    expect(counted(await asked.kinds(queries))).toEqual({ execution: 10 });
    expect(asked.calls('GetQueryExecution').map(({ input }) => input['QueryExecutionId'])).toEqual([
      ...['q2', 'q8', 'q9', 'q10'],
    ]);
    expect(asked.history.calls).toBe(5);
  });

  test('that Athena does not know are not found', async () => {
    const asked = trusted();
    const gone = asked.ran('gone');
    asked.world.athenaIn(MEMBER, REGION).forget('gone');
    expect(await asked.kinds([gone, asked.ran('q1')])).toEqual(['not_found', 'execution']);
    expect(asked.told).toEqual([]);
  });

  test('older than 45 days are not asked about', async () => {
    const asked = trusted();
    const old = asked.ran('old', { submittedAt: asked.time.at - 45 * DAY_MS - 1 });
    const last = asked.ran('last', { submittedAt: asked.time.at - 45 * DAY_MS + 1_000 });
    expect(await asked.kinds([old])).toEqual(['absent']);
    expect(asked.world.calls).toEqual([]);
    expect(await asked.kinds([old, last])).toEqual(['absent', 'execution']);
  });

  test('that nobody asked for are ignored, and told once', async () => {
    const asked = trusted();
    const query = asked.ran('q1');
    asked.ran('other');
    asked.world.athenaIn(MEMBER, REGION).answersAlso = ['other', 'other'];
    for (let times = 0; times < 2; times++)
      expect([...(await asked.lookup([query])).keys()]).toEqual([queryKey(query)]);
    expect(asked.told).toMatchObject([{ event: 'query_history_unasked_answer', account: MEMBER }]);
  });

  test('told in place of others do not take their names', async () => {
    const asked = trusted();
    asked.ran('other');
    asked.world.athenaIn(MEMBER, REGION).answersInstead.set('q1', 'other');
    expect(await asked.kinds([asked.ran('q1')])).toEqual(['absent']);
    expect(asked.history.calls).toBe(2);
  });

  test('of a workgroup that is hidden are denied, the others are told, and nothing is closed', async () => {
    const asked = trusted();
    const hidden = Array.from({ length: 9 }, (_, at) => asked.ran(`h${at}`, { workGroup: 'secret' }));
    const queries = [...hidden, ...asked.ranMany(9)];
    asked.world.athenaIn(MEMBER, REGION).hideWorkGroup('secret');
    for (let times = 0; times < 2; times++)
      expect(counted(await asked.kinds(queries))).toEqual({ denied: 9, execution: 9 });
    expect(asked.told.map(({ event }) => event)).toEqual(['query_history_denied']);
  });

  test.each(['InvalidRequestException', 'AccessDeniedException'])(
    'are asked one by one where one of them spoils the batch: %s',
    async (name) => {
      const asked = trusted({ millisPerLogFile: 60_000 });
      const queries = [...asked.ranMany(3), asked.ran('hidden', { workGroup: 'secret' })];
      asked.world.athenaIn(MEMBER, REGION).hideWorkGroup('secret');
      asked.world.fail(({ operation }) => operation.startsWith('Batch'), refusedAs(name), { times: 5 });
      expect(await asked.kinds(queries)).toEqual(['execution', 'execution', 'execution', 'denied']);
      expect(asked.history.calls).toBe(5);
    },
  );
});

describe('what Athena tells', () => {
  test('is kept whole: 262,144 bytes of text with NULs, and no half of a surrogate pair', async () => {
    const asked = trusted();
    const long = asked.ran('long', { sql: `\0${'é'.repeat(131_071)}\0` });
    const broken = asked.ran('broken', { sql: 'a\ud800b\udc00\u{1f600}', executionParameters: ['\udfff'] });
    const answers = await asked.lookup([long, broken]);
    expect(answers.get(queryKey(long))).toMatchObject({ execution: { text: `\0${'é'.repeat(131_071)}\0` } });
    expect(answers.get(queryKey(broken))).toMatchObject({
      execution: { text: 'a\ufffdb\ufffd\u{1f600}', executionParameters: ['\ufffd'] },
    });
  });

  test('keeps dates of the far past, and leaves out what is no date, no count or too large', async () => {
    const asked = trusted();
    const query = asked.ran('q1', {
      shows: {
        Status: {
          ...{ SubmissionDateTime: new Date(-62_135_596_800_000), CompletionDateTime: new Date(Number.NaN) },
          AthenaError: { ErrorCategory: 2 ** 40, ErrorType: 1.5 },
        },
        Statistics: {
          DataScannedInBytes: 2 ** 53,
          EngineExecutionTimeInMillis: 0.5,
          TotalExecutionTimeInMillis: 2 ** 52,
        },
      },
    });
    expect(await asked.one(query)).toMatchObject({
      execution: {
        ...{ submitted: -62_135_596_800_000, completed: null, errorCategory: null, errorType: null },
        ...{ dataScannedBytes: null, engineMs: null, totalMs: 2n ** 52n, state: null },
      },
    });
  });

  test('keeps a state that nobody knows, and tells of it once', async () => {
    const asked = trusted();
    const queries = [asked.ran('q1', { state: 'ARCHIVED' }), asked.ran('q2', { state: 'ARCHIVED' })];
    const answers = await asked.lookup(queries);
    expect([...answers.values()]).toMatchObject([
      { execution: { state: 'ARCHIVED' } },
      { execution: { state: 'ARCHIVED' } },
    ]);
    expect(asked.told).toEqual([
      { event: 'query_history_unknown_state', account: MEMBER, region: REGION, name: 'ARCHIVED' },
    ]);
  });

  test('is never told on: neither texts nor messages, only names (T15)', async () => {
    const asked = trusted();
    const secret = 'SELECT canary';
    const query = asked.ran('q1', { sql: secret, state: secret });
    asked.world.fail(({ service }) => service === 'athena', refusedAs('InvalidRequestException', secret));
    await asked.lookup([query]);
    expect(asked.told.map(({ event }) => event).sort()).toEqual([
      ...['query_history_failed', 'query_history_unknown_state'],
    ]);
    expect(JSON.stringify(asked.told)).not.toContain('canary');
  });
});

describe('texts by name', () => {
  test('are those of now: named queries and prepared statements, however old the event', async () => {
    const asked = trusted();
    const athena = asked.world.athenaIn(MEMBER, REGION);
    athena.createNamedQuery({ id: 'n1', sql: 'SELECT \ud800' });
    athena.createPreparedStatement({ name: 'p@1', sql: 'SELECT ?', workGroup: 'audit' });
    const queries = [
      'named_query/n1',
      'named_query/no',
      'prepared_statement/audit/p@1',
      'prepared_statement/audit/no',
    ].map((id) => ({ account: MEMBER, region: REGION, id, started: asked.time.at - 400 * DAY_MS }));
    const answers = await asked.lookup(queries);
    expect(queries.map((query) => answers.get(queryKey(query)))).toEqual([
      { kind: 'current_text', text: 'SELECT \ufffd', database: 'default', source: 'current_named_query' },
      { kind: 'not_found' },
      { kind: 'current_text', text: 'SELECT ?', source: 'current_prepared_statement' },
      { kind: 'not_found' },
    ]);
    expect(asked.history.calls).toBe(4);
  });
});

function refusedAs(name: string, message = 'refused'): AwsError {
  return new AwsError(name, message);
}
