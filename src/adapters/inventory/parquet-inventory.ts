import { gunzipSync } from 'node:zlib';
import { parquetScan } from 'hyparquet';
import { columnOf } from './inventory-manifest.js';
import { COLUMNS, type InventoryCells } from './inventory-row.js';

/** Bytes `start` to `end` of a file, the last one not included. */
type Range = (start: number, end: number) => Promise<Uint8Array>;
/** A file that is read in parts. */
type RandomFile = { readonly size: number; readonly range: Range };

type Scan = Awaited<ReturnType<typeof parquetScan>>;
type Rows = Scan['ranges'][number];
type Values = Awaited<ReturnType<Scan['readColumn']>>;

/** Rows that are decoded together: row groups may be as large as the file. */
const ROWS_AT_ONCE = 16_384;
/** Columns with a handful of different values. */
const FEW_VALUES = COLUMNS.flatMap((name, at) => (['Key', 'Size', 'ETag'].includes(name) ? [] : [at]));
/** Snappy, which S3 uses, the reader has by itself. */
const compressors = { GZIP: (page: Uint8Array) => gunzipSync(page) };

/**
 * The rows of a data file in Parquet, some thousand at a time. Holds the compressed columns that we need of one row
 * group, and the rows given.
 * @throws Error for what is no such file, with the reason; what `range` throws
 */
export async function* parquetRows(
  file: RandomFile,
  columns: readonly string[],
): AsyncGenerator<readonly InventoryCells[]> {
  const named = COLUMNS.map((name) => columnOf(columns, name));
  const wanted = named.filter((name) => name !== undefined);
  const chunks = new Map<string, Promise<ArrayBuffer>>();
  const slice = remembering(file, chunks);
  // Without the offset index whole column chunks are asked for, so that each is fetched once.
  const options = { columns: wanted, compressors, useOffsetIndex: false, geoparquet: false };
  const scan = await parquetScan({ file: { byteLength: file.size, slice }, ...options });
  for (const group of scan.ranges) {
    chunks.clear();
    // The scan keeps what it read last of a column: of these a page may be the whole row group, decoded each time.
    await Promise.all(FEW_VALUES.map((at) => named[at] && valuesOf(scan, named[at], group)));
    for (const rows of parts(group)) {
      const values = await Promise.all(named.map((column) => column && valuesOf(scan, column, rows)));
      yield cellsOf(values, rows.rowEnd - rows.rowStart);
    }
  }
}

/** Parts of a row group are read one after the other; the bytes of its columns come once. */
function remembering({ size, range }: RandomFile, chunks: Map<string, Promise<ArrayBuffer>>) {
  return (start: number, end = size): Promise<ArrayBuffer> => {
    const name = `${start}-${end}`;
    const chunk = chunks.get(name) ?? range(start, end).then(bufferOf);
    chunks.set(name, chunk);
    return chunk;
  };
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = bytes;
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) return buffer;
  const copy = new ArrayBuffer(byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}

function* parts({ rowStart, rowEnd }: Rows): Generator<Rows> {
  for (let at = rowStart; at < rowEnd; at += ROWS_AT_ONCE) {
    yield { rowStart: at, rowEnd: Math.min(at + ROWS_AT_ONCE, rowEnd) };
  }
}

function valuesOf(scan: Scan, column: string, rows: Rows): Promise<Values> {
  return scan.readColumn({ column, ...rows });
}

function cellsOf(values: readonly (Values | undefined | '')[], rows: number): InventoryCells[] {
  const cells: InventoryCells[] = [];
  for (let row = 0; row < rows; row++) {
    cells.push(values.map((column) => (column ? textOf(column[row]) : '')));
  }
  return cells;
}

/** INT64 comes as bigint, a NULL as null. */
function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : String(value);
}
