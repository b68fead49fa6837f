import type { StoredPlan } from '../../backfill/plan.js';
import { type BackfillReport, runBackfill } from '../../jobs/run-backfill.js';
import { type ArchiveSource, listAheadOf, openArchive } from '../../wiring/archive.js';
import { realTime } from '../../wiring/real-time.js';
import { type LanesOptions, type LanesRun, onLanes } from '../ingest-lanes.js';
import type { Io } from '../io.js';

type BackfillRunOptions = Omit<LanesOptions, 'reading'> & {
  readonly stored: StoredPlan;
  readonly source: ArchiveSource;
};

/** Works off a plan on this machine, on every core. @throws AuditLakeError of disposition `stop` */
export async function backfillRun(
  { stored: { plan, slices }, source, ...options }: BackfillRunOptions,
  io: Io,
): Promise<LanesRun<BackfillReport>> {
  const archive = await openArchive(source, options.target.lake);
  const { files, settled } = plan.total;
  const total = files - settled;
  return onLanes({ ...options, reading: source.reading, total }, io, async ({ lake, ingest, onCounted }) => {
    const report = await runBackfill({
      ...{ planId: plan.id, slices: slices(), scope: plan.scope, progress: lake.progress },
      ...{ archive, listAhead: listAheadOf(source), ingest, onCounted, now: realTime.now },
    });
    // What could not be listed when the plan was made is not in it: the lake is not whole.
    return { ...report, unlisted: [...plan.unlisted, ...report.unlisted] };
  });
}
