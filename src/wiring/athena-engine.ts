import { randomUUID } from 'node:crypto';
import { AthenaClient } from '@aws-sdk/client-athena';
import { AthenaQueryEngine } from '../adapters/aws/athena-query-engine.js';
import type { QueryEngine } from '../ports/query-engine.js';
import { type AwsSettings, clientOptions } from './client-options.js';
import { realTime } from './real-time.js';

export type AthenaSettings = AwsSettings & {
  readonly lake: string;
  readonly workGroup: string;
  readonly database: string;
  readonly results: string;
};

/** Athena over a lake in S3. Calls nothing before the first question. */
export function openAthena(settings: AthenaSettings): QueryEngine {
  const client = new AthenaClient(clientOptions(settings));
  const { lake, workGroup, database, results } = settings;
  return new AthenaQueryEngine({
    client,
    lake,
    workGroup,
    database,
    results,
    newToken: randomUUID,
    waiting: realTime,
  });
}
