import type { AskedQuery } from '../datasets/query-execution.js';
import type { FileStatus } from '../lake/file-status.js';
import type { BundleId, FileId } from '../lake/names.js';
import type { PartitionKey } from '../lake/partition.js';
import type { TableName } from '../lake/tables.js';
import type { OpenQuery } from './open-queries.js';

/**
 * What the ledger knows of a log file (item FILE#fid), which its id alone names: a trail has many millions.
 * Counts are of records: read, ignored, rejected.
 */
export type LedgerEntry = {
  readonly fid: FileId;
  readonly status: FileStatus;
  readonly etag: string;
  /** Hex SHA-256 of the inflated bytes; absent where the file could not be read to its end. */
  readonly sha256?: string;
  readonly rows: number;
  readonly read: number;
  readonly ignored: number;
  readonly rejected: number;
  /** Error code of a parked file. */
  readonly code?: string;
  readonly bid?: BundleId;
  /** ETags of later deliveries of the same bytes (a copy with another time of change): the last few. */
  readonly aliases?: readonly string[];
  /** ETag of a later delivery of other content under the same key. */
  readonly conflict?: string;
  /** Where a parked log file lies, so that it can be listed. */
  readonly source?: { readonly bucket: string; readonly key: string };
};

/** A partition's generations (item PART): readers see `visible`, commits go to `writing`. */
export type OpenPartition = { readonly visible: number; readonly writing: number };

/** The rows of a bundle for one table and day, in one data file. */
export type CommitPart = PartitionKey & {
  readonly generation: number;
  /** The generation that readers see, where it is another: the part is shown there too (protocol 4.4). */
  readonly copy?: number;
  readonly files: number;
  readonly rows: number;
  readonly bytes: number;
  /** Hex SHA-256 of the data file. */
  readonly sha256: string;
  /** Sum modulo 2^64 of the hashes of its rows, 16 hex digits: what compaction must preserve. */
  readonly rowHashSum: string;
};

/** Everything that one transaction fixes: the log files of a bundle, and where their rows lie. */
export type Commit = {
  readonly bid: BundleId;
  /** Settled or parked log files of the bundle; those with rows carry `bid`. */
  readonly entries: readonly LedgerEntry[];
  readonly parts: readonly CommitPart[];
  /** Queries to be asked about again. */
  readonly openQueries: readonly OpenQuery[];
  /** Open queries whose end these rows tell; they stand where log files stand for events (protocol 4.7). */
  readonly endedQueries?: readonly AskedQuery[];
};

export type Verdict =
  /** `overtaken`: what others settled with rows where this commit has none; their rows may not be visible yet. */
  | { readonly kind: 'committed'; readonly overtaken?: readonly LedgerEntry[] }
  /** A partition moved on to another generation: read it again, same bundle id. */
  | { readonly kind: 'partition-moved' }
  /** Somebody settled log files with rows first: leave them out, draw a new bundle id. */
  | { readonly kind: 'files-settled'; readonly settled: readonly LedgerEntry[] }
  /** Others ended these of the queries first: leave them out, draw a new bundle id. */
  | { readonly kind: 'queries-ended'; readonly ended: readonly AskedQuery[] }
  /** The bundle id was given up by a sweep: draw a new one. */
  | { readonly kind: 'aborted' };

/** The data files of a table and day that readers may read: committed rows, each once. */
export type CommittedDay = PartitionKey & {
  readonly files: readonly { readonly path: string; readonly rows: number; readonly bytes: number }[];
};

/**
 * Ledger and registry: one port, because one transaction changes both (protocol 4.2).
 * Implementations are linearizable; a contract suite runs over all of them.
 */
export interface LakeState {
  /** How many log files with rows or ended queries, and twice how many parts, one commit may hold together. */
  readonly mostItems: number;
  /** Which of these log files the ledger knows. A hint that saves work: the commit decides. */
  lookup(fids: readonly FileId[]): Promise<ReadonlyMap<FileId, LedgerEntry>>;
  /** Reads the generations of partitions, creating those that are new (protocol 4.2 step 5). */
  openPartitions(keys: readonly PartitionKey[]): Promise<readonly OpenPartition[]>;
  /**
   * The one transaction (protocol 4.2 step 6). Entries without rows, empty or parked, are true by themselves: they
   * are written where their log file is not settled yet, and refuse nothing. @throws AuditLakeError LAKE_LOCK_LOST
   */
  commit(commit: Commit): Promise<Verdict>;
  /** Notes what a later look at a settled log file showed: another etag of the same bytes, or a conflict. */
  noteDelivery(fid: FileId, seen: { readonly etag: string; readonly conflict: boolean }): Promise<void>;
  /** The committed list of every table and day, or of one table (protocol 4.8). */
  committedList(table?: TableName): Promise<readonly CommittedDay[]>;
  /** The log files that are parked, with where they lie. */
  parked(): AsyncIterable<LedgerEntry>;
  close(): Promise<void>;
}
