import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readQueryHistory } from '../../src/adapters/local/json-query-history.js';
import { type HistoryAnswer, queryKey } from '../../src/datasets/query-execution.js';

const NAME = { account: '111122223333', region: 'us-east-1', id: 'q1' };

async function told(text: string, name = NAME): Promise<HistoryAnswer | undefined> {
  const path = join(await mkdtemp(join(tmpdir(), 'history-')), 'history.json');
  await writeFile(path, text);
  return (await (await readQueryHistory(path)).lookup([name])).get(queryKey(name));
}

const textOf = (answer: HistoryAnswer | undefined) =>
  answer?.kind === 'execution' ? answer.execution.text : answer?.kind;

const execution = (more: object = {}) => ({ QueryExecutionId: 'q1', Query: 'SELECT 1', ...more });

describe('a saved query history', () => {
  test.each([
    ['an answer of BatchGetQueryExecution', JSON.stringify({ QueryExecutions: [execution()] })],
    ['an answer of GetQueryExecution', JSON.stringify({ QueryExecution: execution() })],
    ['one execution', JSON.stringify(execution())],
    ['a list of executions', JSON.stringify([execution()])],
    ['one a line', `${JSON.stringify({ QueryExecutions: [] })}\n${JSON.stringify(execution())}\n`],
    ['a byte order mark before it', `\ufeff${JSON.stringify(execution())}`],
  ])('is read from %s', async (_, text) => {
    expect(textOf(await told(text))).toBe('SELECT 1');
  });

  test('answers only for the account and Region that an item names', async () => {
    const text = JSON.stringify(execution({ account: '444455556666' }));
    expect(await told(text)).toBeUndefined();
    expect(textOf(await told(text, { ...NAME, account: '444455556666' }))).toBe('SELECT 1');
  });

  test('tells why Athena told nothing, where it says so', async () => {
    const unprocessed = (ErrorCode: string) =>
      JSON.stringify({
        QueryExecutions: [],
        UnprocessedQueryExecutionIds: [{ QueryExecutionId: 'q1', ErrorCode }],
      });
    expect(textOf(await told(unprocessed('AccessDeniedException')))).toBe('denied');
    expect(textOf(await told(unprocessed('QUERY_NOT_FOUND')))).toBe('not_found');
    expect(await told(unprocessed('THROTTLED'))).toBeUndefined();
  });

  test('keeps a text beside a refusal of the same query', async () => {
    const text = JSON.stringify({ QueryExecutions: [execution()], errors: [{ id: 'q1', code: 'denied' }] });
    expect(textOf(await told(text))).toBe('SELECT 1');
  });

  test('leaves out numbers and times that no column can hold', async () => {
    const Status = {
      SubmissionDateTime: 1e20,
      AthenaError: { ErrorCategory: 1.5, ErrorType: 3_000_000_000 },
    };
    const answer = await told(
      JSON.stringify(execution({ Status, Statistics: { DataScannedInBytes: 2 ** 60 } })),
    );
    expect(answer).toMatchObject({
      execution: { submitted: null, errorCategory: null, errorType: null, dataScannedBytes: null },
    });
  });

  test('takes a time without an offset as UTC, wherever it is read', async () => {
    const at = async (SubmissionDateTime: string | number) => {
      const answer = await told(JSON.stringify(execution({ Status: { SubmissionDateTime } })));
      return answer?.kind === 'execution' ? answer.execution.submitted : undefined;
    };
    const expected = Date.UTC(2026, 0, 9, 10);
    expect(await at('2026-01-09T10:00:00')).toBe(expected);
    expect(await at('2026-01-09T10:00:00Z')).toBe(expected);
    expect(await at('2026-01-09T12:00:00.000000+02:00')).toBe(expected);
    expect(await at(expected / 1000)).toBe(expected);
  });

  test.each([
    ['[{"QueryExecutionId":"q1"},{"x":1}]', 'item 2'],
    ['{"QueryExecutionId":"q1"}\n{"x":1}', 'line 2'],
    ['{\n "QueryExecutionId": \n}', 'JSON'],
  ])('names the place of what it cannot read: %s', async (text, place) => {
    await expect(told(text)).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(place),
    });
  });

  test.each([
    ["{'Query': 'SELECT secret'}"],
    ['SELECT secret FROM t'],
    ['{"QueryExecutionId":"q1","Query":"SELECT secret}'],
    ['{"QueryExecutionId":"q1"}\nSELECT secret'],
    ['{\n "QueryExecutionId": "q1",\n "Query": SELECT secret\n}'],
    ['{"Query":"SELECT secret"}'],
  ])('T15: no text of a file that cannot be read stands in a message or its cause: %j', async (text) => {
    const failure: unknown = await told(text).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'USAGE' });
    if (!(failure instanceof Error)) throw new Error('no error');
    expect(`${failure.message} ${failure.stack} ${inspect(failure.cause)}`).not.toMatch(/secret|SELECT/);
  });

  test('where it is no JSON, the place is told', async () => {
    await expect(told('{\n "Query": "SELECT secret"\n "x": 1}')).rejects.toMatchObject({
      message: expect.stringMatching(/history\.json: not JSON at position \d+$/),
    });
  });
});

describe('the queries that a saved history tells in full', () => {
  const at = Date.UTC(2026, 0, 9, 10);
  const full = (more: object = {}, submitted: unknown = at / 1000) => ({
    ...execution({ account: '111122223333', region: 'us-east-1', ...more }),
    Status: { SubmissionDateTime: submitted },
  });
  const named = async (...items: readonly object[]) => {
    const path = join(await mkdtemp(join(tmpdir(), 'history-')), 'history.json');
    await writeFile(path, JSON.stringify({ QueryExecutions: items }));
    return (await readQueryHistory(path)).told();
  };

  test('are those with a name, a time and a text', async () => {
    expect(await named(full())).toEqual([{ ...NAME, started: at, why: 'pending', hasText: false }]);
    expect(await named(full({ Query: null }), full({ QueryExecutionId: 'q2' }, null))).toEqual([]);
  });

  test.each([
    ['an account that is none', full({ account: '1111 22223333' })],
    ['no account', full({ account: undefined })],
    ['a Region that is none', full({ region: 'us east 1' })],
    ['no Region', full({ region: undefined })],
    ['an id that is a path', full({ QueryExecutionId: 'named_query/q1' })],
    ['an id that is too long', full({ QueryExecutionId: 'q'.repeat(129) })],
    ['no id', full({ QueryExecutionId: '' })],
    ['a year of five digits', full({}, Date.UTC(12_000, 0) / 1000)],
    ['a year before the first one', full({}, -1e11)],
  ])('leave out %s, and keep the others', async (_, odd) => {
    const told = await named(odd, full({ QueryExecutionId: 'q2' }));
    expect(told.map(({ id }) => id)).toEqual(['q2']);
  });
});
