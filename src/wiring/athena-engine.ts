import { randomUUID } from 'node:crypto';
import { AthenaClient } from '@aws-sdk/client-athena';
import { GlueClient } from '@aws-sdk/client-glue';
import { AthenaQueryEngine } from '../adapters/aws/athena-query-engine.js';
import type { Waiting } from '../adapters/aws/back-off.js';
import { GluePartitions } from '../adapters/aws/glue-partitions.js';
import { AuditLakeError } from '../errors.js';
import { askedTables } from '../lake/asked-tables.js';
import type { TableName } from '../lake/tables.js';
import type { QueryEngine } from '../ports/query-engine.js';
import { athenaResults, type ResultsSettings } from './athena-results.js';
import { type AwsSettings, clientOptions } from './client-options.js';
import { realTime } from './real-time.js';

export type AthenaSettings = AwsSettings &
  ResultsSettings & {
    readonly lake: string;
    readonly workGroup: string;
    readonly database: string;
  };

/**
 * Athena over a lake in S3. Athena goes by the names of tables, wherever they lie: before a question is asked, those
 * that it names must be of this lake. Calls nothing before the first question. `waiting`: how it waits for an answer.
 */
export function openAthena(settings: AthenaSettings, waiting: Waiting = realTime): QueryEngine {
  const client = new AthenaClient(clientOptions(settings));
  const { lake, workGroup, database } = settings;
  const engine = new AthenaQueryEngine({
    client,
    lake,
    workGroup,
    database,
    ...athenaResults(settings),
    newToken: randomUUID,
    waiting,
  });
  const glue = new GlueClient(clientOptions(settings));
  const shown = new GluePartitions({ glue, lake, database, waiting });
  return {
    query: async (sql) => {
      for (const table of askedTables(sql)) await mustBeOurs(shown, table);
      return engine.query(sql);
    },
    close: async () => {
      glue.destroy();
      await engine.close();
    },
  };
}

/** Where it cannot be looked up, Athena is left to say what is wrong. @throws AuditLakeError LAKE_FORMAT */
async function mustBeOurs(shown: GluePartitions, table: TableName): Promise<void> {
  await shown.hasOurs(table).catch((error: unknown) => {
    if (error instanceof AuditLakeError && error.code !== 'LAKE_FORMAT') return;
    throw error;
  });
}
