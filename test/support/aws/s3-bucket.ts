import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { AwsError } from './aws-error.ts';
import type { RestoredCopy } from './s3-archived.ts';

/** An object as it is stored. */
export type S3Object = {
  readonly bytes: Uint8Array;
  /** In quotes, as S3 gives it. */
  readonly etag: string;
  /** Milliseconds since 1970, whole seconds as S3 keeps them. */
  readonly lastModified: number;
  readonly storageClass: string;
  /** Of an archived object that can be read again for a while, or soon; its storage class stays as it was. */
  readonly copy?: RestoredCopy;
  readonly contentType: string;
  readonly metadata: { readonly [name: string]: string };
  readonly kmsKey?: string;
  /** Base64, where whoever put it gave it: S3 keeps it. */
  readonly sha256?: string;
};

export type BucketRules = {
  /** Account that owns the bucket. */
  readonly owner?: string;
  /** False: the caller has no s3:ListBucket, so that a missing key is 403 and cannot be told from a forbidden one. */
  readonly listable?: boolean;
  /** Where it lies: requests that are signed for another Region are sent there. Without it, it lies in all. */
  readonly region?: string;
};

export type S3Bucket = Required<Omit<BucketRules, 'region'>> &
  Pick<BucketRules, 'region'> & {
    readonly objects: Map<string, S3Object>;
    /** Listings whose prefix begins like one of these are denied. */
    readonly unlisted: Set<string>;
  };

/** MD5 of the bytes; something else under KMS, where the ETag is no digest of the bytes. */
export function etagOf(bytes: Uint8Array, kmsKey?: string): string {
  const hash = createHash('md5').update(bytes);
  return `"${(kmsKey === undefined ? hash : hash.update(kmsKey)).digest('hex')}"`;
}

/** Base64 of the CRC-32, big-endian. */
export function checksumOf(bytes: Uint8Array): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum.toString('base64');
}

/** Base64 of the SHA-256. */
export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}

type Conditions = { readonly IfMatch?: string | undefined; readonly IfNoneMatch?: string | undefined };

/** @throws AwsError PreconditionFailed, NoSuchKey, NotImplemented */
export function checkConditions(key: string, found: S3Object | undefined, conditions: Conditions): void {
  const { IfMatch, IfNoneMatch } = conditions;
  if (IfNoneMatch !== undefined && IfNoneMatch !== '*') {
    const message = 'A header you provided implies functionality that is not implemented';
    throw new AwsError('NotImplemented', message, { status: 501 });
  }
  if (IfNoneMatch === '*' && found !== undefined) throw preconditionFailed('If-None-Match');
  if (IfMatch === undefined) return;
  if (found === undefined) throw noSuchKey(key);
  if (bare(IfMatch) !== bare(found.etag) && IfMatch !== '*') throw preconditionFailed('If-Match');
}

const bare = (etag: string) => etag.replaceAll('"', '');

function preconditionFailed(condition: string): AwsError {
  const message = 'At least one of the pre-conditions you specified did not hold';
  return new AwsError('PreconditionFailed', message, { status: 412, Condition: condition });
}

export function noSuchKey(key: string): AwsError {
  return new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404, Key: key });
}

export function accessDenied(): AwsError {
  return new AwsError('AccessDenied', 'Access Denied', { status: 403 });
}

/** Bytes `from` to `to`, both included. */
export type ByteRange = { readonly from: number; readonly to: number };

/** What a Range names of an object of `size` bytes. @throws AwsError InvalidRange where that is nothing */
export function byteRange(range: string, size: number): ByteRange | undefined {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  if (first === '' && last === '') return undefined;
  const from = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const to = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (from > to) {
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', { status: 416 });
  }
  return { from, to };
}
