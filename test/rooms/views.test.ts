import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDuckDb } from '../../src/adapters/local/duckdb-query-engine.js';
import type { Cells } from '../../src/datasets/column.js';
import { createView } from '../../src/lake/ddl.js';
import { TABLES } from '../../src/lake/tables.js';
import { VIEW_NAMES, VIEWS, VIEWS_VERSION, viewVersionIn } from '../../src/lake/views.js';
import type { QueryEngine } from '../../src/ports/query-engine.js';
import { commit, rowsOf, type SmallLake, smallLake } from '../support/small-lake.js';

const AT = Date.UTC(2026, 0, 9, 12);
const HOUR = 3_600_000;

const event = (id: string | null, more: Cells = {}): Cells => ({
  event_id: id,
  event_time: AT,
  event_name: 'StartQueryExecution',
  account_id: '111122223333',
  aws_region: 'eu-west-1',
  source_key: 'a.json.gz',
  record_index: 0,
  query_execution_id: `q-${id}`,
  query_text_status: 'pending',
  submission_time: AT,
  ...more,
});

const detail = (id: string, more: Cells): Cells => ({
  account_id: '111122223333',
  aws_region: 'eu-west-1',
  query_execution_id: `q-${id}`,
  ingested_at: AT + HOUR,
  ...more,
});

const EVENTS: Cells[] = [
  event('twice', { source_key: 'b.json.gz' }),
  event('twice'),
  event('twice', { source_key: 'a.json.gz', record_index: 7 }),
  event('twice', { account_id: '444455556666' }),
  event('twice', { aws_region: 'us-east-1' }),
  event(null, { record_index: 1 }),
  event(null, { record_index: 2 }),
  event('pending'),
  event('said', { query_text: 'SELECT 1', query_text_status: 'in_event', query_text_source: 'event' }),
  event('gone'),
  event('stopped', { event_name: 'StopQueryExecution', query_execution_id: 'q-pending' }),
];

const DETAILS: Cells[] = [
  detail('pending', { query_text: 'old', query_state: 'RUNNING', ingested_at: AT }),
  detail('pending', {
    query_text: 'SELECT 2',
    query_text_status: 'resolved',
    query_text_source: 'query_history',
    query_state: 'SUCCEEDED',
    data_scanned_bytes: 9007199254740993n,
    submission_time: AT + 250,
  }),
  detail('pending', {
    account_id: '777788889999',
    query_text: 'of another account',
    ingested_at: AT + 2 * HOUR,
  }),
  detail('said', { query_text_status: 'denied', query_state: 'FAILED' }),
  detail('gone', { query_text_status: 'expired' }),
];

