import { readConfig } from '../config.js';
import { ensureCatalog } from '../jobs/ensure-catalog.js';
import { sweepBundles } from '../jobs/finish-bundle.js';
import { reconcilePartitions } from '../jobs/reconcile-partitions.js';
import { tryToRegister } from '../jobs/register-partitions.js';
import type { RawPartition } from '../lake/raw-partition.js';
import { TABLE_NAMES } from '../lake/tables.js';
import { examineMaintenance } from '../wiring/handler-doctor.js';
import { type Maintenance, openMaintenance } from '../wiring/maintenance.js';
import { check, isCheck } from './check.js';
import { once } from './once.js';
import { tellCounts, tellEndpoint, tellFailedStep, tellWarnings } from './report.js';
import type { LambdaContext } from './time-left.js';

const opened = once(async () => {
  const config = await readConfig({});
  tellEndpoint(config.endpointUrl);
  return openMaintenance(config);
});

/** Kept for the end of what was begun, or half of the time where there is little. */
const RESERVE_MS = 15_000;

/**
 * Keeps register, catalog and lake together. Every minute, or when the state's stream tells of a new partition: the
 * registrar. Each hour, for an event `{"task": "reconcile"}`: what the catalog misses is made (database, tables,
 * views), then the sweep of bundles that others left, the reconciler, and the registrar for what it found. Any number
 * may run at once. `{"task": "check"}` tries what that needs (check.ts).
 */
export async function handler(event: unknown, context: LambdaContext): Promise<unknown> {
  if (isCheck(event)) return check(event, context, examineMaintenance);
  const maintenance = await opened();
  // Asked each time: what nobody owns now may be another lake's in the next minute.
  await maintenance.mustBeOurs();
  const done: Counts[] = [];
  const failures: unknown[] = [];
  // What stands in the way of the one must not stop the others.
  for (const step of isReconcile(event) ? [...HOURLY, register] : [register]) {
    await step(maintenance, context).then(
      (counts) => done.push(counts),
      (error: unknown) => failures.push(error),
    );
  }
  if (failures.length > 0) throw failures[0];
  return Object.assign({}, ...done);
}

function isReconcile(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'task' in event && event.task === 'reconcile';
}

type Counts = { readonly [metric: string]: number };
/** Does its part and tells its counts. */
type Step = (maintenance: Maintenance, context: LambdaContext) => Promise<Counts>;

/** The raw table after those of the lake: its partitions may be very many. */
const register: Step = async ({ registrar, raw }, context) => {
  // No two runs at once share an owner: each would take the other's claims for its own.
  const owner = context.awsRequestId;
  const ends = [await tryToRegister(TABLE_NAMES, { ...registrar, owner }, budgetOf(context))];
  if (raw) {
    ends.push(await tryToRegister<RawPartition>([raw.table], { ...raw.ports, owner }, budgetOf(context)));
  }
  const reports = ends.map(({ report }) => report);
  for (const { warnings } of reports) tellWarnings('registrar_warning', warnings);
  const sum = (count: 'issued' | 'registered' | 'pending' | 'blocked') =>
    reports.reduce((all, report) => all + report[count], 0);
  const counts = tellCounts('registrar_done', {
    PartitionsIssued: sum('issued'),
    PartitionsRegistered: sum('registered'),
    PartitionsPending: sum('pending'),
    PartitionsBlocked: sum('blocked'),
  });
  const [failure] = ends.flatMap(({ failures }) => failures);
  if (failure !== undefined) throw failure;
  return counts;
};

function budgetOf(context: LambdaContext): number {
  const left = context.getRemainingTimeInMillis();
  return left - Math.min(RESERVE_MS, left / 2);
}

const makeWhatIsMissing: Step = async ({ reconciler }) => {
  const { made, warnings } = await ensureCatalog(reconciler.catalog);
  tellWarnings('catalog_made', made);
  tellWarnings('catalog_warning', warnings);
  return tellCounts('catalog_done', { CatalogNotMade: warnings.length });
};

const sweep: Step = async ({ finishing, now }) => {
  const { published, aborted, oldestMillis, warnings } = await sweepBundles(finishing, now());
  tellWarnings('sweep_warning', warnings);
  return tellCounts('sweep_done', {
    BundlesPublished: published,
    BundlesAborted: aborted,
    BundlesStuck: warnings.length,
    OldestBundleSeconds: Math.round(oldestMillis / 1_000),
  });
};

const compare: Step = async ({ reconciler }) => {
  const found = await reconcilePartitions(TABLE_NAMES, reconciler, { repair: false, dryRun: false });
  tellWarnings('reconciler_warning', found.warnings);
  const drift = found.drift.map(({ table, day, kind, healed }) => {
    return `${table} ${day}: ${kind}${healed ? ', healed' : ', see `audit-lake partitions repair`'}`;
  });
  tellWarnings('partition_drift', drift);
  return tellCounts('reconciler_done', {
    PartitionsDrifted: found.drift.length,
    LocationRegressed: found.locationRegressed,
  });
};

/**
 * Those that run once an hour: too seldom for an alarm on errors. What could not be looked at is told as one that is
 * not in order, since nobody would call for help where nothing is told.
 */
const HOURLY: readonly Step[] = [
  orOne(makeWhatIsMissing, 'CatalogNotMade'),
  orOne(sweep, 'BundlesStuck'),
  orOne(compare, 'PartitionsDrifted'),
];

function orOne(step: Step, metric: string): Step {
  return (...given) =>
    step(...given).catch((error: unknown) => {
      tellFailedStep(metric, error);
      throw error;
    });
}
