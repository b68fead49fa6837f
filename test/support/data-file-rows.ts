import { gunzipSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { rowName } from './log-files.ts';

const compressors = { GZIP: (page: Uint8Array) => gunzipSync(page) };

/** The names of the rows of one data file, read by another library than the one that wrote it. */
export async function rowsOfDataFile(table: string, bytes: Uint8Array): Promise<string[]> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const columns = ['source_key', 'record_index'];
  const rows = await parquetReadObjects({ file, columns, compressors });
  return rows.map((row) => rowName(table, String(row['source_key']), Number(row['record_index'])));
}
