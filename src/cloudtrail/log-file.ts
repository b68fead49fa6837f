import { createHash } from 'node:crypto';
import { AuditLakeError } from '../errors.js';
import { gunzip, INFLATE_LIMITS, looksLikeGzip, MOST_COMPRESSED_BYTES } from './gzip.js';
import { type RecordSink, RecordSplitter } from './record-splitter.js';

/** What was read when a log file was read to its end. Sizes in bytes; sha256 in hex, over the inflated bytes. */
export type LogFileFacts = {
  readonly compressed: number;
  readonly inflated: number;
  readonly sha256: string;
};

/**
 * Reads one log file to its end, gzip or plain JSON, and hands its records to `sink`. What the sink got counts
 * only when this returns: a damaged file shows its damage last.
 *
 * Holds the compressed bytes of a gzip file (CloudTrail: 50 MB before compression at most), one inflated chunk
 * and one record.
 * @throws AuditLakeError BAD_GZIP, GZIP_MEMBERS, GZIP_TRAILING, TOO_LARGE, BAD_JSON, BAD_SHAPE
 */
export async function readLogFile(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  sink: RecordSink,
): Promise<LogFileFacts> {
  const hash = createHash('sha256');
  const splitter = new RecordSplitter(sink);
  const body = await inflated(name, chunks);
  let size = 0;
  for await (const chunk of body.chunks) {
    hash.update(chunk);
    splitter.push(chunk);
    await sink.drain?.();
    size += chunk.length;
    if (size > INFLATE_LIMITS.bytes)
      throw new AuditLakeError('TOO_LARGE', `more than ${INFLATE_LIMITS.bytes >> 20} MiB`);
  }
  splitter.end();
  return { compressed: body.compressed ?? size, inflated: size, sha256: hash.digest('hex') };
}

type Inflated = { readonly chunks: AsyncIterable<Uint8Array>; readonly compressed: number | undefined };

/** A name in .gz promises gzip; any other file is looked at. */
const promisesGzip = (name: string) => /\.gz$/i.test(name);

/**
 * Refuses a file by its size, before anything of it is read.
 * @throws AuditLakeError TOO_LARGE
 */
export function mustFit(name: string, bytes: number): void {
  const most = promisesGzip(name) ? MOST_COMPRESSED_BYTES : INFLATE_LIMITS.bytes;
  if (bytes <= most) return;
  const message = `${bytes} bytes are more than ${most >> 20} MiB: CloudTrail stops at 50 MB before compression`;
  throw new AuditLakeError('TOO_LARGE', message);
}

async function inflated(name: string, chunks: AsyncIterable<Uint8Array>): Promise<Inflated> {
  const iterator = chunks[Symbol.asyncIterator]();
  const head = await headOf(iterator);
  const rest: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => rest,
    next: () => iterator.next(),
    return: async () => (await iterator.return?.()) ?? { done: true, value: undefined },
  };
  if (!promisesGzip(name) && !looksLikeGzip(head)) {
    return { chunks: following(head, rest), compressed: undefined };
  }
  if (head.length === 0) throw new AuditLakeError('BAD_GZIP', 'the file is empty');
  const file = await whole(head, rest);
  return { chunks: gunzip(file), compressed: file.length };
}

/** The first chunk, or the first few where they are too small to tell what the file is. */
async function headOf(iterator: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < 2) {
    const { done, value } = await iterator.next();
    if (done) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  return head;
}

/** Whoever stops at the first chunk has done with the rest, too: its file is closed. */
async function* following(
  head: Uint8Array,
  rest: AsyncIterableIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    yield* rest;
  } finally {
    await rest.return?.();
  }
}

async function whole(head: Uint8Array, rest: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces = [head];
  let bytes = head.length;
  for await (const piece of rest) {
    bytes += piece.length;
    if (bytes > MOST_COMPRESSED_BYTES) {
      throw new AuditLakeError('TOO_LARGE', `more than ${MOST_COMPRESSED_BYTES >> 20} MiB of gzip`);
    }
    pieces.push(piece);
  }
  return pieces.length === 1 ? head : Buffer.concat(pieces);
}
