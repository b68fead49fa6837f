import { FsLogReader } from '../adapters/local/fs-log-reader.js';
import { OpenBundle, type OpenBundleOptions } from '../jobs/open-bundle.js';
import { realTime } from './real-time.js';
import type { S3SourceSettings } from './s3-source.js';

/** Where a lane reads: told to worker threads too, so nothing but data. */
export type Reading =
  | { readonly kind: 'local' }
  | { readonly kind: 's3'; readonly settings: S3SourceSettings };

/** A lane in the thread that it is made in. S3 is loaded only where it is read: its client takes its time. */
export async function openLane(
  reading: Reading,
  options: Omit<OpenBundleOptions, 'reader' | 'clock' | 'readAhead'>,
): Promise<OpenBundle> {
  if (reading.kind === 'local') {
    return new OpenBundle({ ...options, reader: new FsLogReader(), clock: realTime.now });
  }
  const { s3Lane, s3Reader } = await import('./s3-source.js');
  return s3Lane({ ...options, reader: s3Reader(reading.settings) });
}
