import type { TableName } from '../../../src/lake/tables.js';
import { dayNumber, type MadeLogFile, type MadeRecord, makeLogFile, rowName } from '../log-files.ts';
import { BOTH } from '../memory-ingest.ts';

/** A row that a lake must have: its name, and the partition that it belongs to. */
export type TrueRow = { readonly name: string; readonly table: TableName; readonly day: string };

/** A log file, what becomes of it, and the rows of it. `gone`: it may have vanished before it was read. */
export type LakeLogFile = MadeLogFile & {
  readonly nature: 'sound' | 'damaged' | 'missing' | 'gone';
  readonly rows: readonly TrueRow[];
};

const made = new Map<string, LakeLogFile>();

/** Log file `n` of these records. The same one is made once: tests ask for it very often. */
export function lakeLogFile(
  n: number,
  records: readonly MadeRecord[],
  nature: LakeLogFile['nature'] = 'sound',
): LakeLogFile {
  const name = JSON.stringify([n, records, nature]);
  const known = made.get(name);
  if (known) return known;
  const file = makeLogFile(n, records);
  const isReadable = nature === 'sound' || nature === 'gone';
  const rows = isReadable ? BOTH.flatMap((table) => rowsOf(table, file, records)) : [];
  const fresh = { ...file, ...(nature === 'damaged' && { bytes: miscounted(file) }), nature, rows };
  made.set(name, fresh);
  return fresh;
}

function rowsOf(
  table: (typeof BOTH)[number],
  file: MadeLogFile,
  records: readonly MadeRecord[],
): readonly TrueRow[] {
  return file.kept[table].map((index) => ({
    name: rowName(table, file.key, index),
    table,
    day: dayNumber(records[index]?.day ?? 0),
  }));
}

/** Another CRC in the trailer. A file that is cut short may be inflated in another thread, which no seed decides. */
function miscounted({ bytes }: MadeLogFile): Uint8Array {
  const other = Uint8Array.from(bytes);
  const at = other.length - 8;
  other[at] = (other[at] ?? 0) ^ 1;
  return other;
}
