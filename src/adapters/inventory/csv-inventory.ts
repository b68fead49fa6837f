import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CsvCells } from './csv-cells.js';
import { columnOf } from './inventory-manifest.js';
import { COLUMNS, type InventoryCells } from './inventory-row.js';

/** Inflated bytes that are looked at together. */
const PIECE_BYTES = 128 << 10;
const KEY = COLUMNS.indexOf('Key');

/**
 * The rows of a data file in gzipped CSV, some at a time. Holds one piece of it.
 * @throws Error for what is no such file, with the reason; what `bytes` throws
 */
export async function* csvRows(
  bytes: AsyncIterable<Uint8Array>,
  columns: readonly string[],
): AsyncGenerator<readonly InventoryCells[]> {
  const wanted = COLUMNS.map((name) => columns.indexOf(columnOf(columns, name) ?? ''));
  const csv = new CsvCells(columns.length, wanted);
  for await (const piece of inflated(bytes)) yield [...csv.push(piece)].map(withPlainKey);
  yield [...csv.end()].map(withPlainKey);
}

/** Whatever number of gzip members. */
async function* inflated(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
  const fed = pipeline(bytes, gunzip);
  // Whoever reads meets the failure first.
  fed.catch(() => undefined);
  yield* gunzip;
  await fed;
}

/** CSV inventories encode keys as forms do: a space is a plus, a plus is %2B. @throws Error */
function withPlainKey(cells: InventoryCells): InventoryCells {
  const key = cells[KEY] ?? '';
  if (!/[%+]/.test(key)) return cells;
  try {
    return cells.with(KEY, decodeURIComponent(key.replaceAll('+', ' ')));
  } catch {
    throw new Error(`a key is not URL-encoded: ${JSON.stringify(key)}`);
  }
}
