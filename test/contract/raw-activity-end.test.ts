import { beforeEach, describe, expect, test } from 'vitest';
import type { AthenaActivityLog } from '../../src/adapters/aws/athena-activity-log.js';
import type { JsonObject } from '../../src/cloudtrail/record.js';
import type { Search } from '../../src/ports/activity-log.js';
import type { AwsCall } from '../support/aws/aws-call.ts';
import { AwsError, denied, throttled } from '../support/aws/aws-error.ts';
import { DATABASE } from '../support/catalogs.ts';
import { keyIn, RAW } from '../support/raw-world.ts';
import { BUCKET, eventsOf, RESULTS, type TraceFile, TraceWorld } from '../support/trace-world.ts';

const ACCOUNT = '111122223333';
const MONTHS = ['01', '02', '03', '04', '05', '06', '07'];
const YEAR = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 11, 31) };
const BOB: Search = { kind: 'subject', subject: { kind: 'name', name: 'bob' }, ...YEAR };

const event = (id: string, day: string, more: JsonObject = {}): JsonObject => ({
  ...{
    eventID: id,
    eventTime: `${day}T10:00:00Z`,
    eventSource: 's3.amazonaws.com',
    eventName: 'ListBuckets',
  },
  ...{ awsRegion: 'us-east-1', recipientAccountId: ACCOUNT },
  userIdentity: { type: 'IAMUser', userName: 'bob', accessKeyId: 'AKIAIOSFODNN7EXAMPLE' },
  ...more,
});

/** A log file in each of seven months: as many queries. */
const SEVEN: readonly TraceFile[] = MONTHS.map((month) => ({
  key: keyIn(`${ACCOUNT}/us-east-1/2026-${month}-09`),
  records: [event(`id-${month}`, `2026-${month}-09`)],
}));

let world: TraceWorld;
beforeEach(async () => {
  world = await new TraceWorld(SEVEN).register();
});

const inserts = (n: number) => {
  let seen = 0;
  return ({ operation, input }: AwsCall) =>
    operation === 'StartQueryExecution' && String(input['QueryString']).startsWith('INSERT') && ++seen === n;
};
const is =
  (operation: string, sql = '') =>
  (call: AwsCall) =>
    call.operation === operation && String(call.input['QueryString'] ?? '').startsWith(sql);

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing was refused',
    (thrown) => `${thrown.code}: ${thrown.message}`,
  );

async function ids(log: AthenaActivityLog): Promise<readonly (string | null)[]> {
  return (await eventsOf(log)).map(({ eventId }) => eventId);
}

