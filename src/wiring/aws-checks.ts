import { AthenaClient } from '@aws-sdk/client-athena';
import { GlueClient } from '@aws-sdk/client-glue';
import { STSClient } from '@aws-sdk/client-sts';
import type { AthenaAccessOptions } from '../adapters/aws/athena-access.js';
import { type Caller, callerOf } from '../adapters/aws/caller.js';
import { catalogAccess } from '../adapters/aws/catalog-access.js';
import { type LakeSeen, lakeAccess } from '../adapters/aws/lake-access.js';
import { queryHistoryAccess } from '../adapters/aws/query-history-access.js';
import { type ResourceArns, resourceArns } from '../adapters/aws/resource-arns.js';
import { mustBePlace } from '../adapters/aws/s3-place.js';
import type { StateAccessOptions } from '../adapters/aws/state-access.js';
import type { Check } from '../ports/access-check.js';
import type { AthenaHistorySettings } from './athena-history.js';
import { athenaResults } from './athena-results.js';
import type { CatalogSettings } from './catalog.js';
import { type AwsSettings, clientOptions, optionsAs } from './client-options.js';
import { realTime } from './real-time.js';
import { type S3LakeSettings, s3Client, s3Lake } from './s3-lake.js';

/** In place of a caller who is not known: nothing that needs him is checked. */
const NOBODY: Caller = { arn: '', partition: 'aws', account: '*', region: '*' };

/** Who tries, and what the names in policies are made of. */
export type Calling = { readonly caller: Caller; readonly sts: STSClient; readonly arns: ResourceArns };

/** Finds out who we are: nobody before the check has passed. */
export function whoCalls(settings: AwsSettings): { readonly check: Check; readonly known: () => Calling } {
  const sts = new STSClient(clientOptions(settings));
  let caller = NOBODY;
  const run = async () => {
    caller = await callerOf(sts);
    return `${caller.arn} (${caller.region})`;
  };
  return {
    check: { name: 'credentials', needs: [], steps: [{ run }] },
    known: () => ({ caller, sts, arns: resourceArns(caller) }),
  };
}

/** Who we are comes first, then checks that need to know it. */
export function* asCaller(
  settings: AwsSettings,
  checksOf: (calling: Calling) => Iterable<Check>,
): Generator<Check> {
  const { check, known } = whoCalls(settings);
  yield check;
  yield* checksOf(known());
}

type SourceSettings = AwsSettings & {
  /** Places in S3 that log files come from. */
  readonly sources: readonly string[];
  readonly sourceOwner?: string | undefined;
};

/** Where log files come from, as checks take it. */
export function sourcesOf({ sources, sourceOwner, ...settings }: SourceSettings, arns: ResourceArns) {
  const client = s3Client(settings);
  return sources.map((source) => ({
    ...{ client, place: mustBePlace(source), expectedOwner: sourceOwner, arns },
  }));
}

export type TextSettings = AwsSettings &
  Pick<AthenaHistorySettings, 'queryAccounts' | 'queryRole' | 'queryExternalId'>;

/** The Athena of each account that is asked for query texts. */
export function textChecks(texts: TextSettings, { sts, caller: own }: Calling): readonly Check[] {
  const { profile, region, endpointUrl } = texts;
  const settings = { profile, region, endpointUrl };
  return queryHistoryAccess({
    ...{ sts, own, accounts: texts.queryAccounts },
    ...{ role: texts.queryRole, externalId: texts.queryExternalId },
    newAthena: (credentials) => new AthenaClient(optionsAs(credentials, { ...settings, region: own.region })),
  });
}

/** Bucket and lake.json. `state`: what checks of the state take. */
export function keptLake(
  settings: S3LakeSettings,
  arns: ResourceArns,
): { readonly checks: readonly Check[]; readonly state: StateAccessOptions; readonly seen: LakeSeen } {
  const { table, lakeFile, newBundleId } = s3Lake(settings);
  const { lake, lakeOwner: expectedOwner, kmsKey } = settings;
  const seen: LakeSeen = {};
  const client = s3Client(settings);
  const objects = { client, place: mustBePlace(lake), expectedOwner, kmsKey, waiting: realTime };
  return {
    checks: lakeAccess({ ...objects, lakeFile, bundleId: newBundleId(), arns, seen }),
    state: { table, lake, arns, seen },
    seen,
  };
}

type Shown = { readonly arns: ResourceArns; readonly seen: LakeSeen };

/** What the catalog shows of the lake. */
export function catalogChecks(settings: CatalogSettings, { arns, seen }: Shown): readonly Check[] {
  const { lake, database } = settings;
  const glue = new GlueClient(clientOptions(settings));
  return catalogAccess({ glue, lake, database, waiting: realTime, arns, seen });
}

/** The workgroup that is asked, as checks take it. */
export function workGroupOf(
  settings: Omit<CatalogSettings, 'catalog' | 'database'>,
  arns: ResourceArns,
): AthenaAccessOptions {
  const athena = new AthenaClient(clientOptions(settings));
  const { workGroup } = settings;
  return { athena, workGroup, ...athenaResults(settings), waiting: realTime, arns };
}
