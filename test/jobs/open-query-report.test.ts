import { describe, expect, test } from 'vitest';
import { OpenQueryTally, openQueryReport } from '../../src/jobs/open-query-report.js';
import { openSaved } from '../../src/jobs/open-saved.js';
import type { WaitingQuery } from '../../src/ports/open-queries.js';
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
      {
        ...{ account: '444455556666', open: 3, pending: 2, denied: 0, running: 1, lost: 0 },
        expiring: { 3: 1, 7: 1, 14: 1 },
      },
      {
        ...{ account: '123456789012', open: 1, pending: 1, denied: 0, running: 0, lost: 0 },
        expiring: { 3: 0, 7: 1, 14: 1 },
      },
      {
        ...{ account: '111122223333', open: 2, pending: 1, denied: 1, running: 0, lost: 0 },
        expiring: { 3: 0, 7: 0, 14: 1 },
      },
    ]);
  });

  test('a text that Athena has forgotten already is lost, and no longer about to be', async () => {
    const tally = new OpenQueryTally(NOON);
    const waiting = { firstSeen: NOON, nextTry: NOON, tries: 0 };
    const add = (id: string, age: number, more = {}) =>
      tally.add({ ...openQuery(id, { started: NOON - age, ...more }), ...waiting });
    add('to the millisecond', 45 * DAY_MS);
    add('long ago', 400 * DAY_MS, { why: 'denied' });
    add('a moment left', 45 * DAY_MS - 1);
    add('its text is there', 46 * DAY_MS, { why: 'running', hasText: true });
    add('named_query/n', 400 * DAY_MS);
    expect(tally.accounts).toEqual([
      {
        ...{ account: '111122223333', open: 5, pending: 3, denied: 1, running: 1, lost: 2 },
        expiring: { 3: 1, 7: 1, 14: 1 },
      },
    ]);
    expect(new OpenQueryTally(NOON).accounts).toEqual([]);
  });

  test('a tally in the order of a run says the same as the report', async () => {
    const lake = new ResolvingLake();
    await lake.open(...[1, 30, 40, 46].map((age) => openQuery(`q${age}`, { started: NOON - age * DAY_MS })));
    const tally = new OpenQueryTally(NOON);
    const onLeftOpen = (query: WaitingQuery) => tally.add(query);
    await lake.resolve({ onLeftOpen, mayStart: () => false, mayCount: () => true });
    expect(tally.accounts).toEqual(await openQueryReport(lake.lake.items.queries, NOON));
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

  test('a saved history fills what was given up: it is opened again, and the next run ends it', async () => {
    const lake = new ResolvingLake();
    await lake.open(openQuery('given up'));
    lake.now = NOON + 45 * DAY_MS;
    expect((await lake.resolve()).ended).toEqual({ expired: 1 });
    const { known, queries } = lake.lake.items;
    await openSaved([openQuery('given up')], known, queries);
    const file = new ToldHistory({ 'given up': ended('SELECT saved') });
    expect((await lake.resolve({ histories: [lake.athena, file] })).ended).toEqual({ resolved: 1 });
    expect((await lake.rows()).map(({ text }) => text).sort()).toEqual(['SELECT saved', null]);
    await openSaved([openQuery('given up')], known, queries);
    expect((await lake.waiting()).size).toBe(0);
  });
});
