import { FsLogSource, type LocalArgument } from '../adapters/local/fs-log-source.js';
import type { LogSource } from '../ports/log-source.js';
import type { QueryHistory } from '../ports/query-history.js';

export type { LocalArgument };

/** Log files of local paths, but not what lies in the lake. @throws AuditLakeError USAGE */
export function localSource(given: readonly LocalArgument[], lake: string): LogSource {
  return new FsLogSource(given, lake);
}

/** A saved query history, or none that knows anything. @throws AuditLakeError USAGE */
export async function localHistory(path: string | undefined): Promise<QueryHistory> {
  if (path === undefined) return { lookup: async () => new Map() };
  const { readQueryHistory } = await import('../adapters/local/json-query-history.js');
  return readQueryHistory(path);
}
