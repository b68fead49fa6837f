import { AthenaClient } from '@aws-sdk/client-athena';
import { GlueClient } from '@aws-sdk/client-glue';
import { DynamoDbRawRegister } from '../adapters/aws/dynamodb-raw-register.js';
import { RawCatalog } from '../adapters/aws/raw-catalog.js';
import { S3TrailFolders } from '../adapters/aws/s3-trail-folders.js';
import { AuditLakeError } from '../errors.js';
import type { RawPorts } from '../jobs/register-raw.js';
import type { RawTable } from '../lake/raw-ddl.js';
import { athenaResults } from './athena-results.js';
import { type CatalogSettings, registrarPorts } from './catalog.js';
import { clientOptions } from './client-options.js';
import { orLakeMissing } from './missing-lake.js';
import { realTime } from './real-time.js';
import { mustBeOurs, type S3Lake, type S3LakeSettings, s3Client, s3Lake } from './s3-lake.js';

export type RawSettings = {
  readonly rawTable?: string | undefined;
  readonly rawSource?: string | undefined;
};

/**
 * The raw table that is set; undefined where none is.
 * @throws AuditLakeError USAGE where only one of its two settings is there
 */
export function rawTableOf({ rawTable: name, rawSource: root }: RawSettings): RawTable | undefined {
  if (name === undefined && root === undefined) return undefined;
  if (name !== undefined && root !== undefined) return { name, root };
  const [is, misses] = name === undefined ? ['raw_source', 'raw_table'] : ['raw_table', 'raw_source'];
  const message = `${is} is set without ${misses}: a raw table has a name, and a folder of accounts to lie over`;
  throw new AuditLakeError('USAGE', message);
}

/** The table in the catalog. */
export function openRawCatalog(settings: CatalogSettings, table: RawTable): RawCatalog {
  const glue = new GlueClient(clientOptions(settings));
  const athena = new AthenaClient(clientOptions(settings));
  const { database, workGroup } = settings;
  const place = { database, workGroup, ...athenaResults(settings) };
  return new RawCatalog({ athena, glue, ...place, waiting: realTime, table });
}

/** What the registrar works with, over the state of a lake. */
export function rawPorts(lake: S3Lake, settings: CatalogSettings, table: RawTable): RawPorts {
  const catalog = openRawCatalog(settings, table);
  return { ...registrarPorts(lake, settings), register: new DynamoDbRawRegister(lake.table), catalog };
}

type OpenSettings = CatalogSettings & S3LakeSettings & { readonly sourceOwner?: string | undefined };

/** Everything that a person does with the raw table. Builds clients and adapters; calls nothing. */
export function openRaw(settings: OpenSettings, table: RawTable) {
  const lake = s3Lake(settings);
  const ports = rawPorts(lake, settings, table);
  const access = { client: s3Client(settings), expectedOwner: settings.sourceOwner, waiting: realTime };
  return {
    ports,
    catalog: openRawCatalog(settings, table),
    folders: new S3TrailFolders(access, table.root),
    /** @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT, AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED */
    mustBeOurs: () => orLakeMissing(settings, () => mustBeOurs(lake)),
  };
}
