import { ensureTable, hasTable } from '../adapters/aws/dynamodb-create-table.js';
import { dryBundles, dryState } from '../adapters/dry-run.js';
import type { Dataset } from '../datasets/dataset.js';
import { AuditLakeError } from '../errors.js';
import { ensureCatalog } from '../jobs/ensure-catalog.js';
import { sweepBundles } from '../jobs/finish-bundle.js';
import { registerPartitions } from '../jobs/register-partitions.js';
import { newLakeFile, withDatasets } from '../lake/lake-file.js';
import { TABLE_NAMES } from '../lake/tables.js';
import { type CatalogSettings, registrarPorts } from './catalog.js';
import { realTime } from './real-time.js';
import { openForDatasets, type S3Lake, type S3LakeSettings, s3Lake } from './s3-lake.js';
import type { OpenLakeOptions, WritableLake } from './writable-lake.js';

type Settings = S3LakeSettings & CatalogSettings;

/**
 * Opens a lake in S3 for the command line, making what is missing and saying so. What was settled before is left
 * alone while log files are read; at the end one sweep publishes whatever others left, and the new partitions are
 * registered.
 * @throws AuditLakeError DATASET_SELECTION, LAKE_FORMAT, AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
 */
export async function openS3LakeForWriting(
  settings: Settings,
  { datasets, say }: OpenLakeOptions,
): Promise<WritableLake> {
  const lake = s3Lake(settings);
  if (!(await hasTable(lake.table)) && (await lake.lakeFile.read())) throw lostState(settings);
  if ((await ensureTable(lake.table)) === 'created') say(`Made the DynamoDB table ${lake.table.name}.\n`);
  await openForDatasets(lake, datasets);
  const { state, store: bundles, newBundleId } = lake;
  return {
    ports: { state, bundles, newBundleId },
    follow: () => follow(lake, settings, say),
    release: async () => lake.close(),
  };
}

/** The same for a dry run: what is there is read, nothing is written and nothing is made. */
export async function openS3LakeForDryRun(
  settings: Settings,
  datasets: readonly Dataset[],
): Promise<WritableLake> {
  const lake = s3Lake(settings);
  const known = await lake.lakeFile.read();
  const now = realTime.now();
  withDatasets(known?.lake ?? newLakeFile(now), datasets, now);
  const state = dryState((await hasTable(lake.table)) ? lake.state : undefined);
  const ports = { state, bundles: dryBundles, newBundleId: lake.newBundleId };
  return { ports, follow: async () => undefined, release: async () => lake.close() };
}

/** A new table would know nothing of what is in the lake, and all would be ingested again. */
function lostState({ lake, stateTable }: Settings): AuditLakeError {
  const message = `${lake} is a lake already, but its state, the DynamoDB table ${stateTable}, is gone: restore it`;
  return new AuditLakeError('LAKE_FORMAT', message);
}

async function follow(lake: S3Lake, settings: Settings, say: (text: string) => void): Promise<void> {
  await sweepBundles(lake.finishing, realTime.now());
  const ports = registrarPorts(lake, settings);
  const { made, warnings } = await ensureCatalog(ports.catalog);
  if (made.length > 0) say(`Made in the catalog ${settings.database}: ${made.join(', ')}.\n`);
  for (const warning of warnings) say(`Warning: ${warning}\n`);
  const report = await registerPartitions(TABLE_NAMES, ports);
  if (report.registered > 0) say(`Registered ${report.registered} partitions in ${settings.database}.\n`);
  for (const warning of report.warnings) say(`Warning: ${warning}\n`);
}
