import { type LogFileCount, LogFileSums } from '../../lake/log-file-count.js';
import { dataFilePath } from '../../lake/names.js';
import type { PartitionKey } from '../../lake/partition.js';
import type { TableName } from '../../lake/tables.js';
import type { LakeEvidence, NotedFile, NotedPartition } from '../../ports/lake-evidence.js';
import type { LedgerEntry } from '../../ports/lake-state.js';
import type { FileItem, LmdbItems, MemberItem, PartItem } from './lmdb-items.js';
import { entriesOf, memberPrefix } from './lmdb-lake-state.js';

/** What the state of a lake in a folder says of what it holds. */
export class LmdbLakeEvidence implements LakeEvidence {
  readonly #items: LmdbItems;

  constructor(items: LmdbItems) {
    this.#items = items;
  }

  async *partitions(table: TableName): AsyncIterable<NotedPartition> {
    const prefix = `PART#${table}#`;
    for (const { key, value } of this.#items.getRange({ start: prefix, end: `${prefix}~` })) {
      const partition = { table, day: key.slice(prefix.length) };
      const { v, w, reg: registration } = value as PartItem;
      const files = [...new Set([v, w])].flatMap((generation) => this.#files(partition, generation));
      yield { ...partition, registration, files };
    }
  }

  async logFiles(): Promise<readonly LogFileCount[]> {
    const sums = new LogFileSums();
    for (const { value } of this.#items.getRange({ start: 'FILE#', end: 'FILE#~' })) {
      const [status, , , , rows, read, ignored, rejected] = value as FileItem;
      sums.add({ status, rows, read, ignored, rejected });
    }
    return sums.counts();
  }

  async *ledger(): AsyncIterable<LedgerEntry> {
    yield* entriesOf(this.#items);
  }

  #files(partition: PartitionKey, generation: number): NotedFile[] {
    const prefix = memberPrefix(partition, generation);
    const files: NotedFile[] = [];
    for (const { value } of this.#items.getRange({ start: prefix, end: `${prefix}~` })) {
      const { bid, rows, bytes, sha256 } = value as MemberItem;
      files.push({ path: dataFilePath({ ...partition, generation }, bid), rows, bytes, sha256 });
    }
    return files;
  }
}
