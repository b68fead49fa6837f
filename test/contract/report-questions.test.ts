import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDuckDb } from '../../src/adapters/local/duckdb-query-engine.js';
import type { QueryEngine } from '../../src/ports/query-engine.js';
import { answer } from '../support/questions/asked.ts';
import { commit, type SmallLake, smallLake } from '../support/small-lake.ts';

const AT = Date.UTC(2026, 0, 9, 12);
let lake: SmallLake;
let engine: QueryEngine;

/** A query that names tables, or whose tables nobody knows. */
const query = (user: string, tables: string | null, more: { readonly [cell: string]: string } = {}) => ({
  ...{ event_name: 'StartQueryExecution', event_time: AT, user_name: user, referenced_tables: tables },
  ...{ catalog_name: 'AwsDataCatalog', database_name: 'sales', substatement_type: 'SELECT' },
  ...more,
});

beforeAll(async () => {
  lake = await smallLake();
  const rows = [
    query('a', 'c.d.t,c.d.u'),
    query('b', 'c.d.t'),
    query('b', 'c.d.t,c.d.w', { statement_kind: 'INSERT' }),
    query('a', 'C.d.T,?', { statement_kind: 'UNLOAD' }),
    // SELECT 1 names no table; a failed query reads none.
    query('a', ''),
    query('a', 'c.d.t', { query_state: 'FAILED' }),
    query('a', 'c.d.t', { error_code: 'AccessDenied' }),
    query('a', null),
    query('c', null, { statement_kind: 'SHOW' }),
    { event_name: 'StartQueryExecution', event_time: AT, user_name: 'a' },
  ];
  await commit(lake, 'athena_events', { at: AT, rows });
  engine = await openDuckDb({ root: lake.root, days: lake.days, threads: 1 });
});
afterAll(async () => {
  await engine.close();
  await lake.remove();
});

test('most-read takes tables where the text names them, else the database, and tells who only reads', async () => {
  const rows = await answer(engine, 'most-read', { period: { from: '2026-01-01', to: '2026-02-01' } });
  expect(rows.map((row) => ['table_name', 'reading', 'queries', 'users'].map((name) => row[name]))).toEqual([
    ['c.d.t', 3, 4, 2],
    ['?', 1, 2, 1],
    ['awsdatacatalog.sales.?', 1, 2, 2],
    ['c.d.u', 1, 1, 1],
    ['c.d.w', 0, 1, 1],
  ]);
});

test('days counts all events, and failures of queries alone', async () => {
  const others = await smallLake();
  const event = (event_name: string, more = {}) => ({ event_name, event_time: AT, user_name: 'a', ...more });
  const rows = [
    event('StartQueryExecution', { data_scanned_bytes: 7, query_state: 'SUCCEEDED' }),
    event('StartQueryExecution', { data_scanned_bytes: 3, query_state: 'FAILED', user_name: 'b' }),
    event('StartQueryExecution', { error_code: 'AccessDenied' }),
    event('GetQueryResults', { error_code: 'AccessDenied', data_scanned_bytes: 100, user_name: 'c' }),
    event('GetQueryResults', { event_time: AT + 5 }),
  ];
  await commit(others, 'athena_events', { at: AT, rows });
  const of = await openDuckDb({ root: others.root, days: others.days, threads: 1 });
  expect(await answer(of, 'days', { period: { from: '2026-01-01', to: '2026-02-01' } })).toEqual([
    {
      ...{ day_utc: '2026-01-09', events: 5, queries: 3, failed_queries: 2, users: 2, scanned_bytes: 10 },
      ...{ first_event: '2026-01-09 12:00:00', last_event: '2026-01-09 12:00:00.005' },
    },
  ]);
  await of.close();
  await others.remove();
});
