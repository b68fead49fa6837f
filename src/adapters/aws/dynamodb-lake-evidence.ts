import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { FILE_STATUSES } from '../../lake/file-status.js';
import { type LogFileCount, LogFileSums } from '../../lake/log-file-count.js';
import { dataFilePath } from '../../lake/names.js';
import type { PartitionKey } from '../../lake/partition.js';
import type { TableName } from '../../lake/tables.js';
import type { LakeEvidence, NotedFile, NotedPartition } from '../../ports/lake-evidence.js';
import type { LedgerEntry } from '../../ports/lake-state.js';
import { type Item, ItemReader, text } from './dynamodb-attributes.js';
import { membersOf, readFile } from './dynamodb-ledger-items.js';
import { partitionsOf } from './dynamodb-partitions.js';
import type { DynamoDbTable } from './dynamodb-table.js';

/** FILE alone. */
const LEDGER = {
  FilterExpression: 'begins_with(pk, :file)',
  ExpressionAttributeValues: { ':file': text('FILE#') },
};
/** Of each what is added up: names that DynamoDB keeps for itself stand behind a #. */
const COUNTS = {
  ProjectionExpression: 'pk, sk, ver, st, #rows, #in, filtered, bad',
  ExpressionAttributeNames: { '#rows': 'rows', '#in': 'in' },
};

/** What the state of a lake in S3 says of what it holds. */
export class DynamoDbLakeEvidence implements LakeEvidence {
  readonly #table: DynamoDbTable;

  constructor(table: DynamoDbTable) {
    this.#table = table;
  }

  async *partitions(table: TableName): AsyncIterable<NotedPartition> {
    for (const { day, visible, writing, registration } of await partitionsOf(this.#table, table)) {
      const files: NotedFile[] = [];
      for (const generation of new Set([visible, writing])) {
        files.push(...(await this.#files({ table, day }, generation)));
      }
      yield { table, day, registration, files };
    }
  }

  /** Reads over the whole table of state, which costs half a read unit for each 4 kB of it: eight log files or so. */
  async logFiles(): Promise<readonly LogFileCount[]> {
    const sums = new LogFileSums();
    for await (const item of this.#scanned(COUNTS)) {
      const reader = ItemReader.ofItem(item);
      sums.add({
        status: reader.word('st', FILE_STATUSES),
        rows: reader.whole('rows'),
        read: reader.whole('in'),
        ignored: reader.whole('filtered'),
        rejected: reader.whole('bad'),
      });
    }
    return sums.counts();
  }

  /** Costs what {@link logFiles} costs: what a Scan leaves out is paid for as well. */
  async *ledger(): AsyncIterable<LedgerEntry> {
    for await (const item of this.#scanned()) yield readFile(item);
  }

  async *#scanned(only: Partial<typeof COUNTS> = {}): AsyncIterable<Item> {
    let from: Item | undefined;
    do {
      const command = new ScanCommand({
        TableName: this.#table.name,
        ...LEDGER,
        ...only,
        ...(from && { ExclusiveStartKey: from }),
      });
      const page = await this.#table.tried('dynamodb:Scan', () => this.#table.client.send(command));
      yield* page.Items ?? [];
      from = page.LastEvaluatedKey;
    } while (from);
  }

  async #files(partition: PartitionKey, generation: number): Promise<NotedFile[]> {
    const files: NotedFile[] = [];
    for await (const item of this.#table.query(membersOf(partition, generation))) {
      const reader = ItemReader.ofItem(item);
      const path = dataFilePath({ ...partition, generation }, reader.text('sk'));
      files.push({
        path,
        rows: reader.whole('rows'),
        bytes: reader.whole('len'),
        sha256: reader.text('sha256'),
      });
    }
    return files;
  }
}
