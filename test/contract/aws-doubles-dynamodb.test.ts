import {
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  TransactWriteItemsCommand,
  type TransactWriteItemsCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { throttled, transactionConflict } from '../support/aws/aws-error.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { FACES } from '../support/aws/faces.ts';
import { tableOf } from '../support/aws/state-table.ts';

const TableName = 'audit-lake-state';
const key = (pk: string, sk = 'x') => ({ pk: { S: pk }, sk: { S: sk } });
const n = (N: number) => ({ N: String(N) });
const IF_NEW = { ConditionExpression: 'attribute_not_exists(pk)' };

describe.each(FACES)('the double of DynamoDB, $name', ({ open, retries }) => {
  let now = Date.UTC(2026, 0, 9);
  let world: AwsWorld;
  let client: DynamoDBClient;
  let close: () => Promise<void>;

  beforeEach(async () => {
    world = new AwsWorld({ now: () => now });
    world.dynamodb.createTable(TableName);
    const face = await open(world);
    client = face.clients.dynamodb;
    close = face.close;
  });
  afterEach(() => close());

  const put = (Item: PutItemCommandInput['Item'], more: object = {}) =>
    client.send(new PutItemCommand({ TableName, Item, ...more }));
  const get = async (pk: string, sk?: string) =>
    (await client.send(new GetItemCommand({ TableName, Key: key(pk, sk), ConsistentRead: true }))).Item;
  const update = (UpdateExpression: string, more: Partial<UpdateItemCommandInput> = {}) =>
    client.send(new UpdateItemCommand({ TableName, Key: key('a'), UpdateExpression, ...more }));
  type Writes = TransactWriteItemsCommandInput['TransactItems'];
  const transact = (TransactItems: Writes, more: object = {}) =>
    client.send(new TransactWriteItemsCommand({ TransactItems, ...more }));
  const newItem = (pk: string, more: object = {}) => ({
    Put: { TableName, Item: key(pk), ...IF_NEW, ...more },
  });

  test('makes a table, which is not there until it is active', async () => {
    const create = new CreateTableCommand(tableOf('new'));
    const describeTable = async () =>
      (await client.send(new DescribeTableCommand({ TableName: 'new' }))).Table?.TableStatus;
    const write = () => client.send(new PutItemCommand({ TableName: 'new', Item: key('a') }));
    await expect(describeTable()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect((await client.send(create)).TableDescription?.TableStatus).toBe('CREATING');
    await expect(write()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    expect([await describeTable(), await describeTable()]).toEqual(['CREATING', 'ACTIVE']);
    await write();
    await expect(client.send(create)).rejects.toMatchObject({ name: 'ResourceInUseException' });
  });

  test('keeps items of every type, numbers in one spelling', async () => {
    const values = {
      b: { B: new Uint8Array([0, 255]) },
      l: { L: [{ S: 'ö' }, { NULL: true }, { M: { B: { S: 'x' } } }] },
      big: { N: '12345678901234567890123456789012345678' },
      yes: { BOOL: true },
      ss: { SS: ['b', 'a'] },
    };
    await put({ ...key('a'), ...values, n: { N: '007.50' } });
    expect(await get('a')).toEqual({ ...key('a'), ...values, n: { N: '7.5' } });
    expect(await get('a', 'y')).toBeUndefined();
  });

  test('shows the item that refused a write, if asked', async () => {
    await put({ ...key('a'), st: { S: 'EMPTY' } });
    const refused = { name: 'ConditionalCheckFailedException', message: 'The conditional request failed' };
    const shown = put(key('a'), { ...IF_NEW, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' });
    await expect(shown).rejects.toMatchObject({ ...refused, Item: { ...key('a'), st: { S: 'EMPTY' } } });
    const error: unknown = await put(key('a'), IF_NEW).catch((reason: unknown) => reason);
    expect(error).toMatchObject(refused);
    expect(Reflect.get(Object(error), 'Item')).toBeUndefined();
    const remove = client.send(
      new DeleteItemCommand({ TableName, Key: key('b'), ConditionExpression: 'attribute_exists(pk)' }),
    );
    await expect(remove).rejects.toMatchObject(refused);
  });

  test('claims a partition as the protocol does (4.3)', async () => {
    const claim = (owner: string, at: number) =>
      update(
        'SET reg = :issuing, #o = :me, fence = if_not_exists(fence, :zero) + :one, leaseUntil = :until',
        {
          ConditionExpression: 'reg = :pending OR (reg = :issuing AND leaseUntil < :now)',
          ExpressionAttributeNames: { '#o': 'owner' },
          ExpressionAttributeValues: {
            ...{ ':issuing': { S: 'ISSUING' }, ':pending': { S: 'PENDING' }, ':me': { S: owner } },
            ...{ ':zero': n(0), ':one': n(1), ':now': n(at), ':until': n(at + 600) },
          },
          ReturnValues: 'ALL_NEW',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      );
    await put({ ...key('a'), reg: { S: 'PENDING' } });
    expect((await claim('jane', 0)).Attributes).toMatchObject({ owner: { S: 'jane' }, fence: n(1) });
    await expect(claim('john', 600)).rejects.toMatchObject({ Item: { owner: { S: 'jane' } } });
    expect((await claim('john', 601)).Attributes).toMatchObject({ owner: { S: 'john' }, fence: n(2) });
  });

  const A = { ':a': { S: 'x' } };
  test.each<[string, string, object]>([
    ['a reserved word', 'SET owner = :a', { ExpressionAttributeValues: A }],
    ['a value that is not defined', 'SET a = :b', { ExpressionAttributeValues: A }],
    ['a value that is not used', 'SET b = :a', { ExpressionAttributeValues: { ...A, ':b': n(1) } }],
    ['a name that is not defined', 'SET #a = :a', { ExpressionAttributeValues: A }],
    [
      'a name that is not used',
      'SET b = :a',
      { ExpressionAttributeValues: A, ExpressionAttributeNames: { '#a': 'a' } },
    ],
    ['no values where some are said to be', 'REMOVE b', { ExpressionAttributeValues: {} }],
    ['a path twice', 'SET b = :a REMOVE b', { ExpressionAttributeValues: A }],
    ['a path within another', 'SET b.c = :a REMOVE b', { ExpressionAttributeValues: A }],
    ['a part of the key', 'SET pk = :a', { ExpressionAttributeValues: A }],
    ['an attribute that is missing', 'SET b = c', {}],
    ['a sum of texts', 'SET b = :a + :a', { ExpressionAttributeValues: A }],
    ['a section twice', 'REMOVE b REMOVE c', {}],
    ['nonsense', 'SET b', {}],
    ['nothing', '', {}],
    ['two pairs of parentheses', 'REMOVE b', { ConditionExpression: '((attribute_exists(pk)))' }],
    ['an unknown function', 'REMOVE b', { ConditionExpression: 'exists(pk)' }],
    ['an empty key', 'REMOVE b', { Key: key('') }],
    ['a key with a part too many', 'REMOVE b', { Key: { ...key('a'), n: n(1) } }],
    ['a key without its sort key', 'REMOVE b', { Key: { pk: { S: 'a' } } }],
    ['a key of numbers', 'REMOVE b', { Key: { pk: n(1), sk: n(1) } }],
  ])('refuses an update with %s', async (_, expression, more) => {
    await expect(update(expression, more)).rejects.toMatchObject({ name: 'ValidationException' });
    expect(world.dynamodb.items(TableName)).toEqual([]);
  });

  test('refuses items above 400 KB', async () => {
    await put({ ...key('a'), s: { S: 'x'.repeat(400 * 1024 - 7) } });
    const larger = put({ ...key('a'), s: { S: 'x'.repeat(400 * 1024 - 6) } });
    await expect(larger).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('does all of a transaction or nothing, and says of each item why', async () => {
    await put({ ...key('b'), st: { S: 'EMPTY' } });
    const writes: Writes = [
      newItem('a'),
      newItem('b', { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
      { Update: { TableName, Key: key('c'), UpdateExpression: 'SET m = q' } },
      { ConditionCheck: { TableName, Key: key('d'), ConditionExpression: 'attribute_exists(pk)' } },
      { Delete: { TableName, Key: key('e') } },
    ];
    await expect(transact(writes)).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [
        { Code: 'None' },
        { Code: 'ConditionalCheckFailed', Item: { ...key('b'), st: { S: 'EMPTY' } } },
        { Code: 'ValidationError' },
        { Code: 'ConditionalCheckFailed' },
        { Code: 'None' },
      ],
    });
    expect(world.dynamodb.items(TableName)).toHaveLength(1);
    await transact([newItem('a'), { Delete: { TableName, Key: key('b') } }]);
    expect(world.dynamodb.items(TableName)).toEqual([key('a')]);
  });

  test('lets one of many transactions over the same items win', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, at) => transact([newItem(`only ${at}`), newItem('shared')])),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(world.dynamodb.items(TableName)).toHaveLength(2);
  });

  test('takes a hundred items in a transaction, each once', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => newItem(`${at}`));
    await expect(transact(many(101))).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(transact([newItem('a'), newItem('a')])).rejects.toMatchObject({
      name: 'ValidationException',
    });
    expect(world.dynamodb.items(TableName)).toEqual([]);
    await transact(many(100));
    expect(world.dynamodb.items(TableName)).toHaveLength(100);
  });

  test('does a transaction once for each token, while it remembers it', async () => {
    const more = { ClientRequestToken: 'token' };
    await transact([newItem('a')], more);
    await transact([newItem('a')], more);
    const other = transact([newItem('b')], more);
    await expect(other).rejects.toMatchObject({ name: 'IdempotentParameterMismatchException' });
    now += 600_001;
    await expect(transact([newItem('a')], more)).rejects.toMatchObject({
      name: 'TransactionCanceledException',
    });
  });

  test('loses the response of a transaction; the token of the SDK makes its retry safe', async () => {
    world.fail(({ operation }) => operation === 'TransactWriteItems', 'done, response lost');
    const sent = transact([newItem('a')]);
    if (retries) await sent;
    else await expect(sent).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(world.dynamodb.items(TableName)).toEqual([key('a')]);
  });

  test('cancels transactions for a conflict, and throttles, where a fault says so', async () => {
    world.fail(({ operation }) => operation === 'TransactWriteItems', transactionConflict(1), { times: 3 });
    await expect(transact([newItem('a'), newItem('b')])).rejects.toMatchObject({
      name: 'TransactionCanceledException',
      CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
    });
    world.fail(({ operation }) => operation === 'PutItem', throttled, { times: 3 });
    await expect(put(key('a'))).rejects.toMatchObject({ name: 'ThrottlingException' });
    expect(world.dynamodb.items(TableName)).toEqual([]);
  });
});
