import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/cloudtrail/record.js';
import { askedQuery, isForgotten, whatIsAsked } from '../../src/datasets/asked-query.js';
import type { Cells } from '../../src/datasets/column.js';
import { queryCellsOfEvent } from '../../src/datasets/query-cells.js';
import { queryKey } from '../../src/datasets/query-execution.js';
import { SEED } from '../support/seed.ts';

const AT = Date.UTC(2026, 0, 9, 12);
const HIDDEN = '***OMITTED***';
const ID = '5f1cbd7a-0000-4000-8000-000000000001';
const DAY = 86_400_000;

/** What an event is asked about, if it is. */
function asked(json: JsonObject, event: Cells = {}): string | undefined {
  const query = askedQuery({
    event: {
      ...{ account_id: '111122223333', aws_region: 'us-east-1', event_time: AT, is_own_call: false },
      ...{ event_name: String(json['eventName']), ...event },
    },
    query: queryCellsOfEvent(json, AT),
    evidence: {},
  });
  if (query) expect(query).toMatchObject({ account: '111122223333', region: 'us-east-1', started: AT });
  return query?.id;
}

const named = (eventName: string, more: JsonObject = {}) => ({
  ...{ eventName, requestParameters: { queryString: HIDDEN, name: 'daily' } },
  ...{ responseElements: { namedQueryId: ID } },
  ...more,
});
const statement = (eventName: string, more: JsonObject = {}) => ({
  eventName,
  requestParameters: { queryStatement: HIDDEN, statementName: 'by_day', workGroup: 'primary', ...more },
});
const start = (more: JsonObject = {}) => ({
  ...{ eventName: 'StartQueryExecution', requestParameters: { queryString: HIDDEN } },
  ...{ responseElements: { queryExecutionId: ID } },
  ...more,
});

const EVENTS: readonly [string, JsonObject, string | undefined][] = [
  ['a start', start(), ID],
  [
    'a start that shows its text: its statistics',
    start({ requestParameters: { queryString: 'SELECT 1' } }),
    ID,
  ],
  ['a start that failed', start({ responseElements: null, errorCode: 'InvalidRequestException' }), undefined],
  ['a named query that is created', named('CreateNamedQuery'), `named_query/${ID}`],
  [
    'a named query that is changed',
    named('UpdateNamedQuery', {
      requestParameters: { queryString: HIDDEN, namedQueryId: ID },
      responseElements: null,
    }),
    `named_query/${ID}`,
  ],
  [
    'a named query that shows its text',
    named('CreateNamedQuery', { requestParameters: { queryString: 'SELECT 1' } }),
    undefined,
  ],
  ['a named query that was refused', named('CreateNamedQuery', { errorCode: 'AccessDenied' }), undefined],
  ['a prepared statement', statement('CreatePreparedStatement'), 'prepared_statement/primary/by_day'],
  ['one that is changed', statement('UpdatePreparedStatement'), 'prepared_statement/primary/by_day'],
  [
    'one that shows its text',
    statement('CreatePreparedStatement', { queryStatement: 'SELECT ?' }),
    undefined,
  ],
  ['one of no workgroup', statement('CreatePreparedStatement', { workGroup: null }), undefined],
  ...(
    [
      ['StopQueryExecution', { queryExecutionId: ID }],
      ['GetQueryExecution', { queryExecutionId: ID }],
      ['GetQueryResults', { queryExecutionId: ID }],
      ['GetQueryRuntimeStatistics', { queryExecutionId: ID }],
      ['BatchGetQueryExecution', { queryExecutionIds: [ID] }],
      ['ListQueryExecutions', { workGroup: 'primary' }],
      ['GetNamedQuery', { namedQueryId: ID }],
      ['BatchGetNamedQuery', { namedQueryIds: [ID] }],
      ['DeleteNamedQuery', { namedQueryId: ID }],
      ['GetPreparedStatement', { statementName: 'by_day', workGroup: 'primary' }],
      ['DeletePreparedStatement', { statementName: 'by_day', workGroup: 'primary' }],
      ['GetWorkGroup', { workGroup: 'primary' }],
    ] as const
  ).map(([eventName, requestParameters]): [string, JsonObject, undefined] => [
    `${eventName}: asking about it would make us ask about our asking`,
    { eventName, requestParameters, responseElements: null },
    undefined,
  ]),
];

