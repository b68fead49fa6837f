import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DynamoDbLakeState } from '../../src/adapters/aws/dynamodb-lake-state.js';
import { DynamoDbTable } from '../../src/adapters/aws/dynamodb-table.js';
import { type AskedQuery, queryKey } from '../../src/datasets/query-execution.js';
import type { Commit, CommitPart, LedgerEntry, Verdict } from '../../src/ports/lake-state.js';
import type { OpenQuery } from '../../src/ports/open-queries.js';
import { transactionConflict } from '../support/aws/aws-error.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { LAKE_STATES, type StateUnderTest, TABLE } from '../support/lake-states.ts';

const NOON = Date.UTC(2026, 0, 9, 12);
const DETAILS = { table: 'athena_query_details', day: '2026-01-09' } as const;
const NEXT = { table: 'athena_query_details', day: '2026-01-10' } as const;

const query = (id: string): OpenQuery => ({
  ...{ account: '111122223333', region: 'us-east-1', id, started: NOON },
  ...{ why: 'pending', hasText: false },
});
const ONE = query('q1');
const TWO = query('q2');
const THREE = query('named_query/q3');

const part = (key: { readonly day: string }, rows: number): CommitPart => ({
  ...{ table: 'athena_query_details', day: key.day, generation: 0, files: rows, rows, bytes: 100 },
  ...{ sha256: 'bb', rowHashSum: '0000000000000001' },
});

const ending = (bid: string, ended: readonly AskedQuery[], more: Partial<Commit> = {}): Commit => ({
  ...{ bid, entries: [], parts: [part(DETAILS, ended.length)], openQueries: [], endedQueries: ended },
  ...more,
});

const entry = (fid: string, bid: string): LedgerEntry => ({
  ...{ fid, bid, status: 'COMMITTED', etag: 'e', sha256: 'aa', rows: 1, read: 1, ignored: 0, rejected: 0 },
});

const COMMITTED: Verdict = { kind: 'committed' };
const refused = (...queries: readonly AskedQuery[]): Verdict => ({
  kind: 'queries-ended',
  ended: queries,
});

