import { parseKey } from '../../cloudtrail/log-file-ref.js';
import { AuditLakeError } from '../../errors.js';
import type { Check, Step } from '../../ports/access-check.js';
import type { LogFileBody } from '../../ports/log-source.js';
import { awsError, isDenied } from './aws-error.js';
import { kmsDenial } from './kms-denial.js';
import { bucketName, type ResourceArns } from './resource-arns.js';
import { S3LogReader } from './s3-log-reader.js';
import { listPages, type S3Access } from './s3-pages.js';
import { formatPlace, type S3Place } from './s3-place.js';

export type SourceAccessOptions = S3Access & { readonly place: S3Place; readonly arns: ResourceArns };

const MOST_KEYS = 1_000;
const ARCHIVES: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** Whether log files of a place can be listed, and the first of them read to its end. */
export function sourceAccess(options: SourceAccessOptions): Check {
  const { place, arns, expectedOwner } = options;
  const found: { key?: string } = {};
  const list: Step = {
    call: {
      action: 's3:ListBucket',
      on: bucketName(place, expectedOwner),
      allowedBy: { actions: ['s3:ListBucket'], resources: arns.bucket(place) },
    },
    run: async () => {
      const key = await firstLogFile(options);
      if (key === undefined)
        return `${formatPlace(place)}: no log file among the first ${MOST_KEYS} objects, none read`;
      found.key = key;
      return formatPlace(place);
    },
  };
  const read: Step = {
    call: {
      action: 's3:GetObject',
      on: formatPlace(place),
      allowedBy: { actions: ['s3:GetObject'], resources: arns.objects(place) },
    },
    deniedInstead: kmsDenial,
    run: async () => (found.key === undefined ? undefined : readToItsEnd(found.key, options)),
  };
  return { name: 'source', needs: ['credentials'], steps: [list, read] };
}

async function firstLogFile({ place, ...access }: SourceAccessOptions): Promise<string | undefined> {
  const { bucket, prefix } = place;
  for await (const { Contents = [] } of listPages(access, { bucket, prefix, most: MOST_KEYS })) {
    const readable = Contents.filter(({ StorageClass = '' }) => !ARCHIVES.has(StorageClass));
    return readable.find(({ Key = '' }) => parseKey(bucket, Key).kind === 'log-file')?.Key;
  }
  return undefined;
}

async function readToItsEnd(key: string, { place, ...access }: SourceAccessOptions): Promise<string> {
  const location = formatPlace({ ...place, prefix: key });
  let body: LogFileBody | undefined;
  try {
    body = await new S3LogReader(access).read(location);
    let bytes = 0;
    for await (const chunk of body.chunks) bytes += chunk.length;
    return `read ${key} (${bytes} bytes)`;
  } catch (error) {
    throw deniedOr(error, location);
  } finally {
    body?.close();
  }
}

/** To an ingest a refusal is one log file that could not be read; here it is what is looked for. */
function deniedOr(error: unknown, resource: string): unknown {
  const cause = error instanceof AuditLakeError ? error.cause : error;
  return isDenied(cause) ? awsError(cause, { action: 's3:GetObject', resource }) : error;
}