describe('decision rule 2: only what starts a query, or keeps a text and hides it, is asked about', () => {
  for (const [what, json, id] of EVENTS) {
    test(`${what} ${id === undefined ? 'is not' : 'is'}`, () => {
      expect(asked(json)).toBe(id);
    });
  }

  test('a call of our own never is', () => {
    for (const [, json] of EVENTS) expect(asked(json, { is_own_call: true })).toBeUndefined();
  });

  test('a row without query columns never is', () => {
    const event = { account_id: '111122223333', aws_region: 'us-east-1', event_time: AT };
    expect(
      askedQuery({ event: { ...event, event_name: 'StartQueryExecution' }, evidence: {} }),
    ).toBeUndefined();
  });
});

/** What Athena never wrote: keys, paths, patterns and pages of somebody else. */
const HOSTILE = [
  ...['', ' ', 'a b', 'a/b', '../x', 'a#b', 'a\0b', 'a\nb', 'ö', "' OR 1=1", '*', '%', 'x'.repeat(129), '{}'],
  ...['named_query/x', 'prepared_statement/a/b', `${ID}\n`],
];

describe('T11: what an event may name and Athena never wrote is asked of nobody', () => {
  for (const bad of HOSTILE) {
    test(`as an id, an account, a Region or a name: ${JSON.stringify(bad).slice(0, 40)}`, () => {
      expect(asked(start({ responseElements: { queryExecutionId: bad } }))).toBeUndefined();
      expect(asked(named('CreateNamedQuery', { responseElements: { namedQueryId: bad } }))).toBeUndefined();
      expect(asked(statement('CreatePreparedStatement', { workGroup: bad }))).toBeUndefined();
      if (bad.length < 129 || bad.length > 256) {
        expect(asked(statement('CreatePreparedStatement', { statementName: bad }))).toBeUndefined();
      }
      expect(asked(start(), { account_id: bad })).toBeUndefined();
      expect(asked(start(), { aws_region: bad })).toBeUndefined();
    });
  }

  test('as a list, a map or nothing', () => {
    for (const bad of [null, [ID], { id: ID }]) {
      expect(asked(start({ responseElements: { queryExecutionId: bad } }))).toBeUndefined();
    }
    expect(asked(start(), { account_id: null })).toBeUndefined();
    expect(asked(start(), { aws_region: null })).toBeUndefined();
  });

  test('whatever stands in an event, its key can be taken apart again', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...HOSTILE), fc.constant(ID));
    fc.assert(
      fc.property(text, text, text, text, (account, region, id, workGroup) => {
        const json = fc.sample(
          fc.constantFrom<JsonObject>(
            start({ responseElements: { queryExecutionId: id } }),
            named('CreateNamedQuery', { responseElements: { namedQueryId: id } }),
            statement('CreatePreparedStatement', { statementName: id, workGroup }),
          ),
          { numRuns: 1, seed: id.length },
        )[0];
        const query = askedQuery({
          event: {
            account_id: account,
            aws_region: region,
            event_time: AT,
            event_name: json?.['eventName'] as string,
          },
          query: queryCellsOfEvent(json ?? {}, AT),
          evidence: {},
        });
        if (query === undefined) return;
        expect(queryKey(query).split('#')).toEqual([account, region, query.id]);
        expect(Buffer.byteLength(queryKey(query))).toBeLessThan(1_024);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

describe('an id tells what is asked', () => {
  test('each kind of it', () => {
    expect(whatIsAsked(ID)).toEqual({ kind: 'execution', id: ID });
    expect(whatIsAsked(`named_query/${ID}`)).toEqual({ kind: 'named_query', id: ID });
    expect(whatIsAsked('prepared_statement/a.b-c/s@1:x')).toEqual({
      ...{ kind: 'prepared_statement', workGroup: 'a.b-c', name: 's@1:x' },
    });
    expect(whatIsAsked('')).toEqual({ kind: 'execution', id: '' });
    expect(whatIsAsked('other/x')).toEqual({ kind: 'execution', id: 'other/x' });
  });

  test('Athena forgets what ran 45 days ago, and neither named queries nor prepared statements', () => {
    const query = { account: '111122223333', region: 'us-east-1', id: ID, started: AT };
    expect(isForgotten(query, AT + 45 * DAY)).toBe(false);
    expect(isForgotten(query, AT + 45 * DAY + 1)).toBe(true);
    for (const id of [`named_query/${ID}`, 'prepared_statement/primary/by_day']) {
      expect(isForgotten({ ...query, id }, AT + 900 * DAY)).toBe(false);
    }
  });
});
