import { isFinal, queryKey } from '../datasets/query-execution.js';
import type { KnownQueries } from '../ports/known-queries.js';
import type { OpenQueries, OpenQuery } from '../ports/open-queries.js';

/** Queries opened at once. */
const CHUNK = 500;

/** Opens the queries that a saved history tells and the lake does not know, so that the next run ends them. */
export async function openSaved(
  told: readonly OpenQuery[],
  known: KnownQueries,
  queries: OpenQueries,
): Promise<void> {
  for (let at = 0; at < told.length; at += CHUNK) {
    const chunk = told.slice(at, at + CHUNK);
    const learned = await known.find(chunk);
    const isNew = (query: OpenQuery) => {
      const execution = learned.get(queryKey(query));
      return execution === undefined || !isFinal(execution);
    };
    await queries.open(chunk.filter(isNew));
  }
}
