import { isDeepStrictEqual as isSame } from 'node:util';
import { type Kept, keptOf, keptText } from '../backfill/kept.js';
import type { PlanHead } from '../backfill/plan.js';
import { AuditLakeError } from '../errors.js';
import type { Archive } from '../ports/archive.js';
import type { SliceProgress } from '../ports/slice-progress.js';
import type { AthenaHistoryRun } from './athena-history.js';
import { type NotifiedLake, type NotifiedLakeSettings, openLambdaLake } from './notified-lake.js';
import { realTime } from './real-time.js';
import { S3_BATCH_FILES } from './s3-bundle.js';
import { s3Archive } from './s3-source.js';

/** What the handler needs that works off slices of a plan. */
export type NotifiedBackfill = NotifiedLake & {
  /**
   * A plan of the lake. It is read once: plans do not change.
   * @throws AuditLakeError DATASET_SELECTION where it counts for other datasets; PLAN_FORMAT, USAGE, AWS_DENIED, AWS_FAILED
   */
  readonly planned: (id: string) => Promise<Planned>;
  /** How many folders are listed before their turn. */
  readonly listAhead: number;
  /** How many log files a lane takes at once. */
  readonly batchFiles: number;
  /** Of a plan, what stands there of these slices. */
  readonly progressOf: (places: readonly string[]) => SliceProgress;
  /** Milliseconds since 1970. */
  readonly now: () => number;
};

/** A plan that slices are worked off of. */
type Planned = {
  readonly plan: PlanHead;
  /** What its sources name, as on the command line. Which folders may be listed the handler says. */
  readonly archive: Pick<Archive, 'list'>;
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
  const { plans, state } = lake;
  const known = new Map<string, Planned>();
  const openPlan = async (id: string): Promise<Planned> => {
    const plan = await plans.head(id);
    mustKeepAll(plan, keptOf(settings.datasets));
    return { plan, archive: s3Archive(plan.sources, lake.location, settings) };
  };
  return {
    ...opened,
    planned: async (id) => {
      const planned = known.get(id) ?? (await openPlan(id));
      known.set(id, planned);
      return planned;
    },
    listAhead: LIST_AHEAD,
    batchFiles: S3_BATCH_FILES,
    progressOf: (places) => ({
      note: (planId, ends) => state.progress.note(planId, ends),
      ends: (planId) => state.progress.endsOf(planId, places),
    }),
    now: realTime.now,
  };
}

/** Else slices would be noted as done, for good, of which a dataset got nothing, or too much. */
function mustKeepAll(plan: PlanHead, kept: Kept): void {
  const { id, datasets, eventSources } = plan;
  if (isSame({ datasets, eventSources }, kept)) return;
  const message =
    `plan ${id} counts for ${keptText(plan)}, and this function keeps ${keptText(kept)}: ` +
    `set AUDIT_LAKE_DATASETS to ${datasets.join(',')}${eventSourcesToSet(plan, kept)}, or make a plan for those`;
  throw new AuditLakeError('DATASET_SELECTION', message);
}

function eventSourcesToSet({ eventSources }: Kept, kept: Kept): string {
  if (isSame(eventSources, kept.eventSources)) return '';
  if (eventSources === 'all') return ' and no AUDIT_LAKE_EVENT_SOURCES';
  return ` and AUDIT_LAKE_EVENT_SOURCES to ${eventSources.join(',')}`;
}
