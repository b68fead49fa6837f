import {
  BatchGetItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { awsError, nameOf } from './aws-error.js';
import { backOff, type Waiting } from './back-off.js';
import type { Item } from './dynamodb-attributes.js';
import { pastConflicts } from './dynamodb-conflict.js';

export type DynamoDbCalls = Pick<DynamoDBClient, 'send'>;

const MOST_KEYS = 100;
const MOST_ATTEMPTS = 12;

export const CONDITION_FAILED = 'ConditionalCheckFailedException';

/** One table of state: the few ways in which items are read and written. */
export class DynamoDbTable {
  readonly client: DynamoDbCalls;
  readonly name: string;
  readonly waiting: Waiting;

  constructor(client: DynamoDbCalls, name: string, waiting: Waiting) {
    this.client = client;
    this.name = name;
    this.waiting = waiting;
  }

  /** A strong read. */
  async get(key: Item): Promise<Item | undefined> {
    const command = new GetItemCommand({ TableName: this.name, Key: key, ConsistentRead: true });
    return (await this.tried('dynamodb:GetItem', () => this.client.send(command))).Item;
  }

  /** The items that are there, in no order. What the table was too busy to give is asked for again. */
  async getMany(keys: readonly Item[], { consistent }: { readonly consistent: boolean }): Promise<Item[]> {
    const found: Item[] = [];
    for (let at = 0; at < keys.length; at += MOST_KEYS) {
      found.push(...(await this.#getPage(keys.slice(at, at + MOST_KEYS), consistent)));
    }
    return found;
  }

  async #getPage(keys: readonly Item[], consistent: boolean): Promise<Item[]> {
    const found: Item[] = [];
    let left: readonly Item[] = keys;
    for (let attempt = 0; left.length > 0; attempt++) {
      if (attempt >= MOST_ATTEMPTS) throw this.failed('dynamodb:BatchGetItem', new Error('UnprocessedKeys'));
      if (attempt > 0) await backOff(attempt, this.waiting);
      const asked = { [this.name]: { Keys: [...left], ConsistentRead: consistent } };
      const command = new BatchGetItemCommand({ RequestItems: asked });
      const answer = await this.tried('dynamodb:BatchGetItem', () => this.client.send(command));
      found.push(...(answer.Responses?.[this.name] ?? []));
      left = answer.UnprocessedKeys?.[this.name]?.Keys ?? [];
    }
    return found;
  }

  /** Every item behind one partition key by its sort key, a page in memory at a time. Strong reads. */
  async *query(pk: Item[string], order: 'rising' | 'falling' = 'rising'): AsyncIterable<Item> {
    let from: Item | undefined;
    do {
      const command = new QueryCommand({
        TableName: this.name,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': pk },
        ConsistentRead: true,
        ...(order === 'falling' && { ScanIndexForward: false }),
        ...(from && { ExclusiveStartKey: from }),
      });
      const page = await this.tried('dynamodb:Query', () => this.client.send(command));
      yield* page.Items ?? [];
      from = page.LastEvaluatedKey;
    } while (from);
  }

  /** Writes an item over whatever is there. */
  async put(item: Item): Promise<void> {
    const command = new PutItemCommand({ TableName: this.name, Item: item });
    await this.tried('dynamodb:PutItem', () => this.client.send(command));
  }

  /** Writes an item where the condition holds, else gives the item that is there. */
  async putIf(item: Item, condition: Condition): Promise<{ readonly refusedBy: Item } | undefined> {
    const command = new PutItemCommand({
      TableName: this.name,
      Item: item,
      ...condition,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const refused = await this.unlessRefused('dynamodb:PutItem', () => this.client.send(command));
    if (refused === undefined || 'pk' in refused.refusedBy) return refused;
    const { pk, sk } = item;
    return { refusedBy: (pk && sk && (await this.get({ pk, sk }))) || {} };
  }

  /** Does a conditional write, past the transactions of others; where it is refused, gives the item that is there (where the write asked for it). */
  async unlessRefused(
    action: string,
    write: () => Promise<unknown>,
  ): Promise<{ readonly refusedBy: Item } | undefined> {
    try {
      await pastConflicts(this.waiting, write);
      return undefined;
    } catch (error) {
      if (nameOf(error) !== CONDITION_FAILED) throw this.failed(action, error);
      return { refusedBy: itemOf(error) };
    }
  }

  async tried<T>(action: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw this.failed(action, error);
    }
  }

  failed(action: string, error: unknown) {
    return awsError(error, { action, resource: `table ${this.name}` });
  }
}

/** A condition and the values that it names. */
export type Condition = {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeValues?: Record<string, Item[string]>;
};

/** The item is new. */
export const NOT_THERE: Condition = { ConditionExpression: 'attribute_not_exists(pk)' };

/** The item that refused a write, as `ALL_OLD` gives it. */
function itemOf(error: unknown): Item {
  const item = typeof error === 'object' && error !== null && 'Item' in error ? error.Item : undefined;
  return typeof item === 'object' && item !== null ? (item as Item) : {};
}
