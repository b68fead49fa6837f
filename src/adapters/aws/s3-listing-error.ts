import { AuditLakeError } from '../../errors.js';
import { awsError, statusOf } from './aws-error.js';
import { formatPlace, type S3Place } from './s3-place.js';

/**
 * Why a place could not be listed. The SDK could follow a bucket into its Region by itself, but it asks the wrong
 * Region first each time, and mixes Regions up where requests run side by side.
 */
export function listingError(error: unknown, place: S3Place): AuditLakeError {
  const action = 's3:ListBucket';
  const region = otherRegionOf(error);
  if (region === undefined) return awsError(error, { action, resource: formatPlace(place) });
  const message = `${action} on ${formatPlace(place)}: the bucket ${place.bucket} lies in ${region}; set AWS_REGION=${region}`;
  return new AuditLakeError('AWS_FAILED', message, error);
}

/** The Region of the bucket, where S3 refused a request since it went to another one. */
function otherRegionOf(error: unknown): string | undefined {
  const status = statusOf(error);
  if (status !== 301 && status !== 307 && status !== 400) return undefined;
  const headers = fieldOf(fieldOf(error, '$response'), 'headers');
  const region = fieldOf(headers, 'x-amz-bucket-region') ?? fieldOf(error, 'Region');
  return typeof region === 'string' ? region : undefined;
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
