import { randomUUID } from 'node:crypto';
import { AthenaClient } from '@aws-sdk/client-athena';
import { GlueClient } from '@aws-sdk/client-glue';
import { AthenaActivityLog, type SearchPlan } from '../adapters/aws/athena-activity-log.js';
import { AthenaQueryEngine } from '../adapters/aws/athena-query-engine.js';
import { AthenaTraceTable } from '../adapters/aws/athena-trace-table.js';
import { RawPartitionMonths } from '../adapters/aws/raw-partition-months.js';
import type { RawTable } from '../lake/raw-ddl.js';
import { athenaResults } from './athena-results.js';
import type { CatalogSettings } from './catalog.js';
import { clientOptions } from './client-options.js';
import { openRawCatalog } from './raw-table.js';
import { realTime } from './real-time.js';
import { s3Client } from './s3-lake.js';

export type { SearchPlan, TraceWork } from '../adapters/aws/athena-activity-log.js';
export type RawActivity = AthenaActivityLog;

export type RawActivityOptions = {
  /** Those that are read; all where none is named. */
  readonly accounts: readonly string[];
  readonly regions: readonly string[];
  /** Queries that run at once. */
  readonly mostRunning: number;
  /** Grants that one search tells. */
  readonly mostGrants: number;
  /** Is told what could not be removed at the end. */
  readonly warn: (left: string) => void;
  /** Is told what a search takes, before it runs. */
  readonly tell: (plan: SearchPlan) => void;
};

/** Events of all services in the raw table, by Athena. Builds clients and adapters; calls nothing. */
export function openRawActivity(
  settings: CatalogSettings,
  table: RawTable,
  { accounts, regions, warn, ...rest }: RawActivityOptions,
): RawActivity {
  const athena = new AthenaClient(clientOptions(settings));
  const glue = new GlueClient(clientOptions(settings));
  const { database, workGroup, lake } = settings;
  const place = { database, workGroup, ...athenaResults(settings), waiting: realTime };
  const catalog = openRawCatalog(settings, table);
  const id = randomUUID().replaceAll('-', '');
  return new AthenaActivityLog({
    rawTable: table.name,
    partitions: new RawPartitionMonths({
      ...{ glue, database, table, accounts, regions },
      properties: () => catalog.properties(),
    }),
    table: new AthenaTraceTable({ ...place, athena, glue, s3: s3Client(settings), id, warn }),
    engine: new AthenaQueryEngine({ ...place, client: athena, lake, newToken: randomUUID }),
    ...rest,
  });
}
