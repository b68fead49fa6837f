import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { batchToken } from '../../src/lake/partition-ddl.js';
import type {
  PartitionBatch,
  PartitionRegister,
  RegisteredPartition,
} from '../../src/ports/partition-register.js';
import { AwsError, denied, transactionConflict } from '../support/aws/aws-error.ts';
import {
  PARTITION_REGISTERS,
  type RegisterUnderTest,
  registerInProcess,
  STATE_TABLE,
  WITHOUT_TRANSACTIONS,
} from '../support/partition-registers.ts';
import { SEED } from '../support/seed.ts';

const DAY = { table: 'athena_events', day: '2026-01-08' } as const;
const NEXT = { table: 'athena_events', day: '2026-01-09' } as const;
const OTHER = { table: 'cloudtrail_events', day: '2026-01-08' } as const;
const NOW = Date.UTC(2026, 0, 9);
const LATER = NOW + 600_000;
const OURS = { owner: 'ours', now: NOW, until: LATER };
const THEIRS = { owner: 'theirs', now: NOW, until: LATER };

/** The batch of these days, as the registrar makes it. */
function batchOf(days: readonly string[], attempt = 0): PartitionBatch {
  const what = { table: 'athena_events', names: days, attempt } as const;
  return { token: batchToken(what), ...what };
}

const failure = { notBefore: NOW + 60_000, blocked: false, reason: 'FAILED' };

