import { AuditLakeError } from '../../errors.js';
import type { Check, Step } from '../../ports/access-check.js';
import type { LogFileBody } from '../../ports/log-source.js';
import { awsError, isDenied } from './aws-error.js';
import { kmsDenial } from './kms-denial.js';
import type { ResourceArns } from './resource-arns.js';
import { S3LogReader } from './s3-log-reader.js';
import type { S3Access } from './s3-pages.js';
import { formatPlace, parsePlace, type S3Place } from './s3-place.js';

export type LogFileAccessOptions = S3Access & { readonly place: S3Place; readonly arns: ResourceArns };

/** A log file to be read, `s3://bucket/key`: found by a check, or named by who asks for checks. */
export type LogFileSeen = { logFile?: string | undefined };

/** What no trail writes. */
const NOBODYS = 'audit-lake-doctor';

/**
 * Whether log files of a place can be read by who may not list them: one that is not there must be told as missing, and
 * one that somebody named must be read to its end.
 */
export function unlistedAccess(options: LogFileAccessOptions, seen: LogFileSeen): readonly Check[] {
  const unless = () => {
    if (seen.logFile?.startsWith(formatPlace(options.place))) return undefined;
    return 'no log file is known: whether one can be decrypted was not tried';
  };
  const needs = ['credentials'];
  return [
    { name: 'source', needs, steps: [missingStep(options)] },
    { name: 'log file', needs, unless, steps: [readStep(options, seen)] },
  ];
}

/** Reads the log file that was seen to its end, and tells its size. */
export function readStep(options: LogFileAccessOptions, seen: LogFileSeen): Step {
  const { place, arns } = options;
  const allowedBy = { actions: ['s3:GetObject'], resources: arns.objects(place) };
  return {
    call: { action: 's3:GetObject', on: formatPlace(place), allowedBy },
    deniedInstead: kmsDenial,
    run: async () => (seen.logFile === undefined ? undefined : readToItsEnd(seen.logFile, options)),
  };
}

/** S3 tells who may not list the bucket that a missing object is denied: an ingest would take it for a permission. */
function missingStep({ place, arns, ...access }: LogFileAccessOptions): Step {
  const location = formatPlace({ ...place, prefix: `${place.prefix}${NOBODYS}` });
  const allowedBy = {
    actions: ['s3:GetObject', 's3:ListBucket'],
    resources: [...arns.objects(place), ...arns.bucket(place)],
  };
  return {
    call: { action: 's3:GetObject or s3:ListBucket', on: formatPlace(place), allowedBy },
    run: async () => {
      try {
        (await new S3LogReader(access).read(location)).close();
      } catch (error) {
        if (!(error instanceof AuditLakeError && error.code === 'LOG_FILE_MISSING'))
          throw deniedOr(error, location);
      }
      return formatPlace(place);
    },
  };
}

async function readToItsEnd(location: string, access: S3Access): Promise<string> {
  let body: LogFileBody | undefined;
  try {
    body = await new S3LogReader(access).read(location);
    let bytes = 0;
    for await (const chunk of body.chunks) bytes += chunk.length;
    return `read ${parsePlace(location)?.prefix} (${bytes} bytes)`;
  } catch (error) {
    throw deniedOr(error, location);
  } finally {
    body?.close();
  }
}

/** To an ingest a refusal is one log file that could not be read; here it is what is looked for. */
function deniedOr(error: unknown, resource: string): unknown {
  const isOurs = error instanceof AuditLakeError;
  const cause = isOurs ? error.cause : error;
  if (isDenied(cause)) return awsError(cause, { action: 's3:GetObject', resource });
  return isOurs ? new AuditLakeError(error.code, `${resource}: ${error.message}`, cause) : error;
}
