import { randomUUID } from 'node:crypto';
import { AthenaClient } from '@aws-sdk/client-athena';
import { GlueClient } from '@aws-sdk/client-glue';
import { AthenaCatalog } from '../adapters/aws/athena-catalog.js';
import { DynamoDbPartitionRegister } from '../adapters/aws/dynamodb-partition-register.js';
import { GlueCatalog } from '../adapters/aws/glue-catalog.js';
import type { RegistrarPorts } from '../jobs/register-partitions.js';
import type { Catalog } from '../ports/catalog.js';
import type { PartitionRegister } from '../ports/partition-register.js';
import { athenaResults, type ResultsSettings } from './athena-results.js';
import { type AwsSettings, clientOptions } from './client-options.js';
import { realTime } from './real-time.js';
import type { S3Lake } from './s3-lake.js';

/** Where engines look the lake up. */
export type CatalogSettings = AwsSettings &
  ResultsSettings & {
    readonly lake: string;
    readonly catalog: 'athena' | 'glue';
    readonly database: string;
    readonly workGroup: string;
  };

/** What engines see of a lake: by statements of Athena, or by calls of Glue. */
export function openCatalog(settings: CatalogSettings): Catalog {
  const glue = new GlueClient(clientOptions(settings));
  const athena = new AthenaClient(clientOptions(settings));
  const { lake, database, workGroup } = settings;
  const place = { lake, database, workGroup, ...athenaResults(settings) };
  const options = { athena, glue, ...place, waiting: realTime };
  return settings.catalog === 'glue' ? new GlueCatalog(options) : new AthenaCatalog(options);
}

/** The registrar's, and what else is done with them. */
export type LakeRegistrar = RegistrarPorts & {
  readonly register: PartitionRegister;
  readonly catalog: Catalog;
};

/** What the registrar works with, over the state of a lake. */
export function registrarPorts({ table }: S3Lake, settings: CatalogSettings): LakeRegistrar {
  return {
    register: new DynamoDbPartitionRegister(table),
    catalog: openCatalog(settings),
    now: realTime.now,
    pause: realTime.pause,
    owner: randomUUID(),
  };
}
