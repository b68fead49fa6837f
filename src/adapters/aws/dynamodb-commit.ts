import { hash } from 'node:crypto';
import { type TransactWriteItem, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import type { AskedQuery } from '../../datasets/query-execution.js';
import { AuditLakeError } from '../../errors.js';
import type { Commit, CommitPart, LedgerEntry, Verdict } from '../../ports/lake-state.js';
import { isDenied, nameOf } from './aws-error.js';
import { again } from './back-off.js';
import { type Item, text, whole } from './dynamodb-attributes.js';
import { cancelledBy, isRefused } from './dynamodb-conflict.js';
import {
  bundleItem,
  bundleKey,
  fileItem,
  fileKey,
  memberItem,
  readBundle,
  readFile,
} from './dynamodb-ledger-items.js';
import { endQuery } from './dynamodb-open-queries.js';
import { partKey } from './dynamodb-part.js';
import { type Condition, type DynamoDbTable, NOT_THERE } from './dynamodb-table.js';

/** The condition of every write to a FILE item: COMMITTED and EMPTY are settled for ever (protocol 4.1). */
export const FREE: Condition = {
  ConditionExpression: 'attribute_not_exists(pk) OR st IN (:missing, :deferred, :quarantined)',
  ExpressionAttributeValues: {
    ':missing': text('MISSING'),
    ':deferred': text('DEFERRED'),
    ':quarantined': text('QUARANTINED'),
  },
};
/** From a seal on, no commit enters the generation that is being compacted. */
const STILL_WRITTEN = 'w = :w';

/** A transaction holds 100 items; one of them is the bundle. */
export const MOST_ITEMS = 99;
const MOST_ATTEMPTS = 20;
/** Asked again, these would be refused again. */
const HOPELESS: ReadonlySet<string> = new Set(['ValidationException', 'ResourceNotFoundException']);

/** What a transaction writes, in its order: the reasons of a refusal come in the same. */
type Writes = {
  readonly bundle: TransactWriteItem;
  readonly files: readonly { readonly entry: LedgerEntry; readonly write: TransactWriteItem }[];
  readonly queries: readonly { readonly query: AskedQuery; readonly write: TransactWriteItem }[];
  readonly parts: readonly TransactWriteItem[];
  readonly members: readonly TransactWriteItem[];
};

/**
 * The transaction of protocol 4.2 step 6: log files settled, parts counted and listed, the bundle decided; all or
 * nothing. A response that was lost is neither: the bundle is read back, and the same request made again.
 * @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED (still in conflict or no answer after 20 attempts)
 */
export async function transact(table: DynamoDbTable, commit: Commit): Promise<Verdict> {
  const writes = writesOf(table.name, commit);
  const items = [
    writes.bundle,
    ...writes.files.map(({ write }) => write),
    ...writes.queries.map(({ write }) => write),
    ...writes.parts,
    ...writes.members,
  ];
  const ClientRequestToken = tokenOf(commit);
  const send = async (): Promise<Verdict> => {
    try {
      await table.client.send(new TransactWriteItemsCommand({ TransactItems: items, ClientRequestToken }));
      return { kind: 'committed' };
    } catch (error) {
      const verdict = mayPass(error) && (await verdictOf(error, { table, writes, bid: commit.bid }));
      if (verdict) return verdict;
      throw error;
    }
  };
  const persistence = { waiting: table.waiting, most: MOST_ATTEMPTS, mayPass };
  return table.tried('dynamodb:TransactWriteItems', () => again(persistence, send));
}

/** Neither refused for good, nor one of the reads that ask what became of it. */
function mayPass(error: unknown): boolean {
  return !(error instanceof AuditLakeError || isDenied(error) || HOPELESS.has(nameOf(error)));
}

/** The same for the same request, so that DynamoDB completes what it has begun; 36 characters are allowed. */
function tokenOf({ bid, parts }: Commit): string {
  const places = parts.map(({ generation, copy }) => `${generation} ${copy ?? ''}`).join();
  return `${bid}-${hash('sha256', places).slice(0, 8)}`;
}

function writesOf(TableName: string, { bid, entries, parts, endedQueries = [] }: Commit): Writes {
  const old = { TableName, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;
  const withRows = entries.filter(({ status }) => status === 'COMMITTED');
  return {
    // A bundle id stands for one set of log files, and for one decision about them.
    bundle: {
      Put: { ...old, Item: bundleItem(bid, parts, withRows.length + endedQueries.length), ...NOT_THERE },
    },
    files: withRows.map((entry) => ({ entry, write: { Put: { ...old, Item: fileItem(entry), ...FREE } } })),
    queries: endedQueries.map((query) => ({
      query,
      write: endQuery(TableName, query, bid),
    })),
    parts: parts.map((part) => ({ Update: countMember(TableName, part) })),
    members: parts.map((part) => ({ Put: { TableName, Item: memberItem(bid, part) } })),
  };
}

function countMember(TableName: string, part: CommitPart): NonNullable<TransactWriteItem['Update']> {
  return {
    TableName,
    Key: partKey(part),
    UpdateExpression: 'SET n = n + :one',
    ConditionExpression: STILL_WRITTEN,
    ExpressionAttributeValues: { ':one': whole(1), ':w': whole(part.generation) },
  };
}

/** What a failure means; undefined where the same request is to be made again. */
async function verdictOf(
  error: unknown,
  { table, writes, bid }: { readonly table: DynamoDbTable; readonly writes: Writes; readonly bid: string },
): Promise<Verdict | undefined> {
  const reasons = cancelledBy(error);
  if (reasons.length === 0) return decided(await table.get(bundleKey(bid)));
  if (isRefused(reasons[0])) return decided(reasons[0]?.Item ?? (await table.get(bundleKey(bid))));
  const settled: LedgerEntry[] = [];
  for (const [at, { entry }] of writes.files.entries()) {
    const reason = reasons[1 + at];
    if (!isRefused(reason)) continue;
    const winner = reason?.Item ?? (await table.get(fileKey(entry.fid)));
    if (winner) settled.push(readFile(winner));
  }
  // Half of our own transaction can be seen while it still settles: the rest decides, and never a discard of its rows.
  if (settled.some((winner) => winner.bid === bid)) return decided(await table.get(bundleKey(bid)));
  if (settled.length > 0) return { kind: 'files-settled', settled };
  const { queries, parts } = writes;
  const ofQueries = reasons.slice(1 + writes.files.length, 1 + writes.files.length + queries.length);
  const ended = queries.filter((_, at) => isRefused(ofQueries[at])).map(({ query }) => query);
  if (ofQueries.some((reason) => reason?.Item?.['bid']?.S === bid)) {
    return decided(await table.get(bundleKey(bid)));
  }
  if (ended.length > 0) return { kind: 'queries-ended', ended };
  const ofParts = reasons.slice(1 + writes.files.length + queries.length).slice(0, parts.length);
  return ofParts.some(isRefused) ? { kind: 'partition-moved' } : undefined;
}

/** Nobody draws a bundle id twice: a committed bundle of this id is our own, whose response was lost (D17). */
function decided(item: Item | undefined): Verdict | undefined {
  if (item === undefined) return undefined;
  return { kind: readBundle(item) === 'aborted' ? 'aborted' : 'committed' };
}
