import type { Dataset } from '../datasets/dataset.js';
import type { AskedQuery, HistoryAnswer } from '../datasets/query-execution.js';
import type { TextPrivacy } from '../datasets/text-privacy.js';
import type { ErrorCode } from '../errors.js';
import type { LogFileTask } from '../jobs/log-file-report.js';
import type { BundleSize, DecodedBundle, ReadSoFar } from '../jobs/open-bundle.js';
import type { Reading } from '../wiring/lane.js';

/** What a worker thread is born with. */
export type WorkerSettings = {
  readonly datasets: readonly Dataset[];
  readonly ownRoleArns: readonly string[];
  readonly askingRoleArns: readonly string[];
  readonly privacy: TextPrivacy;
  readonly now: number;
  readonly full: BundleSize;
  readonly reading: Reading;
};

/** From the main thread to a worker. */
export type ToWorker =
  | { readonly say: 'add'; readonly tasks: readonly LogFileTask[] }
  | { readonly say: 'close' }
  | { readonly say: 'answers'; readonly answers: ReadonlyMap<string, HistoryAnswer> };

/** From a worker to the main thread. `lookup` is asked in the middle of `add` or `close`. */
export type FromWorker =
  | { readonly say: 'added'; readonly full: boolean; readonly soFar: ReadSoFar }
  | { readonly say: 'closed'; readonly bundle: DecodedBundle }
  | { readonly say: 'lookup'; readonly queries: readonly AskedQuery[]; readonly logFiles: number }
  | { readonly say: 'failed'; readonly code: ErrorCode; readonly message: string };
