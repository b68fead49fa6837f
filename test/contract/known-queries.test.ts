import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { better, NOTHING_TOLD, type QueryExecution, queryKey } from '../../src/datasets/query-execution.js';
import type { KnownQuery } from '../../src/ports/known-queries.js';
import { numbersFrom } from '../support/chunks.ts';
import { LAKE_STATES, type StateUnderTest } from '../support/lake-states.ts';
import { SEED } from '../support/seed.ts';

const ACCOUNT = { account: '111122223333', region: 'us-east-1' };
/** The longest text that Athena takes, in bytes. */
const LONGEST = 262_144;

const known = (id: string, told: Partial<QueryExecution>): KnownQuery => ({
  ...{ ...ACCOUNT, id },
  execution: { ...NOTHING_TOLD, ...told },
});

const WHOLE: QueryExecution = {
  ...{ text: 'SELECT 1', tables: { statement_kind: 'SELECT', tables_read: 'awsdatacatalog.sales.orders' } },
  ...{ statementType: 'DML', substatementType: 'SELECT', workGroup: 'primary' },
  ...{ catalog: 'AwsDataCatalog', database: 'sales', outputLocation: 's3://amzn-s3-demo-bucket/r/' },
  ...{ state: 'FAILED', stateChangeReason: 'TABLE_NOT_FOUND: line 1', submitted: 1_767_960_000_123 },
  ...{ completed: 1_767_960_001_000, dataScannedBytes: 2n ** 53n + 1n, engineMs: 2n ** 63n - 1n },
  ...{ queueMs: 0n, planningMs: -1n, totalMs: 10n ** 30n, resultReused: false },
  ...{ engineVersion: 'Athena engine version 3', errorCategory: 2, errorType: 1006 },
  ...{ errorMessage: 'it said "no"', executionParameters: ["'a'", '{"n":"1"}', ''] },
};

/** Printable letters of many kinds, so that no packer makes much of them. */
function incompressible(bytes: number): string {
  const random = numbersFrom(SEED);
  const letters = Array.from({ length: Math.floor(bytes / 3) }, () => 0x800 + Math.floor(random() * 0xd000));
  return letters.map((code) => String.fromCharCode(code)).join('');
}

/** Of characters that take three bytes and say 14 bits each: deflated, still more than an item of DynamoDB holds. */
function tooLong(): string {
  const random = numbersFrom(SEED);
  const letters = Array.from({ length: LONGEST }, () => 0x4e00 + Math.floor(random() * 0x5200));
  return letters.map((code) => String.fromCharCode(code)).join('');
}

const TEXTS: { readonly [name: string]: string } = {
  'the longest, all alike': 'x'.repeat(LONGEST),
  'the longest, not to be packed': incompressible(LONGEST),
  'the longest, all NUL': '\0'.repeat(LONGEST),
  'with NUL and control characters': 'SELECT \0 \u0001 \u001f \u007f \u2028',
  'with quotes of every kind': `SELECT "a", 'b''c', \`d\`, "\\" -- \\u0000`,
  'with lone surrogates': 'a\ud800b\udc00c',
  'that looks like our own notation': '{"n":"12"}',
  'of nothing': '',
  'just long enough to be packed': 'y'.repeat(1_001),
  'just short enough not to be': 'y'.repeat(900),
};

