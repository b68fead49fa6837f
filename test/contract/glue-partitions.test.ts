import { expect, test } from 'vitest';
import { GluePartitions } from '../../src/adapters/aws/glue-partitions.js';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { catalogUnderTest, DATABASE, LAKE } from '../support/catalogs.ts';

const DAYS = ['2026-01-08', '2026-01-09', '2026-01-10', '2026-01-11'];
const ALWAYS = { times: Number.POSITIVE_INFINITY };

async function glueWith(processed: number, times: { readonly times: number }) {
  const world = new AwsWorld();
  await catalogUnderTest('glue', world, world.clients).catalog.ensureTable('athena_events');
  const pauses: number[] = [];
  const waiting = { pause: async (millis: number) => void pauses.push(millis), random: () => 1 };
  world.fail(({ operation }) => operation === 'BatchGetPartition', { processed }, times);
  const { glue } = world.clients;
  return { shown: new GluePartitions({ glue, lake: LAKE, database: DATABASE, waiting }), world, pauses };
}

test('what Glue left unread is asked for again after growing pauses', async () => {
  const { shown, world, pauses } = await glueWith(1, { times: 3 });
  await shown.locations('athena_events', DAYS);
  expect(world.count('BatchGetPartition')).toBe(4);
  expect(pauses).toEqual([100, 200, 400]);
});

test('what Glue never reads is told after ten attempts', async () => {
  const { shown, world } = await glueWith(0, ALWAYS);
  await expect(shown.locations('athena_events', DAYS)).rejects.toMatchObject({
    code: 'AWS_FAILED',
    message: expect.stringContaining('UnprocessedKeys'),
  });
  expect(world.count('BatchGetPartition')).toBe(10);
});
