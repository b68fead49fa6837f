import { AuditLakeError } from '../../errors.js';

/** A place in S3: a bucket, and what the keys below begin with. For a single object its whole key. */
export type S3Place = { readonly bucket: string; readonly prefix: string };

/**
 * `s3://bucket/prefix` as it stands: keys are not URL-encoded, and every character but the first slash belongs to
 * them. Undefined where the text names no place in S3.
 */
export function parsePlace(text: string): S3Place | undefined {
  const [, bucket, prefix = ''] = /^s3:\/\/([A-Za-z0-9._-]{3,255})(?:\/(.*))?$/s.exec(text) ?? [];
  return bucket === undefined ? undefined : { bucket, prefix };
}

/** The same, of what somebody named. @throws AuditLakeError USAGE */
export function mustBePlace(text: string): S3Place {
  const place = parsePlace(text);
  if (place) return place;
  throw new AuditLakeError('USAGE', `not a place in S3: ${text}. Expected s3://bucket/prefix`);
}

/** The inverse of {@link parsePlace}. */
export function formatPlace({ bucket, prefix }: S3Place): string {
  return `s3://${bucket}/${prefix}`;
}

/** The key of a path below a place, whether its prefix ends in a slash or not. */
export function keyBelow({ prefix }: S3Place, path: string): string {
  return `${folderOf(prefix)}${path}`;
}

/** Whether a key of some bucket lies below a place. */
export function isBelow({ bucket, prefix }: S3Place, object: { bucket: string; key: string }): boolean {
  return object.bucket === bucket && object.key.startsWith(folderOf(prefix));
}

/** What the keys of a folder begin with; nothing for the whole bucket. */
export function folderOf(prefix: string): string {
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
}
