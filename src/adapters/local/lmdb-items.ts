import { open, type RootDatabase } from 'lmdb';
import type { SliceEnd, SliceFailure } from '../../backfill/slice-end.js';
import type { OpenReason } from '../../datasets/query-execution.js';
import { AuditLakeError, messageOf } from '../../errors.js';
import type { FileStatus } from '../../lake/file-status.js';
import type { CommitPart } from '../../ports/lake-state.js';

/**
 * FILE: st, bid, etag, sha256 (base64), rows, in, filtered, bad, then where there are any: code, conflict, and either
 * bucket and key of a parked log file or the aliases of a settled one. A tuple, since there is one per log file: its
 * field names would double the state, which is mapped into memory.
 */
export type FileItem = [FileStatus, string, string, string, number, number, number, number, ...string[]];
/** Items and fields as protocol 4.1 names them; those of generations are there from the start. */
export type PartItem = {
  ver: 1;
  v: number;
  w: number;
  n: number;
  sealed: number | null;
  reg: 'REGISTERED';
};
export type BundleItem = {
  st: 'COMMITTED' | 'ABORTED';
  files: number;
  rows: number;
  parts: readonly CommitPart[];
};
export type MemberItem = {
  bid: string;
  files: number;
  rows: number;
  bytes: number;
  sha256: string;
  rowHashSum: string;
};
/** ENR: a query that is asked about again, or was. Moments in milliseconds since 1970. */
export type QueryItem = {
  st: 'OPEN' | 'DONE';
  started: number;
  why: OpenReason;
  hasText: boolean;
  firstSeen: number;
  nextTry: number;
  tries: number;
  bid?: string;
};
/** TXT: what was told of a query, as `executionToText` writes it. */
export type KnownItem = { told: string };
/** SLICE: place; listed, ingested, skipped, failed, foreign, queued, gone, at (milliseconds since 1970); unlisted; whether it is open; failures. */
export type SliceItem = [
  string,
  ...[number, number, number, number, number, number, number, number],
  SliceEnd['unlisted'] | null,
  boolean,
  ...SliceFailure[],
];
export type WriterItem = { token: string; pid: number; host: string; beat: number };
type Item = FileItem | PartItem | BundleItem | MemberItem | QueryItem | KnownItem | SliceItem | WriterItem;

export type LmdbItems = RootDatabase<Item, string>;

export const WRITER_KEY = 'WRITER';

/**
 * Address space for the state: room for some hundred million log files. A map that has to grow stays mapped beside
 * the larger one, and counts twice.
 */
const MAP_BYTES = 2 ** 36;

/** Opens the items of a lake. Each commit is flushed to the disk before it returns. */
export function openItems(folder: string, options: { readonly readOnly: boolean }): LmdbItems {
  return open<Item, string>({
    path: folder,
    encoding: 'json',
    noSubdir: false,
    overlappingSync: false,
    mapSize: MAP_BYTES,
    readOnly: options.readOnly,
  });
}

/**
 * Items that change in transactions, each fenced: a process that was halted while another took the lake over changes
 * nothing. `writer` is the token that must still hold the lake; without one the items can only be read.
 */
export class FencedItems {
  readonly items: LmdbItems;
  readonly #writer: string | undefined;

  constructor(items: LmdbItems, writer?: string) {
    this.items = items;
    this.#writer = writer;
  }

  /** One transaction, flushed. @throws AuditLakeError LAKE_LOCK_LOST, LAKE_WRITE_FAILED */
  write<T>(action: () => T): T {
    try {
      return this.items.transactionSync(() => {
        this.#mustHoldLake();
        return action();
      });
    } catch (error) {
      if (error instanceof AuditLakeError) throw error;
      throw new AuditLakeError(
        'LAKE_WRITE_FAILED',
        `cannot write the lake's state: ${messageOf(error)}`,
        error,
      );
    }
  }

  #mustHoldLake(): void {
    const holder = this.items.get(WRITER_KEY) as WriterItem | undefined;
    if (this.#writer !== undefined && holder?.token === this.#writer) return;
    throw new AuditLakeError('LAKE_LOCK_LOST', 'another process has taken over the writing of this lake');
  }
}
