import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/cloudtrail/record.js';
import { isStart, queryCellsOfEvent, withAnswer, withoutAnswer } from '../../src/datasets/query-cells.js';
import { HISTORY_DAYS, type QueryExecution } from '../../src/datasets/query-execution.js';

const AT = Date.UTC(2026, 0, 9, 0, 5);
const DAY = 86_400_000;

const start = (request: JsonObject = {}, over: JsonObject = {}): JsonObject => ({
  eventName: 'StartQueryExecution',
  requestParameters: { queryString: '***OMITTED***', workGroup: 'primary', ...request },
  responseElements: { queryExecutionId: 'query-1' },
  ...over,
});
const other = (eventName: string, request: JsonObject, response: JsonObject | null = null): JsonObject => ({
  eventName,
  requestParameters: request,
  responseElements: response,
});
const cellsOf = (json: JsonObject) => queryCellsOfEvent(json, AT);

const NOTHING: QueryExecution = {
  ...{
    text: null,
    tables: null,
    statementType: null,
    substatementType: null,
    workGroup: null,
    catalog: null,
    database: null,
  },
  ...{ outputLocation: null, state: null, stateChangeReason: null, submitted: null, completed: null },
  ...{ dataScannedBytes: null, engineMs: null, queueMs: null, planningMs: null, totalMs: null },
  ...{ resultReused: null, engineVersion: null, errorCategory: null, errorType: null, errorMessage: null },
  executionParameters: null,
};
const answer = (over: Partial<QueryExecution> = {}) =>
  ({
    kind: 'execution',
    source: 'athena',
    execution: { ...NOTHING, text: 'SELECT 1', state: 'SUCCEEDED', ...over },
  }) as const;

describe('query_text_status says why the text is there or not', () => {
  test.each<[string, JsonObject, string, string | null]>([
    ['in_event', start({ queryString: 'SELECT 1' }), 'the SQL under queryString', 'SELECT 1'],
    ['in_event', start({ queryString: undefined, query: 'SELECT 2' }), 'the SQL under query', 'SELECT 2'],
    [
      'in_event',
      other('CreateNamedQuery', { name: 'n', queryString: 'SELECT 3' }),
      'a named query',
      'SELECT 3',
    ],
    [
      'in_event',
      other('CreatePreparedStatement', { queryStatement: 'SELECT ?' }),
      'a prepared statement',
      'SELECT ?',
    ],
    ['pending', start(), 'a text that is omitted', null],
    ['pending', start({ queryString: 'HIDDEN_DUE_TO_SECURITY_REASONS' }), 'a text that is hidden', null],
    ['pending', start({ queryString: undefined }), 'no text', null],
    ['pending', start({ queryString: '' }), 'an empty text', null],
    ['pending', start({ queryString: null }), 'a text that is null', null],
    ['pending', start({}, { requestParameters: null }), 'no request', null],
    [
      'pending',
      start({}, { requestParameters: '{"queryString":"SELECT 1"}' }),
      'a request that is a string',
      null,
    ],
    [
      'never_started',
      start({}, { responseElements: null, errorCode: 'InvalidRequestException' }),
      'a refused start',
      null,
    ],
    ['never_started', start({}, { responseElements: {} }), 'an answer without an id', null],
    [
      'in_event',
      start({ queryString: 'SELECT 4' }, { responseElements: null }),
      'a refused start with its SQL',
      'SELECT 4',
    ],
    [
      'not_applicable',
      other('GetQueryExecution', { queryExecutionId: 'query-1' }),
      'asking about a query',
      null,
    ],
    ['not_applicable', other('GetQueryResults', { queryExecutionId: 'query-1' }), 'reading results', null],
    [
      'not_applicable',
      other('StopQueryExecution', { queryExecutionId: 'query-1' }),
      'stopping a query',
      null,
    ],
    [
      'not_applicable',
      other('BatchGetQueryExecution', { queryExecutionIds: ['query-1'] }),
      'asking about many',
      null,
    ],
    [
      'pending',
      other('CreateNamedQuery', { queryString: '***OMITTED***' }),
      'a named query, omitted: its text may be asked at any time',
      null,
    ],
    [
      'not_applicable',
      { ...other('CreateNamedQuery', { queryString: '***OMITTED***' }), errorCode: 'AccessDenied' },
      'a named query, omitted, that was not created',
      null,
    ],
    ['not_applicable', {}, 'nothing at all', null],
  ])('%s: %#: %j', (status, json, _, text) => {
    expect(cellsOf(json)).toMatchObject({
      query_text_status: status,
      query_text: text,
      query_text_source: text === null ? null : 'event',
    });
  });

  test('resolved: the history has the text', () => {
    expect(withAnswer(cellsOf(start()), answer())).toMatchObject({
      query_text: 'SELECT 1',
      query_text_status: 'resolved',
      query_text_source: 'athena',
    });
  });

  test.each(['denied', 'not_found'] as const)('%s: the history says so', (kind) => {
    expect(withAnswer(cellsOf(start()), { kind })).toMatchObject({
      query_text: null,
      query_text_status: kind,
    });
  });

  test.each([
    ['pending', 0],
    ['pending', HISTORY_DAYS * DAY],
    ['expired', HISTORY_DAYS * DAY + 1],
    ['expired', 4_000 * DAY],
    ['pending', -DAY],
  ])('%s: no history knows it, %d ms later', (status, age) => {
    expect(withoutAnswer(cellsOf(start()), AT + age)).toMatchObject({
      query_text_status: status,
      query_text: null,
    });
  });

  test('stays as it is, whatever the time, where nothing is to be asked', () => {
    for (const json of [
      start({ queryString: 'SELECT 1' }),
      other('GetQueryResults', {}),
      start({}, { responseElements: null }),
    ]) {
      const cells = cellsOf(json);
      expect(withoutAnswer(cells, AT + 4_000 * DAY)).toEqual(cells);
      expect(withAnswer(cells, { kind: 'denied' })).toEqual(cells);
      expect(withAnswer(cells, { kind: 'not_found' })).toEqual(cells);
    }
  });
});

