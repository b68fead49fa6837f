import { mustBePlace } from '../adapters/aws/s3-place.js';
import type { Archive } from '../ports/archive.js';
import type { PlanStore } from '../ports/plan-store.js';
import type { SliceProgress } from '../ports/slice-progress.js';
import type { AthenaHistoryRun } from './athena-history.js';
import { type NotifiedLake, type NotifiedLakeSettings, openLambdaLake } from './notified-lake.js';
import { realTime } from './real-time.js';
import { S3_BATCH_FILES } from './s3-bundle.js';
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
  const buckets = new Set(opened.sources.map((source) => `s3://${mustBePlace(source).bucket}`));
  const { plans, state } = lake;
  return {
    ...opened,
    plans,
    archive: s3Archive([...buckets], lake.location, settings),
    listAhead: LIST_AHEAD,
    batchFiles: S3_BATCH_FILES,
    progressOf: (places) => ({
      note: (planId, ends) => state.progress.note(planId, ends),
      ends: (planId) => state.progress.endsOf(planId, places),
    }),
    now: realTime.now,
  };
}
