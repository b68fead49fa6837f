import { afterEach, describe, expect, test } from 'vitest';
import { type Ended, run } from '../support/command-line.ts';
import { rowsOfDataFile } from '../support/data-file-rows.ts';
import { FleetWorld } from '../support/fleet-world.ts';
import { LAKE, SOURCE, STATE } from '../support/lambda-world.ts';
import { damaged, type MadeLogFile, makeLogFile, makeTrail, truthOf } from '../support/log-files.ts';
import { BOTH } from '../support/memory-ingest.ts';

const GOOD = makeTrail(60, 6);
const TRAIL = [...GOOD, damaged(makeLogFile(500, [{ service: 'athena', day: 3 }]))];

let world: FleetWorld;
afterEach(() => world.stop());

/** The command over the same AWS as the handlers. */
function backfill(...args: string[]): Promise<Ended> {
  const env = { ...world.env, AUDIT_LAKE_SOURCES: `s3://${SOURCE}` };
  const verb = args[0] ?? '';
  const datasets = ['plan', 'run'].includes(verb) ? BOTH.flatMap((name) => ['--dataset', name]) : [];
  return run(['backfill', ...args, ...datasets, '--output', 'json'], { env });
}

async function begin(files: readonly MadeLogFile[]): Promise<string> {
  world = await FleetWorld.start();
  for (const { key, bytes } of files) world.lambda.aws.s3.put(SOURCE, key, bytes);
  const { code, out, err } = await backfill('plan', `s3://${SOURCE}`);
  expect([code, err.replace(/^Counting.*\n/gm, '')]).toEqual([0, '']);
  return JSON.parse(out).plan;
}

async function rows(): Promise<string[]> {
  const found: string[] = [];
  for (const [path, bytes] of world.lambda.inLake()) {
    if (path.endsWith('.parquet')) found.push(...(await rowsOfDataFile(path.split('/')[0] ?? '', bytes)));
  }
  return found.sort();
}

const status = async (plan: string) => JSON.parse((await backfill('status', plan)).out);
const bodies = () =>
  world.lambda.aws.calls.filter(
    ({ operation, input }) => operation === 'GetObject' && input['Bucket'] === SOURCE,
  ).length;