describe('the queries of a trace', () => {
  test.each([1, 3, 20])('run %i at once at most, and as many where there are', async (mostRunning) => {
    // Each ends after so many looks of its own, and between two of them the others get on.
    world.aws.athena.pace = { by: 'polls', queued: 1, running: 60 };
    let most = 0;
    world.meanwhile = async () => {
      most = Math.max(most, world.running);
      await new Promise((resolve) => setTimeout(resolve, 4));
    };
    const log = world.open({ mostRunning });
    await log.search(BOB);
    expect(most).toBe(Math.min(mostRunning, 7));
    expect(await ids(log)).toEqual(MONTHS.map((month) => `id-${month}`));
    await log.close();
  });

  test('wait for their turn where Athena is too busy, and where they are queued', async () => {
    world.aws.athena.pace = { by: 'ms', queued: 600_000, running: 1_000 };
    const busy = new AwsError('TooManyRequestsException', 'Rate exceeded');
    world.aws.fail(is('StartQueryExecution', 'INSERT'), busy, { times: 60 });
    world.aws.fail(is('GetQueryExecution'), throttled, { times: 20 });
    const log = world.open();
    await log.search(BOB);
    expect(world.inserts).toHaveLength(7);
    await log.close();
  });

  test('whose start was done but the answer lost are sent again under their token, and run once', async () => {
    world.aws.fail(is('StartQueryExecution'), 'done, response lost', { times: 3 });
    for (let n = 1; n <= 7; n += 2) world.aws.fail(inserts(n), 'done, response lost');
    const log = world.open({ mostRunning: 1 });
    await log.search(BOB);
    expect(await ids(log)).toHaveLength(7);
    expect(world.inserts).toHaveLength(7);
    const rows = [...world.aws.s3.objects(BUCKET, '').values()].flatMap(({ bytes }) =>
      Buffer.from(bytes).toString().split('\n'),
    );
    expect(rows).toHaveLength(7);
    const tokens = world.aws.calls
      .filter(is('StartQueryExecution', 'INSERT'))
      .map(({ input }) => input['ClientRequestToken']);
    expect(tokens.length).toBeGreaterThan(7);
    expect(new Set(tokens).size).toBe(7);
    for (const token of tokens) expect(token).toMatch(/^[0-9a-f]{64}$/);
    await log.close();
  });

  test('look for each key in its own time alone, also where a day is read for another', async () => {
    const at = (hour: number) => Date.UTC(2026, 0, 9, hour);
    const used = (hour: number, accessKeyId: string) => ({
      eventTime: new Date(at(hour)).toISOString().replace('.000', ''),
      userIdentity: { type: 'IAMUser', accessKeyId },
    });
    const records = ['A', 'B'].flatMap((key) =>
      [8, 9, 10, 11].map((hour) => event(`${key}${hour}`, '2026-01-09', used(hour, key))),
    );
    world = await new TraceWorld([{ key: keyIn(`${ACCOUNT}/us-east-1/2026-01-09`), records }]).register();
    const log = world.open();
    const account = ACCOUNT;
    const keys = [
      { key: 'A', from: at(8), to: at(9), account },
      { key: 'A', from: at(11), to: at(12), account: null },
      { key: 'B', from: at(9), to: at(11), account },
    ];
    await log.search({ kind: 'keys', keys });
    expect(await ids(log)).toEqual(['A8', 'B9', 'B10', 'A11']);
    expect(world.inserts).toHaveLength(1);
    await log.close();
  });

  test('change nothing but the table of the trace', async () => {
    const before = world.aws.athena.executions().length;
    const log = world.open();
    await log.search(BOB);
    await ids(log);
    await log.close();
    const kinds = world.aws.athena.executions().map(({ sql }) => sql.split(/\s+/).slice(0, 2).join(' '));
    expect(new Set(kinds.slice(before))).toEqual(
      new Set(['CREATE TABLE', 'INSERT INTO', 'SELECT DISTINCT', 'SELECT access_key_id,', 'DROP TABLE']),
    );
  });

  test('make one table, whose columns Athena finds, whatever is searched', async () => {
    const log = world.open();
    await log.search(BOB);
    await log.search({ kind: 'keys', keys: [{ key: 'AKIAIOSFODNN7EXAMPLE', account: null, ...YEAR }] });
    const [create] = world.aws.athena.executions().filter(({ sql }) => /^CREATE TABLE trace/.test(sql));
    expect(create?.sql).toContain(`external_location = '${RESULTS}trace/trace00000/'`);
    expect(world.aws.glue.table(DATABASE, 'trace_trace00000').input.StorageDescriptor?.Columns?.[0]).toEqual({
      ...{ Name: 'search', Type: 'integer' },
    });
    expect(world.aws.athena.executions().filter(({ sql }) => /^CREATE TABLE trace/.test(sql))).toHaveLength(
      1,
    );
    expect(await ids(log)).toHaveLength(7);
    await log.close();
  });
});

