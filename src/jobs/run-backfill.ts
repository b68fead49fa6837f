import type { Unlisted } from '../backfill/plan.js';
import type { ListedObject, LogSource } from '../ports/log-source.js';
import type { SliceProgress } from '../ports/slice-progress.js';
import { type IngestOptions, type IngestReport, ingestLogFiles } from './ingest-log-files.js';
import { OpenSlices } from './open-slices.js';
import { MOST_UNLISTED, type PlannedObjectsOptions, plannedObjects } from './planned-objects.js';
import { slicesToDo } from './slices-to-do.js';

export type BackfillOptions = PlannedObjectsOptions & {
  readonly planId: string;
  readonly progress: SliceProgress;
  readonly ingest: Omit<IngestOptions, 'source' | 'noteBundle'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** An ingest of the slices of a plan. */
export type BackfillReport = IngestReport & {
  readonly slices: {
    /** Worked off by this run. */
    readonly ended: number;
    /** Done by an earlier run, or settled as a whole when the plan was made. */
    readonly passed: number;
    /** Folders that could not be listed. */
    readonly unlisted: number;
  };
  /** The first thousand of them. */
  readonly unlisted: readonly Unlisted[];
  /** Log files that were there when the plan was made, and are not any more. */
  readonly gone: number;
};

/**
 * Works off the slices of a plan in its order: the same bundles under the same rules as every ingest. A slice is
 * noted when each of its log files has an outcome; one that was noted as whole is passed. The ledger says
 * what is settled, so that a note that was lost costs a listing and nothing else. Holds the places of noted slices
 * (some 150 bytes each).
 * @throws AuditLakeError of disposition `stop`
 */
export async function runBackfill(options: BackfillOptions): Promise<BackfillReport> {
  const { planId, progress, now } = options;
  const run: Run = { slices: { ended: 0, passed: 0, unlisted: 0 }, gone: 0, unlisted: [] };
  const open = new OpenSlices(now);
  const noteEnded = async () => {
    const ended = open.takeEnded();
    for (const { gone, unlisted } of ended) {
      run.gone += gone;
      if (unlisted === undefined) run.slices.ended++;
    }
    if (ended.length > 0) await progress.note(planId, ended);
  };
  const source: LogSource = {
    count: async () => undefined,
    list: () => listSlices(options, open, run),
  };
  const report = await ingestLogFiles({
    ...options.ingest,
    source,
    noteBundle: async ({ files }) => {
      open.arrived(files);
      await noteEnded();
    },
  });
  await noteEnded();
  return { ...report, ...run };
}

type Run = {
  readonly slices: { ended: number; passed: number; unlisted: number };
  gone: number;
  readonly unlisted: Unlisted[];
};

async function* listSlices(
  options: BackfillOptions,
  open: OpenSlices,
  run: Run,
): AsyncGenerator<ListedObject> {
  const slices = slicesToDo({ ...options, by: 'ingest' }, () => run.slices.passed++);
  for await (const found of plannedObjects({ ...options, slices })) {
    const { slice, kind } = found;
    if (kind === 'begin') open.begin(slice);
    else if (kind === 'end') open.listedAll(slice.place);
    else if (kind === 'objects') {
      for (const object of found.objects) {
        open.listed(slice.place, object.what === 'foreign');
        yield object;
      }
    } else {
      open.giveUp(found.unlisted);
      run.slices.unlisted++;
      if (run.unlisted.length < MOST_UNLISTED) run.unlisted.push(found.unlisted);
    }
  }
}