for (const [name, make] of Object.entries(LAKE_STATES)) {
  describe(`KnownQueries: ${name}`, () => {
    let made: StateUnderTest;
    beforeEach(async () => {
      made = await make();
    });
    afterEach(() => made.end());

    const find = async (id: string) => {
      const name = { ...ACCOUNT, id };
      return (await made.known.find([name])).get(queryKey(name));
    };

    test('knows nothing at first', async () => {
      expect((await made.known.find([])).size).toBe(0);
      expect((await made.known.find([{ ...ACCOUNT, id: 'q1' }])).size).toBe(0);
      await made.known.learn([]);
    });

    test('gives back what it learned, to the last member; numbers beyond 2^53 stay whole', async () => {
      await made.known.learn([{ ...ACCOUNT, id: 'q1', execution: WHOLE }, known('q2', { text: 'b' })]);
      expect(await find('q1')).toEqual(WHOLE);
      expect(await find('q2')).toEqual({ ...NOTHING_TOLD, text: 'b' });
    });

    test('a query is its account, Region and id; what is asked twice is told once', async () => {
      const names = [
        { ...ACCOUNT, id: 'q1' },
        { ...ACCOUNT, id: 'q1', account: '444455556666' },
        { ...ACCOUNT, id: 'q1', region: 'eu-west-1' },
      ];
      const told = names.map((it) => ({ ...it, execution: { ...NOTHING_TOLD, text: queryKey(it) } }));
      await made.known.learn(told);
      const found = await made.known.find([...names, ...names, { ...ACCOUNT, id: 'q2' }]);
      expect([...found].map(([key, { text }]) => [key, text]).sort()).toEqual(
        names.map((it) => [queryKey(it), queryKey(it)]).sort(),
      );
    });

    for (const id of ['a#b', '#', 'prepared_statement/primary/s', "it's", '"', '~', 'ö😀', 'x'.repeat(700)]) {
      test(`keeps an id as it is: ${id.slice(0, 30)}`, async () => {
        await made.known.learn([known(id, { text: id })]);
        expect((await find(id))?.text).toBe(id);
      });
    }

    for (const [kind, text] of Object.entries(TEXTS)) {
      test(`keeps a text ${kind}`, async () => {
        await made.known.learn([known('q1', { text, state: 'SUCCEEDED' })]);
        const found = await find('q1');
        expect(found?.text === text).toBe(true);
        expect(found?.state).toBe('SUCCEEDED');
      });
    }

    test('learns the rest of a query whose text no item holds, and goes on with the others', async () => {
      const text = tooLong();
      const long = { ...WHOLE, text, errorMessage: text };
      const queries = [{ ...ACCOUNT, id: 'q1', execution: long }, known('q2', { text: 'b' })];
      await made.known.learn(queries);
      const before = await made.dump();
      await made.known.learn(queries);
      expect(await made.dump()).toEqual(before);
      const rest = { ...WHOLE, text: null, tables: null, errorMessage: null, stateChangeReason: null };
      const found = await find('q1');
      const isWhole = found?.text === text && found.errorMessage === text;
      expect(isWhole ? rest : found).toEqual(rest);
      expect(isWhole).toBe(!name.startsWith('DynamoDB'));
      expect((await find('q2'))?.text).toBe('b');
    });

    test('a message that no item holds costs no text', async () => {
      await made.known.learn([{ ...ACCOUNT, id: 'q1', execution: { ...WHOLE, errorMessage: tooLong() } }]);
      const found = await find('q1');
      expect([found?.text, found?.executionParameters]).toEqual([WHOLE.text, WHOLE.executionParameters]);
    });

    test('finds more than one page of them', async () => {
      const all = Array.from({ length: 250 }, (_, n) => known(`q${n}`, { text: `text ${n}` }));
      await made.known.learn(all);
      const found = await made.known.find(all);
      expect(all.every((it) => found.get(queryKey(it))?.text === it.execution.text)).toBe(true);
      expect(found.size).toBe(250);
    });

    test('a text is never replaced by none, a final state never by another', async () => {
      await made.known.learn([known('q1', { text: 'SELECT 1', state: 'RUNNING' })]);
      await made.known.learn([known('q1', { state: 'SUCCEEDED', dataScannedBytes: 5n })]);
      const done = { ...NOTHING_TOLD, text: 'SELECT 1', state: 'SUCCEEDED', dataScannedBytes: 5n };
      expect(await find('q1')).toEqual(done);
      await made.known.learn([
        known('q1', { text: 'other', state: 'RUNNING' }),
        known('q1', { state: 'FAILED' }),
      ]);
      expect(await find('q1')).toEqual(done);
    });

    test('what comes again changes nothing', async () => {
      await made.known.learn([{ ...ACCOUNT, id: 'q1', execution: WHOLE }]);
      const before = await made.dump();
      await made.known.learn([{ ...ACCOUNT, id: 'q1', execution: WHOLE }, known('q1', {})]);
      expect(await made.dump()).toEqual(before);
    });

    const told = fc.record({
      text: fc.constantFrom(null, 'SELECT 1'),
      state: fc.constantFrom(null, 'QUEUED', 'RUNNING', 'SUCCEEDED'),
    });

    test('learning in any order, raced or not, is as good as the best that was told', async () => {
      let n = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(told, { minLength: 1, maxLength: 6 }),
          fc.boolean(),
          async (all, isRaced) => {
            const id = `q${n++}`;
            const queries = all.map((it) => known(id, it));
            if (isRaced) await Promise.all(queries.map((it) => made.known.learn([it])));
            else for (const it of queries) await made.known.learn([it]);
            const found = await find(id);
            expect(found?.text).toBe(all.find(({ text }) => text !== null)?.text ?? null);
            if (all.some(({ state }) => state === 'SUCCEEDED')) expect(found?.state).toBe('SUCCEEDED');
            const inTurn = queries.reduce<QueryExecution | undefined>(
              (best, { execution }) => better(best, execution),
              undefined,
            );
            if (!isRaced) expect(found).toEqual(inTurn);
          },
        ),
        { seed: SEED, numRuns: 40 },
      );
    });

    test('learns of one query many times at once: in one call, and in many', async () => {
      const many = Array.from({ length: 5 }, (_, n) => known('q1', { workGroup: `w${n}` }));
      await made.known.learn([...many, known('q1', { text: 'SELECT 1', state: 'SUCCEEDED' })]);
      await Promise.all(many.map((it) => made.known.learn([it])));
      expect(await find('q1')).toMatchObject({ text: 'SELECT 1', state: 'SUCCEEDED', workGroup: null });
    });

    if (name === 'LMDB') {
      test('L3: after another writer took over, nothing is learned any more, and all can be read', async () => {
        await made.known.learn([known('q1', { text: 'SELECT 1' })]);
        await made.takeOver?.();
        const lost = { code: 'LAKE_LOCK_LOST' };
        await expect(made.known.learn([known('q2', { text: 'b' })])).rejects.toMatchObject(lost);
        expect((await find('q1'))?.text).toBe('SELECT 1');
        expect(await find('q2')).toBeUndefined();
      });
    }
  });
}