describe('B2: a plan is worked off to the same rows, whichever way', () => {
  test('here', async () => {
    const plan = await begin(TRAIL);
    const { code, out } = await backfill('run', plan);
    expect([code, JSON.parse(out).log_files]).toMatchObject([1, { listed: 61, ingested: 60, failed: 1 }]);
    expect(await rows()).toEqual(truthOf(GOOD, BOTH));
    expect(await status(plan)).toMatchObject({ state: 'done_with_failures', fleet: null });
  });

  test('by the fleet, and a second run reads only what failed', async () => {
    const plan = await begin(TRAIL);
    const { code, out } = await backfill('run', plan, '--on', 'fleet');
    expect([code, JSON.parse(out)]).toMatchObject([
      0,
      { plan, fleet: { state: 'running' }, next: expect.stringContaining(`backfill watch ${plan}`) },
    ]);
    expect(await status(plan)).toMatchObject({ state: 'running', fleet: { state: 'running' } });
    await world.work();
    expect(await rows()).toEqual(truthOf(GOOD, BOTH));
    expect(await status(plan)).toMatchObject({
      state: 'done_with_failures',
      log_files: { done: 60, failed: 1, to_do: 0 },
      failures: [{ code: 'BAD_GZIP' }],
    });
    const before = bodies();
    await backfill('run', plan, '--on', 'fleet');
    await world.work();
    expect(bodies() - before).toBe(1);
    expect(await rows()).toEqual(truthOf(GOOD, BOTH));
    const watched = await backfill('watch', plan);
    expect([watched.code, JSON.parse(watched.out).state]).toEqual([1, 'done_with_failures']);
  });

  test('by the queue, which is sent nothing that is settled', async () => {
    const plan = await begin(GOOD);
    const first = JSON.parse((await backfill('run', plan, '--on', 'queue')).out);
    expect(first.log_files).toEqual({ listed: 60, sent: 60, skipped: 0, foreign: 0 });
    expect(await status(plan)).toMatchObject({ state: 'sent', log_files: { sent: 60, done: 0 } });
    const watched = await backfill('watch', plan);
    expect([watched.code, JSON.parse(watched.out).state]).toEqual([0, 'sent']);
    const repeated = JSON.parse((await backfill('run', plan, '--on', 'queue')).out);
    expect(repeated.log_files).toMatchObject({ listed: 0, sent: 0 });
    await world.drain();
    expect(await rows()).toEqual(truthOf(GOOD, BOTH));
    const again = await backfill('run', `s3://${SOURCE}`, '--on', 'queue', '--restart');
    expect(JSON.parse(again.out).log_files).toMatchObject({ sent: 0 });
  });

  test('an account that may not be listed is told by the run and by the status, long after the plan', async () => {
    world = await FleetWorld.start();
    for (const { key, bytes } of GOOD) world.lambda.aws.s3.put(SOURCE, key, bytes);
    world.lambda.aws.s3.put(
      SOURCE,
      'AWSLogs/444455556666/CloudTrail/us-east-1/2026/01/05/x.json.gz',
      GOOD[0]?.bytes ?? '',
    );
    world.lambda.aws.s3.denyListing(SOURCE, 'AWSLogs/444455556666/');
    const ended = await backfill('run', `s3://${SOURCE}`);
    const { plan, unlisted, log_files, next } = JSON.parse(ended.out);
    expect([ended.code, unlisted]).toMatchObject([1, [{ code: 'AWS_DENIED' }]]);
    expect(next).toMatch(/backfill plan s3:/);
    expect(log_files).toMatchObject({ ingested: 60, failed: 0 });
    const told = await backfill('status', plan);
    expect([told.code, JSON.parse(told.out).unlisted]).toMatchObject([1, [{ code: 'AWS_DENIED' }]]);
    const sent = await backfill('run', plan, '--on', 'queue');
    expect([sent.code, JSON.parse(sent.out).unlisted]).toMatchObject([1, [{ code: 'AWS_DENIED' }]]);
  });

  test('a fleet that failed is forgotten once the plan is done here', async () => {
    const plan = await begin(GOOD.slice(0, 6));
    await backfill('run', plan, '--on', 'fleet');
    const { functions } = world.lambda.aws.sfn;
    for (const name of functions.keys()) functions.set(name, () => Promise.reject(new Error('broken')));
    await world.work();
    const failed = await backfill('status', plan);
    expect([failed.code, JSON.parse(failed.out)]).toMatchObject([1, { state: 'stopped' }]);
    const watched = await backfill('watch', plan);
    expect([watched.code, JSON.parse(watched.out).state]).toEqual([1, 'stopped']);
    expect((await backfill('run', plan)).code).toBe(0);
    const done = await backfill('status', plan);
    expect([done.code, JSON.parse(done.out)]).toMatchObject([
      0,
      { state: 'done', fleet: { state: 'failed' } },
    ]);
  });

  test('a bucket that may not be listed at all is denied, not empty', async () => {
    world = await FleetWorld.start();
    world.lambda.aws.s3.put(SOURCE, 'AWSLogs/x.json.gz', GOOD[0]?.bytes ?? '');
    world.lambda.aws.s3.denyListing(SOURCE, '');
    const ended = await backfill('plan', `s3://${SOURCE}`);
    expect([ended.code, ended.err]).toEqual([4, expect.stringMatching(/^AWS_DENIED: .*s3:ListBucket/m)]);
  });

  test('half by the fleet, half by live ingest, the rest here', async () => {
    const plan = await begin(GOOD);
    await backfill('run', plan, '--on', 'queue');
    await backfill('run', plan, '--restart', '--on', 'fleet', '--quiet');
    await Promise.all([world.work({ batches: 1 }), world.drain()]);
    const { code } = await backfill('run', `s3://${SOURCE}`, '--restart');
    expect(code).toBe(0);
    await world.work();
    expect(await rows()).toEqual(truthOf(GOOD, BOTH));
  });

  test('without a state machine or a queue it says what is missing', async () => {
    const plan = await begin(GOOD.slice(0, 2));
    const bare = { AUDIT_LAKE_STATE_MACHINE: '', AUDIT_LAKE_QUEUE_URL: '' };
    for (const [on, flag] of [
      ['fleet', '--state-machine'],
      ['queue', '--queue-url'],
    ]) {
      const env = { ...bare, AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AUDIT_LAKE_STATE_TABLE: STATE };
      const lake = ['--lake', `s3://${LAKE}/audit`, ...BOTH.flatMap((name) => ['--dataset', name])];
      const ended = await run(['backfill', 'run', plan, '--on', on ?? '', ...lake], { env });
      expect([ended.code, ended.err]).toEqual([2, expect.stringContaining(`USAGE: ${flag} is not set`)]);
    }
  });
});