describe('a trace that ends', () => {
  const clean = () => expect([world.left, world.warnings, world.running]).toEqual([[], [], 0]);

  test('leaves neither table nor object behind, and may be closed twice', async () => {
    const log = world.open();
    await log.search(BOB);
    expect(world.left).toHaveLength(8);
    await log.close();
    await log.close();
    clean();
    expect(world.aws.athena.executions().filter(({ sql }) => sql.startsWith('DROP'))).toHaveLength(1);
  });

  test('without having found a partition asks nothing of Athena', async () => {
    const before = world.aws.athena.executions().length;
    const log = world.open();
    await log.search({ ...BOB, from: 0, to: 1 });
    expect(await ids(log)).toEqual([]);
    await log.close();
    expect(world.aws.athena.executions()).toHaveLength(before);
  });

  test.each([1, 3, 7])('since its query %i of 7 failed says which and why, and leaves nothing', async (n) => {
    world.aws.fail(inserts(n), { ends: 'FAILED', reason: 'Query exhausted resources at this scale factor' });
    const log = world.open({ mostRunning: 2 });
    const said = await refusal(log.search(BOB));
    expect(said).toContain(`the query of 2026-0${n}-09, ${ACCOUNT}, us-east-1: Query exhausted resources`);
    expect(said).toMatch(/^QUERY_FAILED: /);
    clean();
    await log.close();
    clean();
  });

  test.each([
    ['is denied', denied, 'AWS_DENIED'],
    ['is lost for ever', 'not done', 'AWS_FAILED'],
  ] as const)('since a start %s leaves nothing', async (_, outcome, code) => {
    world.aws.fail((call) => inserts3(call), outcome, { times: 4 });
    let seen = 0;
    const inserts3 = (call: AwsCall) => is('StartQueryExecution', 'INSERT')(call) && ++seen >= 3;
    expect(await refusal(world.open({ mostRunning: 1 }).search(BOB))).toMatch(new RegExp(`^${code}: `));
    clean();
  });

  test('by Ctrl-C at any moment of a search stops what runs, and leaves nothing', async () => {
    const few = SEVEN.slice(0, 3);
    world = await new TraceWorld(few).register();
    const calm = world.open({ mostRunning: 2 });
    let pauses = 0;
    world.meanwhile = () => void pauses++;
    await calm.search(BOB);
    await calm.close();
    expect(pauses).toBeGreaterThan(8);
    for (let n = 1; n <= pauses; n++) {
      world = await new TraceWorld(few).register();
      let [at, closed]: [number, Promise<void>] = [0, Promise.resolve()];
      const log = world.open({ mostRunning: 2 });
      world.meanwhile = () => {
        if (++at === n) closed = log.close();
      };
      const said = await refusal(log.search(BOB));
      await closed;
      await log.close();
      if (said !== 'nothing was refused') expect(said, `${n}`).toMatch(/stopped/);
      expect([n, world.left, world.warnings, world.running]).toEqual([n, [], [], 0]);
    }
  });

  test('by Ctrl-C stops queries that would run for an hour, and waits until they write no more', async () => {
    const log = world.open({ mostRunning: 3 });
    const hour = is('StartQueryExecution', 'INSERT');
    const setPace = (call: AwsCall) => {
      world.aws.athena.pace = { by: 'ms', queued: 0, running: hour(call) ? 3_600_000 : 0 };
      return false;
    };
    world.aws.fail((call) => call.operation === 'StartQueryExecution' && setPace(call), 'not done');
    world.meanwhile = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (world.inserts.length === 3) void log.close();
    };
    expect(await refusal(log.search(BOB))).toMatch(/stopped/);
    await log.close();
    expect(world.inserts.map(({ state }) => state)).toEqual(Array(3).fill('CANCELLED'));
    clean();
  });

  test('by Ctrl-C while its timeline is read leaves nothing', async () => {
    const log = world.open();
    await log.search(BOB);
    world.meanwhile = () => {
      if (world.aws.athena.executions().at(-1)?.sql.startsWith('SELECT')) void log.close();
    };
    expect(await refusal(eventsOf(log))).toMatch(/stopped/);
    await log.close();
    clean();
  });

  test('names what it could not remove, and how to', async () => {
    const log = world.open();
    await log.search(BOB);
    world.aws.fail(is('StartQueryExecution', 'DROP'), denied, { times: 9 });
    world.aws.fail(is('DeleteObject'), denied, { times: 99 });
    await log.close();
    expect(world.warnings).toEqual([
      expect.stringMatching(
        /^Table audit_lake\.trace_trace00000 is left: .*DROP TABLE IF EXISTS trace_trace00000$/,
      ),
      expect.stringContaining(`aws s3 rm --recursive ${RESULTS}trace/trace00000/`),
    ]);
    expect(world.left).toHaveLength(8);
  });

  test('deletes nothing beside its own folder', async () => {
    const others = [`${RESULTS}trace/trace000001/a`, `${RESULTS}a.csv`, `${RESULTS}trace/b`];
    for (const other of others) world.aws.s3.put(BUCKET, other.slice(`s3://${BUCKET}/`.length), Buffer.of(1));
    const log = world.open();
    await log.search(BOB);
    await log.close();
    expect(world.left.map((key) => `s3://${BUCKET}/${key}`).sort()).toEqual([...others].sort());
  });
});

