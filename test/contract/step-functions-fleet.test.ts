import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StepFunctionsFleet } from '../../src/adapters/aws/step-functions-fleet.js';
import { backfillStateMachine } from '../../src/backfill/state-machine.js';
import { denied, internal } from '../support/aws/aws-error.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { FACES, type OpenFace } from '../support/aws/faces.ts';

const LAKE = 'amzn-s3-demo-lake';
const PLAN = '20260109T120000Z-abcd';
const KEY = `audit/_meta/plans/${PLAN}.jsonl`;
const LOCATION = `s3://${LAKE}/${KEY}`;
const MACHINE = 'arn:aws:states:eu-central-1:111122223333:stateMachine:audit-lake-backfill';
const FUNCTION = 'arn:aws:lambda:eu-central-1:111122223333:function:audit-lake-backfill';
const DAY = 86_400_000;

const placeOf = (n: number) => `s3://amzn-s3-demo-bucket/slice-${n}/`;

/** A batch as a child gets it. */
type Batch = {
  readonly BatchInput: { readonly plan: string };
  readonly Items: readonly { place?: string }[];
};

describe.each(FACES)('a fleet of Step Functions, $name', ({ open }) => {
  let now: number;
  let world: AwsWorld;
  let face: OpenFace;
  let fleet: StepFunctionsFleet;
  let batches: Batch[];
  let broken: Set<string>;

  beforeEach(async () => {
    now = Date.UTC(2026, 0, 9, 12);
    world = new AwsWorld({ now: () => now });
    world.s3.createBucket(LAKE);
    const slices = Array.from({ length: 19 }, (_, n) => JSON.stringify({ place: placeOf(n) }));
    world.s3.put(LAKE, KEY, `${[JSON.stringify({ plan: 1 }), ...slices].join('\n')}\n`);
    world.sfn.createStateMachine(
      MACHINE,
      backfillStateMachine({ functionArn: FUNCTION, concurrency: 4, batchSlices: 4 }),
    );
    [batches, broken] = [[], new Set()];
    world.sfn.functions.set(FUNCTION, async (event) => {
      const batch = event as Batch;
      batches.push(batch);
      const bad = batch.Items.find(({ place = '' }) => broken.has(place));
      if (bad) throw Object.assign(new Error(`${bad.place}: no`), { name: 'AWS_DENIED' });
      return { slices: batch.Items.length };
    });
    face = await open(world);
    fleet = new StepFunctionsFleet({
      client: face.clients.sfn,
      s3: { client: face.clients.s3 },
      stateMachineArn: MACHINE,
      results: { bucket: LAKE, prefix: 'audit/_meta/results/backfill' },
    });
  });
  afterEach(() => face.close());

  const names = () =>
    world.calls.filter(({ operation }) => operation === 'StartExecution').map(({ input }) => input['name']);

  test('knows of no run before the first', async () => {
    expect(await fleet.last(PLAN)).toBeUndefined();
  });

  test('starts a run over the lines of the plan file, and follows it to its end', async () => {
    const begun = await fleet.start(PLAN, LOCATION);
    expect(begun).toMatchObject({
      id: `${MACHINE.replace('stateMachine', 'execution')}:${PLAN}-1`,
      state: 'running',
    });
    expect(begun.started).toBe(now);
    expect(await fleet.last(PLAN)).toMatchObject({ state: 'running', batches: { total: 0 } });
    await world.sfn.work({ batches: 2 });
    expect(await fleet.last(PLAN)).toMatchObject({
      state: 'running',
      ended: undefined,
      batches: { total: 5, waiting: 3, running: 0, succeeded: 2, failed: 0 },
    });
    now += 60_000;
    await world.sfn.work();
    expect(await fleet.last(PLAN)).toEqual({
      ...{
        id: begun.id,
        state: 'succeeded',
        started: begun.started,
        ended: now,
        failures: [],
        redrivable: false,
      },
      batches: { total: 5, waiting: 0, running: 0, succeeded: 5, failed: 0 },
    });
    expect(batches.flatMap(({ Items }) => Items.flatMap(({ place }) => place ?? []))).toEqual(
      Array.from({ length: 19 }, (_, n) => placeOf(n)),
    );
    expect(new Set(batches.map(({ BatchInput }) => BatchInput.plan))).toEqual(new Set([PLAN]));
  });

  test('lists why batches failed, by their first slice, while the others go on (B3)', async () => {
    broken.add(placeOf(4)).add(placeOf(5));
    await fleet.start(PLAN, LOCATION);
    await world.sfn.work();
    expect(await fleet.last(PLAN)).toMatchObject({
      state: 'succeeded',
      batches: { total: 5, succeeded: 4, failed: 1 },
      failures: [{ file: placeOf(3), code: 'AWS_DENIED', message: `${placeOf(4)}: no` }],
    });
  });

  test('names twenty failures of many, and reads no more of the list than that takes', async () => {
    const many = Array.from({ length: 400 }, (_, n) =>
      JSON.stringify({ place: `${placeOf(n)}${'x'.repeat(900)}/` }),
    );
    world.s3.put(LAKE, KEY, many.join('\n'));
    world.sfn.functions.set(FUNCTION, async () => {
      throw Object.assign(new Error('"{[\\ no'), { name: 'USAGE' });
    });
    const definition = backfillStateMachine({
      functionArn: FUNCTION,
      concurrency: 4,
      batchSlices: 4,
      toleratedFailures: 100,
    });
    world.sfn.createStateMachine(MACHINE, definition);
    await fleet.start(PLAN, LOCATION);
    await world.sfn.work();
    const run = await fleet.last(PLAN);
    expect(run?.batches.failed).toBe(100);
    expect(run?.failures).toHaveLength(20);
    expect(new Set(run?.failures.map(({ message }) => message))).toEqual(new Set(['"{[\\ no']));
    const reads = world.calls.filter(({ operation }) => operation === 'GetObject');
    expect(reads.map(({ input }) => input['Range'])).toEqual(['bytes=0-4194303', 'bytes=0-4194303']);
  });

  test('is not started twice while it runs, not even by two at once', async () => {
    const first = await fleet.start(PLAN, LOCATION);
    expect((await fleet.start(PLAN, LOCATION)).id).toBe(first.id);
    expect(names()).toEqual([`${PLAN}-1`]);
    world.sfn.unlisted.add(`${PLAN}-1`);
    expect((await fleet.start(PLAN, LOCATION)).id).toBe(first.id);
    const both = await Promise.all([fleet.start(PLAN, LOCATION), fleet.start(PLAN, LOCATION)]);
    expect(both.map(({ id }) => id)).toEqual([first.id, first.id]);
  });

  test('is started again under the next name when it has ended, also where the listing lags behind', async () => {
    await fleet.start(PLAN, LOCATION);
    await world.sfn.work();
    expect((await fleet.start(PLAN, LOCATION)).id).toMatch(/-2$/);
    await world.sfn.work();
    for (const n of [1, 2]) world.sfn.unlisted.add(`${PLAN}-${n}`);
    expect((await fleet.start(PLAN, LOCATION)).id).toMatch(/-3$/);
    expect((await fleet.last(PLAN))?.state).toBe('running');
  });

  test('tells the runs of one plan from those of others, page by page', async () => {
    const other = '20260109T120000Z-abce';
    world.s3.put(LAKE, KEY.replace(PLAN, other), '{"plan":1}\n');
    for (let n = 0; n < 5; n++) {
      await fleet.start(other, LOCATION.replace(PLAN, other));
      await world.sfn.work();
      if (n === 1) await fleet.start(PLAN, LOCATION);
    }
    world.sfn.pageSize = 2;
    expect((await fleet.last(PLAN))?.id).toMatch(`${PLAN}-1`);
    expect((await fleet.last(other))?.id).toMatch(`${other}-5`);
  });

  test('redrives a run that failed: only what failed and what was left', async () => {
    for (let n = 0; n < 19; n++) broken.add(placeOf(n));
    await fleet.start(PLAN, LOCATION);
    await world.sfn.work();
    const failed = await fleet.last(PLAN);
    expect(failed).toMatchObject({ state: 'failed', redrivable: true, batches: { failed: 3, waiting: 2 } });
    expect(failed?.failures.at(-1)).toMatchObject({ code: 'States.ExceedToleratedFailureThreshold' });
    if (!failed) throw new Error('no run');
    broken.clear();
    batches = [];
    const again = await fleet.redrive(failed);
    expect(again).toMatchObject({ id: failed.id, state: 'running', redrivable: false, failures: [] });
    expect(await fleet.last(PLAN)).toMatchObject({ state: 'running', failures: [], batches: { waiting: 5 } });
    await world.sfn.work();
    expect(await fleet.last(PLAN)).toMatchObject({
      state: 'succeeded',
      batches: { succeeded: 5, failed: 0 },
    });
    expect(batches).toHaveLength(5);
  });

  test('does not tell failures of before a redrive as those of now', async () => {
    for (let n = 0; n < 19; n++) broken.add(placeOf(n));
    await fleet.start(PLAN, LOCATION);
    await world.sfn.work();
    const failed = await fleet.last(PLAN);
    if (!failed) throw new Error('no run');
    await fleet.redrive(failed);
    await world.sfn.work({ batches: 1 });
    expect(await fleet.last(PLAN)).toMatchObject({ state: 'running', batches: { failed: 1 }, failures: [] });
  });

  test('runs the whole plan again where a run succeeded in spite of failures: it cannot be redriven', async () => {
    broken.add(placeOf(4));
    await fleet.start(PLAN, LOCATION);
    await world.sfn.work();
    const run = await fleet.last(PLAN);
    if (!run) throw new Error('no run');
    expect(run.redrivable).toBe(false);
    broken.clear();
    expect((await fleet.redrive(run)).id).toMatch(/-2$/);
    await world.sfn.work();
    expect(await fleet.last(PLAN)).toMatchObject({
      state: 'succeeded',
      failures: [],
      batches: { succeeded: 5 },
    });
    expect(world.count('RedriveExecution')).toBe(0);
  });

  test('does the same where the fourteen days of a redrive are over, and where somebody else was faster', async () => {
    const first = await fleet.start(PLAN, LOCATION);
    world.sfn.stop(first.id);
    const stopped = await fleet.last(PLAN);
    if (!stopped) throw new Error('no run');
    expect(stopped).toMatchObject({ state: 'stopped', redrivable: true });
    expect((await fleet.redrive(stopped)).id).toBe(first.id);
    expect((await fleet.redrive(stopped)).id).toBe(first.id);
    world.sfn.stop(first.id);
    now += 15 * DAY;
    expect((await fleet.last(PLAN))?.redrivable).toBe(false);
    expect((await fleet.redrive(stopped)).id).toMatch(/-2$/);
  });

  test('begins with the first name again when Step Functions has forgotten the last run', async () => {
    await fleet.start(PLAN, LOCATION);
    await world.sfn.work();
    now += 91 * DAY;
    expect(await fleet.last(PLAN)).toBeUndefined();
    expect((await fleet.start(PLAN, LOCATION)).id).toMatch(/-1$/);
  });

  test('says what is wrong where the plan file cannot be read', async () => {
    world.s3.remove(LAKE, KEY);
    await fleet.start(PLAN, LOCATION);
    await world.sfn.work();
    expect(await fleet.last(PLAN)).toMatchObject({
      state: 'failed',
      batches: { total: 0 },
      failures: [{ code: 'States.ItemReaderFailed' }],
    });
  });

  test('does without results that a lifecycle rule has taken', async () => {
    broken.add(placeOf(4));
    await fleet.start(PLAN, LOCATION);
    await world.sfn.work();
    const results = [...world.s3.objects(LAKE, 'audit/_meta/results/').keys()];
    expect(results.map((key) => key.replace(/.*\//, ''))).toEqual([
      'FAILED_0.json',
      'SUCCEEDED_0.json',
      'manifest.json',
    ]);
    expect(results.every((key) => key.startsWith(`audit/_meta/results/backfill/${PLAN}/`))).toBe(true);
    world.s3.remove(LAKE, results[0] ?? '');
    expect(await fleet.last(PLAN)).toMatchObject({ batches: { failed: 1 }, failures: [] });
    world.s3.remove(LAKE, results[2] ?? '');
    expect(await fleet.last(PLAN)).toMatchObject({ batches: { failed: 1 }, failures: [] });
  });

  test.each(['ListExecutions', 'DescribeExecution', 'ListMapRuns', 'DescribeMapRun'])(
    'names the action that is denied: %s',
    async (operation) => {
      await fleet.start(PLAN, LOCATION);
      await world.sfn.work();
      world.fail((call) => call.operation === operation, denied);
      await expect(fleet.last(PLAN)).rejects.toMatchObject({
        code: 'AWS_DENIED',
        message: expect.stringContaining(`states:${operation} on arn:aws:states:`),
      });
    },
  );

  test('names the action that is denied at the start and at a redrive, and what a service that fails says', async () => {
    world.fail(({ operation }) => operation === 'StartExecution', denied);
    await expect(fleet.start(PLAN, LOCATION)).rejects.toMatchObject({ code: 'AWS_DENIED' });
    const { id } = await fleet.start(PLAN, LOCATION);
    world.sfn.stop(id);
    const run = await fleet.last(PLAN);
    if (!run) throw new Error('no run');
    world.fail(({ operation }) => operation === 'RedriveExecution', internal, { times: Infinity });
    await expect(fleet.redrive(run)).rejects.toMatchObject({
      code: 'AWS_FAILED',
      message: expect.stringContaining('states:RedriveExecution'),
    });
  });

  test('refuses a state machine that is not there', async () => {
    const stateMachineArn = `${MACHINE}-other`;
    const results = { bucket: LAKE, prefix: 'x' };
    const options = { client: face.clients.sfn, s3: { client: face.clients.s3 }, stateMachineArn, results };
    await expect(new StepFunctionsFleet(options).last(PLAN)).rejects.toMatchObject({
      code: 'AWS_FAILED',
      message: expect.stringContaining('StateMachineDoesNotExist'),
    });
  });
});
