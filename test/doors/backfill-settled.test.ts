import { afterEach, beforeEach, expect, test } from 'vitest';
import { placeOf } from '../../src/backfill/slice.js';
import { type Ended, run } from '../support/command-line.ts';
import { FleetWorld } from '../support/fleet-world.ts';
import { SOURCE, STATE } from '../support/lambda-world.ts';
import { makeTrail } from '../support/log-files.ts';

const TRAIL = makeTrail(8, 2);
const FOLDER = placeOf(TRAIL[0]?.key ?? '');

let world: FleetWorld;
beforeEach(async () => {
  world = await FleetWorld.start();
  for (const { key, bytes } of TRAIL) world.lambda.aws.s3.put(SOURCE, key, bytes);
});
afterEach(() => world.stop());

function backfill(args: readonly string[], table = STATE): Promise<Ended> {
  const env = { ...world.env, AUDIT_LAKE_STATE_TABLE: table };
  return run(['backfill', ...args, '--output', 'json'], { env });
}

const both = (...names: readonly string[]) => names.flatMap((name) => ['--dataset', name]);
const slicesOf = ({ out }: Ended) => JSON.parse(out).slices;

test('a plan is for its datasets, in whatever order they are named', async () => {
  const made = await backfill(['plan', `s3://${SOURCE}`, ...both('cloudtrail_events', 'athena_events')]);
  const { plan, datasets } = JSON.parse(made.out);
  expect(datasets).toEqual(['athena_events', 'cloudtrail_events']);
  const ended = await backfill(['run', plan, ...both('cloudtrail_events', 'athena_events', 'athena_events')]);
  expect([ended.code, slicesOf(ended)]).toMatchObject([0, { worked_off: 2 }]);
  const other = await backfill(['run', plan, ...both('athena_events')]);
  expect([other.code, other.err]).toEqual([2, expect.stringContaining('DATASET_SELECTION')]);
});

test('nobody holds on to a plan for a folder that may not be listed: the next run counts anew', async () => {
  const { plan } = JSON.parse((await backfill(['plan', `s3://${SOURCE}`])).out);
  world.lambda.aws.s3.denyListing(SOURCE, FOLDER);
  const denied = await backfill(['run', `s3://${SOURCE}`]);
  expect([denied.code, slicesOf(denied)]).toMatchObject([1, { worked_off: 1 }]);
  expect(JSON.parse(denied.out).plan).toBe(plan);
  const status = await backfill(['status', plan]);
  expect([status.code, slicesOf(status)]).toMatchObject([1, { done: 1, failed: 1 }]);
  const next = await backfill(['run', `s3://${SOURCE}`]);
  expect(JSON.parse(next.out).plan).not.toBe(plan);
});

test('the queue is sent nothing where no ingest Lambda has its table yet', async () => {
  const table = 'audit-lake-nowhere';
  const made = await backfill(['plan', `s3://${SOURCE}`], table);
  const { plan } = JSON.parse(made.out);
  const ended = await backfill(['run', plan, '--on', 'queue'], table);
  expect([ended.code, ended.err]).toEqual([2, expect.stringMatching(/^USAGE: .* has no state table/m)]);
  expect(world.lambda.aws.sqs.bodies(world.queueUrl)).toEqual([]);
});
