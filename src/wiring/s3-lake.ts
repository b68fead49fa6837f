import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDbLakeState } from '../adapters/aws/dynamodb-lake-state.js';
import { isOwned, mustBelongTo } from '../adapters/aws/dynamodb-owner.js';
import { DynamoDbTable } from '../adapters/aws/dynamodb-table.js';
import { S3BundleStore } from '../adapters/aws/s3-bundle-store.js';
import { S3LakeDays } from '../adapters/aws/s3-lake-days.js';
import { S3LakeFile } from '../adapters/aws/s3-lake-file.js';
import { mustBePlace } from '../adapters/aws/s3-place.js';
import { S3PlanStore } from '../adapters/aws/s3-plan-store.js';
import { S3StoredFiles } from '../adapters/aws/s3-stored-files.js';
import { AuditLakeError } from '../errors.js';
import type { FinishPorts } from '../jobs/finish-bundle.js';
import { type Kept, lakeKeeping } from '../lake/lake-file.js';
import { bundleId } from '../lake/names.js';
import { type AwsSettings, clientOptions } from './client-options.js';
import { realTime } from './real-time.js';

export type S3LakeSettings = AwsSettings & {
  /** `s3://bucket/prefix` */
  readonly lake: string;
  readonly stateTable: string;
  readonly lakeOwner?: string | undefined;
  readonly kmsKey?: string | undefined;
};

/** A lake in S3, and its state in DynamoDB. */
export type S3Lake = {
  readonly location: string;
  readonly table: DynamoDbTable;
  readonly state: DynamoDbLakeState;
  readonly store: S3BundleStore;
  readonly days: S3LakeDays;
  readonly lakeFile: S3LakeFile;
  readonly plans: S3PlanStore;
  readonly stored: S3StoredFiles;
  readonly finishing: FinishPorts;
  readonly newBundleId: () => string;
  readonly close: () => void;
};

/** The adapters insist by themselves where an answer is missing: the attempts of both multiply. */
const S3_ATTEMPTS = 3;

/** A client of S3: addressed by path where an endpoint of one's own stands in for AWS. */
export function s3Client(settings: AwsSettings): S3Client {
  const forcePathStyle = settings.endpointUrl !== undefined;
  return new S3Client({ ...clientOptions(settings), maxAttempts: S3_ATTEMPTS, forcePathStyle });
}

/** Builds clients and adapters; calls nothing. @throws AuditLakeError USAGE for a lake that is no place in S3 */
export function s3Lake(settings: S3LakeSettings): S3Lake {
  const place = mustBePlace(settings.lake);
  const s3 = s3Client(settings);
  const dynamodb = new DynamoDBClient(clientOptions(settings));
  const table = new DynamoDbTable(dynamodb, settings.stateTable, realTime);
  const state = new DynamoDbLakeState(table, realTime.now);
  const { lakeOwner: expectedOwner, kmsKey } = settings;
  const options = { client: s3, place, expectedOwner, kmsKey, waiting: realTime };
  const store = new S3BundleStore(options);
  return {
    location: settings.lake,
    table,
    state,
    store,
    days: new S3LakeDays(options),
    lakeFile: new S3LakeFile(options),
    plans: new S3PlanStore(options),
    stored: new S3StoredFiles(options),
    finishing: { ledger: state, staged: store, pause: realTime.pause },
    newBundleId: () => bundleId(randomBytes(17)),
    close: () => {
      s3.destroy();
      dynamodb.destroy();
    },
  };
}

/**
 * Refuses a state that is not that of this lake, for who does not open it for writing log files.
 * @throws AuditLakeError LAKE_FORMAT; AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
 */
export async function mustBeOurs({ table, location, lakeFile }: S3Lake): Promise<void> {
  await isOwned(table, location, async () => (await lakeFile.read()) !== undefined);
}

/** How often two that add datasets at once may take turns. */
const MOST_TURNS = 10;

/**
 * Makes sure that the state is of this lake, and that lake.json names what is kept, whoever else adds some at the
 * same time.
 * @throws AuditLakeError DATASET_SELECTION, TEXT_MODE, LAKE_FORMAT, AWS_DENIED, AWS_FAILED
 */
export async function openToKeep({ table, lakeFile, location }: S3Lake, kept: Kept): Promise<void> {
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const known = await lakeFile.read();
    await mustBelongTo(table, location, known !== undefined);
    const now = realTime.now();
    const { lake, changed } = lakeKeeping(known?.lake, kept, now);
    if (!changed || (await lakeFile.write(lake, known?.etag))) return;
  }
  throw new AuditLakeError('AWS_FAILED', `lake.json of ${location} changed ${MOST_TURNS} times in a row`);
}
