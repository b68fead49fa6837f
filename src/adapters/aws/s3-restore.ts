import { RestoreObjectCommand } from '@aws-sdk/client-s3';
import { AuditLakeError } from '../../errors.js';
import type { Restorer, RestoreTerms } from '../../ports/restorer.js';
import { awsError, nameOf, statusOf } from './aws-error.js';
import type { Waiting } from './back-off.js';
import { insist } from './s3-insist.js';
import type { S3Access } from './s3-pages.js';
import { parsePlace } from './s3-place.js';

export type S3RestorerOptions = S3Access & { readonly waiting: Waiting };

/** It is being restored; its tier is read as it is; its class needs no restoring. */
const ALREADY: ReadonlySet<string> = new Set([
  ...['RestoreAlreadyInProgress', 'ObjectAlreadyInActiveTierError', 'InvalidObjectState'],
]);
const ACCEPTED = 202;

/** Asks S3 to restore objects, one request each. What is asked twice is restored once. */
export class S3Restorer implements Restorer {
  readonly #options: S3RestorerOptions;

  constructor(options: S3RestorerOptions) {
    this.#options = options;
  }

  async restore(location: string, terms: RestoreTerms): Promise<'asked' | 'already'> {
    const { bucket, prefix: key } = parsePlace(location) ?? {};
    if (bucket === undefined || !key) {
      throw new AuditLakeError('AWS_FAILED', `s3:RestoreObject on ${location}: it names no object in S3`);
    }
    try {
      return await insist(() => this.#ask({ bucket, key, ...terms }), this.#options.waiting);
    } catch (error) {
      throw restoreError(error, location);
    }
  }

  async #ask({ bucket, key, days, tier }: RestoreTerms & { readonly bucket: string; readonly key: string }) {
    const { client, expectedOwner } = this.#options;
    const command = new RestoreObjectCommand({
      Bucket: bucket,
      Key: key,
      ExpectedBucketOwner: expectedOwner,
      RestoreRequest: { Days: days, GlacierJobParameters: { Tier: tier } },
    });
    try {
      const { $metadata } = await client.send(command);
      return $metadata.httpStatusCode === ACCEPTED ? 'asked' : 'already';
    } catch (error) {
      if (ALREADY.has(nameOf(error))) return 'already';
      throw error;
    }
  }
}

const EXPEDITED_FULL = 'GlacierExpeditedRetrievalNotAvailable';

/** What is wrong with this object and these terms leaves it where it is; the next one may fare better. */
function restoreError(error: unknown, location: string): AuditLakeError {
  if (nameOf(error) === 'NoSuchKey') {
    const message = `${location}: there is no such object in the bucket any more`;
    return new AuditLakeError('LOG_FILE_MISSING', message, error);
  }
  const told = awsError(error, { action: 's3:RestoreObject', resource: location });
  if (nameOf(error) === EXPEDITED_FULL) {
    const message = `${told.message}; try again later, or with the tier Standard`;
    return new AuditLakeError('LOG_FILE_ARCHIVED', message, error);
  }
  const isRefused = told.code === 'AWS_FAILED' && statusOf(error) === 400;
  return isRefused ? new AuditLakeError('LOG_FILE_ARCHIVED', told.message, error) : told;
}
