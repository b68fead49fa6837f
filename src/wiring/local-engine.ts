import { type DuckDbOptions, openDuckDb } from '../adapters/local/duckdb-query-engine.js';
import type { QueryEngine } from '../ports/query-engine.js';
import { openLakeForReading } from './local.js';

/**
 * DuckDB over the committed list of a lake in a folder. Apart, since loading DuckDB takes its time.
 * @throws AuditLakeError LAKE_MISSING, LAKE_FORMAT, QUERY_FAILED
 */
export async function openFolderDuckDb(
  root: string,
  { memoryLimit }: Pick<DuckDbOptions, 'memoryLimit'> = {},
): Promise<QueryEngine> {
  const lake = await openLakeForReading(root);
  try {
    const engine = await openDuckDb({
      root,
      days: lake.days,
      ...(memoryLimit !== undefined && { memoryLimit }),
    });
    return {
      query: (sql) => engine.query(sql),
      close: () => engine.close().finally(lake.close),
    };
  } catch (error) {
    await lake.close();
    throw error;
  }
}
