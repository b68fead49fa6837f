import type { Unlisted } from '../backfill/plan.js';
import type { DatasetName } from '../datasets/dataset.js';
import type { LakeState } from '../ports/lake-state.js';
import type { LogFileQueue, QueuedLogFile } from '../ports/log-file-queue.js';
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

export type QueueReport = {
  readonly slices: { readonly ended: number; readonly passed: number };
  readonly logFiles: {
    readonly listed: number;
    readonly queued: number;
    readonly skipped: number;
    readonly foreign: number;
  };
  readonly unlisted: readonly Unlisted[];
  readonly interrupted: boolean;
};

/**
 * Sends the log files of a plan to the queue that an ingest Lambda reads from, slice by slice, but for those that are
 * settled. A slice is noted when all its log files were sent; sent twice, they count once as every delivery does.
 * @throws AuditLakeError of disposition `stop`
 */
export async function queueBackfill(options: QueueBackfillOptions): Promise<QueueReport> {
  const { planId, progress, queue, datasets, state, isStopped, now } = options;
  const slices = { ended: 0, passed: 0 };
  const unlisted: Unlisted[] = [];
  const sum = { listed: 0, queued: 0, skipped: 0, foreign: 0 };
  let slice = { ...sum };
  const toDo = slicesToDo(options, () => slices.passed++);
  for await (const found of plannedObjects({ ...options, slices: toDo })) {
    if (isStopped()) return { slices, logFiles: sum, unlisted, interrupted: true };
    const { place } = found.slice;
    if (found.kind === 'begin') slice = { listed: 0, queued: 0, skipped: 0, foreign: 0 };
    if (found.kind === 'objects') {
      const files = found.objects.flatMap(queueable);
      const { unsettled } = await leaveOutSettled(files, datasets, state);
      const left = new Set(unsettled.map(({ task }) => task.location));
      const sent = files.filter(({ location }) => left.has(location));
      await queue.send(sent);
      slice.listed += found.objects.length;
      slice.queued += sent.length;
      slice.skipped += files.length - sent.length;
      slice.foreign += found.objects.length - files.length;
    }
    if (found.kind === 'unlisted') {
      unlisted.push({ place, code: found.error.code, message: found.error.message });
    }
    if (found.kind === 'end') {
      for (const name of ['listed', 'queued', 'skipped', 'foreign'] as const) sum[name] += slice[name];
      slices.ended++;
      await progress.note(planId, [{ place, ...slice, ingested: 0, failed: 0, at: now(), failures: [] }]);
    }
  }
  return { slices, logFiles: sum, unlisted, interrupted: false };
}

type Queueable = QueuedLogFile & { readonly location: string };

function queueable({
  what,
  ...object
}: { readonly what: QueuedLogFile['ref'] | 'foreign' } & Omit<Queueable, 'ref'>): Queueable[] {
  return what === 'foreign' ? [] : [{ ...object, ref: what }];
}