describe('the view athena_audit_logs', () => {
  let lake: SmallLake;
  let engine: QueryEngine;

  beforeAll(async () => {
    lake = await smallLake();
    await commit(lake, 'athena_events', { at: AT, rows: EVENTS.slice(0, 1) });
    await commit(lake, 'athena_events', { at: AT, rows: EVENTS.slice(1) });
    await commit(lake, 'athena_query_details', { at: AT, rows: DETAILS.slice(0, 1) });
    await commit(lake, 'athena_query_details', { at: AT, rows: DETAILS.slice(1) });
    engine = await openDuckDb(lake);
  });
  afterAll(async () => {
    await engine.close();
    await lake.remove();
  });

  const ask = (sql: string) => rowsOf(engine, sql);

  test('shows an event once per account and Region: the delivery of the first key and index', async () => {
    const sql = `SELECT account_id, aws_region, source_key, record_index FROM athena_audit_logs
      WHERE event_id = 'twice' ORDER BY 1, 2`;
    expect(await ask(sql)).toEqual([
      ['111122223333', 'eu-west-1', 'a.json.gz', 0],
      ['111122223333', 'us-east-1', 'a.json.gz', 0],
      ['444455556666', 'eu-west-1', 'a.json.gz', 0],
    ]);
  });

  test('never merges events without an id', async () => {
    expect(await ask('SELECT record_index FROM athena_audit_logs WHERE event_id IS NULL ORDER BY 1')).toEqual(
      [[1], [2]],
    );
  });

  test('fills a pending query from the newest detail of its own account', async () => {
    const sql = `SELECT query_text, query_text_status, query_text_source, query_state, data_scanned_bytes,
      submission_time FROM athena_audit_logs WHERE event_id = 'pending'`;
    const time = '2026-01-09 12:00:00.25';
    expect(await ask(sql)).toEqual([
      ['SELECT 2', 'resolved', 'query_history', 'SUCCEEDED', 9007199254740993n, time],
    ]);
  });

  test('keeps a text of the event, with its status, where the detail has none', async () => {
    const sql = `SELECT query_text, query_text_status, query_text_source, query_state
      FROM athena_audit_logs WHERE event_id = 'said'`;
    expect(await ask(sql)).toEqual([['SELECT 1', 'in_event', 'event', 'FAILED']]);
  });

  test('takes the newer reason where neither has a text', async () => {
    expect(
      await ask(`SELECT query_text, query_text_status FROM athena_audit_logs WHERE event_id = 'gone'`),
    ).toEqual([[null, 'expired']]);
  });

  test('leaves details to the event that started the query', async () => {
    const sql = `SELECT query_execution_id, query_text, query_state FROM athena_audit_logs WHERE event_id = 'stopped'`;
    expect(await ask(sql)).toEqual([['q-pending', null, null]]);
  });

  test('has the columns of its table, in order, and the partition', async () => {
    for (const [view, table] of [
      ['athena_audit_logs', 'athena_events'],
      ['cloudtrail_audit_logs', 'cloudtrail_events'],
    ] as const) {
      const { columns } = await engine.query(`SELECT * FROM ${view} WHERE false`);
      const ofTable = TABLES[table].columns.map(({ name }) => name);
      expect(columns.map(({ name }) => name)).toEqual([...ofTable, 'year', 'month', 'day']);
    }
  });

  test('finds details by their keys, not row against row', async () => {
    const plan = (await ask('EXPLAIN SELECT query_text FROM athena_audit_logs')).flat().join('\n');
    expect(plan).toContain('HASH_JOIN');
    expect(plan).not.toContain('NL_JOIN');
  });
});

test('the window of a view names the partition columns, so that engines still prune partitions', () => {
  const ofEvent =
    'row_number() OVER (PARTITION BY year, month, day, account_id, aws_region, event_id ORDER BY ';
  const order = {
    athena_audit_logs: 'CASE WHEN query_text IS NULL THEN 1 ELSE 0 END, source_key, record_index)',
    cloudtrail_audit_logs: 'source_key, record_index)',
  };
  for (const { name, query } of Object.values(VIEWS)) expect(query).toContain(ofEvent + order[name]);
});

test('the text of the join is this one, for both engines', () => {
  const { query } = VIEWS.athena_audit_logs;
  expect(query.slice(query.lastIndexOf('FROM event')).split('\n')).toEqual([
    'FROM event',
    'LEFT JOIN detail',
    '  ON detail.account_id = event.account_id',
    '  AND detail.aws_region = event.aws_region',
    '  AND detail.about = event.asked_about',
    '  AND detail.age = 1',
    'WHERE (event.delivery = 1 OR event.event_id IS NULL)',
    `  AND 'audit-lake views ${VIEWS_VERSION}' <> ''`,
  ]);
  expect(query).toContain('coalesce(detail.query_text, event.query_text) AS query_text');
});

describe('the version of the views', () => {
  /** Whoever changes a view, or a column, counts on: catalogs replace views of a lower version, and no others. */
  const DIGESTS = { 2: '3f47df2e58f9e9a6' };

  test('is another one for other views', () => {
    const digest = hash('sha256', VIEW_NAMES.map((name) => VIEWS[name].query).join('\n'));
    expect({ [VIEWS_VERSION]: digest.slice(0, 16) }).toEqual(DIGESTS);
  });

  test('is found in the text of each, and 0 where there is none', () => {
    for (const name of VIEW_NAMES) expect(viewVersionIn(createView(name))).toBe(VIEWS_VERSION);
    expect(viewVersionIn("SELECT 1 WHERE 'audit-lake views 12' <> ''")).toBe(12);
    expect(viewVersionIn('SELECT 1')).toBe(0);
  });
});
