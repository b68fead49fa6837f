import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HistoryAnswer, isFinal, NOTHING_TOLD, queryKey } from '../../src/datasets/query-execution.js';
import type { TextPrivacy } from '../../src/datasets/text-privacy.js';
import { WITHHELD } from '../../src/datasets/withheld.js';
import { AuditLakeError } from '../../src/errors.js';
import { queryHistory } from '../../src/jobs/query-histories.js';
import type { QueryHistory } from '../../src/ports/query-history.js';
import { MemoryKnownQueries } from '../support/memory-queries.ts';
import { ended, openQuery, running, ToldHistory, told } from '../support/memory-resolve.ts';
import { SEED } from '../support/seed.ts';

const FULL: TextPrivacy = { mode: 'full' };
const NAMED = 'named_query/n1';
const DENIED = { kind: 'denied' } as const;
const NOT_FOUND = { kind: 'not_found' } as const;
const current = (text: string | null): HistoryAnswer => ({
  ...{ kind: 'current_text', text, tables: null, source: 'current_named_query' },
});
/** The same, told by a saved history. */
const saved = (answer: HistoryAnswer): HistoryAnswer =>
  answer.kind === 'execution' ? { ...answer, source: 'history_file' } : answer;

/** A lake that has learned, Athena, a saved history, and one query that is asked about. */
class Asking {
  readonly known = new MemoryKnownQueries();
  readonly athena = new ToldHistory();
  readonly file = new ToldHistory();
  privacy = FULL;
  readonly #id: string;

  constructor(id = 'q1') {
    this.#id = id;
  }

