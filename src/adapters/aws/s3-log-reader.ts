import { mustFit } from '../../cloudtrail/log-file.js';
import { AuditLakeError } from '../../errors.js';
import type { LogFileBody, LogReader } from '../../ports/log-source.js';
import { S3LogBody } from './s3-log-body.js';
import type { S3Access } from './s3-pages.js';
import { parsePlace } from './s3-place.js';

/** Up to this size a body is read before it is handed on: bodies that wait hold no connection. */
const WHOLE_BYTES = 1 << 20;

/** Bodies of objects in S3, named `s3://bucket/key`: a small one comes whole, a larger one as it arrives. */
export class S3LogReader implements LogReader {
  readonly #access: S3Access;

  constructor(access: S3Access) {
    this.#access = access;
  }

  async read(location: string): Promise<LogFileBody> {
    const object = parsePlace(location);
    if (!object?.prefix) throw new AuditLakeError('READ_FAILED', 'it names no object in S3');
    const body = await S3LogBody.open(this.#access, object);
    try {
      mustFit(object.prefix, body.size);
    } catch (error) {
      body.close();
      throw error;
    }
    return body.size > WHOLE_BYTES ? body : whole(body);
  }
}

async function whole({ size, etag, chunks }: LogFileBody): Promise<LogFileBody> {
  const pieces: Uint8Array[] = [];
  for await (const piece of chunks) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  const close = () => undefined;
  return { size, ...(etag !== undefined && { etag }), chunks: once(bytes), close };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
