import type { HistoryAnswer, QueryName } from '../datasets/query-execution.js';

/** Where the texts and statistics of queries are asked: Athena's query history, or a saved one. */
export interface QueryHistory {
  /**
   * What is known of these queries, keyed by {@link queryKey}; absent where nothing is known. Absence is data:
   * Athena forgets after 45 days. Never waits for long.
   */
  lookup(queries: readonly QueryName[]): Promise<ReadonlyMap<string, HistoryAnswer>>;
}