describe('an answer of the history', () => {
  test('fills statistics, and takes nothing away that the event told', () => {
    const cells = withAnswer(
      cellsOf(start({ queryExecutionContext: { database: 'patients', catalog: 'AwsDataCatalog' } })),
      answer({
        workGroup: null,
        statementType: 'DML',
        dataScannedBytes: 9_007_199_254_740_993n,
        submitted: AT + 5,
      }),
    );
    expect(cells).toMatchObject({
      query_execution_id: 'query-1',
      work_group: 'primary',
      database_name: 'patients',
      catalog_name: 'AwsDataCatalog',
      statement_type: 'DML',
      data_scanned_bytes: 9_007_199_254_740_993n,
      query_state: 'SUCCEEDED',
      submission_time: AT + 5,
    });
  });

  test('does not replace the text of the event', () => {
    const cells = withAnswer(
      cellsOf(start({ queryString: 'SELECT mine' })),
      answer({ text: 'SELECT theirs' }),
    );
    expect(cells).toMatchObject({
      query_text: 'SELECT mine',
      query_text_status: 'in_event',
      query_text_source: 'event',
      query_state: 'SUCCEEDED',
    });
  });

  test.each([
    ['not_found', 'SUCCEEDED'],
    ['not_found', 'FAILED'],
    ['not_found', 'CANCELLED'],
    ['pending', 'RUNNING'],
    ['pending', 'QUEUED'],
    ['pending', 'PAUSED'],
    ['pending', null],
  ])('without a text: %s where the state is %s, for after an end nothing more is told', (status, state) => {
    const cells = withAnswer(cellsOf(start()), answer({ text: null, state, dataScannedBytes: 7n }));
    expect(cells).toMatchObject({
      ...{ query_text: null, query_text_status: status, query_text_source: null },
      ...{ data_scanned_bytes: 7n, ...(state !== null && { query_state: state }) },
    });
  });

  test('without a text takes none away from the event, whatever the state is', () => {
    for (const state of ['SUCCEEDED', 'RUNNING']) {
      const cells = withAnswer(cellsOf(start({ queryString: 'SELECT 1' })), answer({ text: null, state }));
      expect(cells).toMatchObject({ query_text: 'SELECT 1', query_text_status: 'in_event' });
    }
  });
});

describe('only a start is ever looked up', () => {
  test.each([
    ...[
      'GetQueryExecution',
      'BatchGetQueryExecution',
      'GetQueryResults',
      'StopQueryExecution',
      'GetQueryRuntimeStatistics',
    ],
    ...[
      'startQueryExecution',
      'StartQueryExecution ',
      'StartQueryExecutionV2',
      'StartSession',
      'StartCalculationExecution',
    ],
  ])('%s is none, carries the id it names, and never waits for a text', (eventName) => {
    const json = other(eventName, { queryExecutionId: 'query-1' }, { queryExecutionId: 'query-1' });
    expect(isStart(json)).toBe(false);
    expect(cellsOf(json)).toMatchObject({
      query_execution_id: 'query-1',
      query_text_status: 'not_applicable',
      submission_time: null,
    });
  });

  test('StartQueryExecution is one, and was submitted when the event says', () => {
    expect(isStart(start())).toBe(true);
    expect(cellsOf(start())).toMatchObject({ query_execution_id: 'query-1', submission_time: AT });
  });
});

describe('what an event says of a query', () => {
  test('is read from a request with everything in it', () => {
    const request = {
      queryExecutionContext: { database: 'sales', catalog: 'AwsDataCatalog' },
      resultConfiguration: { outputLocation: 's3://amzn-s3-demo-bucket/results/' },
      executionParameters: ["'a'", '2'],
    };
    expect(cellsOf(start(request))).toMatchObject({
      work_group: 'primary',
      database_name: 'sales',
      catalog_name: 'AwsDataCatalog',
      output_location: 's3://amzn-s3-demo-bucket/results/',
      execution_parameters: '["\'a\'","2"]',
    });
  });

  test('names named queries and prepared statements', () => {
    const named = other(
      'CreateNamedQuery',
      { name: 'daily', database: 'sales', queryString: 'SELECT 1' },
      { namedQueryId: 'named-1' },
    );
    expect(cellsOf(named)).toMatchObject({
      named_query_id: 'named-1',
      named_query_name: 'daily',
      database_name: 'sales',
    });
    expect(cellsOf(other('GetNamedQuery', { namedQueryId: 'named-1' }))).toMatchObject({
      named_query_id: 'named-1',
    });
    expect(cellsOf(other('CreateWorkGroup', { name: 'not a query' }))).toMatchObject({
      named_query_name: null,
    });
    expect(
      cellsOf(other('CreatePreparedStatement', { statementName: 'by_id', queryStatement: 'SELECT ?' })),
    ).toMatchObject({
      statement_name: 'by_id',
    });
  });

  test('bears hidden and odd values anywhere', () => {
    for (const odd of [null, 7, true, 'HIDDEN_DUE_TO_SECURITY_REASONS', [], {}]) {
      const json = start({
        queryExecutionContext: odd,
        resultConfiguration: odd,
        executionParameters: odd,
        workGroup: odd,
        queryString: odd,
      });
      expect(() => cellsOf(json)).not.toThrow();
      expect(() => cellsOf({ eventName: odd, requestParameters: odd, responseElements: odd })).not.toThrow();
    }
  });
});
