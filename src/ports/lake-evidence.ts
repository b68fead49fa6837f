import type { LogFileCount } from '../lake/log-file-count.js';
import type { PartitionKey } from '../lake/partition.js';
import type { TableName } from '../lake/tables.js';
import type { LedgerEntry } from './lake-state.js';
import type { Registration } from './partition-register.js';

/** A data file, as the transaction noted it that committed its rows. */
export type NotedFile = {
  /** Below the root of the lake. */
  readonly path: string;
  readonly bytes: number;
  readonly rows: number;
  /** Hex SHA-256 of its bytes. */
  readonly sha256: string;
};

/** A partition, and its data files in no order. Where there is no catalog, all count as REGISTERED. */
export type NotedPartition = PartitionKey & {
  readonly registration: Registration;
  readonly files: readonly NotedFile[];
};

/** What the state of a lake says of what it holds: for those who have to prove it. */
export interface LakeEvidence {
  /** By day, a partition in memory at a time. @throws AuditLakeError LAKE_FORMAT, AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED */
  partitions(table: TableName): AsyncIterable<NotedPartition>;
  /** Reads the whole ledger. In no order. @throws AuditLakeError as above */
  logFiles(): Promise<readonly LogFileCount[]>;
  /** All that the ledger knows, a page in memory at a time. In no order. @throws AuditLakeError as above */
  ledger(): AsyncIterable<LedgerEntry>;
}
