import type { LogSource } from '../ports/log-source.js';
import type { Reading } from './lane.js';
import type { LocalArgument } from './local-source.js';

/** Where log files come from, and how lanes read them. */
export type Source =
  | { readonly reading: Extract<Reading, { kind: 'local' }>; readonly paths: readonly LocalArgument[] }
  | { readonly reading: Extract<Reading, { kind: 's3' }>; readonly locations: readonly string[] }
  | { readonly reading: Extract<Reading, { kind: 'lookup-events' }> };

/** The log files of a source, but not what lies in the lake. @throws AuditLakeError USAGE */
export async function openSource(source: Source, lake: string): Promise<LogSource> {
  if ('paths' in source) {
    const { localSource } = await import('./local-source.js');
    return localSource(source.paths, lake);
  }
  if (!('locations' in source)) {
    const { lookupEventsSource } = await import('./lookup-events-source.js');
    return lookupEventsSource(source.reading.settings);
  }
  const { s3Source } = await import('./s3-source.js');
  return s3Source(source.locations, lake, source.reading.settings);
}
