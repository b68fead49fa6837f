import type { Unlisted } from '../backfill/plan.js';
import type { SliceEnd } from '../backfill/slice-end.js';
import type { DatasetName } from '../datasets/dataset.js';
import type { StoredObject } from '../ports/archive.js';
import type { LakeState } from '../ports/lake-state.js';
import type { LogFileQueue } from '../ports/log-file-queue.js';
import type { SliceProgress } from '../ports/slice-progress.js';
import {
  type ListedSlice,
  MOST_UNLISTED,
  type PlannedObjectsOptions,
  plannedObjects,
} from './planned-objects.js';
import type { BackfillReport } from './run-backfill.js';
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

/** What was seen of log files, and done with them: `listed` is the sum of the others. */
type Counts = {
  readonly listed: number;
  readonly queued: number;
  readonly skipped: number;
  readonly foreign: number;
};

export type QueueReport = {
  /** As of a run that ingests. */
  readonly slices: BackfillReport['slices'];
  readonly logFiles: Counts;
  /** Log files of the plan that lie there no more. */
  readonly gone: number;
  /** Folders that could not be listed: the first thousand. */
  readonly unlisted: readonly Unlisted[];
  readonly interrupted: boolean;
};

const NOTHING: Counts = { listed: 0, queued: 0, skipped: 0, foreign: 0 };

/**
 * Sends the log files of a plan to the queue that an ingest Lambda reads from, slice by slice, but for those that are
 * settled. A slice is noted when all its log files were sent, and not sent again; what is sent twice counts once, as
 * every delivery does.
 * @throws AuditLakeError of disposition `stop`
 */
export async function queueBackfill(options: QueueBackfillOptions): Promise<QueueReport> {
  const { planId, progress, isStopped, now } = options;
  const slices = { ended: 0, passed: 0, unlisted: 0 };
  const report = { slices, logFiles: NOTHING, gone: 0, unlisted: [] as Unlisted[] };
  let ofSlice = NOTHING;
  const toDo = slicesToDo({ ...options, by: 'queue' }, () => slices.passed++);
  for await (const found of plannedObjects({ ...options, slices: toDo })) {
    if (isStopped()) return { ...report, interrupted: true };
    if (found.kind === 'begin') ofSlice = NOTHING;
    else if (found.kind === 'objects') {
      const counts = await sendUnsettled(found.objects, options);
      ofSlice = sumOf(ofSlice, counts);
      report.logFiles = sumOf(report.logFiles, counts);
    } else {
      const end = endOf(found, ofSlice, now());
      await progress.note(planId, [end]);
      report.gone += end.gone;
      slices[found.kind === 'unlisted' ? 'unlisted' : 'ended']++;
      if (found.kind === 'unlisted' && slices.unlisted <= MOST_UNLISTED) report.unlisted.push(found.unlisted);
    }
  }
  return { ...report, interrupted: false };
}

function endOf(found: ListedSlice, counts: Counts, at: number): SliceEnd {
  const { place, files } = found.slice;
  const unlisted = found.kind === 'unlisted' ? found.unlisted : undefined;
  const { queued, skipped } = counts;
  return {
    ...{ place, ...counts, isOpen: false, ingested: 0, failed: 0, at, failures: [] },
    gone: unlisted ? 0 : Math.max(0, files - queued - skipped),
    unlisted: unlisted && { code: unlisted.code, message: unlisted.message },
  };
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
