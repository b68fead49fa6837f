import { beforeEach, describe, expect, test } from 'vitest';
import { mustBelongTo } from '../../src/adapters/aws/dynamodb-owner.js';
import { DynamoDbTable } from '../../src/adapters/aws/dynamodb-table.js';
import { AwsWorld } from '../support/aws/aws-world.ts';

const LAKE = 's3://amzn-s3-demo-lake/audit';
const OTHER = 's3://amzn-s3-demo-lake/other';
const TABLE = 'audit-lake-state';

describe('a table of state', () => {
  let world: AwsWorld;
  let table: DynamoDbTable;
  beforeEach(() => {
    world = new AwsWorld({ now: () => 0 });
    world.dynamodb.createTable(TABLE);
    table = new DynamoDbTable(world.clients.dynamodb, TABLE, {
      pause: async () => undefined,
      random: () => 0,
    });
  });

  test('belongs to the first lake that comes, again and again', async () => {
    await mustBelongTo(table, LAKE, false);
    await mustBelongTo(table, LAKE, true);
    await mustBelongTo(table, LAKE, false);
    expect(world.count('PutItem')).toBe(1);
  });

  test('is refused to another lake, which would take for settled what it does not have', async () => {
    await mustBelongTo(table, LAKE, false);
    const refused = { code: 'LAKE_FORMAT', message: expect.stringContaining('--state-table') };
    await expect(mustBelongTo(table, OTHER, false)).rejects.toMatchObject(refused);
    await expect(mustBelongTo(table, OTHER, true)).rejects.toMatchObject(refused);
  });

  test('goes to one of two lakes that come at once', async () => {
    const ends = await Promise.allSettled([LAKE, OTHER].map((lake) => mustBelongTo(table, lake, false)));
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('T22: that is empty is refused to a lake that was opened before, again and again', async () => {
    const lost = { code: 'LAKE_FORMAT', message: expect.stringContaining('restore its state') };
    await expect(mustBelongTo(table, LAKE, true)).rejects.toMatchObject(lost);
    await expect(mustBelongTo(table, LAKE, true)).rejects.toMatchObject(lost);
    expect(world.count('PutItem')).toBe(0);
  });

  test('D17: takes its own lost response for what it is', async () => {
    world.fail(({ operation }) => operation === 'PutItem', 'done, response lost');
    await mustBelongTo(table, LAKE, false).catch(() => undefined);
    await mustBelongTo(table, LAKE, false);
    await expect(mustBelongTo(table, OTHER, false)).rejects.toMatchObject({ code: 'LAKE_FORMAT' });
  });
});
