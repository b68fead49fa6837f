import { FsLogReader } from '../adapters/local/fs-log-reader.js';
import { OpenBundle, type OpenBundleOptions } from '../jobs/open-bundle.js';
import type { LookupEventsSettings } from './lookup-events-source.js';
import { realTime } from './real-time.js';
import type { S3SourceSettings } from './s3-source.js';

/** Where a lane reads: told to worker threads too, so nothing but data. */
export type Reading =
  | { readonly kind: 'local' }
  | { readonly kind: 's3'; readonly settings: S3SourceSettings }
  /** For a single lane: its reader keeps the pace that AWS allows. */
  | { readonly kind: 'lookup-events'; readonly settings: LookupEventsSettings };

/** A lane in the thread that it is made in. Clients of AWS are loaded only where they are used: they take their time. */
export async function openLane(
  reading: Reading,
  options: Omit<OpenBundleOptions, 'reader' | 'clock' | 'readAhead'>,
): Promise<OpenBundle> {
  if (reading.kind === 'local') {
    return new OpenBundle({ ...options, reader: new FsLogReader(), clock: realTime.now });
  }
  if (reading.kind === 'lookup-events') {
    const { lookupEventsReader } = await import('./lookup-events-source.js');
    return new OpenBundle({ ...options, reader: lookupEventsReader(reading.settings), clock: realTime.now });
  }
  const { s3Lane, s3Reader } = await import('./s3-source.js');
  return s3Lane({ ...options, reader: s3Reader(reading.settings) });
}
