import type { Config } from '../config.js';
import { AuditLakeError } from '../errors.js';
import type { AthenaHistorySettings } from '../wiring/athena-history.js';
import type { CatalogSettings } from '../wiring/catalog.js';
import type { S3LakeSettings } from '../wiring/s3-lake.js';
import type { LakeTarget } from '../wiring/writable-lake.js';

/** The settings of a lake in S3; undefined where the lake is a folder. */
export function s3LakeOf(config: Config): (S3LakeSettings & CatalogSettings) | undefined {
  const { lake, stateTable, results } = config;
  if (lake === undefined || stateTable === undefined || results === undefined) return undefined;
  if (!lake.startsWith('s3://')) return undefined;
  const { profile, region, endpointUrl, lakeOwner, kmsKey, catalog, database, workGroup } = config;
  const aws = { profile, region, endpointUrl };
  return { ...aws, lake, stateTable, lakeOwner, kmsKey, catalog, database, workGroup, results };
}

/** The same, for a command that has no meaning for a folder. @throws AuditLakeError USAGE */
export function mustBeInS3(config: Config, command: string): S3LakeSettings & CatalogSettings {
  const settings = s3LakeOf(config);
  if (settings) return settings;
  const place = '--lake s3://bucket/prefix';
  throw new AuditLakeError('USAGE', `a folder has no catalog: \`${command}\` is for lakes in S3 (${place})`);
}

/** Whose Athena is asked, and how. */
export function athenaHistoryOf(config: Config): AthenaHistorySettings {
  const { profile, region, endpointUrl } = config;
  const { queryAccounts, queryRole, queryExternalId, queryRate, queryWait } = config;
  const asked = { queryAccounts, queryRole, queryExternalId, queryRate, queryWait };
  return { profile, region, endpointUrl, ...asked };
}

/** The lake that is written to. */
export function targetOf(config: Config, lake: string): LakeTarget {
  const inS3 = s3LakeOf(config);
  return inS3 ? { kind: 's3', ...inS3 } : { kind: 'folder', lake, lockWaitSeconds: config.lockWaitSeconds };
}
