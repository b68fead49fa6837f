import { DynamoDbSliceProgress } from '../adapters/aws/dynamodb-slice-progress.js';
import { mustBePlace } from '../adapters/aws/s3-place.js';
import { S3PlanStore } from '../adapters/aws/s3-plan-store.js';
import type { Archive } from '../ports/archive.js';
import type { PlanStore } from '../ports/plan-store.js';
import type { SliceProgress } from '../ports/slice-progress.js';
import type { AthenaHistoryRun } from './athena-history.js';
import { type NotifiedLake, type NotifiedLakeSettings, openLambdaLake } from './notified-lake.js';
import { realTime } from './real-time.js';
import { s3Client } from './s3-lake.js';
import { s3Archive } from './s3-source.js';

/** What the handler needs that works off slices of a plan. */
export type NotifiedBackfill = NotifiedLake & {
  readonly plans: Pick<PlanStore, 'read'>;
  /** Of all buckets of the sources: which folders may be listed the handler says. */
  readonly archive: Pick<Archive, 'list'>;
  /** How many folders are listed before their turn. */
  readonly listAhead: number;
  /** How many log files a lane takes at once. */
  readonly batchFiles: number;
  /** Of a plan, what stands there of these slices. */
  readonly progressOf: (places: readonly string[]) => SliceProgress;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

const LIST_AHEAD = 8;
/** As on the command line: a bundle leaves room for so many in its transaction. */
const BATCH_FILES = 16;

/**
 * Opens a lake in S3 for slices of a plan. What is settled is passed as it is: what others committed and did not
 * publish is left to the sweep.
 * @throws AuditLakeError USAGE (no lake in S3, no sources), DATASET_SELECTION, LAKE_FORMAT, AWS_DENIED, AWS_FAILED
 */
export async function openNotifiedBackfill(
  settings: NotifiedLakeSettings,
  tell: AthenaHistoryRun['tell'],
): Promise<NotifiedBackfill> {
  const { lake, ...opened } = await openLambdaLake(settings, tell);
  const place = mustBePlace(lake.location);
  const client = s3Client(settings);
  const buckets = new Set(opened.sources.map((source) => `s3://${mustBePlace(source).bucket}`));
  const progress = new DynamoDbSliceProgress(lake.table);
  const { lakeOwner, kmsKey } = settings;
  return {
    ...opened,
    plans: new S3PlanStore({ client, place, waiting: realTime, expectedOwner: lakeOwner, kmsKey }),
    archive: s3Archive([...buckets], lake.location, settings),
    listAhead: LIST_AHEAD,
    batchFiles: BATCH_FILES,
    progressOf: (places) => ({
      note: (planId, ends) => progress.note(planId, ends),
      ends: (planId) => progress.endsOf(planId, places),
    }),
    now: realTime.now,
  };
}
