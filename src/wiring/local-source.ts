import { FsLogSource } from '../adapters/local/fs-log-source.js';
import type { LocalArgument } from '../adapters/local/local-arguments.js';
import type { LogSource } from '../ports/log-source.js';

export type { LocalArgument };

/** Log files of local paths, but not what lies in the lake. @throws AuditLakeError USAGE */
export function localSource(given: readonly LocalArgument[], lake: string): LogSource {
  return new FsLogSource(given, lake);
}
