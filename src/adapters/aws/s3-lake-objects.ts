import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { type Attempt, awsError, nameOf, statusOf } from './aws-error.js';
import type { Waiting } from './back-off.js';
import { insist } from './s3-insist.js';
import { bareEtag, listPages, type S3Access } from './s3-pages.js';
import { formatPlace, keyBelow, type S3Place } from './s3-place.js';

export type S3LakeOptions = S3Access & {
  /** Root of the lake. */
  readonly place: S3Place;
  /** The key that the objects are encrypted with; what the bucket says where absent. */
  readonly kmsKey?: string | undefined;
  readonly waiting: Waiting;
};

/** What is written: bytes, their media type, and their SHA-256 in base64 for S3 to compare. */
export type Content = { readonly bytes: Uint8Array; readonly type: string; readonly sha256: string };

/** Of all bytes: that of an upload in parts has a number behind it, and is of their hashes. */
const WHOLE_SHA256 = /^[A-Za-z0-9+/]{43}=$/;

/**
 * The objects of a lake by path below its root. A request without an answer is sent again: whoever sees that an
 * object is there already may have written it himself.
 * @throws AuditLakeError AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED, from every method
 */
export class S3LakeObjects {
  readonly #options: S3LakeOptions;

  constructor(options: S3LakeOptions) {
    this.#options = options;
  }

  /** False: there is an object already, which stays as it is. */
  create(path: string, content: Content): Promise<boolean> {
    return this.#put(path, content, { IfNoneMatch: '*' });
  }

  /** False: it is no longer, or not yet, of this etag. */
  replace(path: string, content: Content, etag: string): Promise<boolean> {
    return this.#put(path, content, { IfMatch: `"${etag}"` });
  }

  /** Undefined where there is none. */
  read(path: string): Promise<{ readonly bytes: Uint8Array; readonly etag: string } | undefined> {
    const { client } = this.#options;
    return this.#unless(isMissing, this.#attempt('s3:GetObject', path), async () => {
      const { Body, ETag } = await client.send(new GetObjectCommand(this.#object(path)));
      return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(), etag: bareEtag(ETag ?? '') };
    });
  }

  async isThere(path: string): Promise<boolean> {
    // A missing object is 404 only for who may list the bucket.
    const attempt = this.#attempt('s3:GetObject and s3:ListBucket', path);
    const { client } = this.#options;
    const head = await this.#unless(isMissing, attempt, () =>
      client.send(new HeadObjectCommand(this.#object(path))),
    );
    return head !== undefined;
  }

  /** Hex, as S3 keeps it since the object was written, else of its bytes; undefined where there is none. */
  sha256Of(path: string): Promise<string | undefined> {
    const { client } = this.#options;
    return this.#unless(isMissing, this.#attempt('s3:GetObject', path), async () => {
      const head = new HeadObjectCommand({ ...this.#object(path), ChecksumMode: 'ENABLED' });
      const { ChecksumSHA256: kept } = await client.send(head);
      if (kept !== undefined && WHOLE_SHA256.test(kept)) return Buffer.from(kept, 'base64').toString('hex');
      const { Body } = await client.send(new GetObjectCommand(this.#object(path)));
      const hash = createHash('sha256');
      if (Body instanceof Readable) for await (const bytes of Body) hash.update(bytes);
      return hash.digest('hex');
    });
  }

  /** What is gone already is gone. */
  async remove(path: string): Promise<void> {
    const { client } = this.#options;
    const attempt = this.#attempt('s3:DeleteObject', path);
    await this.#unless(isMissing, attempt, () => client.send(new DeleteObjectCommand(this.#object(path))));
  }

  /** The names below a folder, whose path ends in a slash, with when each was written (milliseconds since 1970). */
  async *files(folder: string): AsyncIterable<{ readonly name: string; readonly writtenAt: number }> {
    const { bucket, prefix } = this.#at(folder);
    for await (const page of listPages(this.#options, { bucket, prefix })) {
      for (const { Key = '', LastModified } of page.Contents ?? []) {
        yield { name: Key.slice(prefix.length), writtenAt: LastModified?.getTime() ?? 0 };
      }
    }
  }

  /** The names of the folders directly below a folder, whose path ends in a slash, without theirs. */
  async *folders(folder: string): AsyncIterable<string> {
    const { bucket, prefix } = this.#at(folder);
    for await (const page of listPages(this.#options, { bucket, prefix, delimiter: '/' })) {
      for (const { Prefix = '' } of page.CommonPrefixes ?? []) yield Prefix.slice(prefix.length, -1);
    }
  }

  async #put(
    path: string,
    { bytes, type, sha256 }: Content,
    condition: Pick<PutObjectCommandInput, 'IfMatch' | 'IfNoneMatch'>,
  ): Promise<boolean> {
    const { client, kmsKey } = this.#options;
    const input: PutObjectCommandInput = {
      ...this.#object(path),
      ...condition,
      Body: bytes,
      ContentType: type,
      ChecksumSHA256: sha256,
      ...(kmsKey !== undefined && { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: kmsKey }),
    };
    const attempt = this.#attempt(kmsKey ? 's3:PutObject and kms:GenerateDataKey' : 's3:PutObject', path);
    const done = await this.#unless(isRefused, attempt, () => client.send(new PutObjectCommand(input)));
    return done !== undefined;
  }

  /** Undefined where S3 answers so. */
  async #unless<T>(
    answers: (error: unknown) => boolean,
    attempt: Attempt,
    send: () => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await insist(send, this.#options.waiting);
    } catch (error) {
      if (answers(error)) return undefined;
      throw awsError(error, attempt);
    }
  }

  #at(path: string): S3Place {
    const { place } = this.#options;
    return { bucket: place.bucket, prefix: keyBelow(place, path) };
  }

  #attempt(action: string, path: string): Attempt {
    return { action, resource: formatPlace(this.#at(path)) };
  }

  #object(path: string) {
    const { bucket: Bucket, prefix: Key } = this.#at(path);
    return { Bucket, Key, ExpectedBucketOwner: this.#options.expectedOwner };
  }
}

/** The object is not there. That its bucket is not there is a failure. */
function isMissing(error: unknown): boolean {
  return statusOf(error) === 404 && nameOf(error) !== 'NoSuchBucket';
}

/** The condition of a write does not hold: there is an object, or another one, or none to be replaced. */
function isRefused(error: unknown): boolean {
  return statusOf(error) === 412 || nameOf(error) === 'NoSuchKey';
}
