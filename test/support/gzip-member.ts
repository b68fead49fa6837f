import { crc32, deflateRawSync } from 'node:zlib';

/** What a gzip header may hold beside the usual (RFC 1952 section 2.3), and lies that a trailer may tell. */
export type MemberOptions = {
  readonly extra?: Uint8Array;
  readonly name?: string;
  readonly comment?: string;
  readonly headerCrc?: boolean;
  readonly level?: number;
  readonly length?: number;
  readonly crc?: number;
};

/** A gzip member, byte by byte. */
export function gzipMember(data: Uint8Array, options: MemberOptions = {}): Buffer {
  const { extra, name, comment, headerCrc = false, level = 6 } = options;
  const flags =
    (headerCrc ? 2 : 0) |
    (extra === undefined ? 0 : 4) |
    (name === undefined ? 0 : 8) |
    (comment === undefined ? 0 : 16);
  const parts: Uint8Array[] = [Buffer.from([0x1f, 0x8b, 8, flags, 1, 2, 3, 4, 0, 3])];
  if (extra) parts.push(Buffer.from([extra.length & 0xff, extra.length >> 8]), extra);
  for (const text of [name, comment]) if (text !== undefined) parts.push(Buffer.from(`${text}\0`, 'latin1'));
  if (headerCrc) {
    const sum = crc32(Buffer.concat(parts)) & 0xffff;
    parts.push(Buffer.from([sum & 0xff, sum >> 8]));
  }
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(options.crc ?? crc32(data), 0);
  trailer.writeUInt32LE(options.length ?? data.length, 4);
  return Buffer.concat([...parts, deflateRawSync(data, { level }), trailer]);
}
