import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { ATHENA_FUNCTIONS } from '../../src/adapters/local/duckdb-functions.js';
import { RAW_COLUMNS } from '../../src/lake/raw-columns.js';
import { duckType, hiveRow } from './hive-json.ts';

export const PARTITION = ['account', 'region', 'year', 'month', 'day'] as const;

/** The columns of the raw table, in DuckDB's types. */
export const RAW_TYPES = [
  ...RAW_COLUMNS.map((column) => [column.name, duckType(column.type)] as const),
  ...PARTITION.map((column) => [column, 'VARCHAR'] as const),
];

/** A record in a partition, as a line of JSON. */
export function rawRow(record: unknown, values: readonly string[]): string {
  const cells = Object.fromEntries(PARTITION.map((column, at) => [column, values[at]]));
  return JSON.stringify({ ...hiveRow(record, RAW_COLUMNS), ...cells });
}

/** An empty DuckDB that knows Athena's functions, and a folder for what it reads; both go afterwards. */
export async function inDuckDb<T>(
  use: (connection: DuckDBConnection, folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'audit-lake-athena-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  try {
    const connection = await instance.connect();
    for (const sql of ATHENA_FUNCTIONS) await connection.run(sql);
    return await use(connection, folder);
  } finally {
    instance.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** DuckDB's element_at gives a list for a map. */
export const inDuckDbsWords = (sql: string) => sql.replaceAll('element_at(', 'map_extract_value(');

/** Makes a table of lines of JSON. */
export async function load(
  connection: DuckDBConnection,
  table: {
    readonly folder: string;
    readonly name: string;
    readonly columns: readonly (readonly [string, string])[];
    readonly rows: readonly string[];
  },
): Promise<void> {
  const { folder, name, columns, rows } = table;
  const file = join(folder, `${name}.ndjson`);
  writeFileSync(file, rows.join('\n'));
  const typed = columns.map(([column, type]) => `'${column}': '${type}'`).join(', ');
  const source = `read_json('${file}', format = 'newline_delimited', columns = {${typed}}, maximum_object_size = 67108864)`;
  const empty = columns.map(([column, type]) => `"${column}" ${type}`).join(', ');
  await connection.run(
    rows.length === 0 ? `CREATE TABLE "${name}" (${empty})` : `CREATE TABLE "${name}" AS FROM ${source}`,
  );
}
