import { AuditLakeError } from '../../errors.js';
import { awsError, nameOf, statusOf } from './aws-error.js';
import type { S3Place } from './s3-place.js';

/** Why the body of a log file could not be read, with what to do about it. Whoever tells it names the log file. */
export function readError(error: unknown, { bucket }: S3Place): AuditLakeError {
  if (error instanceof AuditLakeError) return error;
  const name = nameOf(error);
  if (name === 'NoSuchBucket') {
    const message = `there is no bucket ${bucket}: check its name`;
    return new AuditLakeError('READ_FAILED', message, error);
  }
  // No other 404: what is missing there is a bucket, an access point, or the endpoint itself.
  if (name === 'NoSuchKey') {
    return new AuditLakeError('LOG_FILE_MISSING', 'there is no such object in the bucket', error);
  }
  if (name === 'InvalidObjectState') {
    const message = `it lies in ${storageClassOf(error)}: restore it, then ingest it again`;
    return new AuditLakeError('LOG_FILE_ARCHIVED', message, error);
  }
  if (statusOf(error) === 412) return changed(error);
  const { code, message } = awsError(error, { action: 's3:GetObject' });
  return new AuditLakeError('READ_FAILED', code === 'AWS_DENIED' ? `${message}; ${HINT}` : message, error);
}

/** S3 says the same of a missing key to whom may not list, and of a key that KMS keeps to itself. */
const HINT =
  'add the permission s3:GetObject, where the bucket uses KMS kms:Decrypt, ' +
  'and s3:ListBucket, without which a missing object looks like a forbidden one';

export function changed(cause?: unknown): AuditLakeError {
  return new AuditLakeError('READ_FAILED', 'it changed while it was read', cause);
}

function storageClassOf(error: unknown): string {
  const isNamed = typeof error === 'object' && error !== null && 'StorageClass' in error;
  return isNamed && typeof error.StorageClass === 'string' ? error.StorageClass : 'an archive';
}
