import { afterEach, beforeEach, expect, test } from 'vitest';
import { denied } from '../support/aws/aws-error.ts';
import { type Ended, run } from '../support/command-line.ts';
import { FleetWorld } from '../support/fleet-world.ts';
import { LAKE, SOURCE, STATE } from '../support/lambda-world.ts';
import { makeLogFile, makeTrail } from '../support/log-files.ts';

const TRAIL = makeTrail(12, 3);

let world: FleetWorld;
beforeEach(async () => {
  world = await FleetWorld.start();
});
afterEach(() => world.stop());

/** Four of them in Glacier, three in Deep Archive, the others readable. */
function archive(): void {
  for (const [at, { key, bytes }] of TRAIL.entries()) {
    const storageClass = at < 4 ? 'GLACIER' : at < 7 ? 'DEEP_ARCHIVE' : 'STANDARD';
    world.lambda.aws.s3.put(SOURCE, key, bytes, { storageClass });
  }
}

function backfill(verb: 'plan' | 'run', ...more: readonly string[]): Promise<Ended> {
  const env = {
    AWS_ENDPOINT_URL: world.lambda.endpoint,
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'none',
  };
  const lake = ['--lake', `s3://${LAKE}/audit`, '--state-table', STATE];
  return run(['backfill', verb, `s3://${SOURCE}`, ...lake, '--quiet', ...more], { env });
}

const asked = () => world.lambda.aws.count('RestoreObject');

test('B3: `--restore` asks for what a tier restores, says what it does not, and asks for nothing twice', async () => {
  archive();
  const fast = await backfill('plan', '--restore', '--restore-tier', 'Expedited', '--restore-days', '1');
  expect([fast.code, asked()]).toEqual([0, 4]);
  expect(fast.err).toContain('Asked S3 to restore 4 log files (tier Expedited, for 1 day); 0 were asked for');
  expect(fast.err).toContain('3 log files in Deep Archive, which Expedited does not restore');
  const slow = await backfill('plan', '--restore');
  expect([slow.code, asked()]).toEqual([0, 7]);
});

test('B3: `--restore` leaves alone what is settled, though it was archived since', async () => {
  for (const { key, bytes } of TRAIL) world.lambda.aws.s3.put(SOURCE, key, bytes);
  await backfill('run');
  archive();
  // In the folder of some that are settled.
  const { key, bytes } = makeLogFile(99, [{ service: 'athena', day: 0 }]);
  world.lambda.aws.s3.put(SOURCE, key, bytes, { storageClass: 'GLACIER' });
  const { code, err } = await backfill('plan', '--restore');
  expect([code, asked()]).toEqual([0, 1]);
  expect(err).toContain('Asked S3 to restore 1 log file ');
});

test('B3: a refusal is told by name, holds up nobody, and ends with exit code 1', async () => {
  archive();
  world.lambda.aws.fail(({ operation }) => operation === 'RestoreObject', denied);
  const { code, err } = await backfill('plan', '--restore');
  expect([code, asked()]).toEqual([1, 7]);
  expect(err).toContain('Asked S3 to restore 6 log files');
  expect(err).toMatch(/^failed {5}AWS_DENIED {2}s3:\/\//m);
});
