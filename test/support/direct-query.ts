import { DuckDBInstance, type DuckDBResultReader } from '@duckdb/node-api';

/** A row of an answer, INT64 as bigint. */
export type DirectRow = { readonly [column: string]: unknown };

/** Asks DuckDB alone: no catalog, no views, no code of ours between it and the Parquet files. */
export async function askDirectly(sql: string): Promise<DirectRow[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  try {
    const connection = await instance.connect();
    const reader: DuckDBResultReader = await connection.runAndReadAll(`SET TimeZone = 'UTC'; ${sql}`);
    return reader.getRowObjectsJS();
  } finally {
    instance.closeSync();
  }
}

/** Every data file of a table, as a relation: committed or not. */
export function dataFilesOf(lake: string, table: string): string {
  return `read_parquet('${lake}/${table}/g=*/*/*/*/*.parquet', hive_partitioning = true, hive_types_autocast = false)`;
}
