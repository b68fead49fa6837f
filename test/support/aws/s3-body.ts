import { Readable } from 'node:stream';

const CHUNK = 65_536;

/** A body as the SDK takes it, whole. */
export async function bytesOf(body: unknown): Promise<Uint8Array> {
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Uint8Array.from(body);
  if (body instanceof Readable) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
  throw new Error('The S3 double takes bodies that are strings, bytes or streams of Node');
}

/** The body of an answer, with the three ways in which the SDK gives it whole. */
export class S3Body extends Readable {
  readonly #bytes: Uint8Array;
  readonly #breaksAfter: number;
  #at = 0;

  constructor(bytes: Uint8Array, breaksAfter = Number.POSITIVE_INFINITY) {
    super({ highWaterMark: CHUNK });
    this.#bytes = bytes;
    this.#breaksAfter = breaksAfter;
  }

  override _read(): void {
    if (this.#at >= this.#breaksAfter) {
      this.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }));
      return;
    }
    const end = Math.min(this.#at + CHUNK, this.#bytes.length, this.#breaksAfter);
    const chunk = Buffer.from(this.#bytes.subarray(this.#at, end));
    this.#at = end;
    if (chunk.length > 0) this.push(chunk);
    if (end === this.#bytes.length) this.push(null);
  }

  async transformToByteArray(): Promise<Uint8Array> {
    return bytesOf(this);
  }

  async transformToString(encoding: BufferEncoding = 'utf8'): Promise<string> {
    return Buffer.from(await bytesOf(this)).toString(encoding);
  }

  transformToWebStream() {
    return Readable.toWeb(this);
  }
}
