import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDuckDb } from '../../src/adapters/local/duckdb-query-engine.js';
import type { Cells } from '../../src/datasets/column.js';
import type { QueryEngine } from '../../src/ports/query-engine.js';
import { commit, rowsOf, type SmallLake, smallLake } from '../support/small-lake.js';

const AT = Date.UTC(2026, 0, 9, 12);
const HOUR = 3_600_000;

const event = (id: string, more: Cells): Cells => ({
  ...{ event_id: id, event_time: AT, account_id: '111122223333', aws_region: 'eu-west-1' },
  ...{ source_key: `${id}.json.gz`, record_index: 0, query_text_status: 'pending' },
  ...more,
});
const detail = (more: Cells): Cells => ({
  ...{ account_id: '111122223333', aws_region: 'eu-west-1', ingested_at: AT + HOUR },
  ...{ query_text_status: 'resolved', query_text_source: 'current_named_query' },
  ...more,
});

const named = (id: string, more: Cells = {}) =>
  event(id, { event_name: 'CreateNamedQuery', named_query_id: 'n1', named_query_name: 'daily', ...more });
const prepared = (id: string, more: Cells = {}) =>
  event(id, { event_name: 'CreatePreparedStatement', work_group: 'primary', statement_name: 's1', ...more });
const start = (id: string, more: Cells = {}) =>
  event(id, {
    event_name: 'StartQueryExecution',
    query_execution_id: `q-${id}`,
    work_group: 'primary',
    ...more,
  });
const SHOWN = { query_text: 'SELECT 1', query_text_status: 'in_event', query_text_source: 'event' };

const TABLES = ['statement_kind', 'referenced_tables', 'tables_read', 'tables_written'];
const tablesOf = (side: string) => TABLES.map((name) => `${name} of ${side}`);
/** A text with tables of its own, of the event or of the detail. */
const textOf = (side: string): Cells => ({
  ...{ query_text: `of the ${side}`, query_text_status: 'resolved', query_text_source: side },
  ...Object.fromEntries(TABLES.map((name, at) => [name, tablesOf(side)[at] ?? null])),
});
/** A detail without a text may have been told something of tables, by a release to come or by mistake. */
const untold = { ...textOf('detail'), query_text: null, query_text_status: 'expired' };

const EVENTS: Cells[] = [
  start('text of the event', textOf('event')),
  start('text of the detail'),
  start('text of both', textOf('event')),
  named('named pending'),
  named('named denied', { query_text_status: 'denied' }),
  named('named shown', SHOWN),
  named('named read', { event_name: 'GetNamedQuery', query_text_status: 'not_applicable' }),
  named('named elsewhere', { account_id: '444455556666' }),
  prepared('prepared pending', { event_name: 'UpdatePreparedStatement' }),
  prepared('prepared shown', SHOWN),
  prepared('prepared read', { event_name: 'GetPreparedStatement', query_text_status: 'not_applicable' }),
  prepared('prepared in another workgroup', { work_group: 'audit' }),
  start('shown', SHOWN),
  start('learned', { query_text: 'SELECT 2', query_text_status: 'resolved', query_text_source: 'athena' }),
  start('executes', { statement_name: 's1' }),
  start('withheld', { query_text_status: 'withheld' }),
  start('given up'),
  // Delivered three times: the first key had no text yet, and was given up.
  ...['a', 'b', 'c'].map((key) =>
    start('again', {
      ...{ source_key: `again-${key}.json.gz`, query_text_status: 'expired' },
      ...(key !== 'a' && { ...SHOWN, query_text: `SELECT ${key}` }),
    }),
  ),
];
const DELIVERED_AGAIN = 2;

const DETAILS: Cells[] = [
  detail({ query_execution_id: 'q-text of the event', ...untold }),
  detail({ query_execution_id: 'q-text of the detail', ...textOf('detail') }),
  detail({ query_execution_id: 'q-text of both', ...textOf('detail') }),
  detail({ named_query_id: 'n1', query_text: 'SELECT named' }),
  detail({
    ...{ work_group: 'primary', statement_name: 's1', query_text: 'SELECT prepared' },
    query_text_source: 'current_prepared_statement',
  }),
  ...['shown', 'learned'].map((id) =>
    detail({
      ...{ query_execution_id: `q-${id}`, query_text_status: 'expired', query_text_source: null },
      query_state: 'SUCCEEDED',
    }),
  ),
  detail({ query_execution_id: 'q-withheld', query_text_status: 'withheld', query_text_source: null }),
  detail({
    ...{ query_execution_id: 'q-again', query_text_status: 'expired', query_text_source: null },
    query_state: 'SUCCEEDED',
  }),
  detail({ query_execution_id: 'q-given up', query_text_status: 'denied', query_text_source: null }),
];

