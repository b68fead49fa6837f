import type { QueryEngine } from '../ports/query-engine.js';
import type { AthenaSettings } from './athena-engine.js';
import type { FetchOptions } from './s3-engine.js';
import type { S3LakeSettings } from './s3-lake.js';

export type { FetchNews } from './s3-engine.js';

/** Who answers, and over which lake. */
export type EngineTarget =
  | { readonly kind: 'duckdb over a folder'; readonly lake: string }
  | ({ readonly kind: 'duckdb over a copy' } & S3LakeSettings)
  | ({ readonly kind: 'athena' } & AthenaSettings);

/**
 * Opens what answers a question. Engines and clients are loaded only where they are needed: each takes its time.
 * @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT, LAKE_WRITE_FAILED, QUERY_FAILED, AWS_CREDENTIALS, AWS_DENIED,
 *   AWS_FAILED
 */
export async function openEngine(target: EngineTarget, options: FetchOptions): Promise<QueryEngine> {
  switch (target.kind) {
    case 'duckdb over a folder':
      return (await import('./local-engine.js')).openFolderDuckDb(target.lake, options);
    case 'duckdb over a copy':
      return (await import('./s3-engine.js')).openS3DuckDb(target, options);
    case 'athena':
      return (await import('./athena-engine.js')).openAthena(target);
  }
}
