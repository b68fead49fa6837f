import { afterEach, expect, test } from 'vitest';
import { DynamoDbLakeState } from '../../src/adapters/aws/dynamodb-lake-state.js';
import { DynamoDbTable } from '../../src/adapters/aws/dynamodb-table.js';
import { S3Archive } from '../../src/adapters/aws/s3-archive.js';
import { S3PlanStore } from '../../src/adapters/aws/s3-plan-store.js';
import { SqsLogFileQueue } from '../../src/adapters/aws/sqs-log-file-queue.js';
import { estimate } from '../../src/backfill/estimate.js';
import { ASSUMPTIONS, DEFAULT_PRICES, type PriceTable } from '../../src/backfill/price-table.js';
import { queueBackfill } from '../../src/jobs/queue-backfill.js';
import { chargedFor } from '../support/counted-requests.ts';
import { FleetWorld, type MadePlan } from '../support/fleet-world.ts';
import { LAKE, SOURCE, STATE } from '../support/lambda-world.ts';
import { makeTrail } from '../support/log-files.ts';
import { EVERYTHING } from '../support/scopes.ts';

const ID = '20261121T113155Z-k3f9';
const DAYS = 40;
const TRAIL = makeTrail(1_200, DAYS);
const WAITING = { pause: async () => undefined, random: () => 0.5 };
const PLACE = { bucket: LAKE, prefix: 'audit' };
/** What the queue of the double hands out at once: 10 messages of 20 log files. */
const AT_ONCE = 200;

let world: FleetWorld;
afterEach(() => world.stop());

async function begin(): Promise<MadePlan> {
  world = await FleetWorld.start();
  for (const { key, bytes } of TRAIL) world.lambda.aws.s3.put(SOURCE, key, bytes);
  const made = await world.plan(ID);
  world.lambda.aws.calls.length = 0;
  return made;
}

/** Which kinds the estimate counts within a tenth of what was charged. */
async function within({ plan }: MadePlan, way: 'fleet' | 'queue', given: Partial<PriceTable['assumptions']>) {
  const { aws } = world.lambda;
  await world.lambda.maintain();
  const bundles = aws.dynamodb.items(STATE).filter(({ pk }) => pk?.S?.startsWith('BUNDLE#')).length;
  const hits = TRAIL.filter(({ kept }) => kept.athena_events.length > 0).length;
  const queries = TRAIL.flatMap(({ kept }) => kept.athena_events).length;
  const assumed = {
    queries_per_file: queries / hits,
    hit_share: hits / TRAIL.length,
    files_per_bundle: (TRAIL.length * plan.datasets.length) / bundles,
    lambda_seconds: ASSUMPTIONS.lambda_seconds.value,
    ...given,
  };
  const prices = { ...DEFAULT_PRICES, assumptions: { ...DEFAULT_PRICES.assumptions, ...assumed } };
  const charged = chargedFor(aws.calls);
  const { needed } = estimate({ plan, prices, cores: 2 }, way);
  return needed.flatMap(({ kind, count }) => {
    const truth = charged[kind];
    if (truth === undefined) return [];
    return Math.abs(count / truth - 1) <= 0.1 ? [kind] : [`${kind}: estimated ${count}, charged ${truth}`];
  });
}

const ALL = ['s3_list', 's3_get', 's3_put', 'dynamodb_write', 'dynamodb_read'];

test('an estimate counts, within a tenth, what the Lambdas of a fleet ask for', async () => {
  const made = await begin();
  world.deploy({ batchSlices: 10 });
  await world.fleet.start(ID, made.location);
  await world.work();
  expect(await within(made, 'fleet', { slices_per_batch: 10 })).toEqual(ALL);
});

test('an estimate counts, within a tenth, what who sends to the queue and who takes from it ask for', async () => {
  const made = await begin();
  const { clients, now } = world.lambda.aws;
  const { s3: client, sqs, dynamodb } = clients;
  const state = new DynamoDbLakeState(new DynamoDbTable(dynamodb, STATE, WAITING), now);
  const places = [{ bucket: SOURCE, prefix: '' }];
  const { slices } = await new S3PlanStore({ client, place: PLACE, waiting: WAITING }).read(ID);
  await queueBackfill({
    ...{ planId: ID, slices: slices(), progress: state.progress, state, datasets: made.plan.datasets, now },
    ...{ scope: EVERYTHING, listAhead: 16, isStopped: () => false },
    archive: new S3Archive({ client, places, lake: PLACE, now, waiting: WAITING }),
    queue: new SqsLogFileQueue({ client: sqs, queueUrl: world.queueUrl, waiting: WAITING }),
  });
  await world.drain();
  expect(await within(made, 'queue', { files_per_invocation: AT_ONCE })).toEqual(ALL);
});
