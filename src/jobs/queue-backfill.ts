import type { Unlisted } from '../backfill/plan.js';
import type { DatasetName } from '../datasets/dataset.js';
import type { StoredObject } from '../ports/archive.js';
import type { LakeState } from '../ports/lake-state.js';
import type { LogFileQueue } from '../ports/log-file-queue.js';
import type { SliceProgress } from '../ports/slice-progress.js';
import { type PlannedObjectsOptions, plannedObjects } from './planned-objects.js';
import { leaveOutSettled } from './settled.js';
import { slicesToDo } from './slices-to-do.js';

export type QueueBackfillOptions = PlannedObjectsOptions & {
  readonly planId: string;
  readonly progress: SliceProgress;
  readonly datasets: readonly DatasetName[];
  readonly state: Pick<LakeState, 'lookup'>;
  readonly queue: LogFileQueue;
  readonly isStopped: () => boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** What was seen of log files, and done with them. */
type Counts = {
  readonly listed: number;
  readonly queued: number;
  readonly skipped: number;
  readonly foreign: number;
};

export type QueueReport = {
  readonly slices: { readonly ended: number; readonly passed: number };
  /** Of slices that ended. */
  readonly logFiles: Counts;
  readonly unlisted: readonly Unlisted[];
  readonly interrupted: boolean;
};

const NOTHING: Counts = { listed: 0, queued: 0, skipped: 0, foreign: 0 };

/**
 * Sends the log files of a plan to the queue that an ingest Lambda reads from, slice by slice, but for those that are
 * settled. A slice is noted when all its log files were sent; sent twice, they count once as every delivery does.
 * @throws AuditLakeError of disposition `stop`
 */
export async function queueBackfill(options: QueueBackfillOptions): Promise<QueueReport> {
  const { planId, progress, isStopped, now } = options;
  const report = { slices: { ended: 0, passed: 0 }, logFiles: NOTHING, unlisted: [] as Unlisted[] };
  let ofSlice = NOTHING;
  const slices = slicesToDo(options, () => report.slices.passed++);
  for await (const found of plannedObjects({ ...options, slices })) {
    if (isStopped()) return { ...report, interrupted: true };
    if (found.kind === 'begin') ofSlice = NOTHING;
    else if (found.kind === 'objects') ofSlice = sumOf(ofSlice, await sendUnsettled(found.objects, options));
    else if (found.kind === 'unlisted') report.unlisted.push(found.unlisted);
    else {
      report.slices.ended++;
      report.logFiles = sumOf(report.logFiles, ofSlice);
      const end = { place: found.slice.place, ...ofSlice, ingested: 0, failed: 0, at: now(), failures: [] };
      await progress.note(planId, [end]);
    }
  }
  return { ...report, interrupted: false };
}

async function sendUnsettled(
  objects: readonly StoredObject[],
  { queue, datasets, state }: QueueBackfillOptions,
): Promise<Counts> {
  const files = objects.flatMap(({ what, ...object }) =>
    what === 'foreign' ? [] : [{ ...object, ref: what }],
  );
  const { unsettled } = await leaveOutSettled(files, datasets, state);
  const left = new Set(unsettled.map(({ task }) => task.location));
  const sent = files.filter(({ location }) => left.has(location));
  await queue.send(sent);
  return {
    listed: objects.length,
    queued: sent.length,
    skipped: files.length - sent.length,
    foreign: objects.length - files.length,
  };
}

function sumOf(a: Counts, b: Counts): Counts {
  return {
    listed: a.listed + b.listed,
    queued: a.queued + b.queued,
    skipped: a.skipped + b.skipped,
    foreign: a.foreign + b.foreign,
  };
}
