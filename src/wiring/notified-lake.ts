import { setImmediate as breathe } from 'node:timers/promises';
import { DynamoDbRawRegister } from '../adapters/aws/dynamodb-raw-register.js';
import type { Dataset, DatasetName } from '../datasets/dataset.js';
import type { CommitPorts } from '../jobs/commit-bundle.js';
import { finishBundle } from '../jobs/finish-bundle.js';
import { RawNoter } from '../jobs/note-raw.js';
import type { BundleLane } from '../jobs/open-bundle.js';
import { visibleState } from '../jobs/visible-state.js';
import { type PrivacySettings, privacyOf } from '../lake/lake-file.js';
import type { AthenaHistoryRun, AthenaHistorySettings } from './athena-history.js';
import type { AwsSettings } from './client-options.js';
import { lakeNotSet, sourcesNotSet } from './missing-lake.js';
import { openQueryTexts } from './query-texts.js';
import { rawTableOf } from './raw-table.js';
import { realTime } from './real-time.js';
import { S3_BUNDLE } from './s3-bundle.js';
import { openToKeep, type S3Lake, s3Lake } from './s3-lake.js';
import { s3Lane, s3Reader } from './s3-source.js';

/** The settings of the Lambda. */
export type NotifiedLakeSettings = AwsSettings &
  AthenaHistorySettings &
  PrivacySettings & {
    readonly lake: string | undefined;
    readonly stateTable: string | undefined;
    readonly lakeOwner: string | undefined;
    readonly kmsKey: string | undefined;
    readonly sourceOwner: string | undefined;
    readonly datasets: readonly Dataset[];
    readonly sources: readonly string[];
    readonly ownRoles: readonly string[];
    readonly rawTable: string | undefined;
    readonly rawSource: string | undefined;
  };

/** What a handler needs: where log files may come from, and the way into the lake. */
export type NotifiedLake = {
  readonly datasets: readonly DatasetName[];
  readonly sources: readonly string[];
  readonly ports: CommitPorts;
  /** Makes partitions of the raw table known, where there is one. */
  readonly rawNoter: RawNoter | undefined;
  /** `left`: how many milliseconds there are to wait for query texts. */
  readonly newLane: (left: () => number) => BundleLane;
};

/**
 * Opens a lake in S3 for notifications. It creates no bucket and no table; lake.json it does, since what it selects is
 * its own setting. What it tells as settled is visible.
 * @throws AuditLakeError USAGE (no lake in S3, no sources), DATASET_SELECTION, LAKE_FORMAT, AWS_DENIED, AWS_FAILED
 */
export async function openNotifiedLake(
  settings: NotifiedLakeSettings,
  tell: AthenaHistoryRun['tell'],
): Promise<NotifiedLake> {
  const { lake, ...opened } = await openLambdaLake(settings, tell);
  const state = visibleState(lake.state, (bid) => finishBundle(bid, lake.finishing));
  return { ...opened, ports: { ...opened.ports, state } };
}

/** The same for any handler, with the lake itself: what it tells as settled may be published by somebody else later. */
export async function openLambdaLake(
  settings: NotifiedLakeSettings,
  tell: AthenaHistoryRun['tell'],
): Promise<NotifiedLake & { readonly lake: S3Lake }> {
  const { lake: location, stateTable, datasets, sources } = settings;
  if (location === undefined || stateTable === undefined) throw lakeNotSet();
  if (sources.length === 0) throw sourcesNotSet();
  const raw = rawTableOf(settings);
  const lake = s3Lake({ ...settings, lake: location, stateTable });
  const privacy = privacyOf((await lake.lakeFile.read())?.lake, settings);
  await openToKeep(lake, { datasets, privacy });
  const reader = s3Reader(settings);
  const { state, store: bundles, newBundleId } = lake;
  // An instance works on one event at a time.
  let patience = () => 0;
  const until = () => realTime.now() + patience();
  const texts = await openQueryTexts(settings, { tell, until, privacy });
  const options = {
    ...{ datasets, reader, history: texts.over(state.known), privacy, full: S3_BUNDLE },
    ownRoleArns: new Set(settings.ownRoles),
    askingRoleArns: new Set(texts.askingRoleArns),
    breathe: () => breathe(),
  };
  return {
    ...{ lake, sources },
    datasets: datasets.map(({ name }) => name),
    ports: { state, bundles, newBundleId },
    rawNoter:
      raw && new RawNoter({ notes: new DynamoDbRawRegister(lake.table), table: raw.name, root: raw.root }),
    newLane: (left) => {
      patience = left;
      return s3Lane({ ...options, now: realTime.now() });
    },
  };
}
