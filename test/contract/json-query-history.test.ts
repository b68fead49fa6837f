import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
});
