import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nextTry } from '../../src/datasets/open-query.js';
import { queryKey } from '../../src/datasets/query-execution.js';
import type { OpenQuery, WaitingQuery } from '../../src/ports/open-queries.js';
import { LAKE_STATES, type StateUnderTest } from '../support/lake-states.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 0, 9, 12);

const query = (id: string, more: Partial<OpenQuery> = {}): OpenQuery => ({
  ...{ account: '111122223333', region: 'us-east-1', id, started: NOON },
  ...{ why: 'pending', hasText: false },
  ...more,
});

/** Ids that must not be taken for separators, statements or patterns. */
const ODD_IDS = [
  ...['named_query/5f1c', 'prepared_statement/primary/by_day:2', 'a#b#c', '#', '/', 'it\'s "quoted" `so`'],
  ...[
    'ENR#2026-01-09#111122223333#us-east-1#a',
    '~',
    ' ',
    'a\0b',
    '\0',
    'ö😀',
    'st = :open',
    'x'.repeat(500),
  ],
];

for (const [name, make] of Object.entries(LAKE_STATES)) {
  describe(`OpenQueries: ${name}`, () => {
    let now: number;
    let made: StateUnderTest;
    beforeEach(async () => {
      now = NOON + HOUR;
      made = await make(() => now);
    });
    afterEach(() => made.end());

    const listed = async (): Promise<WaitingQuery[]> => {
      const all = [];
      for await (const it of made.queries.openQueries()) all.push(it);
      return all;
    };
    const ids = async () => (await listed()).map(({ id }) => id);
    let bundles = 0;
    const end = async (...queries: readonly OpenQuery[]) => {
      const part = { table: 'athena_query_details', day: '2026-01-09' } as const;
      await made.state.openPartitions([part]);
      const size = { files: 1, rows: queries.length, bytes: 1, sha256: 'bb', rowHashSum: '0' };
      const parts = [{ ...part, generation: 0, ...size }];
      const bid = `b${bundles++}`;
      return made.state.commit({ bid, entries: [], parts, openQueries: [], endedQueries: queries });
    };

    test('knows none at first', async () => {
      expect(await listed()).toEqual([]);
      await made.queries.open([]);
      await made.queries.postpone([]);
      expect(await listed()).toEqual([]);
    });

    test('gives what was opened: first seen now, due soon, never tried', async () => {
      const one = query('q1', { why: 'running', hasText: true, started: NOON + 123 });
      await made.queries.open([one]);
      expect(await listed()).toEqual([{ ...one, firstSeen: now, nextTry: nextTry(now, 0), tries: 0 }]);
    });

    test('opens a query once: what is known of it already stays', async () => {
      await made.queries.open([query('q1'), query('q1', { why: 'denied' })]);
      const [first] = await listed();
      now += HOUR;
      await made.queries.open([query('q1', { why: 'running', hasText: true })]);
      expect(await listed()).toEqual([{ ...first, firstSeen: NOON + HOUR }]);
      expect(['pending', 'denied']).toContain(first?.why);
    });

    test('a query is its account, Region, day and id: none is taken for another', async () => {
      const all = [
        query('q1'),
        query('q2'),
        query('q1', { account: '444455556666' }),
        query('q1', { region: 'eu-west-1' }),
        query('q1', { started: NOON + DAY }),
      ];
      await made.queries.open(all);
      expect((await listed()).map(queryKey).sort()).toEqual(all.map(queryKey).sort());
      await end(query('q1'));
      expect((await listed()).map(queryKey).sort()).toEqual(all.slice(1).map(queryKey).sort());
    });

    test('lists those of the oldest day first, however they were opened', async () => {
      const days = [3, -20, 0, 40, -400, 1];
      await made.queries.open(days.map((day) => query(`d${day}`, { started: NOON + day * DAY })));
      await made.queries.open([query('late', { started: NOON - 21 * DAY })]);
      expect(await ids()).toEqual(['d-400', 'late', 'd-20', 'd0', 'd1', 'd3', 'd40']);
    });

    test('keeps ids as they are, whatever stands in them', async () => {
      await made.queries.open(ODD_IDS.map((id) => query(id)));
      expect((await ids()).sort()).toEqual([...ODD_IDS].sort());
      await made.queries.postpone((await listed()).map((it) => ({ ...it, tries: 1 })));
      expect((await listed()).map(({ tries }) => tries)).toEqual(ODD_IDS.map(() => 1));
      for (const id of ODD_IDS) expect(await made.queries.wake(query(id), NOON)).toBe(true);
      expect(await end(...ODD_IDS.map((id) => query(id)))).toEqual({ kind: 'committed' });
      expect(await listed()).toEqual([]);
    });

    test('postpones: the reason, the text, the next try and the count are those of the last try', async () => {
      await made.queries.open([query('q1'), query('q2')]);
      const [first] = await listed();
      const later = { why: 'denied', hasText: true, nextTry: NOON + 9 * HOUR, tries: 7 } as const;
      if (first) await made.queries.postpone([{ ...first, ...later }]);
      expect(await listed()).toEqual([
        { ...first, ...later },
        expect.objectContaining({ id: 'q2', tries: 0 }),
      ]);
    });

    test('never postpones what nobody opened, or what ended meanwhile', async () => {
      await made.queries.open([query('q1'), query('q2')]);
      const before = await listed();
      await end(query('q1'));
      const stranger = { ...query('q3'), firstSeen: 1, nextTry: 2, tries: 3 };
      await made.queries.postpone([...before.map((it) => ({ ...it, tries: 1 })), stranger]);
      expect((await listed()).map(({ id, tries }) => [id, tries])).toEqual([['q2', 1]]);
    });

    test('what has ended is never opened again, by itself or by a commit', async () => {
      await made.queries.open([query('q1')]);
      await end(query('q1'));
      await made.queries.open([query('q1', { why: 'running' })]);
      await made.state.commit({ bid: 'again', entries: [], parts: [], openQueries: [query('q1')] });
      expect(await listed()).toEqual([]);
      expect(await end(query('q1'))).toEqual({ kind: 'queries-ended', ended: [query('q1')] });
    });

    const CHANGING = ['named_query/n1', 'prepared_statement/primary/s'];

    test('a named query or prepared statement that has ended is opened again: its text may be another one', async () => {
      for (const again of ['by itself', 'by a commit']) {
        for (const id of CHANGING) {
          await made.queries.open([query(id)]);
          expect(await end(query(id))).toEqual({ kind: 'committed' });
          now += HOUR;
          const changed = query(id, { why: 'denied', started: NOON + 1_000 });
          if (again === 'by itself') await made.queries.open([changed]);
          else {
            const files = { files: 1, rows: 1, bytes: 1, sha256: 'bb', rowHashSum: '0' };
            const part = { table: 'athena_events', day: '2026-01-09' } as const;
            await made.state.openPartitions([part]);
            const parts = [{ ...part, generation: 0, ...files }];
            const bid = `b${bundles++}`;
            await made.state.commit({ bid, entries: [], parts, openQueries: [changed] });
          }
          expect(await listed()).toEqual([
            { ...changed, firstSeen: now, nextTry: nextTry(now, 0), tries: 0 },
          ]);
          expect(await end(query(id))).toEqual({ kind: 'committed' });
          expect(await ids()).toEqual([]);
        }
      }
    });

    test('one that is open is not opened again: its tries and its first moment stay', async () => {
      const all = ['q1', ...CHANGING];
      await made.queries.open(all.map((id) => query(id)));
      await made.queries.postpone((await listed()).map((it) => ({ ...it, tries: 5 })));
      const before = await listed();
      now += HOUR;
      await made.queries.open(all.map((id) => query(id, { why: 'denied' })));
      await made.queries.reopen(all.map((id) => query(id, { why: 'denied' })));
      expect(await listed()).toEqual(before);
    });

    test('reopens whatever has ended, and what nobody has opened yet', async () => {
      await made.queries.reopen([]);
      const all = ['q1', 'q2', ...CHANGING];
      await made.queries.open([query('q1'), ...CHANGING.map((id) => query(id))]);
      await end(query('q1'), ...CHANGING.map((id) => query(id)));
      expect(await ids()).toEqual([]);
      now += HOUR;
      await made.queries.reopen(all.map((id) => query(id)));
      const fresh = { firstSeen: now, nextTry: nextTry(now, 0), tries: 0 };
      const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1);
      expect((await listed()).sort(byId)).toEqual(all.map((id) => ({ ...query(id), ...fresh })).sort(byId));
      expect(await end(...all.map((id) => query(id)))).toEqual({ kind: 'committed' });
      expect(await ids()).toEqual([]);
    });

    test('what is opened again on a day that nobody lists any more is listed again', async () => {
      for (const open of ['reopen', 'open'] as const) {
        const it = query('named_query/n1');
        await made.queries.open([it]);
        await end(it);
        expect(await ids()).toEqual([]);
        await made.queries[open]([it]);
        expect(await ids()).toEqual([it.id]);
        await end(it);
      }
    });

    for (const [when, started] of [
      ['of the same day', NOON - 11 * HOUR],
      ['of the day before', NOON - 13 * HOUR],
    ] as const) {
      test(`wakes a query ${when}: it is due now, and otherwise the same`, async () => {
        await made.queries.open([query('q1', { started })]);
        const [first] = await listed();
        now += 60_000;
        expect(await made.queries.wake(query('q1'), NOON)).toBe(true);
        const [woken] = await listed();
        expect({ ...woken, nextTry: 0 }).toEqual({ ...first, nextTry: 0 });
        expect(woken?.nextTry).toBeLessThanOrEqual(now);
        expect(await listed()).toHaveLength(1);
      });
    }

    test('wakes neither what is unknown, nor what ended, nor what is older than a statement may run', async () => {
      const old = query('old', { started: NOON - 2 * DAY });
      await made.queries.open([query('q1'), old]);
      await end(query('q1'));
      for (const it of [query('q1'), query('q2'), query('old'), query('old', { account: '444455556666' })]) {
        expect(await made.queries.wake(it, NOON)).toBe(false);
      }
      expect(await ids()).toEqual(['old']);
      expect((await listed())[0]?.nextTry).toBeGreaterThan(now);
    });

    test('a query that is due already does not wait longer after it was woken', async () => {
      await made.queries.open([query('q1')]);
      now += 10 * DAY;
      await made.queries.wake(query('q1'), NOON);
      expect((await listed())[0]?.nextTry).toBeLessThanOrEqual(now);
    });

    test('each is listed once while others of the list are postponed, ended and opened', async () => {
      const many = Array.from({ length: 300 }, (_, n) => query(`q${n}`, { started: NOON + (n % 3) * DAY }));
      await made.queries.open(many);
      const seen: string[] = [];
      for await (const it of made.queries.openQueries()) {
        seen.push(it.id);
        if (seen.length % 3 === 0) await made.queries.postpone([{ ...it, tries: 1 }]);
        else if (seen.length % 20 === 0) await end(it);
        if (seen.length === 100) await made.queries.open([query('new', { started: NOON - DAY })]);
      }
      expect(seen.filter((id) => id !== 'new').sort()).toEqual(many.map(({ id }) => id).sort());
      expect(await ids()).toContain('new');
    });

    if (name === 'LMDB') {
      test('L3: after another writer took over, nothing can be changed any more, and all can be read', async () => {
        await made.queries.open([query('q1')]);
        const [first] = await listed();
        await made.takeOver?.();
        const before = await made.dump();
        const lost = { code: 'LAKE_LOCK_LOST' };
        await expect(made.queries.open([query('q2')])).rejects.toMatchObject(lost);
        await expect(made.queries.reopen([query('q2')])).rejects.toMatchObject(lost);
        await expect(made.queries.postpone(first ? [first] : [])).rejects.toMatchObject(lost);
        await expect(made.queries.wake(query('q1'), NOON)).rejects.toMatchObject(lost);
        await expect(end(query('q1'))).rejects.toMatchObject(lost);
        expect(await made.dump()).toEqual(before);
        expect(await ids()).toEqual(['q1']);
      });
    }
  });
}
