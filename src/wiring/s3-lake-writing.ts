import { ensureTable, hasTable } from '../adapters/aws/dynamodb-create-table.js';
import { dryBundles, dryKnown, dryProgress, dryQueries, dryState } from '../adapters/dry-run.js';
import { AuditLakeError } from '../errors.js';
import { sweepBundles } from '../jobs/finish-bundle.js';
import { type Kept, lakeKeeping } from '../lake/lake-file.js';
import { type CatalogSettings, registrarPorts } from './catalog.js';
import { realTime } from './real-time.js';
import { registerNow } from './register-now.js';
import { mustBeOurs, openToKeep, type S3Lake, type S3LakeSettings, s3Lake } from './s3-lake.js';
import type { OpenLakeOptions, WritableLake } from './writable-lake.js';

type Settings = S3LakeSettings & CatalogSettings;

/**
 * Opens a lake in S3 for the command line, making what is missing and saying so. What was settled before is left
 * alone while log files are read; at the end one sweep publishes whatever others left, unless a stop was asked for,
 * and the new partitions are registered.
 * @throws AuditLakeError DATASET_SELECTION, LAKE_FORMAT, AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
 */
export async function openS3LakeForWriting(
  settings: Settings,
  options: OpenLakeOptions,
): Promise<WritableLake> {
  const { say } = options;
  const lake = s3Lake(settings);
  if (!(await hasTable(lake.table)) && (await lake.lakeFile.read())) throw lostState(settings);
  const { outcome, unprotected } = await ensureTable(lake.table);
  if (outcome === 'created') say(`Made the DynamoDB table ${lake.table.name}.\n`);
  if (unprotected !== undefined) say(noRecovery(lake.table.name, unprotected));
  await openToKeep(lake, options);
  const { state, store: bundles, newBundleId } = lake;
  return {
    ports: { state, bundles, newBundleId },
    queries: state.queries,
    known: state.known,
    progress: state.progress,
    follow: () => follow(lake, settings, options),
    release: async () => lake.close(),
  };
}

/** The same for a dry run: what is there is read, nothing is written and nothing is made. */
export async function openS3LakeForDryRun(settings: Settings, kept: Kept): Promise<WritableLake> {
  const lake = s3Lake(settings);
  const known = await lake.lakeFile.read();
  lakeKeeping(known?.lake, kept, realTime.now());
  const isThere = await hasTable(lake.table);
  if (isThere) await mustBeOurs(lake);
  const there = isThere ? lake.state : undefined;
  const state = dryState(there);
  const ports = { state, bundles: dryBundles, newBundleId: lake.newBundleId };
  return {
    ports,
    queries: dryQueries(there?.queries),
    known: dryKnown(there?.known),
    progress: dryProgress(there?.progress),
    follow: async () => undefined,
    release: async () => lake.close(),
  };
}

const noRecovery = (table: string, why: string) =>
  `Warning: point-in-time recovery of the DynamoDB table ${table} is off (${why}): switch it on.\n`;

/** A new table would know nothing of what is in the lake, and all would be ingested again. */
function lostState({ lake, stateTable }: Settings): AuditLakeError {
  const message = `${lake} is a lake already, but its state, the DynamoDB table ${stateTable}, is gone: restore it`;
  return new AuditLakeError('LAKE_FORMAT', message);
}

async function follow(
  lake: S3Lake,
  settings: Settings,
  { isStopped, tellRegistered }: OpenLakeOptions,
): Promise<void> {
  const swept = isStopped() ? {} : { swept: await sweepBundles(lake.finishing, realTime.now()) };
  tellRegistered({ ...swept, ...(await registerNow(registrarPorts(lake, settings), isStopped)) });
}
