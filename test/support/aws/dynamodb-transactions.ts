import type { TransactWriteItem, TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import { AwsError, type CancellationReason, invalid, transactionCanceled } from './aws-error.ts';
import type { TableDouble } from './dynamodb-table.ts';
import { type Item, sizeOf } from './dynamodb-values.ts';
import { checkOf, deleteOf, type ItemWrite, isAllowed, putOf, updateOf } from './dynamodb-writes.ts';

const MOST_ITEMS = 100;
const MOST_BYTES = 4_194_304;
const TOKEN_MEMORY_MS = 600_000;

/** Transactions: all writes or none, every condition against one state. */
export class Transactions {
  readonly #now: () => number;
  readonly #tableOf: (name: string | undefined) => TableDouble;
  readonly #done = new Map<string, { readonly request: string; readonly at: number }>();

  constructor(now: () => number, tableOf: (name: string | undefined) => TableDouble) {
    this.#now = now;
    this.#tableOf = tableOf;
  }

  /** @throws AwsError TransactionCanceledException with a reason for every item, ValidationException */
  write({ TransactItems: items = [], ClientRequestToken: token }: TransactWriteItemsCommandInput): void {
    if (items.length < 1 || items.length > MOST_ITEMS) {
      throw invalid(
        "Value at 'transactItems' failed to satisfy constraint: Member must have length less than or equal to 100",
      );
    }
    if (token !== undefined && this.#isRepeated(token, JSON.stringify(items))) return;
    const writes = items.map((item) => this.#read(item));
    if (new Set(writes.map(({ table, id }) => `${table.name} ${id}`)).size < writes.length) {
      throw invalid('Transaction request cannot include multiple operations on one item');
    }
    const outcomes = writes.map(tried);
    if (outcomes.some(({ reason }) => reason.Code !== 'None')) {
      throw transactionCanceled(outcomes.map(({ reason }) => reason));
    }
    const bytes = outcomes.reduce((sum, { after }) => sum + sizeOf(after ?? {}), 0);
    if (bytes > MOST_BYTES) throw invalid('Transaction size has exceeded the maximum allowed size');
    for (const { write, after } of outcomes) write.table.set(write.id, after);
    if (token !== undefined) this.#done.set(token, { request: JSON.stringify(items), at: this.#now() });
  }

  #isRepeated(token: string, request: string): boolean {
    const done = this.#done.get(token);
    if (done === undefined || done.at + TOKEN_MEMORY_MS < this.#now()) return false;
    if (done.request === request) return true;
    const message = 'The provided client token was already used with a different request';
    throw new AwsError('IdempotentParameterMismatchException', message);
  }

  #read(item: TransactWriteItem): ItemWrite {
    const { Put, Update, Delete, ConditionCheck, ...unknown } = item;
    if (
      Object.keys(unknown).length > 0 ||
      [Put, Update, Delete, ConditionCheck].filter(Boolean).length !== 1
    ) {
      throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
    }
    if (Put) return putOf(this.#tableOf(Put.TableName), Put);
    if (Update) return updateOf(this.#tableOf(Update.TableName), Update);
    if (Delete) return deleteOf(this.#tableOf(Delete.TableName), Delete);
    return checkOf(this.#tableOf(ConditionCheck?.TableName), ConditionCheck ?? { Key: undefined });
  }
}

type Tried = {
  readonly write: ItemWrite;
  readonly after: Item | undefined;
  readonly reason: CancellationReason;
};

/** What a write would do to the state as it is. */
function tried(write: ItemWrite): Tried {
  const before = write.table.get(write.id);
  if (!isAllowed(write)) {
    const item = write.showsOld && before !== undefined ? { Item: structuredClone(before) } : {};
    const reason = { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed', ...item };
    return { write, after: undefined, reason };
  }
  try {
    return { write, after: write.next(before), reason: { Code: 'None' } };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { write, after: undefined, reason: { Code: 'ValidationError', Message: error.message } };
  }
}
