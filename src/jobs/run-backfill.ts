import type { PlannedSlice, Unlisted } from '../backfill/plan.js';
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
  /** Told by how many more or fewer objects there are than the plan has log files that are not settled. */
  readonly onCounted?: (more: number) => void;
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
 * noted when each of its log files has an outcome, and a large one on its way too; one that was noted as whole is
 * passed. The ledger says what is settled, so that a note that was lost costs a listing and nothing else. Holds the
 * places of noted slices (some 150 bytes each).
 * @throws AuditLakeError of disposition `stop`
 */
export async function runBackfill(options: BackfillOptions): Promise<BackfillReport> {
  const { planId, progress, now } = options;
  const run: Run = { slices: { ended: 0, passed: 0, unlisted: 0 }, gone: 0, unlisted: [] };
  const open = new OpenSlices(now);
  const noteAll = async () => {
    const notes = open.takeNotes();
    for (const { isOpen, gone, unlisted } of notes) {
      run.gone += gone;
      if (!isOpen && unlisted === undefined) run.slices.ended++;
    }
    if (notes.length > 0) await progress.note(planId, notes);
  };
  // One after the other: the end of a slice must not be overtaken by how far it was.
  let noted = Promise.resolve();
  const note = () => {
    noted = noted.then(noteAll);
    return noted;
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
      await note();
    },
  });
  await note();
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
  const { onCounted = () => undefined } = options;
  let listed = 0;
  const slices = slicesToDo({ ...options, by: 'ingest' }, (slice) => {
    run.slices.passed++;
    onCounted(-unsettledOf(slice));
  });
  for await (const found of plannedObjects({ ...options, slices })) {
    const { slice, kind } = found;
    if (kind === 'begin') {
      listed = 0;
      open.begin(slice);
    } else if (kind === 'objects') {
      listed += found.objects.length;
      for (const object of found.objects) {
        open.listed(slice.place, object.what === 'foreign');
        yield object;
      }
    } else {
      onCounted(listed - unsettledOf(slice));
      if (kind === 'end') open.listedAll(slice.place);
      else giveUp(found.unlisted, open, run);
    }
  }
}

function giveUp(unlisted: Unlisted, open: OpenSlices, run: Run): void {
  open.giveUp(unlisted);
  run.slices.unlisted++;
  if (run.unlisted.length < MOST_UNLISTED) run.unlisted.push(unlisted);
}

const unsettledOf = ({ files, settled }: PlannedSlice) => files - settled;
