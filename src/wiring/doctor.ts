import { AthenaClient } from '@aws-sdk/client-athena';
import { GlueClient } from '@aws-sdk/client-glue';
import { STSClient } from '@aws-sdk/client-sts';
import { athenaAccess } from '../adapters/aws/athena-access.js';
import { type Caller, callerOf } from '../adapters/aws/caller.js';
import { catalogAccess } from '../adapters/aws/catalog-access.js';
import { lakeAccess } from '../adapters/aws/lake-access.js';
import { queryHistoryAccess } from '../adapters/aws/query-history-access.js';
import { type ResourceArns, resourceArns } from '../adapters/aws/resource-arns.js';
import { mustBePlace } from '../adapters/aws/s3-place.js';
import { sourceAccess } from '../adapters/aws/source-access.js';
import { stateAccess } from '../adapters/aws/state-access.js';
import { type Finding, runChecks } from '../jobs/run-checks.js';
import type { Check } from '../ports/access-check.js';
import type { AthenaHistorySettings } from './athena-history.js';
import { athenaResults } from './athena-results.js';
import type { CatalogSettings } from './catalog.js';
import { type AwsSettings, clientOptions, optionsAs } from './client-options.js';
import { realTime } from './real-time.js';
import { type S3LakeSettings, s3Client, s3Lake } from './s3-lake.js';

type LakeSettings = S3LakeSettings & CatalogSettings;

export type DoctorSettings = AwsSettings & {
  /** Places in S3 that log files come from. */
  readonly sources: readonly string[];
  readonly sourceOwner?: string | undefined;
  /** Undefined where the lake is a folder. */
  readonly lake: LakeSettings | undefined;
  /** Whose Athena is asked for query texts. */
  readonly texts: Pick<AthenaHistorySettings, 'queryAccounts' | 'queryRole' | 'queryExternalId'>;
};

/** In place of a caller who is not known: nothing that needs him is checked. */
const NOBODY: Caller = { arn: '', partition: 'aws', account: '*', region: '*' };

/**
 * Tries everything of AWS that an ingest and a query need, as they would do it, and tells each finding as it is made.
 * Nothing is left behind, and no condition of a write to the state can hold.
 * @throws AuditLakeError USAGE for a source or a lake that is no place in S3
 */
export async function* examineAws(settings: DoctorSettings): AsyncGenerator<Finding> {
  const sts = new STSClient(clientOptions(settings));
  let caller: Caller | undefined;
  const run = async () => {
    caller = await callerOf(sts);
    return `${caller.arn} (${caller.region})`;
  };
  yield* runChecks([{ name: 'credentials', needs: [], steps: [{ run }] }]);
  const arns = resourceArns(caller ?? NOBODY);
  const checks = [
    ...sourceChecks(settings, arns),
    ...(settings.lake ? lakeChecks(settings.lake, arns) : []),
    ...textChecks(settings, sts, caller ?? NOBODY),
  ];
  yield* runChecks(checks, caller ? [] : ['credentials']);
}

function sourceChecks({ sources, sourceOwner, ...settings }: DoctorSettings, arns: ResourceArns): Check[] {
  const client = s3Client(settings);
  return sources.flatMap((source) =>
    sourceAccess({ client, place: mustBePlace(source), expectedOwner: sourceOwner, arns }),
  );
}

function textChecks({ texts, ...settings }: DoctorSettings, sts: STSClient, own: Caller): readonly Check[] {
  return queryHistoryAccess({
    ...{ sts, own, accounts: texts.queryAccounts },
    ...{ role: texts.queryRole, externalId: texts.queryExternalId },
    newAthena: (credentials) => new AthenaClient(optionsAs(credentials, { ...settings, region: own.region })),
  });
}

function lakeChecks(settings: LakeSettings, arns: ResourceArns): Check[] {
  const { table, lakeFile, newBundleId } = s3Lake(settings);
  const { lake, lakeOwner: expectedOwner, kmsKey, database, workGroup } = settings;
  const seen = {};
  const client = s3Client(settings);
  const glue = new GlueClient(clientOptions(settings));
  const athena = new AthenaClient(clientOptions(settings));
  const objects = { client, place: mustBePlace(lake), expectedOwner, kmsKey, waiting: realTime };
  return [
    ...lakeAccess({ ...objects, lakeFile, bundleId: newBundleId(), arns, seen }),
    ...stateAccess({ table, lake, arns, seen }),
    ...catalogAccess({ glue, lake, database, waiting: realTime, arns, seen }),
    ...athenaAccess({ athena, workGroup, ...athenaResults(settings), waiting: realTime, arns }),
  ];
}
