import { type CatalogReport, ensureCatalog } from '../jobs/ensure-catalog.js';
import type { SweepReport } from '../jobs/finish-bundle.js';
import { type RegistrarReport, registerPartitions } from '../jobs/register-partitions.js';
import { TABLE_NAMES } from '../lake/tables.js';
import type { LakeRegistrar } from './catalog.js';

/** What the catalog missed and got, and what became of the partitions. */
export type Registered = {
  readonly catalog: CatalogReport;
  readonly registrar: RegistrarReport;
  /** What became of bundles that others had left staged; absent where nobody looked. */
  readonly swept?: SweepReport;
};

/** A person waits, and a backfill has thousands of days: longer than a run of the Lambda. */
const BUDGET_MS = 600_000;

/**
 * Makes what the catalog misses and runs the registrar. Stopped already, it registers nothing and tells what is left.
 * @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED, LAKE_FORMAT
 */
export async function registerNow(
  ports: LakeRegistrar,
  isStopped: () => boolean = () => false,
): Promise<Registered> {
  const catalog = isStopped() ? { made: [], warnings: [] } : await ensureCatalog(ports.catalog);
  return { catalog, registrar: await registerPartitions(TABLE_NAMES, { ...ports, isStopped }, BUDGET_MS) };
}
