import type { AskedQuery, HistoryAnswer, QueryName } from '../datasets/query-execution.js';

/** Where the texts and statistics of queries are asked: the lake itself, Athena's query history, a saved one. */
export interface QueryHistory {
  /**
   * What is known of these queries, keyed by `queryKey`; absent where nothing is known, or there was no time to ask.
   * Absence is data: Athena forgets after 45 days. `logFiles`: how many log files wait for the answer; patience grows
   * with them and is never long. @throws AuditLakeError of disposition `stop`, where the lake itself cannot be read
   */
  lookup(queries: readonly AskedQuery[], logFiles: number): Promise<ReadonlyMap<string, HistoryAnswer>>;
  /** Whether asking about a query may tell something that the lake does not know; where this is absent, it may. */
  mayKnow?(query: QueryName): boolean;
}