for (const [name, make] of Object.entries(PARTITION_REGISTERS)) {
  describe(`PartitionRegister: ${name}`, () => {
    let made: RegisterUnderTest;
    let register: PartitionRegister;
    beforeEach(async () => {
      made = await make();
      register = made.register;
    });
    afterEach(() => made.end());

    const only = async (): Promise<RegisteredPartition> => {
      const [part, ...more] = await register.list(DAY.table);
      if (!part || more.length > 0) throw new Error('not one partition');
      return part;
    };
    const claimed = async (lease = OURS): Promise<RegisteredPartition> => {
      const claim = await register.claim(DAY, lease);
      if (!claim) throw new Error('the claim was refused');
      return claim;
    };

    test('lists what ingest made known, table by table, day by day', async () => {
      expect(await register.list('athena_events')).toEqual([]);
      for (const key of [NEXT, DAY, OTHER]) await made.open(key);
      const fresh = { visible: 0, writing: 0, registration: 'PENDING', attempt: 0, failures: 0, fence: 0 };
      expect(await register.list('athena_events')).toEqual([
        { ...DAY, ...fresh },
        { ...NEXT, ...fresh },
      ]);
      expect(await register.list('cloudtrail_events')).toEqual([{ ...OTHER, ...fresh }]);
    });

    test('a claim is held by one owner under a growing fence', async () => {
      await made.open(DAY);
      expect(await register.claim(DAY, OURS)).toMatchObject({
        ...{ ...DAY, registration: 'ISSUING', fence: 1, leaseUntil: LATER },
      });
      expect(await register.claim(DAY, THEIRS)).toBeUndefined();
      expect(await only()).toMatchObject({ registration: 'ISSUING', fence: 1, leaseUntil: LATER });
    });

    test('what nobody made known cannot be claimed, and is not made by trying', async () => {
      expect(await register.claim(DAY, OURS)).toBeUndefined();
      await register.registered(DAY);
      await register.reopen(DAY, 'by hand');
      await register.failed({ ...DAY, fence: 1 }, failure);
      expect(await register.list('athena_events')).toEqual([]);
    });

    test('D17: an own claim whose response was lost is recognised', async () => {
      await made.open(DAY);
      await claimed();
      expect(await claimed()).toMatchObject({ fence: 1 });
    });

    test('a lease that has run out is taken over, attempt and batch with it', async () => {
      await made.open(DAY);
      await claimed();
      expect(await register.claim(DAY, { ...THEIRS, now: LATER })).toBeUndefined();
      const taken = await register.claim(DAY, { ...THEIRS, now: LATER + 1, until: LATER + 2 });
      expect(taken).toMatchObject({ fence: 2, attempt: 0, leaseUntil: LATER + 2 });
      expect(await register.claim(DAY, { ...OURS, now: LATER + 2 })).toBeUndefined();
    });

    test('a failure makes it PENDING again, not to be claimed before its time', async () => {
      await made.open(DAY);
      await register.failed(await claimed(), failure);
      const part = await only();
      expect(part).toMatchObject({ registration: 'PENDING', attempt: 1, failures: 1, reason: 'FAILED' });
      expect(part).not.toHaveProperty('leaseUntil');
      expect(await register.claim(DAY, { ...OURS, now: NOW + 59_999 })).toBeUndefined();
      expect(await claimed({ ...OURS, now: NOW + 60_000 })).toMatchObject({ fence: 2, attempt: 1 });
      expect(await only()).not.toHaveProperty('notBefore');
    });

    test('a failure that gives up makes it BLOCKED: nobody claims it', async () => {
      await made.open(DAY);
      await register.failed(await claimed(), { ...failure, blocked: true });
      expect(await only()).toMatchObject({
        registration: 'BLOCKED',
        attempt: 1,
        failures: 1,
        reason: 'FAILED',
      });
      expect(await register.claim(DAY, { ...OURS, now: LATER * 2 })).toBeUndefined();
    });

    test('a failure counts once, and only under the fence of its claim', async () => {
      await made.open(DAY);
      const claim = await claimed();
      const taken = await register.claim(DAY, { ...THEIRS, now: LATER + 1, until: LATER * 2 });
      await register.failed(claim, failure);
      expect(await only()).toMatchObject({ registration: 'ISSUING', attempt: 0, fence: 2 });
      if (!taken) throw new Error('not taken over');
      await register.failed(taken, failure);
      await register.failed(taken, failure);
      expect(await only()).toMatchObject({ registration: 'PENDING', attempt: 1, failures: 1 });
    });

    test('a verified fact needs no claim, and no later failure undoes it', async () => {
      await made.open(DAY);
      const claim = await claimed();
      await register.registered(DAY);
      await register.failed(claim, failure);
      await register.registered(DAY);
      const part = await only();
      expect(part).toMatchObject({ registration: 'REGISTERED', attempt: 0, failures: 0 });
      for (const gone of ['leaseUntil', 'notBefore', 'reason']) expect(part).not.toHaveProperty(gone);
      expect(await register.claim(DAY, { ...OURS, now: LATER * 2 })).toBeUndefined();
    });

    test('P5: reopened, it is PENDING under the next attempt, without failures', async () => {
      await made.open(DAY);
      await register.failed(await claimed(), failure);
      await register.registered(DAY);
      await register.reopen(DAY, 'dropped');
      expect(await only()).toMatchObject({
        registration: 'PENDING',
        attempt: 2,
        failures: 0,
        reason: 'dropped',
      });
      expect(await claimed()).toMatchObject({ attempt: 2 });
      await register.reopen(DAY, 'again');
      expect(await only()).toMatchObject({ registration: 'ISSUING', attempt: 2, reason: 'dropped' });
      await register.failed(await claimed(), { ...failure, blocked: true });
      await register.reopen(DAY, 'by hand');
      expect(await only()).toMatchObject({ registration: 'PENDING', attempt: 4, failures: 0 });
    });

    test('P2: reopened while it waits after a failure, it may be claimed at once', async () => {
      await made.open(DAY);
      await register.failed(await claimed(), failure);
      expect(await register.claim(DAY, OURS)).toBeUndefined();
      await register.reopen(DAY, 'by hand');
      const part = await only();
      expect(part).toMatchObject({ registration: 'PENDING', attempt: 2, failures: 0, reason: 'by hand' });
      expect(part).not.toHaveProperty('notBefore');
      expect(await claimed()).toMatchObject({ attempt: 2 });
    });

    test('leaves the generations alone', async () => {
      await made.place(DAY, { visible: 2, writing: 3 });
      await register.failed(await claimed(), failure);
      await register.registered(DAY);
      await register.reopen(DAY, 'dropped');
      expect(await only()).toMatchObject({ visible: 2, writing: 3 });
    });

    test('what becomes of the statement of an unknown batch is not noted', async () => {
      await register.noteExecution('0'.repeat(64), 'execution-1');
      expect(await register.findBatch('0'.repeat(64))).toBeUndefined();
    });

    test('D2: of twenty who claim at once, one is told that it may', async () => {
      await made.open(DAY);
      const owners = Array.from({ length: 20 }, (_, at) => ({ ...OURS, owner: `owner-${at}` }));
      const claims = await Promise.all(owners.map((lease) => register.claim(DAY, lease)));
      expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
    });

    if (WITHOUT_TRANSACTIONS.includes(name)) return;

    test('a batch is noted and named in all its partitions, and keeps its execution', async () => {
      for (const key of [DAY, NEXT]) await made.open(key);
      const claims = [await claimed(), await register.claim(NEXT, OURS)].flatMap((claim) => claim ?? []);
      const batch = batchOf([DAY.day, NEXT.day]);
      expect(await register.issue(batch, claims)).toBe(true);
      expect(await register.findBatch(batch.token)).toEqual(batch);
      expect((await register.list('athena_events')).map((part) => part.batch)).toEqual([
        batch.token,
        batch.token,
      ]);
      await register.noteExecution(batch.token, 'execution-1');
      expect(await register.issue(batch, claims)).toBe(true);
      expect(await register.findBatch(batch.token)).toEqual({ ...batch, executionId: 'execution-1' });
    });

    test('where one claim is lost, nothing of the batch is noted', async () => {
      for (const key of [DAY, NEXT]) await made.open(key);
      const claims = [await claimed(), await register.claim(NEXT, OURS)].flatMap((claim) => claim ?? []);
      await register.claim(NEXT, { ...THEIRS, now: LATER + 1, until: LATER * 2 });
      const batch = batchOf([DAY.day, NEXT.day]);
      expect(await register.issue(batch, claims)).toBe(false);
      expect(await register.findBatch(batch.token)).toBeUndefined();
      expect((await register.list('athena_events')).map((part) => part.batch)).toEqual([
        undefined,
        undefined,
      ]);
    });

    test('P7: a batch of 50 days fits', async () => {
      const days = Array.from({ length: 50 }, (_, at) =>
        new Date(Date.UTC(2026, 0, 1 + at)).toISOString().slice(0, 10),
      );
      const claims: RegisteredPartition[] = [];
      for (const day of days) {
        await made.open({ table: 'athena_events', day });
        claims.push(
          ...[await register.claim({ table: 'athena_events', day }, OURS)].flatMap((claim) => claim ?? []),
        );
      }
      expect(await register.issue(batchOf(days), claims)).toBe(true);
      expect((await register.findBatch(batchOf(days).token))?.names).toEqual(days);
    });

    test('a failure takes the batch away, a takeover keeps it', async () => {
      await made.open(DAY);
      const batch = batchOf([DAY.day]);
      await register.issue(batch, [await claimed()]);
      const taken = await register.claim(DAY, { ...THEIRS, now: LATER + 1, until: LATER * 2 });
      expect(taken).toMatchObject({ batch: batch.token });
      if (taken) await register.failed(taken, failure);
      expect(await only()).not.toHaveProperty('batch');
    });
  });
}

