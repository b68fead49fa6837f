import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SqsLogFileQueue } from '../../src/adapters/aws/sqs-log-file-queue.js';
import { parseKey } from '../../src/cloudtrail/log-file-ref.js';
import { denied } from '../support/aws/aws-error.ts';
import { rowsOfDataFile } from '../support/data-file-rows.ts';
import { FleetWorld } from '../support/fleet-world.ts';
import { FIVE_MINUTES, invoked, SOURCE, STATE } from '../support/lambda-world.ts';
import { damaged, keyOf, type MadeLogFile, makeTrail, truthOf } from '../support/log-files.ts';
import { BOTH } from '../support/memory-ingest.ts';
import { notified } from '../support/notify.ts';
import { EVERYTHING } from '../support/scopes.ts';

const PLAN = '20260109T120000Z-abcd';
/** 120 log files over eight days: with the head of the plan and its month ten items, four batches. */
const TRAIL = makeTrail(120, 8);

let world: FleetWorld;
beforeEach(async () => {
  world = await FleetWorld.start();
});
afterEach(async () => {
  await world.stop();
});

const put = (files: readonly MadeLogFile[]) => {
  for (const { key, bytes } of files) world.lambda.aws.s3.put(SOURCE, key, bytes);
};

async function rows(): Promise<string[]> {
  const found: string[] = [];
  for (const [path, bytes] of world.lambda.inLake()) {
    if (path.endsWith('.parquet')) found.push(...(await rowsOfDataFile(path.split('/')[0] ?? '', bytes)));
  }
  return found.sort();
}

/** All that is true of a lake at rest. */
async function expectLakeOf(files: readonly MadeLogFile[]): Promise<void> {
  expect(await rows()).toEqual(truthOf(files, BOTH));
  expect(world.lambda.dataFiles()).toEqual(world.lambda.promised());
  expect([...world.lambda.inLake('_meta/stage/').keys()]).toEqual([]);
  expect(world.lambda.metric('Imbalances').filter((count) => count !== 0)).toEqual([]);
}

const places = () =>
  [...new Set(TRAIL.map(({ key }) => `s3://${SOURCE}/${key.replace(/[^/]+$/, '')}`))].sort();
const ends = () => world.lambda.aws.dynamodb.items(STATE).filter(({ pk }) => pk?.S === `SLICE#${PLAN}`);
const reads = () =>
  world.lambda.aws.calls.filter(
    ({ operation, input }) => operation === 'GetObject' && input['Bucket'] === SOURCE,
  );
const listed = () =>
  world.lambda.aws.calls.filter(
    ({ operation, input }) => operation === 'ListObjectsV2' && input['Bucket'] === SOURCE,
  );
/** A Lambda whose time is over after so many looks at the clock. */
const shortOf = (looks: number) => {
  let left = looks;
  return invoked(() => (left-- > 0 ? 60_000 : 0));
};

async function started() {
  const made = await world.plan(PLAN);
  await world.fleet.start(PLAN, made.location);
  return made;
}

