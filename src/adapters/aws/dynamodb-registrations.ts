import {
  type TransactWriteItem,
  TransactWriteItemsCommand,
  type Update,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { AnyPartition } from '../../lake/partition.js';
import type {
  Claim,
  PartitionBatch,
  RegisteredPartition,
  Registrations,
} from '../../ports/partition-register.js';
import { ITEM_VERSION, type Item, text, whole } from './dynamodb-attributes.js';
import { cancelledBy, isRefused, pastConflicts } from './dynamodb-conflict.js';
import { batchFields, batchKey, type PartKind, partKey, readBatch, readPart } from './dynamodb-part.js';
import type { DynamoDbTable } from './dynamodb-table.js';

/** The conditions of protocol 4.3. Each write also asks for the version of the item: what a newer one wrote stays. */
const OUR_VERSION = '(attribute_not_exists(#ver) OR #ver <= :ver)';
const IS_THERE = 'attribute_exists(pk)';
const PENDING_AND_DUE = '(#reg = :pending AND (attribute_not_exists(#notBefore) OR #notBefore <= :now))';
const LEASE_RAN_OUT = '(#reg = :issuing AND #leaseUntil < :now)';
const STILL_CLAIMED = '#reg = :issuing AND #fence = :fence';
const NOT_REGISTERED = '#reg <> :registered';
const NOBODY_IS_AT_IT = '#reg IN (:pending, :registered, :blocked)';

const NEXT_ATTEMPT = '#attempt = if_not_exists(#attempt, :zero) + :one';
const NEXT_FENCE = '#fence = if_not_exists(#fence, :zero) + :one';
const ONE_FAILURE_MORE = '#failures = if_not_exists(#failures, :zero) + :one';

/** Every value that an expression may name and that is the same in all of them. */
const WORDS: Item = {
  ':ver': whole(ITEM_VERSION),
  ':pending': text('PENDING'),
  ':issuing': text('ISSUING'),
  ':registered': text('REGISTERED'),
  ':blocked': text('BLOCKED'),
  ':zero': whole(0),
  ':one': whole(1),
};

/** A conditional change of one item. */
type Change = {
  readonly key: Item;
  readonly update: string;
  readonly conditions: readonly string[];
  readonly values?: Item;
};

/** What every register does with its partitions: PART and BATCH items in DynamoDB (protocol 4.3). */
export class DynamoDbRegistrations<K extends AnyPartition> implements Omit<Registrations<K>, 'open'> {
  readonly #table: DynamoDbTable;
  readonly #kind: PartKind<K>;

  constructor(table: DynamoDbTable, kind: PartKind<K>) {
    this.#table = table;
    this.#kind = kind;
  }

  async claim(
    partition: K,
    { owner, now, until }: { readonly owner: string; readonly now: number; readonly until: number },
  ): Promise<RegisteredPartition<K> | undefined> {
    const key = partKey(partition);
    const changed = await this.#change({
      key,
      update: `SET #reg = :issuing, #owner = :owner, #leaseUntil = :until, ${NEXT_FENCE} REMOVE #notBefore`,
      conditions: [OUR_VERSION, `(${PENDING_AND_DUE} OR ${LEASE_RAN_OUT})`],
      values: { ':owner': text(owner), ':until': whole(until), ':now': whole(now) },
    });
    // Not every endpoint tells which item refused a write.
    const item = changed ?? (await this.#table.get(key));
    const part = item && readPart(item, this.#kind);
    return part?.registration === 'ISSUING' && part.owner === owner ? part : undefined;
  }

  /** One transaction: a crash leaves no partition behind that a statement asked for and that does not know of it. */
  async issue(batch: PartitionBatch<K>, claims: readonly Claim<K>[]): Promise<boolean> {
    const note: Change = {
      key: batchKey(batch.token),
      update: 'SET #ver = :ver, #tbl = :tbl, #dates = :dates, #attempt = :attempt',
      conditions: [],
      values: Object.fromEntries(
        Object.entries(batchFields(batch)).map(([name, value]) => [`:${name}`, value]),
      ),
    };
    const names = claims.map(
      (claim): Change => ({
        key: partKey(claim),
        update: 'SET #batch = :batch',
        conditions: [OUR_VERSION, STILL_CLAIMED],
        values: { ':batch': text(batch.token), ':fence': whole(claim.fence) },
      }),
    );
    const items = [note, ...names].map((change): TransactWriteItem => ({ Update: this.#updateOf(change) }));
    return this.#transact(items);
  }

  async findBatch(token: string): Promise<PartitionBatch<K> | undefined> {
    const item = await this.#table.get(batchKey(token));
    return item && readBatch(item, this.#kind);
  }

  async noteExecution(token: string, executionId: string): Promise<void> {
    const values = { ':qid': text(executionId) };
    await this.#change({ key: batchKey(token), update: 'SET #qid = :qid', conditions: [IS_THERE], values });
  }

  async registered(partition: K): Promise<void> {
    await this.#change({
      key: partKey(partition),
      update: 'SET #reg = :registered REMOVE #leaseUntil, #notBefore, #failures, #reason',
      conditions: [IS_THERE, OUR_VERSION, NOT_REGISTERED],
    });
  }

  async failed(claim: Claim<K>, failure: Parameters<Registrations<K>['failed']>[1]): Promise<void> {
    const { notBefore, blocked, reason, isRefusal = false } = failure;
    await this.#change({
      key: partKey(claim),
      update:
        `SET #reg = ${blocked ? ':blocked' : ':pending'}, #notBefore = :notBefore, #reason = :reason, ` +
        `${NEXT_ATTEMPT}${isRefusal ? '' : `, ${ONE_FAILURE_MORE}`} REMOVE #leaseUntil, #batch`,
      conditions: [OUR_VERSION, STILL_CLAIMED],
      values: { ':notBefore': whole(notBefore), ':reason': text(reason), ':fence': whole(claim.fence) },
    });
  }

  async reopen(partition: K, reason: string): Promise<void> {
    await this.#change({
      key: partKey(partition),
      update: `SET #reg = :pending, #reason = :reason, ${NEXT_ATTEMPT} REMOVE #leaseUntil, #notBefore, #failures, #batch`,
      conditions: [OUR_VERSION, NOBODY_IS_AT_IT],
      values: { ':reason': text(reason) },
    });
  }

  /** The item after the change, or the one that refused it, where that is told. */
  async #change(change: Change): Promise<Item | undefined> {
    let item: Item | undefined;
    const command = new UpdateItemCommand({ ...this.#updateOf(change), ReturnValues: 'ALL_NEW' });
    const refused = await this.#table.unlessRefused('dynamodb:UpdateItem', async () => {
      item = (await this.#table.client.send(command)).Attributes;
    });
    const told = refused ? refused.refusedBy : item;
    return told && 'pk' in told ? told : undefined;
  }

  #updateOf({ key, update, conditions, values = {} }: Change): Update {
    const condition = conditions.join(' AND ');
    const all: Item = { ...WORDS, ...values };
    const both = `${update} ${condition}`;
    return {
      TableName: this.#table.name,
      Key: { ...key },
      UpdateExpression: update,
      ...(condition && { ConditionExpression: condition, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
      ExpressionAttributeNames: Object.fromEntries(named(/#\w+/g, both, (it) => it.slice(1))),
      ExpressionAttributeValues: Object.fromEntries(named(/:\w+/g, both, (it) => all[it])),
    };
  }

  /** False where a condition refused it. */
  async #transact(TransactItems: TransactWriteItem[]): Promise<boolean> {
    try {
      const command = new TransactWriteItemsCommand({ TransactItems });
      await pastConflicts(this.#table.waiting, () => this.#table.client.send(command));
      return true;
    } catch (error) {
      if (cancelledBy(error).some(isRefused)) return false;
      throw this.#table.failed('dynamodb:TransactWriteItems', error);
    }
  }
}

/** What an expression names, each once: DynamoDB refuses names and values that are not used. */
function named<V>(
  pattern: RegExp,
  expression: string,
  meaning: (name: string) => V | undefined,
): readonly (readonly [string, V])[] {
  const names = new Set([...expression.matchAll(pattern)].map(([name]) => name));
  return [...names].flatMap((name) => {
    const value = meaning(name);
    return value === undefined ? [] : [[name, value] as const];
  });
}
