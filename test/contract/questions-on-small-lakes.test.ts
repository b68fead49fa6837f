import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDuckDb } from '../../src/adapters/local/duckdb-query-engine.js';
import type { QueryEngine } from '../../src/ports/query-engine.js';
import { answer, QUESTIONS, sqlFor } from '../support/questions/asked.ts';
import { commit, smallLake } from '../support/small-lake.ts';

const AT = Date.UTC(2026, 0, 9, 12, 30);
const GIVEN = { user: 'john.doe', person: 'john', role: 'Analyst', name: 'patients', resource: 'visits' };
const NAMES = QUESTIONS.map(({ name }) => name);
const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

async function engineOver(
  rows: readonly { readonly [column: string]: string | number | boolean }[],
): Promise<QueryEngine> {
  const lake = await smallLake();
  if (rows.length > 0) await commit(lake, 'athena_events', { at: AT, rows: [...rows] });
  const engine = await openDuckDb({ root: lake.root, days: lake.days, threads: 1 });
  closing.push(async () => {
    await engine.close();
    await lake.remove();
  });
  return engine;
}

describe('a lake without rows', () => {
  let engine: QueryEngine;
  beforeAll(async () => {
    engine = await engineOver([]);
  });

  test.each(NAMES)('has an answer to %s: nothing', async (name) => {
    const rows = await answer(engine, name, { given: GIVEN });
    const isEmpty = name === 'hours' ? rows.every((row) => row['queries'] === 0) : rows.length === 0;
    expect(isEmpty).toBe(true);
  });
});

describe('a lake with one row of hardly any cells', () => {
  let engine: QueryEngine;
  beforeAll(async () => {
    engine = await engineOver([
      {
        event_time: AT,
        event_name: 'StartQueryExecution',
        submission_time: AT,
        query_text_status: 'pending',
      },
    ]);
  });
  const period = { from: '2026-01-01', to: '2026-02-01' };

  test.each(NAMES)('has an answer to %s', async (name) => {
    const rows = await answer(engine, name, { given: GIVEN, period });
    const counts: { readonly [name: string]: number } = {
      addresses: 1,
      cost: 1,
      days: 1,
      'most-read': 1,
      hours: 24,
      queries: 1,
      'missing-texts': 1,
      ...{ 'new-activity': 1, 'new-calls': 1 },
    };
    expect(rows).toHaveLength(counts[name] ?? 0);
  });

  test('is not in a period that ends with its moment, and is in one that begins with it', async () => {
    const iso = new Date(AT).toISOString();
    expect(await answer(engine, 'queries', { period: { from: '2026-01-01', to: iso } })).toEqual([]);
    expect(await answer(engine, 'queries', { period: { from: iso } })).toHaveLength(1);
  });
});

test.each(['outside-networks', 'new-activity'])(
  '%s leaves out calls of our own, and no other',
  async (name) => {
    const start = { event_time: AT, event_name: 'StartQueryExecution', source_ip: '203.0.113.9' };
    const sortable = '00000000000000000000ffffcb007109';
    const rows = [
      { ...start, user_name: 'eve', source_ip_sortable: sortable },
      { ...start, user_name: 'mary', source_ip_sortable: sortable, is_own_call: false },
      { ...start, user_name: 'alert', source_ip_sortable: sortable, is_own_call: true },
    ];
    const engine = await engineOver(rows);
    const period = { from: '2026-01-09', to: '2026-01-10' };
    const found = await answer(engine, name, { given: {}, period });
    expect(found.map((row) => row['user_name']).sort()).toEqual(['eve', 'mary']);
    expect(await answer(engine, 'queries', { given: {}, period })).toHaveLength(3);
    const places = await answer(engine, 'addresses', { given: {}, period });
    expect(places.map((row) => [row['user_name'], row['place']]).sort()).toEqual([
      ['alert', 'audit-lake'],
      ['eve', 'outside'],
      ['mary', 'outside'],
    ]);
  },
);

test.each(NAMES)('%s reads no data file of another day', async (name) => {
  const lake = await smallLake();
  const cells = { event_name: 'StartQueryExecution', user_name: 'john.doe' };
  const [before, after] = [AT - 90 * 86_400_000, AT + 90 * 86_400_000];
  for (const at of [before, AT, after])
    await commit(lake, 'athena_events', { at, rows: [{ ...cells, event_time: at }] });
  const engine = await openDuckDb({ root: lake.root, days: lake.days, threads: 1 });
  closing.push(async () => {
    await engine.close();
    await lake.remove();
  });
  const sql = sqlFor(name, { given: GIVEN, period: { from: '2026-01-09', to: '2026-01-10' } });
  const { chunks } = await engine.query(`EXPLAIN ANALYZE SELECT * FROM (${sql})`);
  let plan = '';
  for await (const chunk of chunks) for (const row of chunk) plan += row.join('\n');
  const read = [...plan.matchAll(/Total Files Read: (\d+)/g)].map(([, count]) => Number(count));
  expect(read.length, plan).toBeGreaterThan(0);
  // new-activity and read-results look back as many days as their option says: fewer than 90.
  expect(Math.max(...read)).toBe(1);
});
