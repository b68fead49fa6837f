import { type CatalogReport, ensureCatalog } from '../jobs/ensure-catalog.js';
import { type SweepReport, sweepBundles } from '../jobs/finish-bundle.js';
import { listPartitions, type PartitionList } from '../jobs/list-partitions.js';
import { type ReconcilerReport, reconcilePartitions } from '../jobs/reconcile-partitions.js';
import { type RegistrarReport, registerPartitions } from '../jobs/register-partitions.js';
import { TABLE_NAMES } from '../lake/tables.js';
import { type CatalogSettings, registrarPorts } from './catalog.js';
import { type Maintenance, openMaintenance } from './maintenance.js';
import { orLakeMissing } from './missing-lake.js';
import { type S3LakeSettings, s3Lake } from './s3-lake.js';

type Settings = S3LakeSettings & CatalogSettings;

/** What the catalog missed and got, and what became of the partitions. */
export type Registered = { readonly catalog: CatalogReport; readonly registrar: RegistrarReport };
export type Repaired = {
  readonly reconciler: ReconcilerReport;
  /** Absent where nothing was to be changed. */
  readonly done?: Registered & { readonly swept: SweepReport };
};

/** A person waits, and a backfill has thousands of days: longer than a run of the Lambda. */
const BUDGET_MS = 600_000;

/** @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT, AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED */
export async function listS3Partitions(settings: Settings): Promise<PartitionList> {
  const lake = s3Lake(settings);
  const { register } = registrarPorts(lake, settings);
  try {
    return await orLakeMissing(settings, () => listPartitions(lake.state, register));
  } finally {
    lake.close();
  }
}

/**
 * Makes what the catalog misses and runs the registrar. `retry`: partitions that were given up are tried again.
 * @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT, AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function registerS3Partitions(
  settings: Settings,
  { retry }: { readonly retry: boolean },
): Promise<Registered> {
  const maintenance = openMaintenance(settings);
  return orLakeMissing(settings, async () => {
    if (retry) await reopenBlocked(maintenance);
    return register(maintenance);
  });
}

/**
 * Compares the lake, its register and its catalog and heals what differs, then ends what others left staged, then
 * registers. A dry run compares and no more.
 * @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT, AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function repairS3Partitions(
  settings: Settings,
  { dryRun }: { readonly dryRun: boolean },
): Promise<Repaired> {
  const maintenance = openMaintenance(settings);
  return orLakeMissing(settings, async () => {
    const options = { repair: true, dryRun };
    const reconciler = await reconcilePartitions(TABLE_NAMES, maintenance.reconciler, options);
    if (dryRun) return { reconciler };
    const swept = await sweepBundles(maintenance.finishing, maintenance.now());
    return { reconciler, done: { swept, ...(await register(maintenance)) } };
  });
}

async function register({ registrar: ports }: Maintenance): Promise<Registered> {
  const catalog = await ensureCatalog(ports.catalog);
  return { catalog, registrar: await registerPartitions(TABLE_NAMES, ports, BUDGET_MS) };
}

async function reopenBlocked({ registrar: { register } }: Maintenance): Promise<void> {
  for (const table of TABLE_NAMES) {
    for (const partition of await register.list(table)) {
      if (partition.registration === 'BLOCKED') await register.reopen(partition, 'tried again by hand');
    }
  }
}
