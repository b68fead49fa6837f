import { gunzipSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';

const compressors = { GZIP: (page: Uint8Array) => gunzipSync(page) };
/** A text that begins with U+FEFF keeps it. */
const parsers = {
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString(),
};

/** A row as another library than the writer's reads it: timestamps are dates, INT64 is bigint, NULL is null. */
export type ParquetRow = { readonly [column: string]: unknown };

/** The rows of one data file, all columns unless some are named. */
export async function parquetRows(bytes: Uint8Array, columns?: string[]): Promise<ParquetRow[]> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  return await parquetReadObjects({ file, compressors, parsers, ...(columns && { columns }) });
}
