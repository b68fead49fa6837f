import { openDuckDb } from '../adapters/local/duckdb-query-engine.js';
import type { CommittedDay } from '../ports/lake-state.js';
import type { QueryEngine } from '../ports/query-engine.js';

/** DuckDB over the committed list of a lake in a folder. Apart, since loading DuckDB takes its time. */
export function openEngine(lake: {
  readonly root: string;
  readonly days: readonly CommittedDay[];
}): Promise<QueryEngine> {
  return openDuckDb(lake);
}
