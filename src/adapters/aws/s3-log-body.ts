import { Readable } from 'node:stream';
import { GetObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { AuditLakeError } from '../../errors.js';
import type { LogFileBody } from '../../ports/log-source.js';
import { bareEtag, type S3Access } from './s3-pages.js';
import type { S3Place } from './s3-place.js';
import { changed, readError } from './s3-read-error.js';

/** How often one body may be asked for again from where its connection broke. */
const MOST_RESUMES = 3;

type Answer = { readonly size: number; readonly etag: string | undefined; readonly stream: Readable };

/** The body of an object on its way in: one connection, and another one from where that broke. */
export class S3LogBody implements LogFileBody {
  readonly size: number;
  readonly etag?: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly #access: S3Access;
  readonly #object: S3Place;
  readonly #etag: string | undefined;
  #stream: Readable;
  #closed = false;

  /** @throws AuditLakeError READ_FAILED, LOG_FILE_MISSING, LOG_FILE_ARCHIVED */
  static async open(access: S3Access, object: S3Place): Promise<S3LogBody> {
    return new S3LogBody(access, object, await get(access, object));
  }

  private constructor(access: S3Access, object: S3Place, { size, etag, stream }: Answer) {
    this.#access = access;
    this.#object = object;
    this.size = size;
    this.#etag = etag;
    if (etag !== undefined) this.etag = bareEtag(etag);
    this.#stream = stream;
    this.chunks = this.#chunks();
  }

  close(): void {
    this.#closed = true;
    this.#stream.destroy();
  }

  async *#chunks(): AsyncGenerator<Uint8Array> {
    let at = 0;
    for (let resumes = 0; ; resumes++) {
      let broken: unknown;
      try {
        // A stream that is left early is destroyed by the loop itself.
        for await (const chunk of this.#stream as AsyncIterable<Uint8Array>) {
          at += chunk.length;
          yield chunk;
        }
        if (at === this.size) return;
      } catch (error) {
        broken = error;
      }
      if (this.#closed || at >= this.size || resumes === MOST_RESUMES) throw this.#ended(at, broken);
      await this.#resume(at);
    }
  }

  /** If-Match: bytes of two versions are never put together. */
  async #resume(at: number): Promise<void> {
    if (this.#etag === undefined) throw this.#ended(at);
    const answer = await get(this.#access, this.#object, { Range: `bytes=${at}-`, IfMatch: this.#etag });
    this.#stream = answer.stream;
    // An endpoint that does not know ranges or conditions answers with the whole of whatever is there now.
    if (answer.etag === this.#etag && answer.size === this.size - at && !this.#closed) return;
    answer.stream.destroy();
    throw changed();
  }

  #ended(at: number, cause?: unknown): AuditLakeError {
    return new AuditLakeError('READ_FAILED', `it ended after ${at} of ${this.size} bytes`, cause);
  }
}

async function get(
  { client, expectedOwner }: S3Access,
  object: S3Place,
  part: { readonly Range?: string; readonly IfMatch?: string } = {},
): Promise<Answer> {
  const { bucket: Bucket, prefix: Key } = object;
  const command = new GetObjectCommand({ Bucket, Key, ExpectedBucketOwner: expectedOwner, ...part });
  try {
    return answerOf(await client.send(command));
  } catch (error) {
    throw readError(error, object);
  }
}

function answerOf({ Body, ContentLength, ETag }: GetObjectCommandOutput): Answer {
  if (!(Body instanceof Readable) || ContentLength === undefined) {
    if (Body instanceof Readable) Body.destroy();
    throw new AuditLakeError('READ_FAILED', 'the answer has no body or no length');
  }
  // A connection may break while nobody reads: the reader meets the failure, and nobody else has to.
  Body.on('error', () => undefined);
  return { size: ContentLength, etag: ETag, stream: Body };
}
