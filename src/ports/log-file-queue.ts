import type { LogFileRef } from '../cloudtrail/log-file-ref.js';

/** A log file as a notification names it. */
export type QueuedLogFile = { readonly ref: LogFileRef; readonly size: number; readonly etag: string };

/** The queue that an ingest Lambda reads from. */
export interface LogFileQueue {
  /** Sends all of them, in as few messages as they fit. @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED */
  send(files: readonly QueuedLogFile[]): Promise<void>;
}
