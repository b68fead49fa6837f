import { AuditLakeError } from '../../errors.js';
import { awsError, nameOf, statusOf } from './aws-error.js';
import { formatPlace, type S3Place } from './s3-place.js';

/** Why the body of a log file could not be read, with what to do about it. */
export function readError(error: unknown, object: S3Place): AuditLakeError {
  if (error instanceof AuditLakeError) return error;
  const place = formatPlace(object);
  const name = nameOf(error);
  if (name === 'NoSuchBucket') {
    return new AuditLakeError(
      'READ_FAILED',
      `there is no bucket ${object.bucket}, which ${place} names`,
      error,
    );
  }
  if (statusOf(error) === 404) return new AuditLakeError('LOG_FILE_MISSING', `there is no ${place}`, error);
  if (name === 'InvalidObjectState') {
    const message = `${place} lies in ${storageClassOf(error)}: restore it, then ingest it again`;
    return new AuditLakeError('LOG_FILE_ARCHIVED', message, error);
  }
  if (statusOf(error) === 412) return changed(object, error);
  const { code, message } = awsError(error, { action: 's3:GetObject', resource: place });
  return new AuditLakeError('READ_FAILED', code === 'AWS_DENIED' ? `${message}; ${HINT}` : message, error);
}

/** S3 says the same of a missing key to whom may not list, and of a key that KMS keeps to itself. */
const HINT =
  'add the permission s3:GetObject, where the bucket uses KMS kms:Decrypt, ' +
  'and s3:ListBucket, without which a missing object looks like a forbidden one';

export function changed(object: S3Place, cause?: unknown): AuditLakeError {
  return new AuditLakeError('READ_FAILED', `${formatPlace(object)} changed while it was read`, cause);
}

function storageClassOf(error: unknown): string {
  const isNamed = typeof error === 'object' && error !== null && 'StorageClass' in error;
  return isNamed && typeof error.StorageClass === 'string' ? error.StorageClass : 'an archive';
}
