import { describe, expect, test } from 'vitest';
import { nextTry } from '../../src/datasets/open-query.js';
import type { HistoryAnswer } from '../../src/datasets/query-execution.js';
import { WITHHELD } from '../../src/datasets/withheld.js';
import { AuditLakeError } from '../../src/errors.js';
import type { ResolveReport } from '../../src/jobs/resolve-queries.js';
import type { WaitingQuery } from '../../src/ports/open-queries.js';
import {
  DAY_MS,
  ended,
  NOON,
  openQuery,
  ResolvingLake,
  running,
  ToldHistory,
  told,
} from '../support/memory-resolve.ts';

const TEN_MINUTES = 600_000;
const sum = (counts: { readonly [name: string]: number }) =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** Every query that was asked about is in the report once. */
function balanced(report: ResolveReport): ResolveReport {
  expect(sum(report.ended) + sum(report.leftOpen) + report.elsewhere).toBe(report.asked);
  return report;
}

describe('what becomes of an open query', () => {
  const texts = async (lake: ResolvingLake) =>
    (await lake.rows()).map(({ key, status, text }) => [key.split('#')[2], status, text]);

  test('each that came to its end has one row, which says why there is a text or none', async () => {
    const athena = new ToldHistory({
      ...{ done: ended('SELECT 1'), failed: told({ text: 'SELEC', state: 'FAILED' }) },
      ...{ unknown: { kind: 'not_found' }, secret: ended(WITHHELD) },
      'named_query/n1': { kind: 'current_text', text: 'SELECT n', source: 'current_named_query' },
      'prepared_statement/primary/s': { kind: 'not_found' },
    });
    const lake = new ResolvingLake({ athena });
    await lake.open(...[...athena.answers.keys()].map((id) => openQuery(id)));
    const report = balanced(await lake.resolve());
    expect(report).toMatchObject({
      asked: 6,
      ended: { resolved: 3, not_found: 2, withheld: 1 },
      dataFiles: 1,
    });
    expect(await texts(lake)).toEqual([
      ['done', 'resolved', 'SELECT 1'],
      ['failed', 'resolved', 'SELEC'],
      ['named_query/n1', 'resolved', 'SELECT n'],
      ['prepared_statement/primary/s', 'not_found', null],
      ['secret', 'withheld', null],
      ['unknown', 'not_found', null],
    ]);
    expect((await lake.waiting()).size).toBe(0);
    expect(balanced(await lake.resolve())).toMatchObject({ asked: 0, ended: {}, dataFiles: 0 });
  });

  test('those that did not end stay open, with their reason, and wait longer each time', async () => {
    const athena = new ToldHistory({
      runs: running('SELECT 1'),
      soon: running(null),
      denied: { kind: 'denied' },
    });
    const lake = new ResolvingLake({ athena });
    await lake.open(...['runs', 'soon', 'denied'].map((id) => openQuery(id)));
    const waits: { [id: string]: number[] } = {};
    for (let tries = 1; tries < 16; tries++) {
      lake.now += 1_000;
      const report = balanced(await lake.resolve());
      expect(report).toMatchObject({
        ...{ ended: {}, dataFiles: 0, leftOpen: { running: 1, denied: 1, pending: 1 } },
      });
      for (const [id, it] of await lake.waiting()) {
        expect(it.tries).toBe(tries);
        waits[id] = [...(waits[id] ?? []), (it.nextTry - lake.now) / 60_000];
      }
    }
    const untilEnded = [4, 8, 16, 32, 64, 128, 256, 360, 360];
    const inVain = [24, 48, 96, 168, 168, 168].map((hours) => hours * 60);
    expect(waits['soon']).toEqual([...untilEnded, ...inVain]);
    expect(waits['runs']).toEqual([...untilEnded, ...inVain]);
    expect(waits['denied']).toEqual([...inVain, ...new Array<number>(9).fill(168 * 60)]);
    const of = await lake.waiting();
    expect(of.get('runs')).toMatchObject({ why: 'running', hasText: true, firstSeen: NOON });
    expect(of.get('denied')).toMatchObject({ why: 'denied', hasText: false });
    expect(await lake.rows()).toEqual([]);
  });

  test('where nobody answers, no try counts: it waits as after the last one, however often that happens', async () => {
    const lake = new ResolvingLake({ athena: new ToldHistory({ refused: [{ kind: 'denied' }, undefined] }) });
    await lake.open(openQuery('silent'), openQuery('refused'));
    for (let runs = 1; runs < 16; runs++) {
      lake.now += 1_000;
      expect(balanced(await lake.resolve()).leftOpen).toEqual({ pending: 1, denied: 1 });
      const of = await lake.waiting();
      expect(of.get('silent')).toMatchObject({ tries: 0, nextTry: nextTry(lake.now, 0), why: 'pending' });
      expect(of.get('refused')).toMatchObject({
        tries: 1,
        nextTry: nextTry(lake.now, 1, 'denied'),
        why: 'denied',
      });
    }
  });

  test('no wait is longer than Athena remembers: the last try is on the last day', async () => {
    const lake = new ResolvingLake({ athena: new ToldHistory({ q: { kind: 'denied' } }) });
    await lake.open(openQuery('q'));
    for (let runs = 0; (await lake.waiting()).size > 0; runs++) {
      expect(runs).toBeLessThan(30);
      const next = (await lake.waiting()).get('q')?.nextTry ?? 0;
      expect(next).toBeGreaterThan(lake.now);
      expect(next).toBeLessThanOrEqual(NOON + 44 * DAY_MS);
      lake.now = next;
      await lake.resolve({ all: false });
    }
    expect(lake.now).toBe(NOON + 44 * DAY_MS);
  });

  test('where nobody could be asked, the reason stays what it was', async () => {
    const lake = new ResolvingLake();
    await lake.open(
      openQuery('a', { why: 'denied' }),
      openQuery('b', { why: 'running', hasText: true }),
      openQuery('c'),
    );
    expect(balanced(await lake.resolve()).leftOpen).toEqual({ denied: 1, running: 1, pending: 1 });
    const waiting = [...(await lake.waiting()).values()].map(({ id, why, hasText }) => [id, why, hasText]);
    expect(waiting).toEqual([
      ['a', 'denied', false],
      ['b', 'running', true],
      ['c', 'pending', false],
    ]);
  });

  test('what was denied and is told at last is no longer denied', async () => {
    const athena = new ToldHistory({
      a: [{ kind: 'denied' }, running('SELECT 1'), undefined, ended('SELECT 1')],
    });
    const lake = new ResolvingLake({ athena });
    await lake.open(openQuery('a'));
    for (const why of ['denied', 'running', 'running']) {
      await lake.resolve();
      expect((await lake.waiting()).get('a')?.why).toBe(why);
    }
    expect((await lake.resolve()).ended).toEqual({ resolved: 1 });
  });

  test('a day before Athena forgets, what it tells is the end: denied, expired, or a text without an end', async () => {
    const athena = new ToldHistory({
      ...{ refused: { kind: 'denied' }, runs: running('SELECT 1'), 'no text': running(null) },
      'prepared_statement/primary/s': {
        kind: 'current_text',
        text: null,
        source: 'current_prepared_statement',
      },
    });
    const lake = new ResolvingLake({ athena });
    await lake.open(...[...athena.answers.keys()].map((id) => openQuery(id)));
    // What is told to run after two days has its end already.
    const early = NOON + 44 * DAY_MS - 1;
    lake.now = early;
    expect(balanced(await lake.resolve())).toMatchObject({
      ended: { resolved: 1 },
      leftOpen: { denied: 1, pending: 2 },
    });
    for (const { nextTry: next } of (await lake.waiting()).values()) expect(next).toBe(early + 1);
    lake.now += 1;
    expect(balanced(await lake.resolve({ all: false })).ended).toEqual({ denied: 1, expired: 2 });
    expect(await texts(lake)).toEqual([
      ['no text', 'expired', null],
      ['prepared_statement/primary/s', 'expired', null],
      ['refused', 'denied', null],
      ['runs', 'resolved', 'SELECT 1'],
    ]);
    expect((await lake.waiting()).size).toBe(0);
  });

  test('where nobody answers, nothing ends before Athena has forgotten it: on the last day a try every 10 minutes', async () => {
    const lake = new ResolvingLake();
    await lake.open(openQuery('silent'), openQuery('refused once', { why: 'denied' }));
    const lastDay = NOON + 44 * DAY_MS;
    for (const now of [lastDay - 60_000, lastDay, lastDay + DAY_MS / 2, lastDay + DAY_MS - 1]) {
      lake.now = now;
      expect(balanced(await lake.resolve())).toMatchObject({
        ended: {},
        leftOpen: { denied: 1, pending: 1 },
      });
      for (const { nextTry: next, tries } of (await lake.waiting()).values()) {
        expect(tries).toBe(0);
        // Two minutes, as after none, and never later than in ten.
        expect(next - now).toBe(2 * 60_000);
      }
    }
    lake.now = lastDay + DAY_MS;
    expect(balanced(await lake.resolve()).ended).toEqual({ denied: 1, expired: 1 });
    expect(await texts(lake)).toEqual([
      ['refused once', 'denied', null],
      ['silent', 'expired', null],
    ]);
  });

  test('what was denied for weeks and then not answered is asked again within 10 minutes of the last day', async () => {
    const lake = new ResolvingLake({
      athena: new ToldHistory({ q: [...new Array<HistoryAnswer>(9).fill({ kind: 'denied' }), undefined] }),
    });
    await lake.open(openQuery('q'));
    for (let tries = 1; tries <= 9; tries++) await lake.resolve();
    expect((await lake.waiting()).get('q')?.tries).toBe(9);
    const lastDay = NOON + 44 * DAY_MS;
    for (const [now, next] of [
      [lastDay - 8 * DAY_MS, lastDay - DAY_MS],
      [lastDay - DAY_MS, lastDay],
      [lastDay - 60_000, lastDay - 60_000 + TEN_MINUTES],
      [lastDay, lastDay + TEN_MINUTES],
      [lastDay + DAY_MS - 1, lastDay + DAY_MS - 1 + TEN_MINUTES],
    ] as const) {
      lake.now = now;
      await lake.resolve();
      expect((await lake.waiting()).get('q')).toMatchObject({ nextTry: next, tries: 9, why: 'denied' });
    }
    lake.now = lastDay + DAY_MS;
    expect((await lake.resolve()).ended).toEqual({ denied: 1 });
  });

  test('what is told to run for more than two days ends with what is known', async () => {
    const athena = new ToldHistory({ runs: running('SELECT 1'), 'no text': running(null) });
    const lake = new ResolvingLake({ athena });
    await lake.open(
      openQuery('runs'),
      openQuery('no text'),
      openQuery('silent', { why: 'running', hasText: true }),
    );
    lake.now = NOON + 2 * DAY_MS;
    expect(balanced(await lake.resolve())).toMatchObject({ ended: {}, leftOpen: { running: 2, pending: 1 } });
    lake.now += 1;
    expect(balanced(await lake.resolve())).toMatchObject({
      ...{ ended: { resolved: 1 }, leftOpen: { running: 1, pending: 1 } },
    });
    expect((await lake.rows()).map(({ text, state }) => [text, state])).toEqual([['SELECT 1', 'RUNNING']]);
    expect([...(await lake.waiting()).keys()].sort()).toEqual(['no text', 'silent']);
  });

  test('an end without a text is an end: nothing more will be told', async () => {
    const lake = new ResolvingLake({ athena: new ToldHistory({ a: ended(null) }) });
    await lake.open(openQuery('a'));
    expect(balanced(await lake.resolve()).ended).toEqual({ not_found: 1 });
    expect(await texts(lake)).toEqual([['a', 'not_found', null]]);
  });

  test('a text that is told on the last day is still taken', async () => {
    const lake = new ResolvingLake({ athena: new ToldHistory({ a: ended('SELECT 1') }) });
    await lake.open(openQuery('a'));
    lake.now = NOON + 44.9 * DAY_MS;
    expect((await lake.resolve()).ended).toEqual({ resolved: 1 });
  });

  test('named queries and prepared statements are given up as long after they were first seen', async () => {
    const lake = new ResolvingLake();
    const ids = ['named_query/n1', 'prepared_statement/primary/s'];
    await lake.open(...ids.map((id) => openQuery(id, { started: NOON - 400 * DAY_MS })));
    lake.now = NOON + 45 * DAY_MS - 1;
    expect((await lake.resolve()).ended).toEqual({});
    lake.now += 1;
    expect((await lake.resolve()).ended).toEqual({ expired: 2 });
  });
});

