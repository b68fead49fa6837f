import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { AuditLakeError, messageOf } from '../errors.js';
import { giveBack } from './give-back.js';

/**
 * Exactly one gzip member, whole, and nothing behind it. Node's own gunzip inflates appended members and
 * swallows zero padding: a forged member behind a signed file would be ingested. So the header and the
 * trailer are read here (RFC 1952), and zlib inflates only the deflate stream between them.
 */

/** A CloudTrail log file holds at most 50 MB (CloudTrail quotas); beyond these it is a bomb. */
export const INFLATE_LIMITS = { bytes: 256 << 20, ratio: 200, ratioFrom: 16 << 20 } as const;

/** Compressed bytes are held whole, and CloudTrail stops at 50 MB before compression: beyond this it is none of its files. */
export const MOST_COMPRESSED_BYTES = 64 << 20;

/** Up to this size a file is inflated in one call; above, in chunks of 1 MiB. */
const WHOLE_BYTES = 16 << 20;
const CHUNK_BYTES = 1 << 20;
const TRAILER_BYTES = 8;

/** True where the bytes begin like gzip. */
export function looksLikeGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The inflated bytes of a gzip file, in chunks. Nothing may be trusted before the last chunk was taken: length
 * and CRC are checked then. Holds one chunk, whose memory is given back when the next one is taken.
 * @throws AuditLakeError BAD_GZIP, GZIP_MEMBERS, GZIP_TRAILING, TOO_LARGE
 */
export async function* gunzip(file: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  const start = headerLength(file);
  const small = inflateSmall(file, start);
  if (small) {
    checkTrailer(file, { end: start + small.consumed, crc: crc32(small.bytes), length: small.bytes.length });
    yield small.bytes;
    giveBack(small.bytes);
    return;
  }
  const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES });
  inflate.end(file.subarray(start));
  let crc = 0;
  let length = 0;
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      length += chunk.length;
      refuseBomb(length, file.length);
      crc = crc32(chunk, crc);
      yield chunk;
      giveBack(chunk);
    }
  } catch (error) {
    throw error instanceof AuditLakeError ? error : damaged(error);
  } finally {
    inflate.destroy();
  }
  checkTrailer(file, { end: start + inflate.bytesWritten, crc, length });
}

type InflateInfo = { readonly buffer: Uint8Array; readonly engine: { readonly bytesWritten: number } };

/** Inflates a small file at once; undefined where it turns out to be larger than its trailer says. */
function inflateSmall(file: Uint8Array, start: number): { bytes: Uint8Array; consumed: number } | undefined {
  const claimed =
    file.length < 4 ? 0 : new DataView(file.buffer, file.byteOffset).getUint32(file.length - 4, true);
  if (claimed > WHOLE_BYTES) return undefined;
  try {
    // The types of zlib do not know what `info` returns.
    const options = { info: true, chunkSize: Math.max(64, claimed + 1), maxOutputLength: WHOLE_BYTES };
    const { buffer, engine } = inflateRawSync(file.subarray(start), options) as unknown as InflateInfo;
    return { bytes: buffer, consumed: engine.bytesWritten };
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw damaged(error);
  }
}

/** RFC 1952 section 2.3: ten bytes, then optional extra field, name, comment and header CRC. */
function headerLength(file: Uint8Array): number {
  if (!looksLikeGzip(file))
    throw new AuditLakeError('BAD_GZIP', 'not gzip: it does not begin with the bytes 1f 8b');
  const flags = file[3] ?? 0;
  if (file[2] !== 8 || (flags & 0xe0) !== 0) throw new AuditLakeError('BAD_GZIP', 'unknown kind of gzip');
  let at = 10;
  if (flags & 4) at += 2 + (file[at] ?? 0) + ((file[at + 1] ?? 0) << 8);
  for (const flag of [8, 16]) {
    if (flags & flag) {
      const zero = file.indexOf(0, at);
      at = zero < 0 ? file.length : zero + 1;
    }
  }
  if (flags & 2) at += 2;
  if (at + TRAILER_BYTES > file.length)
    throw new AuditLakeError('BAD_GZIP', 'cut short inside the gzip header');
  return at;
}

function checkTrailer(file: Uint8Array, inflated: { end: number; crc: number; length: number }): void {
  const rest = file.length - inflated.end;
  if (rest < TRAILER_BYTES) throw new AuditLakeError('BAD_GZIP', 'cut short inside the gzip trailer');
  const trailer = new DataView(file.buffer, file.byteOffset + inflated.end, TRAILER_BYTES);
  if (trailer.getUint32(0, true) !== inflated.crc)
    throw new AuditLakeError('BAD_GZIP', 'damaged: the CRC does not hold');
  if (trailer.getUint32(4, true) !== inflated.length >>> 0) {
    throw new AuditLakeError('BAD_GZIP', 'damaged: the length does not hold');
  }
  if (rest === TRAILER_BYTES) return;
  const next = file.subarray(inflated.end + TRAILER_BYTES);
  if (looksLikeGzip(next)) throw new AuditLakeError('GZIP_MEMBERS', 'a second gzip member follows the first');
  throw new AuditLakeError('GZIP_TRAILING', `${next.length} bytes follow the end of the gzip member`);
}

function refuseBomb(inflated: number, compressed: number): void {
  if (inflated > INFLATE_LIMITS.bytes) {
    throw new AuditLakeError('TOO_LARGE', `inflates to more than ${INFLATE_LIMITS.bytes >> 20} MiB`);
  }
  if (inflated > INFLATE_LIMITS.ratioFrom && inflated > compressed * INFLATE_LIMITS.ratio) {
    throw new AuditLakeError('TOO_LARGE', `inflates to more than ${INFLATE_LIMITS.ratio} times its size`);
  }
}

function damaged(cause: unknown): AuditLakeError {
  const message = messageOf(cause);
  const text =
    message === 'unexpected end of file' ? 'cut short: the gzip stream has no end' : `damaged: ${message}`;
  return new AuditLakeError('BAD_GZIP', text, cause);
}
