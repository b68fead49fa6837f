import { createHash } from 'node:crypto';
import { parsePartitionPath } from '../../../src/lake/partition.js';
import { TABLE_NAMES, type TableName } from '../../../src/lake/tables.js';
import { rowsOfDataFile } from '../data-file-rows.ts';
import { type AwsLake, DATABASE, LAKE, LOCATION } from './aws-lake.ts';

/** An object below the root of a table: where a reader would find it, and what it holds. */
export type DataObject = {
  /** Below the root of the lake. */
  readonly path: string;
  readonly table: TableName;
  readonly generation: number;
  readonly day: string;
  readonly bid: string;
  readonly sha256: string;
  readonly rows: readonly string[];
};

type Content = Pick<DataObject, 'sha256' | 'rows'>;
const contents = new Map<string, Promise<Content>>();

/** Every object where readers look. @throws for one that no reader of ours could have written */
export async function dataObjects({ world }: AwsLake): Promise<readonly DataObject[]> {
  const found: DataObject[] = [];
  for (const table of TABLE_NAMES) {
    const root = `${LAKE.prefix}/`;
    for (const [key, { bytes, etag }] of world.s3.objects(LAKE.bucket, `${root}${table}/`)) {
      const path = key.slice(root.length);
      const [, folder = '', bid = ''] = /^\w+\/(.+)\/b-([a-z2-7]{26})\.parquet$/.exec(path) ?? [];
      const place = parsePartitionPath(folder);
      if (!place) throw new Error(`a stray object: ${key}`);
      const content = contents.get(etag) ?? contentOf(table, bytes);
      contents.set(etag, content);
      found.push({ path, table, bid, ...place, ...(await content) });
    }
  }
  return found;
}

async function contentOf(table: TableName, bytes: Uint8Array): Promise<Content> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { sha256, rows: await rowsOfDataFile(table, bytes) };
}

/** What the catalog shows: the folder of each partition, below the root of the lake, by table and day. */
export function shownFolders({ world }: AwsLake): ReadonlyMap<string, string> {
  const folders = TABLE_NAMES.flatMap((table) =>
    [...world.glue.locations(DATABASE, table)].map(
      ([values, location]) =>
        [`${table} ${values.replaceAll('/', '-')}`, location.replace(`${LOCATION}/`, '')] as const,
    ),
  );
  return new Map(folders);
}

/** The names of what lies staged. */
export function stagedNames({ world }: AwsLake): readonly string[] {
  return [...world.s3.objects(LAKE.bucket, `${LAKE.prefix}/_meta/stage/`).keys()];
}
