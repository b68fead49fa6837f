import {
  BatchGetItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  paginateQuery,
  paginateScan,
  QueryCommand,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { FACES } from '../support/aws/faces.ts';

const TableName = 'audit-lake-state';
const key = (pk: string, sk = 'x') => ({ pk: { S: pk }, sk: { S: sk } });
const n = (N: number) => ({ N: String(N) });
const sorts = ['a#1', 'a#2', 'a#3', 'b#1', 'b#2'];

describe.each(FACES)('reading from the double of DynamoDB, $name', ({ open }) => {
  let world: AwsWorld;
  let client: DynamoDBClient;
  let close: () => Promise<void>;

  beforeEach(async () => {
    world = new AwsWorld();
    world.dynamodb.createTable(TableName);
    for (const [at, sk] of sorts.entries())
      world.dynamodb.put(TableName, { ...key('p', sk), n: n(at), o: n(at) });
    world.dynamodb.put(TableName, { ...key('q', 'a#1'), n: n(9) });
    const face = await open(world);
    client = face.clients.dynamodb;
    close = face.close;
  });
  afterEach(() => close());

  const query = async (
    more: Partial<QueryCommandInput>,
    values: QueryCommandInput['ExpressionAttributeValues'] = {},
  ) => {
    const given = { KeyConditionExpression: 'pk = :p', ...more };
    const all = { ...given, ExpressionAttributeValues: { ':p': { S: 'p' }, ...values } };
    const {
      Items = [],
      LastEvaluatedKey: last,
      Count,
    } = await client.send(new QueryCommand({ TableName, ...all }));
    return { found: Items.map(({ sk }) => sk?.S), last: last?.['sk']?.S, Count, Items };
  };

  test('queries by prefix, range and direction', async () => {
    const begins = { KeyConditionExpression: 'pk = :p AND begins_with(sk, :s)' };
    expect((await query(begins, { ':s': { S: 'a#' } })).found).toEqual(sorts.slice(0, 3));
    const between = { KeyConditionExpression: 'sk BETWEEN :a AND :b AND pk = :p' };
    expect((await query(between, { ':a': { S: 'a#2' }, ':b': { S: 'b#1' } })).found).toEqual(
      sorts.slice(1, 4),
    );
    expect((await query({ ScanIndexForward: false })).found).toEqual(sorts.toReversed());
    const filtered = await query({ FilterExpression: 'n >= :n' }, { ':n': n(3) });
    expect([filtered.found, filtered.last]).toEqual([['b#1', 'b#2'], undefined]);
    expect((await query({ Select: 'COUNT' })).Count).toBe(5);
    const { Items } = await query({ ProjectionExpression: 'o', Limit: 1 });
    expect(Items).toEqual([{ o: n(0) }]);
  });

  test.each([
    ['no partition', 'sk = :p'],
    ['another attribute', 'pk = :p AND n = :p'],
    ['an order of partitions', 'pk > :p'],
    ['a choice', 'pk = :p OR sk = :p'],
    ['two conditions on the sort key', 'pk = :p AND sk > :p AND sk < :p'],
  ])('refuses a query by %s', async (_, KeyConditionExpression) => {
    await expect(query({ KeyConditionExpression })).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('ends a full page with a key, even if nothing follows, and a filtered page may be empty', async () => {
    const page = await query({ Limit: 5 });
    expect([page.found.length, page.last]).toEqual([5, 'b#2']);
    const empty = await query({ Limit: 2, FilterExpression: 'n > :n' }, { ':n': n(3) });
    expect([empty.found, empty.last]).toEqual([[], 'a#2']);
  });

  test.each([true, false])(
    'pages through everything once, whatever is deleted meanwhile (forward: %s)',
    async (ScanIndexForward) => {
      world.dynamodb.pageBytes = 1;
      const input = {
        TableName,
        KeyConditionExpression: 'pk = :p',
        ExpressionAttributeValues: { ':p': { S: 'p' } },
      };
      const seen: (string | undefined)[] = [];
      for await (const { Items = [] } of paginateQuery({ client }, { ...input, ScanIndexForward })) {
        seen.push(...Items.map(({ sk }) => sk?.S));
        for (const { pk, sk } of Items)
          await client.send(new DeleteItemCommand({ TableName, Key: key(pk?.S ?? '', sk?.S) }));
      }
      expect(seen).toEqual(ScanIndexForward ? sorts : sorts.toReversed());
    },
  );

  test('scans everything once', async () => {
    world.dynamodb.pageBytes = 1;
    const seen: (string | undefined)[] = [];
    for await (const { Items = [] } of paginateScan(
      { client },
      { TableName, FilterExpression: 'attribute_exists(o)' },
    )) {
      seen.push(...Items.map(({ sk }) => sk?.S));
    }
    expect(seen.sort()).toEqual(sorts);
  });

  test('gives many items by key, those that are there, and hands back what it did not process', async () => {
    const keys = [key('p', 'a#1'), key('p', 'none'), key('q', 'a#1')];
    const getMany = (Keys: typeof keys) =>
      client.send(new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys, ConsistentRead: true } } }));
    const all = await getMany(keys);
    expect(all.Responses?.[TableName]?.map((item) => item['n'])).toEqual([n(0), n(9)]);
    expect(all.UnprocessedKeys).toEqual({});
    world.fail(({ operation }) => operation === 'BatchGetItem', { processed: 1 });
    const some = await getMany(keys);
    expect(some.Responses?.[TableName]).toHaveLength(1);
    expect(some.UnprocessedKeys).toEqual({ [TableName]: { Keys: keys.slice(1), ConsistentRead: true } });
    const refused = { name: 'ValidationException' };
    await expect(getMany([key('a'), key('a')])).rejects.toMatchObject(refused);
    await expect(getMany(Array.from({ length: 101 }, (_, at) => key(`${at}`)))).rejects.toMatchObject(
      refused,
    );
  });
});
