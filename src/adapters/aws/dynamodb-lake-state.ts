import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { isSettled } from '../../lake/file-status.js';
import { type BundleId, dataFilePath, type FileId } from '../../lake/names.js';
import type { PartitionKey } from '../../lake/partition.js';
import { TABLE_NAMES, type TableName } from '../../lake/tables.js';
import type {
  Commit,
  CommitPart,
  CommittedDay,
  LakeState,
  LedgerEntry,
  OpenPartition,
  Verdict,
} from '../../ports/lake-state.js';
import type { BundleLedger } from '../../ports/staged-bundles.js';
import { type Item, list, text } from './dynamodb-attributes.js';
import { FREE, MOST_ITEMS, transact } from './dynamodb-commit.js';
import { DynamoDbKnownQueries } from './dynamodb-known-queries.js';
import {
  abortedBundle,
  bundleKey,
  fileItem,
  fileKey,
  membersOf,
  PARKED,
  parkedItem,
  readBundle,
  readFile,
  readMember,
} from './dynamodb-ledger-items.js';
import { DynamoDbOpenQueries } from './dynamodb-open-queries.js';
import { openPartitions, partitionsOf } from './dynamodb-partitions.js';
import { DynamoDbSliceProgress } from './dynamodb-slice-progress.js';
import { type Condition, type DynamoDbTable, NOT_THERE } from './dynamodb-table.js';
import { sideBySide } from './side-by-side.js';

/** Single items written or read side by side. */
const AT_ONCE = 16;
/** Another etag of a settled log file: an alarm once, not at each delivery. */
const OTHER_ETAG: Condition = { ConditionExpression: 'attribute_exists(pk) AND etag <> :etag' };

/** Ledger and registry of a lake in S3, in DynamoDB (protocol 4.2). */
export class DynamoDbLakeState implements LakeState, BundleLedger {
  readonly mostItems = MOST_ITEMS;
  /** The queries that are asked about again, in the same table. */
  readonly queries: DynamoDbOpenQueries;
  /** What was learned of queries, in the same table. */
  readonly known: DynamoDbKnownQueries;
  /** How far backfills are, in the same table. */
  readonly progress: DynamoDbSliceProgress;
  readonly #table: DynamoDbTable;

  /** `now` gives milliseconds since 1970. */
  constructor(table: DynamoDbTable, now: () => number) {
    this.queries = new DynamoDbOpenQueries(table, now);
    this.known = new DynamoDbKnownQueries(table);
    this.progress = new DynamoDbSliceProgress(table);
    this.#table = table;
  }

  /** A read that may be behind: nothing rests on it. */
  async lookup(fids: readonly FileId[]): Promise<ReadonlyMap<FileId, LedgerEntry>> {
    const keys = [...new Set(fids)].map(fileKey);
    const entries = (await this.#table.getMany(keys, { consistent: false })).map(readFile);
    return new Map(entries.map((entry) => [entry.fid, entry]));
  }

  async openPartitions(keys: readonly PartitionKey[]): Promise<readonly OpenPartition[]> {
    return openPartitions(this.#table, keys);
  }

  /**
   * Queries to be asked about again are noted before the transaction: one too many is harmless, one too few would never be
   * asked. Entries without rows follow it: they are true by themselves.
   */
  async commit(commit: Commit): Promise<Verdict> {
    await this.queries.open(commit.openQueries);
    if (commit.parts.length > 0) {
      const verdict = await transact(this.#table, commit);
      if (verdict.kind !== 'committed') return verdict;
    }
    const withoutRows = commit.entries.filter(({ status }) => status !== 'COMMITTED');
    const winners = await sideBySide(withoutRows, AT_ONCE, (entry) => this.#settleWithoutRows(entry));
    const overtaken = winners.flatMap((winner) => (winner?.status === 'COMMITTED' ? [winner] : []));
    return overtaken.length > 0 ? { kind: 'committed', overtaken } : { kind: 'committed' };
  }

  async noteDelivery(
    fid: FileId,
    { etag, conflict }: { readonly etag: string; readonly conflict: boolean },
  ): Promise<void> {
    const values = { ':etag': text(etag) };
    const noted = conflict
      ? {
          UpdateExpression: 'SET #conflict = :etag',
          ExpressionAttributeNames: { '#conflict': 'conflict' },
          ExpressionAttributeValues: values,
        }
      : {
          UpdateExpression: 'SET aliases = list_append(if_not_exists(aliases, :none), :alias)',
          ExpressionAttributeValues: { ...values, ':none': list([]), ':alias': list([text(etag)]) },
        };
    const command = new UpdateItemCommand({
      TableName: this.#table.name,
      Key: fileKey(fid),
      ...OTHER_ETAG,
      ...noted,
    });
    await this.#table.unlessRefused('dynamodb:UpdateItem', () => this.#table.client.send(command));
  }

  async committedList(table?: TableName): Promise<readonly CommittedDay[]> {
    const days: CommittedDay[] = [];
    for (const name of table ? [table] : TABLE_NAMES) {
      const partitions = await partitionsOf(this.#table, name);
      const listed = await sideBySide(partitions, AT_ONCE, async ({ day, visible, writing }) => {
        const files = await this.#filesOf({ table: name, day }, [...new Set([visible, writing])]);
        return { table: name, day, files };
      });
      days.push(...listed.filter(({ files }) => files.length > 0));
    }
    return days;
  }

  async *parked(): AsyncIterable<LedgerEntry> {
    const fids: FileId[] = [];
    for await (const { sk } of this.#table.query(PARKED)) fids.push(sk?.S ?? '');
    const items = await this.#table.getMany(fids.map(fileKey), { consistent: true });
    for (const entry of items.map(readFile)) if (!isSettled(entry)) yield entry;
  }

  async findBundle(bid: BundleId): Promise<'absent' | 'aborted' | readonly CommitPart[]> {
    const item = await this.#table.get(bundleKey(bid));
    return item ? readBundle(item) : 'absent';
  }

  async abortBundle(bid: BundleId): Promise<boolean> {
    const refused = await this.#table.putIf(abortedBundle(bid), NOT_THERE);
    return refused === undefined || readBundle(refused.refusedBy) === 'aborted';
  }

  async close(): Promise<void> {}

  async #filesOf(
    partition: PartitionKey,
    generations: readonly number[],
  ): Promise<CommittedDay['files'][number][]> {
    const files: CommittedDay['files'][number][] = [];
    for (const generation of generations) {
      for await (const item of this.#table.query(membersOf(partition, generation))) {
        const { bid, rows, bytes } = readMember(item);
        files.push({ path: dataFilePath({ ...partition, generation }, bid), rows, bytes });
      }
    }
    return files;
  }

  /**
   * EMPTY or parked, unless somebody settled it: that stays. A parked one is listed first, so that it is never
   * parked and unlisted. Gives the entry of who did.
   */
  async #settleWithoutRows(entry: LedgerEntry): Promise<LedgerEntry | undefined> {
    if (entry.status !== 'EMPTY') await this.#list(entry);
    const refused = await this.#table.putIf(fileItem(entry), FREE);
    const winner: LedgerEntry | undefined = refused && readFile(refused.refusedBy);
    const isOther = entry.sha256 !== undefined && winner && winner.sha256 !== entry.sha256;
    if (isOther) await this.noteDelivery(entry.fid, { etag: entry.etag, conflict: true });
    return winner;
  }

  async #list(entry: LedgerEntry): Promise<void> {
    const item: Item = parkedItem(entry);
    await this.#table.putIf(item, NOT_THERE);
  }
}
