import { describe, expect, test } from 'vitest';
import { WRITES_PER_PARTITION } from '../../src/backfill/raw-cost.js';
import { AuditLakeError } from '../../src/errors.js';
import { type AccountStatus, rawStatus, uncoveredFolders } from '../../src/jobs/raw-status.js';
import { noteTrail, registerRaw, retryRaw } from '../../src/jobs/register-raw.js';
import { checkProjection, projectionProperties } from '../../src/lake/raw-projection.js';
import { denied, throttled } from '../support/aws/aws-error.ts';
import { DATABASE } from '../support/catalogs.ts';
import { STATE_TABLE } from '../support/partition-registers.ts';
import { keyIn, RAW, RawWorld, ROOT, raw, TRAIL } from '../support/raw-world.ts';

const NAMES = [
  '111122223333/us-east-1/2026-01-08',
  '111122223333/us-east-1/2026-01-09',
  '444455556666/eu-central-1/2026-01-09',
];
const [FIRST = ''] = NAMES;
const FIRST_LISTED = '2026-01-08/111122223333/us-east-1';
const ALL = { from: '0000-01-01', to: '9999-12-31', accounts: [], regions: [] };
const locationOf = (name: string, file = 'a') => `s3://${TRAIL}/${keyIn(name, file)}`;

/** Log files arrive: the noter of one process. */
const arrive = (world: RawWorld, names = NAMES, noter = world.noter()) =>
  noter.note(names.map((name) => locationOf(name)));

/** Units of DynamoDB: items of a transaction cost twice. */
function writesOf({ aws }: RawWorld): number {
  const inTransactions = aws.calls.flatMap(({ operation, input }) =>
    operation === 'TransactWriteItems' && Array.isArray(input['TransactItems']) ? input['TransactItems'] : [],
  );
  return aws.count('UpdateItem') + aws.count('DeleteItem') + 2 * inTransactions.length;
}

async function survive(run: Promise<unknown>): Promise<void> {
  await run.catch((error: unknown) => {
    if (!(error instanceof AuditLakeError) || !error.code.startsWith('AWS_')) throw error;
  });
}

describe('log files that arrive', () => {
  test('are noted once a partition, and registered by one statement', async () => {
    const world = new RawWorld();
    const noter = world.noter();
    const files = ['a', 'b', 'c'].flatMap((file) => NAMES.map((name) => locationOf(name, file)));
    await noter.note(files);
    const calls = world.aws.calls.length;
    await noter.note(files);
    expect(world.aws.calls).toHaveLength(calls);
    expect(world.aws.count('UpdateItem')).toBe(2 * NAMES.length);
    expect(await world.run()).toEqual({ issued: 3, registered: 3, pending: 0, blocked: 0, warnings: [] });
    expect(world.faults(NAMES)).toEqual([]);
    expect(world.aws.athena.executions().filter(({ sql }) => /ADD IF NOT EXISTS/.test(sql))).toHaveLength(1);
  });

  test('of a partition that is known cost another process one read, and the registrar nothing', async () => {
    const world = new RawWorld();
    await arrive(world);
    await world.run();
    const [writes, statements] = [world.aws.count('UpdateItem'), world.aws.athena.executions().length];
    await arrive(world);
    expect(world.aws.count('UpdateItem')).toBe(writes);
    expect(await world.run()).toMatchObject({ issued: 0, pending: 0 });
    expect(world.aws.athena.executions()).toHaveLength(statements);
  });

  test('are handed out from the newest day on, whatever account they are of', async () => {
    const world = new RawWorld();
    const later = ['999999999999/us-east-1/2026-02-01', '111122223333/us-east-1/2026-02-02'];
    await arrive(world, [...NAMES, ...later]);
    const open = await world.register.open(RAW);
    expect(open.map(({ day, account }) => `${day} ${account}`)).toEqual([
      '2026-02-02 111122223333',
      '2026-02-01 999999999999',
      '2026-01-09 444455556666',
      '2026-01-09 111122223333',
      '2026-01-08 111122223333',
    ]);
  });

  test('elsewhere, of another family or of another root are not noted', async () => {
    const world = new RawWorld();
    await world
      .noter()
      .note([
        `s3://${TRAIL}/AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/01/09/a.json.gz`,
        `s3://${TRAIL}/other/AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/09/a.json.gz`,
        `s3://${TRAIL}/loose.json.gz`,
      ]);
    expect(world.aws.calls).toEqual([]);
  });

  test('T17: the state holds no location: a location that somebody writes into an item is not used', async () => {
    const world = new RawWorld();
    await arrive(world, [FIRST]);
    const items = world.aws.dynamodb.items(STATE_TABLE);
    expect(JSON.stringify(items)).not.toContain(TRAIL);
    for (const item of items)
      world.aws.dynamodb.put(STATE_TABLE, { ...item, location: { S: 's3://amzn-s3-demo-elsewhere/' } });
    await world.run();
    expect(world.faults([FIRST])).toEqual([]);
  });

  test.each(["1'/us-east-1/2026-01-09", '111122223333/us-east-1/2026-02-30', '2026-01-09'])(
    'T17: an item of the name %s is refused, and no statement is made of it',
    async (name) => {
      const world = new RawWorld();
      await arrive(world, [FIRST]);
      const [item] = world.aws.dynamodb.items(STATE_TABLE).filter(({ pk }) => pk?.S === `PART#${RAW}`);
      const listed = name.split('/').toReversed().join('/');
      const batch = { pk: { S: `OPEN#${RAW}` }, sk: { S: listed }, ver: { N: '1' }, attempt: { N: '0' } };
      for (const bad of [{ ...item, sk: { S: name } }, batch]) world.aws.dynamodb.put(STATE_TABLE, bad);
      await world.run();
      expect(world.aws.athena.executions().filter(({ sql }) => sql.includes(name))).toEqual([]);
    },
  );
});

