import type { QueryExecution, QueryName } from '../datasets/query-execution.js';

/** A query and what was told of it, as the lake may keep it: its text is masked already where it must be. */
export type KnownQuery = QueryName & { readonly execution: QueryExecution };

/**
 * What the lake has learned of queries (items TXT): a text once seen is never lost, whatever is ingested again after
 * Athena forgot it.
 */
export interface KnownQueries {
  /** Keyed by `queryKey`; absent where nothing was learned. */
  find(queries: readonly QueryName[]): Promise<ReadonlyMap<string, QueryExecution>>;
  /** Learns; what is known already is only ever bettered (`better`). */
  learn(queries: readonly KnownQuery[]): Promise<void>;
}