describe('a workgroup that says where results lie', () => {
  const OWN = `s3://${BUCKET}/enforced/`;
  const open = () => world.open({ results: undefined, workGroup: 'audit' });

  test('chooses the place of the table, which is emptied too', async () => {
    world.aws.athena.createEnforcingWorkGroup('audit', OWN);
    const log = open();
    await log.search(BOB);
    expect(world.left.filter((it) => /^enforced\/tables\/[0-9a-f-]{36}\//.test(it))).toHaveLength(7);
    expect(await ids(log)).toHaveLength(7);
    await log.close();
    expect([world.left, world.warnings]).toEqual([[], []]);
  });

  test('which it insists on refuses another: how to go on is said', async () => {
    world.aws.athena.createEnforcingWorkGroup('audit', OWN);
    const said = await refusal(world.open({ workGroup: 'audit' }).search(BOB));
    expect(said).toMatch(/^QUERY_FAILED: .*external_location.*`results: workgroup`/s);
  });

  test('which lies elsewhere than our statement is not emptied', async () => {
    world.aws.athena.createWorkGroup('audit', OWN);
    const log = open();
    await log.search(BOB);
    const { input } = world.aws.glue.table(DATABASE, 'trace_trace00000');
    const moved = { ...input.StorageDescriptor, Location: `s3://${BUCKET}/enforced/` };
    world.aws.glue.updateTable(DATABASE, { ...input, StorageDescriptor: moved });
    await log.close();
    expect(world.left).toHaveLength(7);
    expect(world.warnings).toEqual([
      expect.stringContaining('does not bear the name of a query of this trace'),
    ]);
  });
});

describe('a raw table whose partitions are computed', () => {
  const project = (accounts: readonly string[], regions: readonly string[]) =>
    new TraceWorld(SEVEN).project({ accounts, regions, fromYear: '2026' });

  test('is asked for all that it covers', async () => {
    world = await project([ACCOUNT, '444455556666'], ['us-east-1']);
    const log = world.open();
    const plan = await log.plan(BOB);
    expect(plan).toMatchObject({ queries: 12, isComputed: true, notCovered: [] });
    await log.search(BOB);
    expect(await ids(log)).toHaveLength(7);
    await log.close();
  });

  test('has its accounts and Regions named one a query, where it injects them', async () => {
    world = await project([], []);
    const unnamed = await refusal(world.open().search(BOB));
    expect(unnamed).toMatch(/^USAGE: .*name them with --accounts/);
    const log = world.open({ accounts: ['444455556666', ACCOUNT], regions: ['us-east-1'] });
    await log.search({ ...BOB, to: Date.UTC(2026, 1, 20) });
    expect(await ids(log)).toEqual(['id-01', 'id-02']);
    expect(world.inserts).toHaveLength(4);
    for (const { sql } of world.inserts)
      expect(sql).toMatch(/account = '\d{12}'\n {2}AND region = 'us-east-1'/);
    await log.close();
  });

  test('and that finds nothing is refused with what is wrong', async () => {
    world = await project([ACCOUNT], ['us-east-1']);
    const { input } = world.aws.glue.table(DATABASE, RAW);
    const Parameters = { ...input.Parameters, 'projection.month.digits': '1' };
    world.aws.glue.updateTable(DATABASE, { ...input, Parameters });
    expect(await refusal(world.open().search(BOB))).toMatch(/^LAKE_FORMAT: .*projection\.month\.digits is 1/);
  });
});

test('a raw table that is missing is told with the command that makes it', async () => {
  world.aws.glue.dropTable(DATABASE, RAW);
  expect(await refusal(world.open().search(BOB))).toMatch(/^USAGE: .*`audit-lake raw create`/);
});