/** A step of somebody, whoever it is and whatever came before. */
type Step = { readonly verb: string; readonly owner: string; readonly fence: number; readonly wait: number };

async function take({ verb, owner, fence, wait }: Step, register: PartitionRegister): Promise<unknown> {
  const claim = { ...DAY, fence };
  const now = NOW + wait;
  switch (verb) {
    case 'claim':
      return register.claim(DAY, { owner, now, until: now + 100 });
    case 'issue':
      return register.issue(batchOf([DAY.day], fence), [claim]);
    case 'note':
      return register.noteExecution(batchOf([DAY.day], fence).token, owner);
    case 'failed':
      return register.failed(claim, { notBefore: now + 50, blocked: wait % 3 === 0, reason: owner });
    case 'registered':
      return register.registered(DAY);
    default:
      return register.reopen(DAY, owner);
  }
}

test('the register in DynamoDB does what the one in memory does, whatever it is told in whatever order', async () => {
  const steps = fc.record({
    verb: fc.constantFrom('claim', 'claim', 'issue', 'note', 'failed', 'failed', 'registered', 'reopen'),
    owner: fc.constantFrom('a', 'b'),
    fence: fc.integer({ min: 0, max: 4 }),
    wait: fc.integer({ min: 0, max: 1_000 }),
  });
  const memory = PARTITION_REGISTERS['memory'];
  if (!memory) throw new Error('no register in memory');
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 3, maxLength: 30 }), async (history) => {
      const pair = [await memory(), registerInProcess().made];
      for (const { open } of pair) await open(DAY);
      for (const step of history) {
        const [expected, found] = await Promise.all(pair.map(({ register }) => take(step, register)));
        const bare = (it: unknown) => (it && typeof it === 'object' ? { ...it, owner: undefined } : it);
        expect(bare(found), JSON.stringify(step)).toEqual(bare(expected));
        const lists = await Promise.all(pair.map(({ register }) => register.list('athena_events')));
        expect(lists[1]?.map(bare)).toEqual(lists[0]?.map(bare));
        const token = batchOf([DAY.day], step.fence).token;
        const batches = await Promise.all(pair.map(({ register }) => register.findBatch(token)));
        expect(batches[1]).toEqual(batches[0]);
      }
    }),
    { seed: SEED, numRuns: 150 },
  );
});

