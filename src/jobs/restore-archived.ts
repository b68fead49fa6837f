import type { PlannedSlice, Unlisted } from '../backfill/plan.js';
import { isOffered } from '../backfill/restore-offers.js';
import { isArchived } from '../backfill/storage.js';
import type { DatasetName } from '../datasets/dataset.js';
import type { StoredObject } from '../ports/archive.js';
import type { LakeState } from '../ports/lake-state.js';
import type { Restorer, RestoreTerms } from '../ports/restorer.js';
import { ahead } from './ahead.js';
import { failedAlone, type PlannedObjectsOptions, plannedObjects } from './planned-objects.js';
import { leaveOutSettled } from './settled.js';

export type RestoreOptions = PlannedObjectsOptions & {
  readonly restorer: Restorer;
  readonly terms: RestoreTerms;
  readonly datasets: readonly DatasetName[];
  /** Knows what is settled, and needs no restoring; undefined where there is no lake yet. */
  readonly ledger: Pick<LakeState, 'lookup'> | undefined;
  readonly isStopped: () => boolean;
};

export type RestoreReport = {
  /** Asked for by this run. */
  readonly asked: number;
  /** Asked for before, or readable by now. */
  readonly already: number;
  /** In a storage class that this tier does not restore: not asked for. */
  readonly notOffered: number;
  /** Log files whose restoring was refused, and folders that could not be listed. */
  readonly failed: number;
  /** The first thousand of them. */
  readonly failures: readonly Unlisted[];
  readonly interrupted: boolean;
};

/** So many requests are under way at once; S3 takes 1,000 a second of an account. */
const AT_ONCE = 64;
const MOST_FAILURES = 1_000;

/**
 * Asks S3 to restore every log file of a plan that lies in an archive class and is not settled. Asked twice, it is
 * paid for once. A refusal of one log file is told and does not hold up the others.
 * @throws AuditLakeError AWS_CREDENTIALS, AWS_FAILED: every other request would meet the same
 */
export async function restoreArchived(options: RestoreOptions): Promise<RestoreReport> {
  const { restorer, terms, isStopped } = options;
  const report = { asked: 0, already: 0, notOffered: 0, failed: 0, failures: [] as Unlisted[] };
  const note = (failure: Unlisted) => {
    report.failed++;
    if (report.failures.length < MOST_FAILURES) report.failures.push(failure);
  };
  const restore = async ({ location, storage }: StoredObject) => {
    if (!isOffered(storage?.storageClass, terms.tier)) {
      report.notOffered++;
      return;
    }
    try {
      report[await restorer.restore(location, terms)]++;
    } catch (error) {
      const { code, message } = failedAlone(error);
      note({ place: location, code, message });
    }
  };
  for await (const _ of ahead(archivedLogFiles(options, note), AT_ONCE, restore)) {
    if (isStopped()) return { ...report, interrupted: true };
  }
  return { ...report, interrupted: false };
}

async function* archivedLogFiles(
  options: RestoreOptions,
  note: (failure: Unlisted) => void,
): AsyncGenerator<StoredObject> {
  const slices = withArchived(options.slices);
  for await (const found of plannedObjects({ ...options, slices })) {
    if (found.kind === 'unlisted') note(found.unlisted);
    if (found.kind === 'objects') yield* await wantedOf(found.objects, options);
  }
}

async function* withArchived(slices: AsyncIterable<PlannedSlice>): AsyncGenerator<PlannedSlice> {
  for await (const slice of slices) if (slice.archived > 0) yield slice;
}

/** Those that cannot be read, that nobody has asked for, and that somebody wants to read. */
async function wantedOf(
  objects: readonly StoredObject[],
  { datasets, ledger }: RestoreOptions,
): Promise<readonly StoredObject[]> {
  const asleep = objects.flatMap(({ what, ...object }) =>
    what !== 'foreign' && isArchived(object.storage) && object.storage?.restore !== 'restoring'
      ? [{ ...object, what, ref: what }]
      : [],
  );
  if (ledger === undefined || asleep.length === 0) return asleep;
  const { settled } = await leaveOutSettled(asleep, datasets, ledger);
  const done = new Set(settled.map(({ location }) => location));
  return asleep.filter(({ location }) => !done.has(location));
}
