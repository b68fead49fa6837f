import { setImmediate as breathe } from 'node:timers/promises';
import type { Dataset, DatasetName } from '../datasets/dataset.js';
import { AuditLakeError } from '../errors.js';
import type { CommitPorts } from '../jobs/commit-bundle.js';
import { finishBundle } from '../jobs/finish-bundle.js';
import type { BundleLane } from '../jobs/open-bundle.js';
import { visibleState } from '../jobs/visible-state.js';
import type { AwsSettings } from './client-options.js';
import { realTime } from './real-time.js';
import { S3_BUNDLE } from './s3-bundle.js';
import { openForDatasets, s3Lake } from './s3-lake.js';
import { s3Lane, s3Reader } from './s3-source.js';

/** The settings of the Lambda. */
export type NotifiedLakeSettings = AwsSettings & {
  readonly lake: string | undefined;
  readonly stateTable: string | undefined;
  readonly lakeOwner: string | undefined;
  readonly kmsKey: string | undefined;
  readonly sourceOwner: string | undefined;
  readonly datasets: readonly Dataset[];
  readonly sources: readonly string[];
  readonly ownRoles: readonly string[];
};

/** What the handler needs: where notifications may come from, and the way into the lake. */
export type NotifiedLake = {
  readonly datasets: readonly DatasetName[];
  readonly sources: readonly string[];
  readonly ports: CommitPorts;
  readonly newLane: () => BundleLane;
};

/**
 * Opens a lake in S3 for the handler. It creates no bucket and no table; lake.json it does, since what it selects is
 * its own setting. What it tells as settled is visible.
 * @throws AuditLakeError USAGE (no lake in S3, no sources), DATASET_SELECTION, LAKE_FORMAT, AWS_DENIED, AWS_FAILED
 */
export async function openNotifiedLake(settings: NotifiedLakeSettings): Promise<NotifiedLake> {
  const { lake: location, stateTable, datasets, sources } = settings;
  if (location === undefined || stateTable === undefined)
    throw missing('AUDIT_LAKE_LAKE', 's3://bucket/prefix');
  if (sources.length === 0) throw missing('AUDIT_LAKE_SOURCES', 'the prefixes that notifications come from');
  const lake = s3Lake({ ...settings, lake: location, stateTable });
  await openForDatasets(lake, datasets);
  const reader = s3Reader(settings);
  const { state, store: bundles, newBundleId } = lake;
  return {
    datasets: datasets.map(({ name }) => name),
    sources,
    ports: {
      state: visibleState(state, (bid) => finishBundle(bid, lake.finishing)),
      bundles,
      newBundleId,
    },
    newLane: () =>
      s3Lane({
        datasets,
        reader,
        history: { lookup: async () => new Map() },
        ownRoleArns: new Set(settings.ownRoles),
        now: realTime.now(),
        breathe: () => breathe(),
        full: S3_BUNDLE,
      }),
  };
}

function missing(name: string, what: string): AuditLakeError {
  return new AuditLakeError('USAGE', `${name} is not set: it names ${what}`);
}
