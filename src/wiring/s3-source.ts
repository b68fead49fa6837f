import { S3Archive } from '../adapters/aws/s3-archive.js';
import { S3LogReader } from '../adapters/aws/s3-log-reader.js';
import { S3LogSource } from '../adapters/aws/s3-log-source.js';
import { mustBePlace, parsePlace } from '../adapters/aws/s3-place.js';
import { S3Restorer } from '../adapters/aws/s3-restore.js';
import { OpenBundle, type OpenBundleOptions } from '../jobs/open-bundle.js';
import type { Archive } from '../ports/archive.js';
import type { LogReader, LogSource } from '../ports/log-source.js';
import type { Restorer } from '../ports/restorer.js';
import type { AwsSettings } from './client-options.js';
import { realTime } from './real-time.js';
import { s3Client } from './s3-lake.js';

export type S3SourceSettings = AwsSettings & { readonly sourceOwner?: string | undefined };

/** Bodies asked for ahead: one GET takes some 30 ms, wherever the bytes of the others are. The memory of a Lambda is small. */
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

/** Years of log files below `s3://` places, but not what lies in the lake. @throws AuditLakeError USAGE */
export function s3Archive(given: readonly string[], lake: string, settings: S3SourceSettings): Archive {
  const places = given.map(mustBePlace);
  const access = { client: s3Client(settings), expectedOwner: settings.sourceOwner };
  return new S3Archive({
    ...{ ...access, places, lake: parsePlace(lake), waiting: realTime, now: realTime.now },
  });
}

/** Asks for log files in an archive class. */
export function s3Restorer(settings: S3SourceSettings): Restorer {
  const access = { client: s3Client(settings), expectedOwner: settings.sourceOwner };
  return new S3Restorer({ ...access, waiting: realTime });
}

/** A lane of a Lambda. */
export function s3Lane(options: Omit<OpenBundleOptions, 'clock' | 'readAhead'>): OpenBundle {
  return new OpenBundle({ ...options, clock: realTime.now, readAhead: READ_AHEAD });
}
