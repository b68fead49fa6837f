import { describe, expect, test } from 'vitest';
import { openQueryReport } from '../../src/jobs/open-query-report.js';
import { openSaved } from '../../src/jobs/open-saved.js';
import {
  DAY_MS,
  ended,
  NOON,
  openQuery,
  ResolvingLake,
  running,
  ToldHistory,
} from '../support/memory-resolve.ts';

describe('what is said of the open queries', () => {
  test('by account, those with the nearest deadlines first; texts that are there have none', async () => {
    const lake = new ResolvingLake();
    const of = (account: string, id: string, days: number, more = {}) =>
      openQuery(id, { account, started: NOON - days * DAY_MS, ...more });
    await lake.open(
      of('111122223333', 'a', 1),
      of('111122223333', 'b', 31, { why: 'denied' }),
      of('444455556666', 'c', 42),
      of('444455556666', 'd', 44, { why: 'running', hasText: true }),
      of('444455556666', 'named_query/n', 300),
      of('123456789012', 'e', 38, { why: 'running' }),
    );
    expect(await openQueryReport(lake.lake.items.queries, NOON)).toEqual([
      { account: '444455556666', open: 3, pending: 2, denied: 0, expiring: { 3: 1, 7: 1, 14: 1 } },
      { account: '123456789012', open: 1, pending: 1, denied: 0, expiring: { 3: 0, 7: 1, 14: 1 } },
      { account: '111122223333', open: 2, pending: 1, denied: 1, expiring: { 3: 0, 7: 0, 14: 1 } },
    ]);
  });

  test('a saved history opens what the lake does not know, and what it knows only in part', async () => {
    const lake = new ResolvingLake({ athena: new ToldHistory({ known: ended('a'), half: running('b') }) });
    await lake.open(openQuery('known'));
    await lake.open(openQuery('half'));
    await lake.resolve();
    const { known, queries } = lake.lake.items;
    const saved = Array.from({ length: 1_200 }, (_, n) => openQuery(`saved${n}`));
    await openSaved([openQuery('known'), openQuery('half'), ...saved], known, queries);
    const waiting = [...(await lake.waiting()).keys()];
    expect(waiting).toHaveLength(1_201);
    expect(waiting).toContain('half');
    expect(waiting).not.toContain('known');
  });
});
