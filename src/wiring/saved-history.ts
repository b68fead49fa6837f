import type { JsonQueryHistory } from '../adapters/local/json-query-history.js';

/** A saved query history, where one is named. @throws AuditLakeError USAGE */
export async function savedHistory(path: string | undefined): Promise<JsonQueryHistory | undefined> {
  if (path === undefined) return undefined;
  const { readQueryHistory } = await import('../adapters/local/json-query-history.js');
  return readQueryHistory(path);
}