describe('what nobody may be asked about', () => {
  const left = (report: ResolveReport) => [report.asked, report.notAsked, sum(report.leftOpen)];

  test('is counted, not asked and not postponed, until somebody may be asked', async () => {
    const lake = new ResolvingLake({ athena: new ToldHistory({ a: ended('a'), b: ended('b') }) });
    await lake.open(openQuery('a'), openQuery('b'));
    lake.athena.closed.add('a');
    const before = (await lake.waiting()).get('a');
    lake.now += DAY_MS;
    expect(left(balanced(await lake.resolve({ all: false })))).toEqual([1, 1, 0]);
    expect(left(balanced(await lake.resolve()))).toEqual([0, 1, 0]);
    expect((await lake.waiting()).get('a')).toEqual(before);
    expect(lake.athena.lookups).toEqual([['b']]);
    lake.athena.closed.clear();
    expect(left(await lake.resolve({ all: false }))).toEqual([1, 0, 0]);
    expect((await lake.rows()).map(({ text }) => text)).toEqual(['a', 'b']);
  });

  test('is not counted before its time has come', async () => {
    const lake = new ResolvingLake();
    await lake.open(openQuery('a'));
    lake.athena.closed.add('a');
    expect((await lake.resolve({ all: false })).notAsked).toBe(0);
    lake.now = nextTry(NOON, 0);
    expect((await lake.resolve({ all: false })).notAsked).toBe(1);
  });

  test('ends once Athena has forgotten it, not before', async () => {
    const lake = new ResolvingLake();
    const ids = ['a', 'named_query/n'];
    await lake.open(
      openQuery('a', { why: 'denied' }),
      openQuery('named_query/n', { started: NOON - 400 * DAY_MS }),
    );
    for (const id of ids) lake.athena.closed.add(id);
    lake.now = NOON + 45 * DAY_MS - 1;
    expect(left(balanced(await lake.resolve()))).toEqual([0, 2, 0]);
    lake.now += 1;
    expect(balanced(await lake.resolve())).toMatchObject({
      ...{ asked: 2, notAsked: 0, ended: { denied: 1, expired: 1 } },
    });
  });
});

