import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { mustFit } from '../../cloudtrail/log-file.js';
import { AuditLakeError, messageOf } from '../../errors.js';
import type { LogFileBody, LogReader } from '../../ports/log-source.js';

/** Reads are synchronous: many small files are read four times faster than through the thread pool. */
const CHUNK_BYTES = 1 << 20;

/** Bodies of local log files, in chunks of 1 MiB; a smaller file comes whole. */
export class FsLogReader implements LogReader {
  async read(location: string): Promise<LogFileBody> {
    const file = attempt(location, () => openSync(location, 'r'));
    try {
      const { size, mtimeNs } = attempt(location, () => fstatSync(file, { bigint: true }));
      mustFit(location, Number(size));
      return new FsLogBody({ location, file, size: Number(size), etag: fileEtag({ size, mtimeNs }) });
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }
}

type OpenFile = {
  readonly location: string;
  readonly file: number;
  readonly size: number;
  readonly etag: string;
};

class FsLogBody implements LogFileBody {
  readonly size: number;
  readonly etag: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly #file: number;
  #closed = false;

  constructor({ location, file, size, etag }: OpenFile) {
    this.#file = file;
    this.size = size;
    this.etag = etag;
    this.chunks = this.#chunks(location);
  }

  /** Once: the number of a closed file may be that of another one. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#file);
  }

  async *#chunks(location: string): AsyncGenerator<Uint8Array> {
    try {
      for (let at = 0; at < this.size; ) {
        if (this.#closed) throw new AuditLakeError('READ_FAILED', `${location} was closed while it was read`);
        const chunk = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, this.size - at));
        const read = attempt(location, () => readSync(this.#file, chunk, 0, chunk.length, at));
        if (read === 0) throw new AuditLakeError('READ_FAILED', 'it became shorter while it was read');
        yield read === chunk.length ? chunk : chunk.subarray(0, read);
        at += read;
      }
    } finally {
      this.close();
    }
  }
}

/** Size and time of change to the nanosecond: what a local file has for an etag. */
export function fileEtag({ size, mtimeNs }: { readonly size: bigint; readonly mtimeNs: bigint }): string {
  return `${size}-${mtimeNs}`;
}

function attempt<T>(location: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new AuditLakeError('READ_FAILED', `cannot read ${location}: ${messageOf(error)}`, error);
  }
}
