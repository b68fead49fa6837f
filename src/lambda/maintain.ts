import { readConfig } from '../config.js';
import { ensureCatalog } from '../jobs/ensure-catalog.js';
import { sweepBundles } from '../jobs/finish-bundle.js';
import { reconcilePartitions } from '../jobs/reconcile-partitions.js';
import { registerPartitions } from '../jobs/register-partitions.js';
import { TABLE_NAMES } from '../lake/tables.js';
import { type Maintenance, openMaintenance } from '../wiring/maintenance.js';
import { once } from './once.js';
import { tellCounts, tellEndpoint, tellWarnings } from './report.js';
import type { LambdaContext } from './time-left.js';

const opened = once(async () => {
  const config = await readConfig({});
  tellEndpoint(config.endpointUrl);
  const maintenance = openMaintenance(config);
  await maintenance.mustBeOurs();
  return maintenance;
});

/** Kept for the end of what was begun, or half of the time where there is little. */
const RESERVE_MS = 15_000;

/**
 * Keeps register, catalog and lake together. Every minute, or when the state's stream tells of a new partition: the
 * registrar. Each hour, for an event `{"task": "reconcile"}`: what the catalog misses is made (database, tables,
 * views), then the sweep of bundles that others left, the reconciler, and the registrar for what it found. Any number
 * may run at once.
 */
export async function handler(event: unknown, context: LambdaContext): Promise<unknown> {
  const maintenance = await opened();
  const [hourly] = await Promise.allSettled([isReconcile(event) ? reconcile(maintenance) : {}]);
  const left = context.getRemainingTimeInMillis();
  const budget = left - Math.min(RESERVE_MS, left / 2);
  // No two runs at once share an owner: each would take the other's claims for its own.
  const ports = { ...maintenance.registrar, owner: context.awsRequestId };
  const { warnings, ...registrar } = await registerPartitions(TABLE_NAMES, ports, budget);
  tellWarnings('registrar_warning', warnings);
  // What stands in the way of the one must not stop the other.
  if (hourly.status === 'rejected') throw hourly.reason;
  const counts = {
    ...hourly.value,
    PartitionsIssued: registrar.issued,
    PartitionsRegistered: registrar.registered,
    PartitionsPending: registrar.pending,
    PartitionsBlocked: registrar.blocked,
  };
  tellCounts('maintenance_done', counts);
  return counts;
}

function isReconcile(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'task' in event && event.task === 'reconcile';
}

async function reconcile({ finishing, reconciler, now }: Maintenance): Promise<{ [name: string]: number }> {
  const { made, warnings } = await ensureCatalog(reconciler.catalog);
  tellWarnings('catalog_made', made);
  tellWarnings('catalog_warning', warnings);
  const swept = await sweepBundles(finishing, now());
  tellWarnings('sweep_warning', swept.warnings);
  const found = await reconcilePartitions(TABLE_NAMES, reconciler, { repair: false, dryRun: false });
  tellWarnings('reconciler_warning', found.warnings);
  const drift = found.drift.map(({ table, day, kind, healed }) => {
    return `${table} ${day}: ${kind}${healed ? ', healed' : ', see `audit-lake partitions repair`'}`;
  });
  tellWarnings('partition_drift', drift);
  return {
    BundlesPublished: swept.published,
    BundlesAborted: swept.aborted,
    BundlesStuck: swept.warnings.length,
    OldestBundleSeconds: Math.round(swept.oldestMillis / 1_000),
    PartitionsDrifted: found.drift.length,
    LocationRegressed: found.locationRegressed,
  };
}
