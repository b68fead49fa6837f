import { AwsError } from './aws-error.ts';
import type { RestoredCopy } from './s3-archived.ts';
import {
  accessDenied,
  type BucketRules,
  etagOf,
  noSuchKey,
  type S3Bucket,
  type S3Object,
} from './s3-bucket.ts';

/** What an operation on a bucket names. */
export type BucketPlace = {
  readonly Bucket?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
};

export type StoredAs = {
  readonly storageClass?: string | undefined;
  /** Whether an archived object can be read: for 30 days, or until so many milliseconds since 1970. */
  readonly restored?: boolean | number;
  /** Whether its restoring has begun; it does not end by itself. */
  readonly restoring?: boolean;
  readonly contentType?: string | undefined;
  readonly metadata?: { readonly [name: string]: string } | undefined;
  readonly kmsKey?: string | undefined;
  /** Base64, where whoever stores it tells it. */
  readonly sha256?: string | undefined;
};

/** The buckets, and what tests do to them behind the back of the callers: no call, no condition, no fault. */
export class S3Store {
  readonly account: string;
  protected readonly now: () => number;
  readonly #buckets = new Map<string, S3Bucket>();

  constructor({ now, account }: { readonly now: () => number; readonly account: string }) {
    this.now = now;
    this.account = account;
  }

  createBucket(name: string, { owner = this.account, listable = true, region }: BucketRules = {}): void {
    if (this.#buckets.has(name)) {
      const message = 'Your previous request to create the named bucket succeeded and you already own it.';
      throw new AwsError('BucketAlreadyOwnedByYou', message, { status: 409 });
    }
    const where = region === undefined ? {} : { region };
    this.#buckets.set(name, { owner, listable, ...where, objects: new Map(), unlisted: new Set() });
  }

  /** Stores a copy of the bytes, whatever is there. */
  put(place: string, key: string, content: Uint8Array | string, as: StoredAs = {}): S3Object {
    const { storageClass = 'STANDARD', metadata = {}, kmsKey, sha256 } = as;
    const copy = copyOf(as, this.now());
    const bytes = typeof content === 'string' ? Buffer.from(content) : Uint8Array.from(content);
    const object = {
      ...{ bytes, storageClass, metadata },
      ...(copy !== undefined && { copy }),
      etag: etagOf(bytes, kmsKey),
      lastModified: Math.floor(this.now() / 1000) * 1000,
      contentType: as.contentType ?? 'application/octet-stream',
      ...(kmsKey !== undefined && { kmsKey }),
      ...(sha256 !== undefined && { sha256 }),
    };
    this.bucket({ Bucket: place }).objects.set(key, object);
    return object;
  }

  /** The caller may no longer list what begins with this prefix; what lies above may still be listed. */
  denyListing(bucket: string, prefix: string): void {
    this.bucket({ Bucket: bucket }).unlisted.add(prefix);
  }

  remove(bucket: string, key: string): void {
    this.bucket({ Bucket: bucket }).objects.delete(key);
  }

  /** The objects of a bucket by key, in the order of a listing. */
  objects(bucket: string, prefix = ''): ReadonlyMap<string, S3Object> {
    const found = [...this.bucket({ Bucket: bucket }).objects].filter(([key]) => key.startsWith(prefix));
    return new Map(found.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  }

  /** Undefined for a bucket that is not there, or that lies in all Regions. */
  protected regionOf(bucket: string): string | undefined {
    return this.#buckets.get(bucket)?.region;
  }

  /** @throws AwsError NoSuchBucket; AccessDenied where the owner is another one than expected */
  bucket({ Bucket = '', ExpectedBucketOwner }: BucketPlace): S3Bucket {
    const bucket = this.#buckets.get(Bucket);
    if (bucket === undefined) {
      const message = 'The specified bucket does not exist';
      throw new AwsError('NoSuchBucket', message, { status: 404, BucketName: Bucket });
    }
    if (ExpectedBucketOwner !== undefined && ExpectedBucketOwner !== bucket.owner) throw accessDenied();
    return bucket;
  }

  /** @throws AwsError NoSuchKey; AccessDenied where the caller may not know what is missing */
  object(place: BucketPlace, key: string): S3Object {
    const { objects, listable } = this.bucket(place);
    const object = objects.get(key);
    if (object === undefined) throw listable ? noSuchKey(key) : accessDenied();
    return object;
  }
}

const MONTH = 30 * 86_400_000;

function copyOf({ restored = false, restoring = false }: StoredAs, now: number): RestoredCopy | undefined {
  if (restoring) return { ready: Number.POSITIVE_INFINITY, until: Number.POSITIVE_INFINITY };
  if (restored === false) return undefined;
  return { ready: 0, until: restored === true ? now + MONTH : restored };
}
