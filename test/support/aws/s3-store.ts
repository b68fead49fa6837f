import { AwsError } from './aws-error.ts';
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
  readonly restored?: boolean;
  readonly contentType?: string | undefined;
  readonly metadata?: { readonly [name: string]: string } | undefined;
  readonly kmsKey?: string | undefined;
};

/** The buckets, and what tests do to them behind the back of the callers: no call, no condition, no fault. */
export class S3Store {
  readonly account: string;
  readonly #now: () => number;
  readonly #buckets = new Map<string, S3Bucket>();

  constructor({ now, account }: { readonly now: () => number; readonly account: string }) {
    this.#now = now;
    this.account = account;
  }

  createBucket(name: string, { owner = this.account, listable = true }: BucketRules = {}): void {
    if (this.#buckets.has(name)) {
      const message = 'Your previous request to create the named bucket succeeded and you already own it.';
      throw new AwsError('BucketAlreadyOwnedByYou', message, { status: 409 });
    }
    this.#buckets.set(name, { owner, listable, objects: new Map() });
  }

  /** Stores a copy of the bytes, whatever is there. */
  put(place: string, key: string, content: Uint8Array | string, as: StoredAs = {}): S3Object {
    const { storageClass = 'STANDARD', restored = false, metadata = {}, kmsKey } = as;
    const bytes = typeof content === 'string' ? Buffer.from(content) : Uint8Array.from(content);
    const object = {
      ...{ bytes, storageClass, restored, metadata },
      etag: etagOf(bytes, kmsKey),
      lastModified: Math.floor(this.#now() / 1000) * 1000,
      contentType: as.contentType ?? 'application/octet-stream',
      ...(kmsKey !== undefined && { kmsKey }),
    };
    this.bucket({ Bucket: place }).objects.set(key, object);
    return object;
  }

  remove(bucket: string, key: string): void {
    this.bucket({ Bucket: bucket }).objects.delete(key);
  }

  /** The objects of a bucket by key, in the order of a listing. */
  objects(bucket: string, prefix = ''): ReadonlyMap<string, S3Object> {
    const found = [...this.bucket({ Bucket: bucket }).objects].filter(([key]) => key.startsWith(prefix));
    return new Map(found.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
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
