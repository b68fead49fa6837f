import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openItems } from '../../../src/adapters/local/lmdb-items.js';
import { META } from '../../../src/lake/names.js';
import { openLakeForReading } from '../../../src/wiring/local.js';
import type { AwsWorld } from '../aws/aws-world.ts';
import { parquetRows } from '../parquet-rows.ts';
import { rowName } from './archive-truth.ts';

/** What a lake holds, as it stands. */
export type LakeContents = {
  /** Rows of the committed data files of athena_events, named as the truth names them. */
  readonly rows: readonly string[];
  /** Status by id of the log file. */
  readonly ledger: ReadonlyMap<string, string>;
};

/** Before a lake is begun. */
export const NO_LAKE: LakeContents = { rows: [], ledger: new Map() };

/** A data file that readers may read: its path below the root of the lake, and its bytes. */
export type DataFile = { readonly path: string; readonly bytes: Uint8Array };

const COLUMNS = ['source_key', 'record_index', 'event_id', 'account_id', 'aws_region'];

/** The names of the rows of a data file; their day is that of the folder it lies in. */
export async function rowsOf({ path, bytes }: DataFile): Promise<string[]> {
  const day = /year=(\d+)\/month=(\d+)\/day=(\d+)\//.exec(path)?.slice(1).join('-') ?? '';
  const rows = await parquetRows(bytes, COLUMNS);
  return rows.map((row) =>
    rowName({
      key: String(row['source_key']),
      index: Number(row['record_index']),
      eventId: row['event_id'] === null ? undefined : String(row['event_id']),
      account: String(row['account_id']),
      region: String(row['aws_region']),
      day,
    }),
  );
}

/** A lake in a folder, between two runs. */
export async function folderLakeContents(lake: string): Promise<LakeContents> {
  const { days, close } = await openLakeForReading(lake);
  await close();
  const rows: string[] = [];
  for (const { table, files } of days) {
    if (table !== 'athena_events') continue;
    for (const { path } of files)
      rows.push(...(await rowsOf({ path, bytes: await readFile(join(lake, path)) })));
  }
  return { rows: rows.sort(), ledger: await folderLedger(lake) };
}

async function folderLedger(lake: string): Promise<Map<string, string>> {
  const items = openItems(join(lake, META.stateFolder), { readOnly: true });
  const ledger = new Map<string, string>();
  for (const { key, value } of items.getRange({ start: 'FILE#', end: 'FILE#~' })) {
    if (Array.isArray(value)) ledger.set(key.slice('FILE#'.length), value[0]);
  }
  await items.close();
  return ledger;
}

/**
 * A lake in the doubles, read as it was written: members of partitions, and the objects that they name. A member
 * whose object is not published yet is no row.
 */
export async function bucketLakeContents(
  world: AwsWorld,
  { bucket, prefix, table }: { readonly bucket: string; readonly prefix: string; readonly table: string },
): Promise<LakeContents> {
  const items = world.dynamodb.items(table);
  const textOf = (item: (typeof items)[number], name: string) => item[name]?.S ?? '';
  const ledger = new Map(
    items
      .filter((item) => textOf(item, 'pk').startsWith('FILE#'))
      .map((item) => [textOf(item, 'pk').slice('FILE#'.length), textOf(item, 'st')]),
  );
  const members = new Set(
    items
      .filter((item) => textOf(item, 'pk').startsWith('MEM#athena_events#'))
      .map((item) => textOf(item, 'sk')),
  );
  const rows: string[] = [];
  for (const [key, { bytes }] of world.s3.objects(bucket, `${prefix}/athena_events/`)) {
    const bid = /b-([a-z2-7]+)\.parquet$/.exec(key)?.[1];
    if (bid === undefined || !members.has(bid)) throw new Error(`a data file that nobody committed: ${key}`);
    rows.push(...(await rowsOf({ path: key.slice(prefix.length + 1), bytes })));
  }
  return { rows: rows.sort(), ledger };
}