describe('a fleet', () => {
  test('ingests every log file of a plan once, and notes each slice', async () => {
    put(TRAIL);
    const { plan } = await started();
    await world.work();
    await expectLakeOf(TRAIL);
    expect(plan.slices).toBe(8);
    expect(await world.fleet.last(PLAN)).toMatchObject({
      state: 'succeeded',
      batches: { total: 4, succeeded: 4 },
      failures: [],
    });
    expect(
      ends()
        .map(({ place }) => place?.S)
        .sort(),
    ).toEqual(places());
    expect(world.lambda.metric('SlicesEnded')).toEqual([1, 3, 3, 1]);
  });

  test('tells of each batch what became of it', async () => {
    put(TRAIL);
    await started();
    await world.work({ batches: 1 });
    const [line] = world.lambda.log().filter(({ message }) => message === 'backfill_done');
    expect(line).toMatchObject({ plan: PLAN, slices: { ended: 1, passed: 0 }, log_files: { ingested: 15 } });
  });

  test('goes on where it was when time runs short, until all is there', async () => {
    world.deploy({ batchSlices: 50 });
    put(TRAIL);
    await started();
    for (let n = 0; n < 40; n++) world.contexts.push(shortOf(3));
    await world.work();
    const run = await world.fleet.last(PLAN);
    expect(run).toMatchObject({ state: 'succeeded', batches: { total: 1, succeeded: 1 } });
    await expectLakeOf(TRAIL);
    const { waits } = world.lambda.aws.sfn;
    expect(waits.length).toBeGreaterThan(2);
    expect(new Set(waits)).toEqual(new Set([1]));
    // Each log file was read once, however often its batch was begun.
    expect(reads()).toHaveLength(TRAIL.length);
    expect(ends()).toHaveLength(8);
  });

  test('writes nothing and lists nothing when the plan is run again', async () => {
    put(TRAIL);
    const { location } = await started();
    await world.work();
    const [writes, lists] = [world.lambda.aws.count('TransactWriteItems'), listed().length];
    expect((await world.fleet.start(PLAN, location)).id).toMatch(/-2$/);
    await world.work();
    expect(await world.fleet.last(PLAN)).toMatchObject({ state: 'succeeded', batches: { succeeded: 4 } });
    expect(world.lambda.aws.count('TransactWriteItems')).toBe(writes);
    expect(listed()).toHaveLength(lists);
    await expectLakeOf(TRAIL);
  });

  test('parks a damaged log file, and ends its batch all the same', async () => {
    const [first, ...others] = TRAIL;
    if (!first) throw new Error('a trail');
    put([damaged(first), ...others]);
    await started();
    await world.work();
    await expectLakeOf(others);
    expect(await world.fleet.last(PLAN)).toMatchObject({ state: 'succeeded', batches: { failed: 0 } });
    const [end] = ends().filter(({ failed }) => failed?.N === '1');
    expect(JSON.stringify(end)).toContain('BAD_GZIP');
    const [warned] = world.lambda.log().filter(({ message }) => message === 'log_file_failed');
    expect(warned).toMatchObject({ code: 'BAD_GZIP' });
  });

  test('lists a folder that may not be read, tolerates it, and mends it with the next run (B3)', async () => {
    put(TRAIL);
    const [, second = ''] = places();
    const isSecond = ({
      operation,
      input,
    }: {
      operation: string;
      input: { readonly [name: string]: unknown };
    }) => operation === 'ListObjectsV2' && `s3://${SOURCE}/${input['Prefix']}` === second;
    const made = await world.plan(PLAN);
    const fault = world.lambda.aws.fail(isSecond, denied, { times: Infinity });
    await world.fleet.start(PLAN, made.location);
    await world.work();
    const run = await world.fleet.last(PLAN);
    expect(run).toMatchObject({ state: 'succeeded', batches: { failed: 1, succeeded: 3 } });
    expect(run?.failures).toEqual([
      { file: expect.stringContaining(SOURCE), code: 'AWS_DENIED', message: expect.stringContaining(second) },
    ]);
    await expectLakeOf(TRAIL.filter(({ key }) => !`s3://${SOURCE}/${key}`.startsWith(second)));
    fault.stop();
    if (!run) throw new Error('no run');
    const lists = listed().length;
    await world.fleet.redrive(run);
    await world.work();
    expect(await world.fleet.last(PLAN)).toMatchObject({ state: 'succeeded', batches: { failed: 0 } });
    // The slices that are done are not even listed again.
    expect(listed().length - lists).toBe(1);
    await expectLakeOf(TRAIL);
  });

  test('is redriven where too much failed: what was done is left alone', async () => {
    world.deploy({ batchSlices: 1, toleratedFailures: 20 });
    put(TRAIL);
    const made = await world.plan(PLAN);
    const fault = world.lambda.aws.fail(
      ({ operation, input }) =>
        operation === 'ListObjectsV2' && String(input['Prefix']).includes('/2026/01/0'),
      denied,
      { times: Infinity },
    );
    await world.fleet.start(PLAN, made.location);
    await world.work();
    const run = await world.fleet.last(PLAN);
    expect(run).toMatchObject({ state: 'failed', redrivable: true });
    fault.stop();
    if (!run) throw new Error('no run');
    expect((await world.fleet.redrive(run)).id).toBe(run.id);
    await world.work();
    expect(await world.fleet.last(PLAN)).toMatchObject({
      state: 'succeeded',
      batches: { total: 10, succeeded: 10 },
    });
    await expectLakeOf(TRAIL);
  });

  test('takes again what another attempt may mend, and fails the batch where none does', async () => {
    put(TRAIL);
    const [file] = TRAIL;
    const made = await world.plan(PLAN);
    const isFile = ({
      operation,
      input,
    }: {
      operation: string;
      input: { readonly [name: string]: unknown };
    }) => operation === 'GetObject' && input['Key'] === file?.key;
    const fault = world.lambda.aws.fail(isFile, denied, { times: Infinity });
    await world.fleet.start(PLAN, made.location);
    await world.work();
    const run = await world.fleet.last(PLAN);
    expect(run).toMatchObject({ batches: { failed: 1 }, failures: [{ code: 'READ_FAILED' }] });
    expect(world.lambda.aws.sfn.waits).toEqual([5, 10, 20, 40, 80]);
    fault.stop();
    if (!run) throw new Error('no run');
    await world.fleet.redrive(run);
    await world.work();
    await expectLakeOf(TRAIL);
  });

  test('meets live ingest without losing or doubling a row', async () => {
    put(TRAIL);
    await started();
    const client = world.lambda.aws.clients.sqs;
    const waiting = { pause: async () => undefined, random: () => 0 };
    const queue = new SqsLogFileQueue({ client, queueUrl: world.queueUrl, waiting });
    const files = TRAIL.filter((_, n) => n % 3 > 0).flatMap(({ key, bytes }) => {
      const kind = parseKey(SOURCE, key);
      const { etag } = notified(world.lambda.aws, key);
      return kind.kind === 'log-file' ? [{ ref: kind.ref, size: bytes.length, etag }] : [];
    });
    await queue.send(files);
    await world.work({ batches: 1 });
    await world.drain();
    await world.work();
    expect(files).toHaveLength(80);
    await expectLakeOf(TRAIL);
  });

  test('takes of a folder only what the scope of the plan wants', async () => {
    const flat = TRAIL.map((file) => ({ ...file, key: `copy/${file.key.replace(/.*\//, '')}` }));
    put(flat);
    const made = await world.plan(PLAN, { ...EVERYTHING, from: '2026-01-07', to: '2026-01-08' });
    await world.fleet.start(PLAN, made.location);
    await world.work();
    await expectLakeOf(flat.filter(({ key }) => /_2026010[78]T/.test(key)));
  });

  test('reads what the sources of the plan name, and nothing beside it', async () => {
    const [first, second] = TRAIL;
    if (!first || !second) throw new Error('a trail');
    const renamed = { ...second, key: second.key.replace(/[^/]+$/, 'saved-by-hand.json.gz') };
    put([...TRAIL.filter((file) => file !== second), renamed]);
    const sources = [first, renamed].map(({ key }) => `s3://${SOURCE}/${key}`);
    const made = await world.plan(PLAN, EVERYTHING, sources);
    await world.fleet.start(PLAN, made.location);
    await world.work();
    await expectLakeOf([first, renamed]);
  });

  test('reads of a plan its first line, once for each instance', async () => {
    put(TRAIL);
    await started();
    await world.work();
    const [read, ...others] = world.lambda.aws.calls.filter(
      ({ operation, input }) => operation === 'GetObject' && String(input['Key']).endsWith(`${PLAN}.jsonl`),
    );
    expect(read?.input['Range']).toBe('bytes=0-65535');
    expect(others).toEqual([]);
  });

  test('keeps the datasets of the plan, in whatever order they were named', async () => {
    await world.lambda.coldStart({ AUDIT_LAKE_DATASETS: 'cloudtrail_events,athena_events' });
    put(TRAIL);
    await started();
    await world.work();
    await expectLakeOf(TRAIL);
  });

  test.each(['athena_events', 'cloudtrail_events'])(
    'that keeps other datasets than the plan notes no slice, and says how to go on: %s',
    async (kept) => {
      await world.lambda.coldStart({ AUDIT_LAKE_DATASETS: kept });
      put(TRAIL);
      await started();
      await world.work();
      const message =
        `plan ${PLAN} counts for athena_events, cloudtrail_events, and this function keeps ${kept}: set ` +
        'AUDIT_LAKE_DATASETS to athena_events,cloudtrail_events, or make a plan for those';
      expect((await world.fleet.last(PLAN))?.failures).toContainEqual(
        expect.objectContaining({ code: 'DATASET_SELECTION', message }),
      );
      expect([ends(), reads(), world.lambda.aws.sfn.waits]).toEqual([[], [], []]);
    },
  );

  test('that keeps other services than the plan notes no slice, and says how to go on', async () => {
    const services = 's3.amazonaws.com,iam.amazonaws.com';
    await world.lambda.coldStart({ AUDIT_LAKE_EVENT_SOURCES: services });
    put(TRAIL);
    await started();
    await world.work();
    const message =
      `plan ${PLAN} counts for athena_events, cloudtrail_events, and this function keeps athena_events, ` +
      'cloudtrail_events of iam.amazonaws.com and s3.amazonaws.com: set AUDIT_LAKE_DATASETS to ' +
      'athena_events,cloudtrail_events and no AUDIT_LAKE_EVENT_SOURCES, or make a plan for those';
    expect((await world.fleet.last(PLAN))?.failures).toContainEqual(
      expect.objectContaining({ code: 'DATASET_SELECTION', message }),
    );
    expect([ends(), reads(), world.lambda.aws.sfn.waits]).toEqual([[], [], []]);
  });
});