describe('in which order, and how many at once', () => {
  test('those first that Athena forgets first, 200 at a time', async () => {
    const lake = new ResolvingLake();
    const queries = Array.from({ length: 450 }, (_, n) =>
      openQuery(`q${n}`, { started: NOON - (n % 40) * DAY_MS }),
    );
    await lake.open(...queries);
    expect(balanced(await lake.resolve()).asked).toBe(450);
    expect(lake.athena.lookups.map((ids) => ids.length)).toEqual([200, 200, 50]);
    const days = lake.athena.lookups.flat().map((id) => Number(id.slice(1)) % 40);
    expect(days).toEqual([...days].sort((a, b) => b - a));
  });

  test('a few queries have the patience of ten log files, many that of as many', async () => {
    for (const [count, patience] of [
      [1, [10]],
      [10, [10]],
      [11, [11]],
      [203, [200, 10]],
    ] as const) {
      const lake = new ResolvingLake();
      await lake.open(...Array.from({ length: count }, (_, n) => openQuery(`q${n}`)));
      await lake.resolve();
      expect(lake.athena.patience).toEqual(patience);
    }
  });

  test('each query that stays open is told: due or not, asked or not, and whether anybody may be asked', async () => {
    const lake = new ResolvingLake({ athena: new ToldHistory({ a: ended('a') }) });
    await lake.open(openQuery('a'), openQuery('b', { started: NOON - DAY_MS }), openQuery('d'));
    lake.athena.closed.add('b');
    lake.now += DAY_MS;
    await lake.open(openQuery('c', { started: lake.now }));
    const left: unknown[] = [];
    const onLeftOpen = ({ id, tries }: WaitingQuery, mayBeTold: boolean) => left.push([id, tries, mayBeTold]);
    const report = await lake.resolve({ all: false, onLeftOpen });
    expect(report).toMatchObject({ asked: 2, ended: { resolved: 1 }, notAsked: 1 });
    expect(left.sort()).toEqual([
      ['b', 0, false],
      ['c', 0, true],
      ['d', 0, true],
    ]);
  });

  describe('a run that may start nothing more, or fails, and may still count', () => {
    const ANSWERS = Object.fromEntries(
      Array.from({ length: 450 }, (_, n) => [`q${n}`, ended(`${n}`)] as const),
    );
    const story = async () => {
      const lake = new ResolvingLake({ athena: new ToldHistory(ANSWERS) });
      await lake.open(...Object.keys(ANSWERS).map((id) => openQuery(id)));
      const left: string[] = [];
      return { lake, left, onLeftOpen: ({ id }: WaitingQuery) => left.push(id) };
    };

    test.each([0, 1, 2])('tells all that it leaves open, after %d chunks', async (chunks) => {
      const { lake, left, onLeftOpen } = await story();
      let starts = chunks;
      const mayStart = () => starts-- > 0;
      const report = balanced(await lake.resolve({ mayStart, mayCount: () => true, onLeftOpen }));
      expect(report).toMatchObject({ asked: chunks * 200, interrupted: true });
      expect(left.sort()).toEqual([...(await lake.waiting()).keys()].sort());
      expect(left).toHaveLength(450 - chunks * 200);
    });

    test('tells them before the failure', async () => {
      const { lake, left, onLeftOpen } = await story();
      lake.athena.lookup = () => Promise.reject(new AuditLakeError('AWS_DENIED', 'no'));
      const run = lake.resolve({ mayCount: () => true, onLeftOpen });
      await expect(run).rejects.toMatchObject({ code: 'AWS_DENIED' });
      expect(left).toHaveLength(450);
      left.length = 0;
      await expect(lake.resolve({ onLeftOpen })).rejects.toMatchObject({ code: 'AWS_DENIED' });
      expect(left).toHaveLength(200);
    });

    test('ends when there is no time to count either: what was listed first is told', async () => {
      const { lake, left, onLeftOpen } = await story();
      let counts = 300;
      const report = await lake.resolve({ mayStart: () => false, mayCount: () => counts-- > 0, onLeftOpen });
      expect(report).toMatchObject({ asked: 0, interrupted: true });
      expect(left).toEqual([...(await lake.waiting()).keys()].slice(0, left.length));
      expect(left.length).toBeGreaterThan(200);
      expect(left.length).toBeLessThan(450);
    });
  });

  test('those that are due, or all', async () => {
    const lake = new ResolvingLake({ athena: new ToldHistory({ a: ended('a'), b: ended('b') }) });
    await lake.open(openQuery('a'));
    lake.now += 60_000;
    await lake.open(openQuery('b'));
    expect(await lake.resolve({ all: false })).toMatchObject({ asked: 0, interrupted: false });
    lake.now = nextTry(NOON, 0);
    expect(await lake.resolve({ all: false })).toMatchObject({ asked: 1, ended: { resolved: 1 } });
    expect([...(await lake.waiting()).keys()]).toEqual(['b']);
    await lake.lake.items.queries.wake(openQuery('b'), NOON);
    expect(await lake.resolve({ all: false })).toMatchObject({ asked: 1, ended: { resolved: 1 } });
  });

  test('a stop between two chunks leaves the rest open, and says so', async () => {
    const answers = Array.from({ length: 450 }, (_, n) => [`q${n}`, ended(`SELECT ${n}`)] as const);
    const lake = new ResolvingLake({ athena: new ToldHistory(Object.fromEntries(answers)) });
    await lake.open(...answers.map(([id]) => openQuery(id)));
    for (const left of [250, 50]) {
      let starts = 1;
      const report = balanced(await lake.resolve({ mayStart: () => starts-- > 0 }));
      expect(report).toMatchObject({ asked: 200, ended: { resolved: 200 }, interrupted: true });
      expect((await lake.waiting()).size).toBe(left);
    }
    expect(balanced(await lake.resolve())).toMatchObject({ asked: 50, interrupted: false });
    expect(await lake.rows()).toHaveLength(450);
  });

  test('nothing is begun where nothing may be', async () => {
    const lake = new ResolvingLake({ athena: new ToldHistory({ a: ended('a') }) });
    expect(await lake.resolve({ mayStart: () => false })).toMatchObject({ asked: 0, interrupted: false });
    await lake.open(openQuery('a'));
    expect(await lake.resolve({ mayStart: () => false })).toMatchObject({ asked: 0, interrupted: true });
    expect(lake.athena.lookups).toEqual([]);
  });
});

