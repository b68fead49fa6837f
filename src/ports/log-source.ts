import type { LogFileRef } from '../cloudtrail/log-file-ref.js';

/** An object in the place where log files are, as a listing shows it. */
export type ListedObject = {
  /** What `read` takes: a path or an object key. */
  readonly location: string;
  readonly size: number;
  /** Changes whenever the content does: S3's ETag; size and time of change for a local file. */
  readonly etag: string;
  /** The log file that it is, or why it is none of ours. */
  readonly what: LogFileRef | 'foreign';
};

/** A body on its way in. A small one arrives in one chunk. */
export type LogFileBody = {
  readonly size: number;
  /** Of the bytes that are read, where the place knows one: the listing or notification may be older. */
  readonly etag?: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Lets go of a body that nobody will read. */
  close(): void;
};

/** Where log files come from. */
export interface LogSource {
  /** How many objects a listing will show, for the progress display; undefined where counting costs as much as listing. */
  count(): Promise<number | undefined>;
  /** Every object once; of one account and Region the days of delivery in order, so that neighbours share partitions. */
  list(): AsyncIterable<ListedObject>;
}

/** Reads the body of a listed object. Apart from LogSource, since workers read and do not list. */
export interface LogReader {
  /** @throws AuditLakeError READ_FAILED, TOO_LARGE, LOG_FILE_MISSING, LOG_FILE_ARCHIVED */
  read(location: string): Promise<LogFileBody>;
}
