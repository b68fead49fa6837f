import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AwsWorld } from '../support/aws/aws-world.ts';
import type { Item } from '../support/aws/dynamodb-values.ts';
import { attributes, condition, placed, update, type Words } from '../support/aws/random-expressions.ts';
import { sdkClients } from '../support/aws/sdk-clients.ts';
import { tableOf } from '../support/aws/state-table.ts';
import { SEED } from '../support/seed.ts';

const RUNS = { seed: SEED, numRuns: Number(process.env['RUNS'] ?? 200) };
const TableName = 'audit-lake-state';
const Key = { pk: { S: 'FILE#1' }, sk: { S: 'FILE' } };

const server = dynalite({ createTableMs: 0 });
const world = new AwsWorld();
const ours = world.clients.dynamodb;
let theirs: DynamoDBClient;

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  theirs = sdkClients(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).dynamodb;
  const create = new CreateTableCommand(tableOf(TableName));
  await theirs.send(create);
  world.dynamodb.createTable(TableName);
});

afterAll(() => {
  theirs.destroy();
  server.close();
});

type Act = (client: DynamoDBClient) => Promise<{ readonly Attributes?: Item | undefined }>;

/** What came of a write on an item as it was before: the answer or the name of the error, and the item afterwards. */
async function outcomeOf(client: DynamoDBClient, before: Item | undefined, act: Act) {
  await client.send(new DeleteItemCommand({ TableName, Key }));
  if (before !== undefined) await client.send(new PutItemCommand({ TableName, Item: { ...before, ...Key } }));
  const answer = await act(client).then(
    ({ Attributes }) => ({ what: 'ok', Attributes }),
    (error: Error) => ({ what: error.name }),
  );
  const { Item: after } = await client.send(new GetItemCommand({ TableName, Key }));
  return { answer, after };
}

/** Runs one write on both; counts what came of it, so that a test can tell that it saw every outcome. */
async function mustAgree(before: Item | undefined, act: Act, seen: Map<string, number>): Promise<void> {
  const mine = await outcomeOf(ours, before, act);
  expect(mine).toEqual(await outcomeOf(theirs, before, act));
  seen.set(mine.answer.what, (seen.get(mine.answer.what) ?? 0) + 1);
}

const ALL_OUTCOMES = ['ConditionalCheckFailedException', 'ValidationException', 'ok'];
const before = fc.option(attributes, { nil: undefined });

function guarded(words: Words) {
  const { expression, values } = placed('c', words);
  const given = Object.keys(values).length > 0 ? { ExpressionAttributeValues: values } : {};
  return { ConditionExpression: expression, ...given };
}

describe('the double of DynamoDB does as dynalite does', () => {
  test('with conditions of puts', async () => {
    const seen = new Map<string, number>();
    const property = fc.asyncProperty(before, condition, (item, words) => {
      const put = { TableName, Item: { ...Key, done: { BOOL: true } }, ReturnValues: 'ALL_OLD' as const };
      return mustAgree(
        item,
        (client) => client.send(new PutItemCommand({ ...put, ...guarded(words) })),
        seen,
      );
    });
    await fc.assert(property, RUNS);
    expect([...seen.keys()].sort()).toEqual(ALL_OUTCOMES);
  });

  test('with conditions of deletes', async () => {
    const seen = new Map<string, number>();
    const property = fc.asyncProperty(before, condition, (item, words) => {
      const input = { TableName, Key, ReturnValues: 'ALL_OLD' as const, ...guarded(words) };
      return mustAgree(item, (client) => client.send(new DeleteItemCommand(input)), seen);
    });
    await fc.assert(property, RUNS);
    expect([...seen.keys()].sort()).toEqual(ALL_OUTCOMES);
  });

  test('with updates and their conditions', async () => {
    const seen = new Map<string, number>();
    const property = fc.asyncProperty(before, update, fc.option(condition), (item, words, guard) => {
      const { expression, values } = placed('u', words);
      const { ExpressionAttributeValues, ...rest } = {
        ExpressionAttributeValues: {},
        ...(guard && guarded(guard)),
      };
      const all = { ...values, ...ExpressionAttributeValues };
      const given = Object.keys(all).length > 0 ? { ExpressionAttributeValues: all } : {};
      const input = { TableName, Key, UpdateExpression: expression, ReturnValues: 'ALL_NEW' as const };
      const act: Act = (client) => client.send(new UpdateItemCommand({ ...input, ...rest, ...given }));
      return mustAgree(item, act, seen);
    });
    await fc.assert(property, RUNS);
    expect([...seen.keys()].sort()).toEqual(ALL_OUTCOMES);
  });
});
