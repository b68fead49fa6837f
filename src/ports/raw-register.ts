import type { RawFolder, RawPartition } from '../lake/raw-partition.js';
import type { RegisteredPartition, Registrations } from './partition-register.js';

/** Makes partitions of the raw table known. */
export interface RawNotes {
  /**
   * PENDING, where they are new: the registrar does the rest. Gives how many were new.
   * @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
   */
  note(partitions: readonly RawPartition[]): Promise<number>;
}

/** The register of the raw table: millions of partitions, of which few are open. */
export interface RawRegister extends Registrations<RawPartition>, RawNotes {
  /** All partitions by account, Region and day, a page in memory at a time. @throws AuditLakeError LAKE_FORMAT */
  all(table: string): AsyncIterable<RegisteredPartition<RawPartition>>;
}

/** The folders of log files that lie in a trail's bucket, by CloudTrail's layout. */
export interface TrailFolders {
  /**
   * By account, Region and day; those within the days alone are gone down into. Objects are not listed.
   * @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
   */
  list(within: FolderScope): AsyncIterable<readonly RawFolder[]>;
  /** Organizations whose accounts lie a folder deeper, so that they are none of this root; known after a listing. */
  readonly organizations: readonly string[];
  /** Requests for pages of folders so far. */
  readonly requests: number;
}

/** Both ends included, `YYYY-MM-DD`; no accounts or Regions: all. */
export type FolderScope = {
  readonly from: string;
  readonly to: string;
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
};
