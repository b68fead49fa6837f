import { DynamoDbPartitionRegister } from '../adapters/aws/dynamodb-partition-register.js';
import { type SweepReport, sweepBundles } from '../jobs/finish-bundle.js';
import { listPartitions, type PartitionList } from '../jobs/list-partitions.js';
import { type ReconcilerReport, reconcilePartitions } from '../jobs/reconcile-partitions.js';
import { TABLE_NAMES } from '../lake/tables.js';
import type { RegisteredPartition } from '../ports/partition-register.js';
import type { CatalogSettings } from './catalog.js';
import { type Maintenance, openMaintenance } from './maintenance.js';
import { orLakeMissing } from './missing-lake.js';
import { type Registered, registerNow } from './register-now.js';
import { mustBeOurs, type S3LakeSettings, s3Lake } from './s3-lake.js';

type Settings = S3LakeSettings & CatalogSettings;

export type Repaired = {
  readonly reconciler: ReconcilerReport;
  /** Absent where nothing was to be changed. */
  readonly done?: Registered & { readonly swept: SweepReport };
};

/** @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT, AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED */
export async function listS3Partitions(settings: S3LakeSettings): Promise<PartitionList> {
  const lake = s3Lake(settings);
  const register = new DynamoDbPartitionRegister(lake.table);
  try {
    return await orLakeMissing(settings, async () => {
      await mustBeOurs(lake);
      return listPartitions(lake.state, register);
    });
  } finally {
    lake.close();
  }
}

/**
 * Makes what the catalog misses and runs the registrar. `retry`: partitions that were given up, or that wait after a
 * failure, are tried again at once.
 * @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT, AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function registerS3Partitions(
  settings: Settings,
  { retry }: { readonly retry: boolean },
): Promise<Registered> {
  const maintenance = openMaintenance(settings);
  return orLakeMissing(settings, async () => {
    await maintenance.mustBeOurs();
    if (retry) await reopenWaiting(maintenance);
    return registerNow(maintenance.registrar);
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
    await maintenance.mustBeOurs();
    const options = { repair: true, dryRun };
    const reconciler = await reconcilePartitions(TABLE_NAMES, maintenance.reconciler, options);
    if (dryRun) return { reconciler };
    const swept = await sweepBundles(maintenance.finishing, maintenance.now());
    return { reconciler, done: { swept, ...(await registerNow(maintenance.registrar)) } };
  });
}

async function reopenWaiting({ registrar: { register }, now }: Maintenance): Promise<void> {
  for (const table of TABLE_NAMES) {
    for (const partition of await register.list(table)) {
      if (isWaiting(partition, now())) await register.reopen(partition, 'tried again by hand');
    }
  }
}

function isWaiting({ registration, notBefore = 0 }: RegisteredPartition, now: number): boolean {
  return registration === 'BLOCKED' || (registration === 'PENDING' && notBefore > now);
}
