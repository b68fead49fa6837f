import { queryKey } from '../datasets/query-execution.js';
import type { KnownQueries } from '../ports/known-queries.js';
import type { OpenQueries, OpenQuery } from '../ports/open-queries.js';

/** Queries opened at once. */
const CHUNK = 500;

/**
 * Opens the queries whose texts a saved history tells and the lake does not know, those among them that were given up,
 * so that the next run ends them.
 */
export async function openSaved(
  told: readonly OpenQuery[],
  known: KnownQueries,
  queries: OpenQueries,
): Promise<void> {
  for (let at = 0; at < told.length; at += CHUNK) {
    const chunk = told.slice(at, at + CHUNK);
    const learned = await known.find(chunk);
    await queries.reopen(chunk.filter((query) => typeof learned.get(queryKey(query))?.text !== 'string'));
  }
}