describe('the backfill handler', () => {
  const itemOf = (place: string) => ({ place, files: 1, bytes: 1, settled: 0, archived: 0 });
  const event = (...items: readonly unknown[]) => ({ BatchInput: { plan: PLAN }, Items: items });

  test.each([
    [{}],
    [{ Records: [] }],
    [null],
    [{ BatchInput: { plan: PLAN } }],
    [{ BatchInput: { plan: '../other' }, Items: [] }],
    [{ BatchInput: { plan: PLAN }, Items: [{ plase: 'x' }] }],
  ])('refuses what is no batch of slices: %j', async (odd) => {
    await expect(world.lambda.backfill(odd)).rejects.toMatchObject({ name: 'PLAN_FORMAT' });
  });

  test('reads nothing outside of its sources, whatever a plan says', async () => {
    await world.lambda.coldStart({ AUDIT_LAKE_SOURCES: `s3://${SOURCE}/AWSLogs/111122223333/` });
    put(TRAIL);
    await world.plan(PLAN);
    const calls = listed().length;
    for (const place of [
      's3://amzn-s3-demo-lake/audit/',
      `s3://${SOURCE}/`,
      `s3://${SOURCE}/AWSLogs/444455556666/`,
      '/etc/',
    ]) {
      await expect(world.lambda.backfill(event(itemOf(place)))).rejects.toMatchObject({
        name: 'USAGE',
        message: expect.stringContaining(`${place} lies outside of AUDIT_LAKE_SOURCES`),
      });
    }
    expect(listed()).toHaveLength(calls);
  });

  test('refuses a slice that lies in no source of its plan', async () => {
    put(TRAIL);
    const [first = '', second = ''] = places();
    await world.plan(PLAN, EVERYTHING, [first]);
    await expect(world.lambda.backfill(event(itemOf(first), itemOf(second)))).rejects.toMatchObject({
      name: 'PLAN_FORMAT',
      message: expect.stringContaining(`${second} lies in no source of plan ${PLAN}`),
    });
    expect([ends(), reads()]).toEqual([[], []]);
  });

  test('answers with the counts of its batch', async () => {
    put(TRAIL);
    await world.plan(PLAN);
    const [place = ''] = places();
    expect(
      await world.lambda.backfill(event({ plan: 1 }, { ...itemOf(place), files: 17 }), FIVE_MINUTES),
    ).toEqual({
      plan: PLAN,
      slices: { ended: 1, passed: 0, unlisted: 0 },
      log_files: { listed: 15, ingested: 15, skipped: 0, failed: 0, foreign: 0, gone: 2 },
      failures: [],
    });
    expect(keyOf(0, 0)).toContain('/2026/01/05/');
  });

  test('throws by the name of its code, as a state machine compares it', async () => {
    put(TRAIL);
    await world.plan(PLAN);
    const [place = ''] = places();
    const late = invoked(() => 0);
    await expect(world.lambda.backfill(event(itemOf(place)), late)).rejects.toMatchObject({
      name: 'SLICES_UNFINISHED',
      message: expect.stringContaining('time ran short after 0 slices'),
    });
    await expect(
      world.lambda.backfill({ ...event(itemOf(place)), BatchInput: { plan: '20260109T120000Z-none' } }),
    ).rejects.toMatchObject({
      name: 'USAGE',
    });
  });
});
