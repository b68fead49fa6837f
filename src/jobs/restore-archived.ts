import type { PlannedSlice, Unlisted } from '../backfill/plan.js';
import { isArchived } from '../backfill/storage.js';
import { AuditLakeError } from '../errors.js';
import type { Restorer, RestoreTerms } from '../ports/restorer.js';
import { ahead } from './ahead.js';
import { type PlannedObjectsOptions, plannedObjects } from './planned-objects.js';

export type RestoreOptions = PlannedObjectsOptions & {
  readonly restorer: Restorer;
  readonly terms: RestoreTerms;
  readonly isStopped: () => boolean;
};

export type RestoreReport = {
  /** Asked for by this run. */
  readonly asked: number;
  /** Asked for before, or readable by now. */
  readonly already: number;
  /** Log files whose restoring was refused, and folders that could not be listed. */
  readonly failures: readonly Unlisted[];
  readonly interrupted: boolean;
};

/** So many requests are under way at once; S3 takes 1,000 a second of an account. */
const AT_ONCE = 64;

/**
 * Asks S3 to restore every log file of a plan that lies in an archive class. Asked twice, it is paid for once.
 * @throws AuditLakeError AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function restoreArchived(options: RestoreOptions): Promise<RestoreReport> {
  const { restorer, terms, isStopped } = options;
  const report = { asked: 0, already: 0, failures: [] as Unlisted[] };
  const restore = async (location: string) => {
    try {
      report[await restorer.restore(location, terms)]++;
    } catch (error) {
      if (!(error instanceof AuditLakeError) || error.disposition === 'stop') throw error;
      report.failures.push({ place: location, code: error.code, message: error.message });
    }
  };
  for await (const _ of ahead(archivedLogFiles(options, report.failures), AT_ONCE, restore)) {
    if (isStopped()) return { ...report, interrupted: true };
  }
  return { ...report, interrupted: false };
}

async function* archivedLogFiles(options: RestoreOptions, failures: Unlisted[]): AsyncGenerator<string> {
  const slices = withArchived(options.slices);
  for await (const found of plannedObjects({ ...options, slices })) {
    if (found.kind === 'unlisted') failures.push(found.unlisted);
    if (found.kind !== 'objects') continue;
    for (const { what, location, storage } of found.objects) {
      if (what !== 'foreign' && isArchived(storage) && storage?.restore !== 'restoring') yield location;
    }
  }
}

async function* withArchived(slices: AsyncIterable<PlannedSlice>): AsyncGenerator<PlannedSlice> {
  for await (const slice of slices) if (slice.archived > 0) yield slice;
}