describe('the register in DynamoDB', () => {
  const part = {
    pk: { S: 'PART#athena_events' },
    sk: { S: DAY.day },
    v: { N: '0' },
    w: { N: '0' },
    n: { N: '0' },
  };

  test('X3: makes a write again while a commit holds the same partition', async () => {
    const { world, made } = registerInProcess();
    await made.open(DAY);
    const conflict = new AwsError('TransactionConflictException', 'Transaction is ongoing for the item');
    world.fail(({ operation }) => operation === 'UpdateItem', conflict, { times: 5 });
    const claim = await made.register.claim(DAY, OURS);
    world.fail(({ operation }) => operation === 'TransactWriteItems', transactionConflict(1), { times: 5 });
    expect(claim && (await made.register.issue(batchOf([DAY.day]), [claim]))).toBe(true);
    expect(world.count('TransactWriteItems')).toBe(6);
  });

  test('X3: gives up after twelve attempts where that does not end', async () => {
    const { world, made } = registerInProcess();
    await made.open(DAY);
    const conflict = new AwsError('TransactionConflictException', 'Transaction is ongoing for the item');
    const before = world.count('UpdateItem');
    world.fail(({ operation }) => operation === 'UpdateItem', conflict, { times: Number.POSITIVE_INFINITY });
    await expect(made.register.claim(DAY, OURS)).rejects.toMatchObject({ code: 'AWS_FAILED' });
    expect(world.count('UpdateItem') - before).toBe(12);
  });

  test('D17: a claim whose response is lost is told as failed, and is ours the next time', async () => {
    const { world, made } = registerInProcess();
    await made.open(DAY);
    world.fail(({ operation }) => operation === 'UpdateItem', 'done, response lost');
    await expect(made.register.claim(DAY, OURS)).rejects.toMatchObject({ code: 'AWS_FAILED' });
    expect(await made.register.claim(DAY, THEIRS)).toBeUndefined();
    expect(await made.register.claim(DAY, OURS)).toMatchObject({ fence: 1 });
  });

  test('names the action and the table where permission is missing', async () => {
    const { world, made } = registerInProcess();
    world.fail(() => true, denied, { times: Number.POSITIVE_INFINITY });
    await expect(made.register.list('athena_events')).rejects.toMatchObject({
      code: 'AWS_DENIED',
      message: expect.stringContaining(`dynamodb:Query on table ${STATE_TABLE}`),
    });
  });

  test('reads page after page', async () => {
    const { world, made } = registerInProcess();
    world.dynamodb.pageBytes = 1;
    for (const key of [DAY, NEXT]) await made.open(key);
    expect(await made.register.list('athena_events')).toHaveLength(2);
  });

  test('T17: stores no location', async () => {
    const { world, made } = registerInProcess();
    await made.open(DAY);
    const claim = await made.register.claim(DAY, OURS);
    if (claim) await made.register.issue(batchOf([DAY.day]), [claim]);
    expect(JSON.stringify(world.dynamodb.items(STATE_TABLE))).not.toContain('s3:');
  });

  test.each([
    ['a day that no calendar knows', { sk: { S: '2026-02-30' } }],
    ['a day that ends a literal', { sk: { S: "2026-01-08'" } }],
    ['a generation that is no number', { v: { S: 's3://amzn-s3-demo-bucket/' } }],
    ['a generation below nothing', { v: { N: '-1' }, w: { N: '-1' } }],
    ['half a generation', { v: { N: '0.5' }, w: { N: '0.5' } }],
    ['generations far apart', { v: { N: '0' }, w: { N: '2' } }],
    ['a state that is none', { reg: { S: 'DONE' } }],
  ])('T17: refuses an item with %s', async (_, wrong) => {
    const { world, made } = registerInProcess();
    world.dynamodb.put(STATE_TABLE, { ...part, reg: { S: 'PENDING' }, ...wrong });
    await expect(made.register.list('athena_events')).rejects.toMatchObject({ code: 'LAKE_FORMAT' });
  });

  test.each([
    ['a day that is none', { dates: { L: [{ S: '2026-01-08' }, { S: "x'" }] } }],
    ['a day that is no text', { dates: { L: [{ S: '2026-01-08' }, { N: '1' }] } }],
    ['no days', { dates: { L: [] } }],
    ['a table that is none of ours', { tbl: { S: 'users' } }],
  ])('T17: refuses a batch with %s', async (_, wrong) => {
    const { world, made } = registerInProcess();
    const batch = { pk: { S: 'BATCH#x' }, sk: { S: 'BATCH' }, ver: { N: '1' }, attempt: { N: '0' } };
    const good = { ...batch, tbl: { S: 'athena_events' }, dates: { L: [{ S: '2026-01-08' }] } };
    world.dynamodb.put(STATE_TABLE, good);
    expect(await made.register.findBatch('x')).toMatchObject({ names: ['2026-01-08'] });
    world.dynamodb.put(STATE_TABLE, { ...good, ...wrong });
    await expect(made.register.findBatch('x')).rejects.toMatchObject({ code: 'LAKE_FORMAT' });
  });

  test('X2: what a newer version wrote is neither read nor changed', async () => {
    const { world, made } = registerInProcess();
    const { register } = made;
    for (const reg of ['PENDING', 'ISSUING', 'REGISTERED', 'BLOCKED']) {
      const newer = { ...part, ver: { N: '2' }, reg: { S: reg }, fence: { N: '1' }, leaseUntil: { N: '1' } };
      world.dynamodb.put(STATE_TABLE, newer);
      await expect(register.list('athena_events')).rejects.toThrow('newer version (2)');
      await expect(register.claim(DAY, OURS)).rejects.toThrow('newer version (2)');
      await register.registered(DAY);
      await register.failed({ ...DAY, fence: 1 }, failure);
      await register.reopen(DAY, 'by hand');
      expect(await register.issue(batchOf([DAY.day]), [{ ...DAY, fence: 1 }])).toBe(false);
      expect(world.dynamodb.items(STATE_TABLE)).toEqual([newer]);
    }
  });
});