for (const [name, make] of Object.entries(LAKE_STATES)) {
  describe(`LakeState, a commit that ends queries: ${name}`, () => {
    let made: StateUnderTest;
    beforeEach(async () => {
      made = await make(() => NOON);
      await made.state.openPartitions([DETAILS, NEXT]);
      await made.queries.open([ONE, TWO, THREE]);
    });
    afterEach(() => made.end());

    const open = async () => {
      const ids: string[] = [];
      for await (const { id } of made.queries.openQueries()) ids.push(id);
      return ids.sort();
    };
    const bundles = async () =>
      (await made.state.committedList()).flatMap(({ files }) =>
        files.map(({ path }) => /b-(\w+)\.parquet$/.exec(path)?.[1]),
      );

    test('ends them and lists their rows in one step; the others stay open', async () => {
      expect(await made.state.commit(ending('b1', [ONE, THREE]))).toEqual(COMMITTED);
      expect(await open()).toEqual(['q2']);
      expect(await bundles()).toEqual(['b1']);
    });

    test('D1: refuses a query that ended, names it, and changes nothing: the others stay open', async () => {
      await made.state.commit(ending('b1', [ONE]));
      const before = await made.dump();
      expect(await made.state.commit(ending('b2', [TWO, ONE, THREE]))).toEqual(refused(ONE));
      expect(await made.dump()).toEqual(before);
      expect(await open()).toEqual(['named_query/q3', 'q2']);
      expect(await made.state.commit(ending('b3', [TWO, THREE]))).toEqual(COMMITTED);
      expect(await open()).toEqual([]);
      expect(await bundles()).toEqual(['b1', 'b3']);
    });

    test('refuses all that ended, and a query that nobody opened', async () => {
      await made.state.commit(ending('b1', [ONE, TWO]));
      const stranger = query('q4');
      const otherDay = { ...THREE, started: NOON - 86_400_000 };
      const verdict = await made.state.commit(ending('b2', [ONE, THREE, TWO, stranger, otherDay]));
      expect(verdict).toEqual(refused(ONE, TWO, stranger, otherDay));
      expect(await open()).toEqual(['named_query/q3']);
    });

    test('D2: of one statement open on two days the refusal tells the one that ended, the very object', async () => {
      const asked = ['2026-01-09', '2026-01-10'].map((day) => ({
        ...query('prepared_statement/primary/s'),
        started: Date.parse(`${day}T12:00:00Z`),
      }));
      const [first, second] = asked;
      if (!first || !second) throw new Error('two days');
      await made.queries.open(asked);
      await made.state.commit(ending('b1', [first]));
      const verdict = await made.state.commit(ending('b2', [first, second]));
      expect(verdict).toEqual(refused(first));
      expect(verdict.kind === 'queries-ended' && verdict.ended[0] === first).toBe(true);
      expect(await made.state.commit(ending('b3', [second]))).toEqual(COMMITTED);
    });

    test('D17: the same commit again is our own lost response: committed, and nothing doubles', async () => {
      await made.state.commit(ending('b1', [ONE, TWO]));
      const before = await made.dump();
      expect(await made.state.commit(ending('b1', [ONE, TWO]))).toEqual(COMMITTED);
      expect(await made.dump()).toEqual(before);
      await made.seal(DETAILS);
      expect(await made.state.commit(ending('b1', [ONE, TWO]))).toEqual(COMMITTED);
      expect(await bundles()).toEqual(['b1']);
    });

    test('a bundle that a sweep gave up leaves its queries open', async () => {
      await made.abort('b1');
      expect(await made.state.commit(ending('b1', [ONE]))).toEqual({ kind: 'aborted' });
      expect(await open()).toEqual(['named_query/q3', 'q1', 'q2']);
    });

    test('D3: a partition that moved on leaves them open; the same bundle fits the next generation', async () => {
      await made.seal(NEXT);
      const parts = [part(DETAILS, 1), part(NEXT, 1)];
      expect(await made.state.commit(ending('b1', [ONE, TWO], { parts }))).toEqual({
        kind: 'partition-moved',
      });
      expect(await open()).toEqual(['named_query/q3', 'q1', 'q2']);
      const moved = [part(DETAILS, 1), { ...part(NEXT, 1), generation: 1 }];
      expect(await made.state.commit(ending('b1', [ONE, TWO], { parts: moved }))).toEqual(COMMITTED);
    });

    test('what ended is told before a partition that moved: another bundle id is needed anyway', async () => {
      await made.state.commit(ending('b1', [ONE]));
      await made.seal(DETAILS);
      expect(await made.state.commit(ending('b2', [ONE, TWO]))).toEqual(refused(ONE));
    });

    test('log files and queries of one commit stand or fall together, settled files are told first', async () => {
      const both = (bid: string, fid: string, ended: AskedQuery) =>
        ending(bid, [ended], { entries: [entry(fid, bid)], parts: [part(DETAILS, 2)] });
      expect(await made.state.commit(both('b1', 'one', ONE))).toEqual(COMMITTED);
      const before = await made.dump();
      const settled = { kind: 'files-settled', settled: [{ fid: 'one', bid: 'b1' }] };
      expect(await made.state.commit(both('b2', 'one', TWO))).toMatchObject(settled);
      expect(await made.state.commit(both('b3', 'one', ONE))).toMatchObject(settled);
      expect(await made.state.commit(both('b4', 'two', ONE))).toEqual(refused(ONE));
      expect(await made.dump()).toEqual(before);
      expect((await made.state.lookup(['two'])).size).toBe(0);
    });

    test('D2: of commits that race for the same queries, each query falls to one', async () => {
      const pairs = [
        [ONE, TWO],
        [TWO, THREE],
        [THREE, ONE],
        [ONE, TWO, THREE],
      ];
      const verdicts = await Promise.all(pairs.map((pair, n) => made.state.commit(ending(`b${n}`, pair))));
      const won = pairs.filter((_, n) => verdicts[n]?.kind === 'committed').flat();
      expect(won.length).toBeGreaterThan(0);
      expect(new Set(won.map(queryKey)).size).toBe(won.length);
      expect(await open()).toHaveLength(3 - won.length);
      expect(verdicts.filter(({ kind }) => !['committed', 'queries-ended'].includes(kind))).toEqual([]);
    });

    test('a query that a commit opens is ended by a later one', async () => {
      await made.state.commit(ending('b1', [ONE], { openQueries: [query('q4')] }));
      expect(await made.state.commit(ending('b2', [query('q4')]))).toEqual(COMMITTED);
      expect(await open()).toEqual(['named_query/q3', 'q2']);
    });

    if (!name.startsWith('DynamoDB')) return;

    for (const outcome of ['done, response lost', 'not done'] as const) {
      test(`D17: ${outcome}: committed once, and not taken for a rival`, async () => {
        made.world?.fail(({ operation }) => operation === 'TransactWriteItems', outcome);
        expect(await made.state.commit(ending('b1', [ONE, TWO]))).toEqual(COMMITTED);
        expect(await open()).toEqual(['named_query/q3']);
        expect(await bundles()).toEqual(['b1']);
      });
    }

    test('X3: a query that another transaction holds for a moment is no refusal', async () => {
      const held = transactionConflict(1);
      made.world?.fail(({ operation }) => operation === 'TransactWriteItems', held, { times: 3 });
      expect(await made.state.commit(ending('b1', [ONE, TWO]))).toEqual(COMMITTED);
    });

    test('a commit may end as many as a transaction holds', async () => {
      const many = Array.from({ length: made.state.mostItems - 2 }, (_, n) => query(`m${n}`));
      await made.queries.open(many);
      expect(await made.state.commit(ending('b1', many))).toEqual(COMMITTED);
      expect(await open()).toEqual(['named_query/q3', 'q1', 'q2']);
    });
  });
}