describe('rows and bundles', () => {
  for (const [mostItems, count, days] of [
    [99, 300, 1],
    [99, 200, 70],
    [99, 98, 1],
    [5, 40, 3],
    [3, 7, 7],
    [Number.POSITIVE_INFINITY, 400, 40],
  ] as const) {
    test(`no commit holds more than ${mostItems} items: ${count} queries of ${days} days, each a row once`, async () => {
      const ids = Array.from({ length: count }, (_, n) => `q${n}`);
      const athena = new ToldHistory(Object.fromEntries(ids.map((id) => [id, ended(`SELECT '${id}'`)])));
      const lake = new ResolvingLake({ athena });
      await lake.open(...ids.map((id, n) => openQuery(id, { started: NOON - (n % days) * DAY_MS })));
      const report = balanced(await lake.resolve({ mostItems }));
      const rows = await lake.rows();
      expect(rows.map(({ key, text }) => [key.split('#')[2], text])).toEqual(
        [...ids].sort().map((id) => [id, `SELECT '${id}'`]),
      );
      const bundles = [...lake.lake.items.bundleParts.values()];
      const sizes = bundles.map((parts) => parts.reduce((size, part) => size + part.rows + 2, 0));
      expect(Math.max(...sizes)).toBeLessThanOrEqual(mostItems);
      expect(report.dataFiles).toBe(bundles.flat().length);
      expect(report.dataFiles).toBe(lake.lake.store.files.size);
    });
  }

  test('a row lies on the day of submission as Athena tells it, unless that is far from the event', async () => {
    const at = Date.UTC(2026, 0, 9, 23, 59, 59);
    const athena = new ToldHistory({
      near: told({ text: 'a', state: 'SUCCEEDED', submitted: at + 1_500 }),
      far: told({ text: 'b', state: 'SUCCEEDED', submitted: 0 }),
      none: ended('c'),
    });
    const lake = new ResolvingLake({ athena });
    await lake.open(...['near', 'far', 'none'].map((id) => openQuery(id, { started: at })));
    await lake.resolve();
    expect((await lake.rows()).map(({ key, day }) => [key.split('#')[2], day])).toEqual([
      ['far', '2026-01-09'],
      ['near', '2026-01-10'],
      ['none', '2026-01-09'],
    ]);
  });

  test('one prepared statement that was changed on two days is asked about twice, and ends twice', async () => {
    const id = 'prepared_statement/primary/s';
    const answer = { kind: 'current_text', text: 'SELECT ?', source: 'current_prepared_statement' } as const;
    const lake = new ResolvingLake({ athena: new ToldHistory({ [id]: answer }) });
    await lake.open(openQuery(id), openQuery(id, { started: NOON - DAY_MS }));
    expect(balanced(await lake.resolve()).ended).toEqual({ resolved: 2 });
    expect((await lake.waiting()).size).toBe(0);
  });

  test('D2: of one statement open on two days, only the one that somebody else ended is left out', async () => {
    const id = 'prepared_statement/primary/s';
    const answer = { kind: 'current_text', text: 'SELECT ?', source: 'current_prepared_statement' } as const;
    const athena = new ToldHistory({ [id]: answer });
    const lake = new ResolvingLake({ athena });
    const dayBefore = openQuery(id, { started: NOON - DAY_MS });
    await lake.open(openQuery(id), dayBefore);
    const rival = {
      lookup: async (...asked: Parameters<ToldHistory['lookup']>) => {
        lake.lake.items.queries.end(dayBefore, 'rival');
        return athena.lookup(...asked);
      },
    };
    const report = balanced(await lake.resolve({ histories: [rival] }));
    expect(report).toMatchObject({ asked: 2, ended: { resolved: 1 }, elsewhere: 1, dataFiles: 1 });
    expect((await lake.rows()).map(({ day }) => day)).toEqual(['2026-01-09']);
    expect((await lake.waiting()).size).toBe(0);
  });

  test('D2: what somebody else ended meanwhile is left out, the rest is committed', async () => {
    const athena = new ToldHistory({ a: ended('a'), b: ended('b'), c: ended('c') });
    const lake = new ResolvingLake({ athena });
    await lake.open(...['a', 'b', 'c'].map((id) => openQuery(id)));
    const rival = {
      lookup: async (...asked: Parameters<ToldHistory['lookup']>) => {
        await new Promise((resolve) => setImmediate(resolve));
        lake.lake.items.queries.end(openQuery('b'), 'rival');
        return athena.lookup(...asked);
      },
    };
    const report = balanced(await lake.resolve({ histories: [rival] }));
    expect(report).toMatchObject({ asked: 3, ended: { resolved: 2 }, elsewhere: 1, dataFiles: 1 });
    expect((await lake.rows()).map(({ text }) => text)).toEqual(['a', 'c']);
    expect(lake.lake.store.files.size).toBe(1);
  });
});
