import type { LogFileFacts } from '../cloudtrail/log-file.js';
import type { LogFileRef } from '../cloudtrail/log-file-ref.js';
import type { DatasetName } from '../datasets/dataset.js';
import type { ErrorCode } from '../errors.js';
import type { RecordCounts } from '../telemetry.js';

/** A log file to be read, for the datasets that have not settled it. None: only its SHA-256 is wanted. */
export type LogFileTask = {
  readonly ref: LogFileRef;
  readonly location: string;
  readonly etag: string;
  readonly datasets: readonly DatasetName[];
};

/** A record that no dataset can keep. */
export type Rejection = { readonly index: number; readonly code: ErrorCode };

/** What became of reading one log file. */
export type LogFileReport =
  | (LogFileTask & {
      readonly kind: 'read';
      readonly facts: LogFileFacts;
      readonly records: RecordCounts;
      readonly rows: { readonly [dataset in DatasetName]?: number };
      readonly rejections: readonly Rejection[];
    })
  | (LogFileTask & { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string });