describe('D17: a transaction of our own that ends queries and settles slowly', () => {
  test('is never taken for that of a rival, whatever is seen of it: its rows would be thrown away', async () => {
    const world = new AwsWorld({ now: () => NOON });
    world.dynamodb.createTable(TABLE);
    const waiting = { pause: async () => undefined, random: () => 0 };
    const { dynamodb } = world.clients;
    const plain = new DynamoDbLakeState(new DynamoDbTable(dynamodb, TABLE, waiting), () => NOON);
    await plain.openPartitions([DETAILS]);
    await plain.queries.open([ONE]);
    let calls = 0;
    // The response is lost, ENR shows the end already, BUNDLE is still locked and not read yet.
    const send = async (command: { readonly input: object }) => {
      const operation = command.constructor.name;
      if (operation === 'GetItemCommand' && calls < 4) return {};
      if (operation !== 'TransactWriteItemsCommand') return Reflect.apply(dynamodb.send, dynamodb, [command]);
      calls++;
      if (calls === 1) await Reflect.apply(dynamodb.send, dynamodb, [command]);
      if (calls === 1) throw new Error('lost');
      if (calls < 4) throw halfSeen(world);
      return Reflect.apply(dynamodb.send, dynamodb, [command]);
    };
    const slow = Object.assign(Object.create(dynamodb), { send });
    const state = new DynamoDbLakeState(new DynamoDbTable(slow, TABLE, waiting), () => NOON);
    expect(await state.commit(ending('b1', [ONE]))).toEqual(COMMITTED);
    expect(calls).toBe(4);
  });
});

function halfSeen(world: AwsWorld): Error {
  const Item = world.dynamodb.items(TABLE).find(({ pk }) => pk?.S?.startsWith('ENR#'));
  const reasons = [{ Code: 'TransactionConflict' }, { Code: 'ConditionalCheckFailed', Item }];
  const CancellationReasons = [...reasons, ...['None', 'None'].map((Code) => ({ Code }))];
  const name = 'TransactionCanceledException';
  return Object.assign(new Error('cancelled'), { CancellationReasons, name });
}