describe('P1 D17: whatever goes wrong between note and registration', () => {
  const outcomes = {
    'not done': 'not done',
    'done, but its response lost': 'done, response lost',
    'refused for want of permission': denied,
    throttled,
  } as const;
  for (const [words, outcome] of Object.entries(outcomes)) {
    test(`the n-th call is ${words}, for every n: nothing is forgotten, nothing asked for twice`, async () => {
      const calm = new RawWorld();
      await arrive(calm);
      await calm.run();
      const calls = calm.aws.calls.length;
      expect(calls).toBeGreaterThan(20);
      for (let n = 0; n < 2 * calls; n++) {
        const world = new RawWorld();
        let count = 0;
        world.aws.fail(() => count++ === n % calls, outcome);
        const noter = world.noter();
        await survive(arrive(world, NAMES, noter));
        await survive(world.run());
        // Whoever could not note has not acknowledged: the messages come again, to the same process or another.
        await arrive(world, NAMES, n < calls ? noter : world.noter());
        await world.settle();
        // An entry of the list may be left behind: the next run takes it out.
        await world.run();
        expect(world.faults(NAMES), `${n} ${calm.aws.calls[n % calls]?.operation}`).toEqual([]);
      }
    });
  }

  test('a registrar killed before each of its calls: others go on when its lease has run out', async () => {
    const calm = new RawWorld();
    await arrive(calm);
    const noted = calm.aws.calls.length;
    await calm.run();
    for (let n = noted; n < calm.aws.calls.length; n++) {
      const world = new RawWorld();
      await arrive(world);
      let count = noted;
      // From here on nothing of it arrives any more.
      const fault = world.aws.fail(() => count++ >= n, 'not done', { times: Number.POSITIVE_INFINITY });
      await survive(world.run());
      fault.stop();
      await world.settle();
      await world.run();
      expect(world.faults(NAMES), `${n} ${calm.aws.calls[n]?.operation}`).toEqual([]);
    }
  });

  test('P2: 20 registrars and 5 processes with the same log files at once: one statement a partition', async () => {
    const world = new RawWorld();
    await Promise.all(Array.from({ length: 5 }, () => arrive(world)));
    const reports = await Promise.all(Array.from({ length: 20 }, () => world.run()));
    expect(reports.reduce((sum, it) => sum + it.registered, 0)).toBe(3);
    await world.run();
    expect(world.faults(NAMES)).toEqual([]);
  });

  test('P4: a partition that lies elsewhere is BLOCKED, and a retry moves it to the folder of the trail', async () => {
    const world = new RawWorld();
    await world.catalog.create();
    const { glue } = world.aws;
    const values = ['111122223333', 'us-east-1', '2026', '01', '08'];
    glue.addPartition(glue.table(DATABASE, RAW), {
      Values: values,
      StorageDescriptor: { Location: 's3://amzn-s3-demo-elsewhere/' },
    });
    await arrive(world);
    const report = await world.run();
    expect(report).toMatchObject({ registered: 2, blocked: 1 });
    expect(report.warnings.join()).toContain('`audit-lake raw register --retry` moves it');
    expect(await world.standing(FIRST)).toMatchObject({ registration: 'BLOCKED' });
    expect(await retryRaw(RAW, world.ports)).toBe(1);
    expect(await world.run()).toMatchObject({ issued: 0, pending: 0, blocked: 0 });
    expect(world.faults(NAMES)).toEqual([]);
  });

  test('P1: a partition that is opened again while its registration ends stays in the list of open ones', async () => {
    const world = new RawWorld();
    await arrive(world, [FIRST]);
    const again = { attempt: { N: '1' }, ver: { N: '1' } };
    world.aws.fail(
      ({ operation }) => {
        if (operation !== 'DeleteItem') return false;
        const part = world.aws.dynamodb.items(STATE_TABLE).find(({ pk }) => pk?.S === `PART#${RAW}`);
        const reopened = { ...part, ...again, reg: { S: 'PENDING' } };
        const listed = { pk: { S: `OPEN#${RAW}` }, sk: { S: FIRST_LISTED }, ...again };
        for (const item of [reopened, listed]) world.aws.dynamodb.put(STATE_TABLE, item);
        return false;
      },
      'not done',
      { times: 1 },
    );
    await world.run();
    expect(await world.standing(FIRST)).toMatchObject({ registration: 'PENDING', attempt: 1 });
    expect(world.aws.dynamodb.items(STATE_TABLE).filter(({ pk }) => pk?.S === `OPEN#${RAW}`)).toHaveLength(1);
  });

  test('what is on its way or not known is not opened again, and leaves no entry that stays', async () => {
    const world = new RawWorld();
    await arrive(world, [FIRST]);
    const { register, now } = world.ports;
    await register.claim(raw(FIRST), { owner: 'x', now: now(), until: now() + 1 });
    for (const name of NAMES.slice(0, 2)) await register.reopen(raw(name), 'by hand');
    await world.settle();
    expect(world.faults([FIRST])).toEqual([]);
  });

  test('a table that computes its partitions: nothing is registered, and the warning says why', async () => {
    const world = new RawWorld();
    await world.catalog.create();
    const { input } = world.aws.glue.table(DATABASE, RAW);
    world.aws.glue.updateTable(DATABASE, { ...input, Parameters: { 'projection.enabled': 'true' } });
    await arrive(world);
    const report = await world.run();
    expect(report).toMatchObject({ issued: 0, pending: 3 });
    expect(report.warnings.join()).toContain('Athena ignores what is registered');
  });

  test('a table of that name over another root, or with other partitions, is left alone', async () => {
    const other = new RawWorld(`s3://${TRAIL}/AWSLogs/o-exampleorgid/`);
    const world = new RawWorld();
    await other.catalog.create();
    const { input } = other.aws.glue.table(DATABASE, RAW);
    world.aws.glue.createDatabase(DATABASE);
    world.aws.glue.createTable(DATABASE, input);
    await arrive(world);
    expect((await world.run()).warnings.join()).toContain(
      'lies at s3://amzn-s3-demo-bucket/AWSLogs/o-exampleorgid/',
    );
    expect(world.aws.athena.executions()).toEqual([]);
  });
});

