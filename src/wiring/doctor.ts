import { athenaAccess } from '../adapters/aws/athena-access.js';
import type { ResourceArns } from '../adapters/aws/resource-arns.js';
import { sourceAccess } from '../adapters/aws/source-access.js';
import { stateAccess } from '../adapters/aws/state-access.js';
import { type Finding, runChecks } from '../jobs/run-checks.js';
import type { Check } from '../ports/access-check.js';
import type { AthenaHistorySettings } from './athena-history.js';
import { asCaller, catalogChecks, keptLake, sourcesOf, textChecks, workGroupOf } from './aws-checks.js';
import type { CatalogSettings } from './catalog.js';
import type { AwsSettings } from './client-options.js';
import type { S3LakeSettings } from './s3-lake.js';

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

/**
 * Tries everything of AWS that an ingest and a query need, as they would do it, and tells each finding as it is made.
 * Nothing is left behind, and no condition of a write to the state can hold.
 * @throws AuditLakeError USAGE for a source or a lake that is no place in S3
 */
export function examineAws({ lake, texts, ...settings }: DoctorSettings): AsyncGenerator<Finding> {
  const { profile, region, endpointUrl } = settings;
  const asked = { profile, region, endpointUrl, ...texts };
  return runChecks(
    asCaller(settings, (calling) => [
      ...sourcesOf(settings, calling.arns).flatMap((source) => sourceAccess(source)),
      ...(lake ? lakeChecks(lake, calling.arns) : []),
      ...textChecks(asked, calling),
    ]),
  );
}

function lakeChecks(settings: LakeSettings, arns: ResourceArns): Check[] {
  const { checks, state, seen } = keptLake(settings, arns);
  return [
    ...[...checks, ...stateAccess(state)],
    ...catalogChecks(settings, { arns, seen }),
    ...athenaAccess(workGroupOf(settings, arns)),
  ];
}
