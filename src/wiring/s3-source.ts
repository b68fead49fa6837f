import { S3LogReader } from '../adapters/aws/s3-log-reader.js';
import { S3LogSource } from '../adapters/aws/s3-log-source.js';
import { mustBePlace, parsePlace } from '../adapters/aws/s3-place.js';
import { OpenBundle, type OpenBundleOptions } from '../jobs/open-bundle.js';
import type { LogReader, LogSource } from '../ports/log-source.js';
import type { AwsSettings } from './client-options.js';
import { realTime } from './real-time.js';
import { s3Client } from './s3-lake.js';

export type S3SourceSettings = AwsSettings & { readonly sourceOwner?: string | undefined };

/** Bodies asked for ahead: one GET takes some 30 ms, wherever the bytes of the others are. */
const READ_AHEAD = 8;

export function s3Reader(settings: S3SourceSettings): LogReader {
  return new S3LogReader({ client: s3Client(settings), expectedOwner: settings.sourceOwner });
}

/** Log files below `s3://` places, but not what lies in the lake. @throws AuditLakeError USAGE */
export function s3Source(given: readonly string[], lake: string, settings: S3SourceSettings): LogSource {
  const places = given.map(mustBePlace);
  const expectedOwner = settings.sourceOwner;
  return new S3LogSource({ client: s3Client(settings), places, lake: parsePlace(lake), expectedOwner });
}

/** A lane that reads from S3 in the thread that it is made in. */
export function s3Lane(options: Omit<OpenBundleOptions, 'clock' | 'readAhead'>): OpenBundle {
  return new OpenBundle({ ...options, clock: realTime.now, readAhead: READ_AHEAD });
}