describe('years of log files', () => {
  const years = ['2024-12-31', '2025-01-01', '2025-06-15', '2025-06-16', '2026-01-09'];
  const many = ['111122223333', '444455556666'].flatMap((account) =>
    ['us-east-1', 'eu-central-1'].flatMap((region) => years.map((day) => `${account}/${region}/${day}`)),
  );

  test('are found by their folders: a page for each account, Region, year and month, whatever lies in a day', async () => {
    const world = new RawWorld();
    world.put(...many);
    for (let n = 0; n < 50; n++) world.aws.s3.put(TRAIL, keyIn(many[0] ?? '', `n${n}`), new Uint8Array([1]));
    const { folders } = world;
    const found = await noteTrail(folders, { table: RAW, within: ALL });
    expect(found).toEqual({ partitions: many.length, accounts: 2, fresh: 0 });
    // The root, 2 accounts; then for each of 4 Regions: its years, 3 of them, 4 months.
    expect(folders.requests).toBe(1 + 2 + 4 * (1 + 3 + 4));
    expect(world.aws.calls.every(({ operation }) => operation === 'ListObjectsV2')).toBe(true);
  });

  test.each([
    [{ ...ALL, from: '2025-06-16', to: '2025-12-31' }, /2025-06-16$/],
    [{ ...ALL, to: '2025-01-01', accounts: ['444455556666'] }, /^444455556666.*(2024-12-31|2025-01-01)$/],
    [{ ...ALL, regions: ['us-east-1'] }, /us-east-1/],
  ])('within %o are as an oracle has them', async (within, wanted) => {
    const world = new RawWorld();
    world.put(...many);
    await noteTrail(world.folders, { table: RAW, within, register: world.register });
    const noted: string[] = [];
    for await (const { account, region, day } of world.register.all(RAW))
      noted.push(`${account}/${region}/${day}`);
    expect(noted).toEqual(many.filter((name) => wanted.test(name)).sort());
  });

  test('are registered in batches of 50; called again it does nothing, and the status agrees', async () => {
    const world = new RawWorld();
    const days = Array.from({ length: 120 }, (_, at) =>
      new Date(Date.UTC(2025, 0, 1 + at)).toISOString().slice(0, 10),
    );
    const names = days.map((day) => `111122223333/us-east-1/${day}`);
    world.put(...names);
    const found = await noteTrail(world.folders, { table: RAW, within: ALL, register: world.register });
    expect(found.fresh).toBe(120);
    expect(await registerRaw(RAW, world.ports)).toMatchObject({ registered: 120, pending: 0, blocked: 0 });
    expect(world.faults(names)).toEqual([]);
    expect(writesOf(world) / 120).toBeLessThanOrEqual(WRITES_PER_PARTITION);
    expect(writesOf(world) / 120).toBeGreaterThan(WRITES_PER_PARTITION - 0.1);
    expect(world.aws.athena.executions().filter(({ sql }) => /ADD IF NOT EXISTS/.test(sql))).toHaveLength(3);
    expect(
      await noteTrail(world.folders, { table: RAW, within: ALL, register: world.register }),
    ).toMatchObject({ fresh: 0 });
    world.put('444455556666/eu-central-1/2026-01-09');
    await world.register.note([raw('123456789012/us-east-1/2026-01-09')]);
    const all: AccountStatus[] = [];
    for await (const account of rawStatus(RAW, world, ALL)) all.push(account);
    const none = { registered: 0, pending: 0, blocked: 0, missing: 0 };
    expect(all).toEqual([
      { ...none, account: '111122223333', registered: 120 },
      { ...none, account: '123456789012', pending: 1 },
      { ...none, account: '444455556666', missing: 1, firstMissing: '444455556666/eu-central-1/2026-01-09' },
    ]);
  });

  test.each([
    `s3://${TRAIL}/AWSLogs/o-exampleorgid/`,
    `s3://${TRAIL}/logs/AWSLogs/`,
    `s3://${TRAIL}/o-exampleorgid/AWSLogs/o-exampleorgid/`,
  ])('below %s are registered at their folders', async (root) => {
    const world = new RawWorld(root);
    world.put(...NAMES);
    await noteTrail(world.folders, { table: RAW, within: ALL, register: world.register });
    await world.run();
    expect(world.faults(NAMES)).toEqual([]);
  });

  test('are noted an account at a time: who is stopped goes on where it is called again', async () => {
    const world = new RawWorld();
    world.put(...many);
    let looks = 0;
    const isStopped = () => looks++ > 0;
    const options = { table: RAW, within: ALL, register: world.register };
    expect(await noteTrail(world.folders, { ...options, isStopped })).toMatchObject({
      accounts: 1,
      fresh: 10,
    });
    expect(await noteTrail(world.folders, options)).toMatchObject({ accounts: 2, fresh: 10 });
  });

  test('outside of a projection are named by account and Region', async () => {
    const world = new RawWorld();
    world.put(...many);
    const projection = {
      accounts: ['111122223333'],
      regions: ['us-east-1', 'eu-central-1'],
      fromYear: '2025',
    };
    const check = checkProjection(ROOT, projectionProperties(ROOT, projection));
    const { checked, uncovered } = await uncoveredFolders(world.folders, check, ALL);
    expect(checked).toBe(many.length);
    const whole = { from: '2024-12-31', to: '2026-01-09', days: 5 };
    const first = { from: '2024-12-31', to: '2024-12-31', days: 1 };
    expect(uncovered).toEqual([
      { account: '111122223333', region: 'eu-central-1', ...first },
      { account: '111122223333', region: 'us-east-1', ...first },
      { account: '444455556666', region: 'eu-central-1', ...whole },
      { account: '444455556666', region: 'us-east-1', ...whole },
    ]);
  });
});