describe('the view athena_audit_logs and details', () => {
  let lake: SmallLake;
  let engine: QueryEngine;

  beforeAll(async () => {
    lake = await smallLake();
    await commit(lake, 'athena_events', { at: AT, rows: EVENTS });
    await commit(lake, 'athena_query_details', { at: AT, rows: DETAILS });
    engine = await openDuckDb(lake);
  });
  afterAll(async () => {
    await engine.close();
    await lake.remove();
  });

  const shown = async (id: string) =>
    await rowsOf(
      engine,
      `SELECT query_text, query_text_status, query_text_source FROM athena_audit_logs WHERE event_id = '${id}'`,
    );
  const NAMED = ['SELECT named', 'resolved', 'current_named_query'];
  const PREPARED = ['SELECT prepared', 'resolved', 'current_prepared_statement'];
  const IN_EVENT = ['SELECT 1', 'in_event', 'event'];

  for (const [id, row] of [
    ['named pending', NAMED],
    ['named denied', NAMED],
    ['prepared pending', PREPARED],
  ] as const) {
    test(`${id}: shows the text of now, and says so`, async () => {
      expect(await shown(id)).toEqual([row]);
    });
  }

  for (const [id, row] of [
    ['named shown', IN_EVENT],
    ['prepared shown', IN_EVENT],
    ['named read', [null, 'not_applicable', null]],
    ['prepared read', [null, 'not_applicable', null]],
    ['named elsewhere', [null, 'pending', null]],
    ['prepared in another workgroup', [null, 'pending', null]],
    ['executes', [null, 'pending', null]],
  ] as const) {
    test(`${id}: the text of a named query or prepared statement is not shown`, async () => {
      expect(await shown(id)).toEqual([row]);
    });
  }

  test('a detail without a text never hides that of the event, and tells the rest', async () => {
    expect(await shown('shown')).toEqual([IN_EVENT]);
    expect(await shown('learned')).toEqual([['SELECT 2', 'resolved', 'athena']]);
    const sql = `SELECT DISTINCT query_state FROM athena_audit_logs WHERE event_id IN ('shown', 'learned')`;
    expect(await rowsOf(engine, sql)).toEqual([['SUCCEEDED']]);
  });

  test('tables are those of the text that is shown, whichever side tells it', async () => {
    const tables = async (id: string) =>
      await rowsOf(
        engine,
        `SELECT query_text, statement_kind, referenced_tables, tables_read, tables_written
         FROM athena_audit_logs WHERE event_id = '${id}'`,
      );
    expect(await tables('text of the event')).toEqual([['of the event', ...tablesOf('event')]]);
    expect(await tables('text of the detail')).toEqual([['of the detail', ...tablesOf('detail')]]);
    expect(await tables('text of both')).toEqual([['of the detail', ...tablesOf('detail')]]);
  });

  test('of the deliveries of one event no row without a text hides one with it; of these the first key wins', async () => {
    const sql = `SELECT source_key, query_text, query_text_status, query_text_source, query_state
      FROM athena_audit_logs WHERE event_id = 'again'`;
    expect(await rowsOf(engine, sql)).toEqual([
      ['again-b.json.gz', 'SELECT b', 'in_event', 'event', 'SUCCEEDED'],
    ]);
  });

  test('a text that neither has is explained by the newer reason', async () => {
    expect(await shown('withheld')).toEqual([[null, 'withheld', null]]);
    expect(await shown('given up')).toEqual([[null, 'denied', null]]);
  });

  test('every event is there once, joined or not', async () => {
    expect(await rowsOf(engine, 'SELECT count(*), count(DISTINCT event_id) FROM athena_audit_logs')).toEqual([
      [EVENTS.length, EVENTS.length].map((rows) => BigInt(rows - DELIVERED_AGAIN)),
    ]);
  });

  test('a detail of a prepared statement keeps the name that the event gives', async () => {
    const sql = `SELECT work_group, statement_name, named_query_id FROM athena_audit_logs
      WHERE event_id = 'prepared pending'`;
    expect(await rowsOf(engine, sql)).toEqual([['primary', 's1', null]]);
  });
});
