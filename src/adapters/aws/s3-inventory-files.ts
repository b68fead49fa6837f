import { GetObjectCommand } from '@aws-sdk/client-s3';
import { AuditLakeError } from '../../errors.js';
import type { InventoryFiles } from '../../ports/inventory-files.js';
import { awsError, nameOf } from './aws-error.js';
import type { Waiting } from './back-off.js';
import { insist } from './s3-insist.js';
import { S3LogBody } from './s3-log-body.js';
import type { S3Access } from './s3-pages.js';
import { formatPlace, type S3Place } from './s3-place.js';

export type S3InventoryFilesOptions = S3Access & { readonly bucket: string; readonly waiting: Waiting };

/** Files of an inventory in the bucket that S3 delivers them to. */
export class S3InventoryFiles implements InventoryFiles {
  readonly #options: S3InventoryFilesOptions;

  constructor(options: S3InventoryFilesOptions) {
    this.#options = options;
  }

  async *read(name: string): AsyncGenerator<Uint8Array> {
    const object = { bucket: this.#options.bucket, prefix: name };
    try {
      const body = await S3LogBody.open(this.#options, object);
      yield* body.chunks;
    } catch (error) {
      throw told(error, object);
    }
  }

  async range(name: string, start: number, end: number): Promise<Uint8Array> {
    const { client, bucket, expectedOwner, waiting } = this.#options;
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: name,
      Range: `bytes=${start}-${end - 1}`,
      ExpectedBucketOwner: expectedOwner,
    });
    const object = { bucket, prefix: name };
    const fetchIt = async () => (await client.send(command)).Body?.transformToByteArray();
    const bytes = await insist(fetchIt, waiting).catch((error: unknown) => {
      throw told(error, object);
    });
    if (bytes?.length === end - start) return bytes;
    const message = `${formatPlace(object)} gave ${bytes?.length ?? 0} bytes of ${end - start}`;
    throw new AuditLakeError('READ_FAILED', message);
  }
}

/** A body tells its failures without naming itself, and those of S3 as those of a log file. */
function told(error: unknown, object: S3Place): AuditLakeError {
  const location = formatPlace(object);
  const ofBody = error instanceof AuditLakeError;
  const cause = ofBody && error.code !== 'LOG_FILE_ARCHIVED' ? error.cause : error;
  if (nameOf(cause) === 'NoSuchKey') {
    const message = `there is no ${location}: name the manifest.json of an inventory whose files are still there`;
    return new AuditLakeError('USAGE', message, error);
  }
  if (ofBody && (cause === undefined || cause === error)) {
    return new AuditLakeError('READ_FAILED', `${location}: ${error.message}`, error);
  }
  return awsError(cause, { action: 's3:GetObject', resource: location });
}