  async knows(answer: HistoryAnswer): Promise<this> {
    const execution =
      answer.kind === 'execution'
        ? answer.execution
        : {
            ...NOTHING_TOLD,
            text: answer.kind === 'current_text' ? answer.text : null,
            submitted: openQuery(this.#id).started,
          };
    await this.known.learn([{ ...openQuery(this.#id), execution }]);
    return this;
  }

  tell(athena: HistoryAnswer | undefined, file?: HistoryAnswer): this {
    if (athena) this.athena.answers.set(this.#id, athena);
    if (file) this.file.answers.set(this.#id, saved(file));
    return this;
  }

  async ask(
    histories: readonly QueryHistory[] = [this.athena, this.file],
  ): Promise<HistoryAnswer | undefined> {
    const { known, privacy } = this;
    const query = openQuery(this.#id);
    return (await queryHistory({ known, histories, privacy }).lookup([query], 1)).get(queryKey(query));
  }

  get learned() {
    return this.known.items.get(queryKey(openQuery(this.#id)));
  }
}

describe('in which order a query is asked about', () => {
  test('what the lake has learned to its end is asked of nobody else', async () => {
    const asking = (await new Asking().knows(ended('lake'))).tell(ended('athena'), ended('file'));
    expect(await asking.ask()).toEqual({ ...ended('lake'), source: 'lake' });
    expect([...asking.athena.lookups, ...asking.file.lookups]).toEqual([]);
  });

  test('then Athena, and what it tells to the end is not looked for in a file', async () => {
    const asking = new Asking().tell(ended('athena'), ended('file'));
    expect(await asking.ask()).toEqual(ended('athena'));
    expect(asking.file.lookups).toEqual([]);
    expect(asking.learned?.text).toBe('athena');
  });

  for (const answer of [undefined, DENIED, NOT_FOUND, ended(null), running(null)]) {
    test(`then a saved history, where Athena says ${JSON.stringify(answer && { ...answer, execution: 0 })}`, async () => {
      const asking = new Asking().tell(answer, ended('file'));
      expect(await asking.ask()).toMatchObject({
        kind: 'execution',
        source: 'history_file',
        execution: { text: 'file' },
      });
      expect(asking.learned).toMatchObject({ text: 'file', state: 'SUCCEEDED' });
    });
  }

  test('each is asked only about what those before it left open', async () => {
    const known = new MemoryKnownQueries();
    const athena = new ToldHistory({ b: ended('b'), c: running('c'), d: DENIED });
    const file = new ToldHistory({ c: saved(ended('c')), e: saved(ended('e')) });
    const queries = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => openQuery(id));
    await known.learn([{ ...openQuery('a'), execution: { ...NOTHING_TOLD, text: 'a', state: 'FAILED' } }]);
    const history = queryHistory({ known, histories: [athena, file], privacy: FULL });
    const answers = await history.lookup(queries, 1);
    expect(athena.lookups).toEqual([['b', 'c', 'd', 'e', 'f']]);
    expect(file.lookups).toEqual([['c', 'd', 'e', 'f']]);
    expect(queries.map((query) => answers.get(queryKey(query))?.kind)).toEqual([
      ...['execution', 'execution', 'execution', 'denied', 'execution', undefined],
    ]);
    expect([...known.items.keys()].map((key) => key.split('#')[2])).toEqual(['a', 'b', 'c', 'e']);
  });

  test('nobody is asked about nothing', async () => {
    const asking = new Asking();
    const history = queryHistory({ known: asking.known, histories: [asking.athena], privacy: FULL });
    expect((await history.lookup([], 0)).size).toBe(0);
    expect(asking.athena.lookups).toEqual([]);
  });
});

describe('no answer outweighs a better one', () => {
  for (const refusal of [DENIED, NOT_FOUND, undefined]) {
    const word = refusal?.kind ?? 'absent';
    test(`${word}: a refusal after an answer, by whoever it is`, async () => {
      expect(await new Asking().tell(running('athena'), refusal).ask()).toEqual(running('athena'));
      const half = (await new Asking().knows(running('lake'))).tell(refusal, refusal);
      expect(await half.ask()).toEqual({ ...running('lake'), source: 'lake' });
      const kept = (await new Asking(NAMED).knows(current('lake'))).tell(refusal, refusal);
      expect(await kept.ask()).toEqual(current('lake'));
      expect(kept.learned?.text).toBe('lake');
    });
  }

  test('what is absent says nothing', async () => {
    expect(await new Asking().tell(DENIED).ask()).toEqual(DENIED);
    expect(await new Asking().ask()).toBeUndefined();
  });

  const closed = (history: ToldHistory): QueryHistory => ({
    lookup: (...asked) => history.lookup(...asked),
    mayKnow: () => false,
  });
  const unsaid = (history: ToldHistory): QueryHistory => ({ lookup: (...asked) => history.lookup(...asked) });

  for (const refusal of [DENIED, NOT_FOUND]) {
    test(`${refusal.kind}, told by a file, counts only where Athena cannot know the query`, async () => {
      for (const athena of [undefined, DENIED, NOT_FOUND]) {
        const asking = () => new Asking().tell(athena, refusal);
        expect(await asking().ask()).toEqual(athena);
        const it = asking();
        expect(await it.ask([unsaid(it.athena), it.file])).toEqual(athena);
        const other = asking();
        expect(await other.ask([closed(other.athena), other.file])).toEqual(refusal);
        const alone = asking();
        expect(await alone.ask([alone.file])).toEqual(refusal);
      }
    });
  }

  test('an answer of a file counts whether Athena may know the query or not', async () => {
    for (const history of [closed, unsaid]) {
      const asking = new Asking().tell(NOT_FOUND, ended('file'));
      expect(await asking.ask([history(asking.athena), asking.file])).toMatchObject({
        source: 'history_file',
      });
    }
  });

  test('together they may know what one of them may', async () => {
    const [may, cannot] = [unsaid(new ToldHistory()), closed(new ToldHistory())];
    const known = new MemoryKnownQueries();
    const together = (...histories: readonly QueryHistory[]) =>
      queryHistory({ known, histories, privacy: FULL }).mayKnow?.(openQuery('q'));
    expect(together(may)).toBe(true);
    expect(together(cannot, may)).toBe(true);
    expect(together(cannot, cannot)).toBe(false);
    expect(together()).toBe(false);
  });

  test('a text is never replaced by none, and is said to come from whoever told it', async () => {
    const half = (await new Asking().knows(running('lake'))).tell(ended(null));
    expect(await half.ask()).toMatchObject({
      source: 'lake',
      execution: { text: 'lake', state: 'SUCCEEDED' },
    });
    expect(half.learned).toMatchObject({ text: 'lake', state: 'SUCCEEDED' });
    const twice = new Asking().tell(running('athena'), ended(null));
    expect(await twice.ask()).toMatchObject({
      source: 'athena',
      execution: { text: 'athena', state: 'SUCCEEDED' },
    });
    expect(twice.learned).toMatchObject({ text: 'athena', state: 'SUCCEEDED' });
  });

  test('a final state is never replaced by another', async () => {
    const asking = (await new Asking().knows(told({ state: 'FAILED' }))).tell(running('athena'));
    expect(await asking.ask()).toMatchObject({ execution: { text: 'athena', state: 'FAILED' } });
    expect(asking.learned).toMatchObject({ text: 'athena', state: 'FAILED' });
  });

  test('of a named query the newest text counts, and the lake keeps it', async () => {
    const asking = (await new Asking(NAMED).knows(current('old'))).tell(current('new'));
    expect(await asking.ask()).toEqual(current('new'));
    expect(asking.learned?.text).toBe('new');
    expect(asking.file.lookups).toEqual([]);
  });

  for (const [id, source] of [
    [NAMED, 'current_named_query'],
    ['prepared_statement/primary/s', 'current_prepared_statement'],
  ] as const) {
    test(`${id}: what the lake learned for an event is told of this one and older ones, never of a later one`, async () => {
      const known = new MemoryKnownQueries();
      const at = openQuery(id).started;
      const ran = id === NAMED ? { database: 'clinic' } : {};
      const told: HistoryAnswer = { kind: 'current_text', text: 'SELECT now', tables: null, ...ran, source };
      const ask = async (started: number, ...histories: readonly QueryHistory[]) => {
        const query = openQuery(id, { started });
        return (await queryHistory({ known, histories, privacy: FULL }).lookup([query], 1)).get(
          queryKey(query),
        );
      };
      expect(await ask(at, new ToldHistory({ [id]: told }))).toEqual(told);
      for (const started of [at, at - 1, 0]) expect(await ask(started)).toEqual(told);
      for (const started of [at + 1, at + 86_400_000]) {
        expect(await ask(started)).toBeUndefined();
        expect(await ask(started, new ToldHistory({ [id]: DENIED }))).toEqual(DENIED);
      }
    });
  }

  const answer = fc.oneof(
    fc.constantFrom<HistoryAnswer | undefined>(undefined, DENIED, NOT_FOUND),
    fc
      .record({
        text: fc.constantFrom(null, 'SELECT 1'),
        state: fc.constantFrom(null, 'RUNNING', 'SUCCEEDED'),
      })
      .map((it) => told(it)),
  );

  test('whatever is told in whatever order, what anybody knew is known to the lake and to who asked', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(answer, answer), { minLength: 1, maxLength: 5 }), async (asks) => {
        const asking = new Asking();
        let text = false;
        let end = false;
        for (const [athena, file] of asks) {
          asking.athena.answers.clear();
          asking.file.answers.clear();
          const got = await asking.tell(athena, file).ask();
          const asked = [athena, asking.file.lookups.length > 0 ? file : undefined];
          for (const it of asked) {
            text ||= it?.kind === 'execution' && it.execution.text !== null;
            end ||= it?.kind === 'execution' && isFinal(it.execution);
          }
          expect(got?.kind === 'execution' && got.execution.text !== null).toBe(text);
          expect(got?.kind === 'execution' && isFinal(got.execution)).toBe(end);
          expect((asking.learned?.text ?? null) !== null).toBe(text);
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

describe('privacy comes before memory: nothing that is told is kept or shown as it was', () => {
  const SECRET = 'Sesame-4711';
  const answer = (): HistoryAnswer =>
    told({
      ...{ text: `SELECT * FROM t WHERE a = '${SECRET}'`, state: 'FAILED', executionParameters: [SECRET] },
      ...{ errorMessage: `SYNTAX_ERROR: line 1: '${SECRET}'`, stateChangeReason: `it quotes ${SECRET}` },
    });
  const shown: { readonly [mode in TextPrivacy['mode']]: RegExp } = {
    full: /^SELECT \* FROM t WHERE a = 'Sesame-4711'$/,
    masked: /^SELECT \* FROM t WHERE a = \?$/,
    hash: /^hmac-sha256:[0-9a-f]{64}$/,
    off: new RegExp(`^${WITHHELD.replaceAll('*', '\\*')}$`),
  };
  for (const mode of ['full', 'masked', 'hash', 'off'] as const) {
    for (const place of ['Athena', 'a saved history'] as const) {
      test(`${mode}, told by ${place}`, async () => {
        const asking = new Asking();
        asking.privacy = mode === 'hash' ? { mode, key: 'k' } : { mode };
        const it = place === 'Athena' ? asking.tell(answer()) : asking.tell(undefined, answer());
        const got = await it.ask();
        const text = got?.kind === 'execution' ? got.execution.text : null;
        expect(text).toMatch(shown[mode]);
        expect(asking.learned?.text).toBe(text);
        const kept = JSON.stringify([got, asking.learned]);
        expect(kept.includes(SECRET)).toBe(mode === 'full');
        // What the lake has learned is private already, and is the same when it is given again.
        const again = await asking.ask();
        expect(again?.kind === 'execution' && again.execution).toEqual(asking.learned);
      });
    }

    test(`${mode}, the text of a named query`, async () => {
      const asking = new Asking(NAMED).tell(current(`SELECT '${SECRET}'`));
      asking.privacy = mode === 'hash' ? { mode, key: 'k' } : { mode };
      const kept = JSON.stringify([await asking.ask(), asking.learned]);
      expect(kept.includes(SECRET)).toBe(mode === 'full');
      expect(asking.learned?.text).toEqual(expect.any(String));
    });
  }
});

describe('the tables of a text that is kept masked', () => {
  const text = `SELECT * FROM x.a, b WHERE c = 'it\\'s'`;
  const list = 'awsdatacatalog.lab.b,awsdatacatalog.x.a';
  const tables = {
    ...{ statement_kind: 'SELECT', referenced_tables: list, tables_read: list, tables_written: '' },
  };
  const whole = `SELECT * FROM x.a, b WHERE c = '1'`;
  const MASKED: TextPrivacy = { mode: 'masked' };
  const execution = (answer: HistoryAnswer | undefined) =>
    answer?.kind === 'execution' ? answer.execution : undefined;

  test('are learned with it, and told when Athena has forgotten the query', async () => {
    const asking = new Asking().tell(told({ text: whole, database: 'lab', state: 'SUCCEEDED' }));
    asking.privacy = MASKED;
    const first = execution(await asking.ask());
    expect(first).toMatchObject({ text: 'SELECT * FROM x.a, b WHERE c = ?', tables });
    expect(asking.learned).toEqual(first);
    expect(execution(await asking.tell(NOT_FOUND).ask())).toEqual(first);
  });

  test('are learned of a named query too; its text tells no database', async () => {
    const asking = new Asking(NAMED).tell(current(`SELECT * FROM x.a WHERE c = 'Jane'`));
    asking.privacy = MASKED;
    const read = { tables_read: 'awsdatacatalog.x.a' };
    expect(await asking.ask()).toMatchObject({ text: 'SELECT * FROM x.a WHERE c = ?', tables: read });
    expect(asking.learned).toMatchObject({ tables: read });
    expect(await asking.tell(DENIED).ask()).toMatchObject({ tables: read });
  });

  test('are none where an earlier release learned the text: a masked one is not scanned', async () => {
    for (const answer of [ended('SELECT ? FROM a'), running('SELECT ? FROM a')]) {
      const asking = await new Asking().knows(answer);
      asking.privacy = MASKED;
      expect(execution(await asking.ask())?.tables).toEqual({});
      asking.privacy = FULL;
      expect(execution(await asking.ask())?.tables).toBeNull();
    }
  });

  test('are not kept beside a text that is whole, nor of one that is not kept', async () => {
    for (const privacy of [FULL, { mode: 'hash', key: 'k' }, { mode: 'off' }] as const) {
      const asking = new Asking().tell(told({ text, database: 'lab', state: 'SUCCEEDED' }));
      asking.privacy = privacy;
      expect(execution(await asking.ask())?.tables).toBeNull();
      expect(asking.learned?.tables).toBeNull();
    }
  });
});

describe('a history that fails', () => {
  const broken: QueryHistory = {
    lookup: async () => {
      throw new AuditLakeError('AWS_FAILED', 'no answer');
    },
  };

  test('stops the run with its own error; the next run begins anew and loses nothing', async () => {
    const asking = new Asking().tell(running('athena'));
    await expect(asking.ask([asking.athena, broken])).rejects.toMatchObject({ code: 'AWS_FAILED' });
    await expect(asking.ask([broken, asking.athena])).rejects.toMatchObject({ code: 'AWS_FAILED' });
    expect(await asking.ask()).toEqual(running('athena'));
    expect(asking.learned?.text).toBe('athena');
  });

  test('is not met where those before it told all', async () => {
    const asking = new Asking().tell(ended('athena'));
    expect(await asking.ask([asking.athena, broken])).toEqual(ended('athena'));
  });

  test('an answer for a query that was not asked is nobody’s', async () => {
    const known = new MemoryKnownQueries();
    const talkative: QueryHistory = {
      lookup: async () => new Map([[queryKey(openQuery('other')), ended('of another')]]),
    };
    const history = queryHistory({ known, histories: [talkative], privacy: FULL });
    expect((await history.lookup([openQuery('q1')], 1)).size).toBe(0);
    expect(known.items.size).toBe(0);
  });
});
