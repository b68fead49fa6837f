import { better, type QueryExecution, type QueryName, queryKey } from '../../datasets/query-execution.js';
import { executionOfText, executionToText } from '../../datasets/query-execution-text.js';
import type { KnownQueries, KnownQuery } from '../../ports/known-queries.js';
import type { FencedItems, KnownItem } from './lmdb-items.js';

const keyOf = (query: QueryName) => `TXT#${queryKey(query)}`;

/** What a lake in a folder has learned of queries (items TXT). */
export class LmdbKnownQueries implements KnownQueries {
  readonly #fenced: FencedItems;

  constructor(fenced: FencedItems) {
    this.#fenced = fenced;
  }

  async find(queries: readonly QueryName[]): Promise<ReadonlyMap<string, QueryExecution>> {
    const found = new Map<string, QueryExecution>();
    for (const query of queries) {
      const known = this.#find(query);
      if (known) found.set(queryKey(query), known);
    }
    return found;
  }

  async learn(queries: readonly KnownQuery[]): Promise<void> {
    if (queries.length === 0) return;
    this.#fenced.write(() => {
      for (const query of queries) {
        const told = executionToText(better(this.#find(query), query.execution));
        this.#fenced.items.putSync(keyOf(query), { told });
      }
    });
  }

  #find(query: QueryName): QueryExecution | undefined {
    const item = this.#fenced.items.get(keyOf(query)) as KnownItem | undefined;
    return item && executionOfText(item.told);
  }
}
