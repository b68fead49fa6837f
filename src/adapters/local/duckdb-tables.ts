import type { Column, ColumnType } from '../../datasets/column.js';
import { PARTITION_COLUMNS, TABLES, type TableName } from '../../lake/tables.js';

const DUCKDB_TYPES: { readonly [type in ColumnType]: string } = {
  string: 'VARCHAR',
  timestamp: 'TIMESTAMP',
  boolean: 'BOOLEAN',
  int: 'INTEGER',
  bigint: 'BIGINT',
};

/** A text as a literal of DuckDB: only a quote ends it, and a quote is written twice. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A list of texts as a literal of DuckDB. */
export const literals = (texts: readonly string[]): string => `[${texts.map(literal).join(', ')}]`;

/** Partition values by the end of the path: what stands above the lake may look like a partition too. */
const PARTITION_VALUES = PARTITION_COLUMNS.map((name) => {
  const groups = PARTITION_COLUMNS.map((part) => `${part}=${part === name ? '([0-9]+)' : '[0-9]+'}`);
  return `regexp_extract(filename, '/${groups.join('/')}/[^/]+$', 1) AS ${name}`;
});

const typeOf = ({ type }: Column) => DUCKDB_TYPES[type];

function emptyTable(columns: readonly Column[]): string {
  const typed = columns.map((column) => `CAST(NULL AS ${typeOf(column)}) AS ${column.name}`);
  const partition = PARTITION_COLUMNS.map((name) => `CAST(NULL AS VARCHAR) AS ${name}`);
  return `SELECT ${[...typed, ...partition].join(', ')} WHERE false`;
}

/**
 * `schema` names and types the columns without opening a file, and makes those that an older file lacks
 * NULL. The column `filename` must keep this name: only then DuckDB leaves out the files of other days
 * before it opens them (measured: 28 of 2,000 opened for one month).
 */
function filledTable(columns: readonly Column[], files: readonly string[]): string {
  const schema = columns.map(
    (column) =>
      `${literal(column.name)}: {name: ${literal(column.name)}, type: ${literal(typeOf(column))}, default_value: NULL}`,
  );
  const selected = [...columns.map(({ name }) => name), ...PARTITION_VALUES].join(', ');
  const options = `filename = true, hive_partitioning = false, schema = MAP {${schema.join(', ')}}`;
  return `SELECT ${selected} FROM read_parquet(${literals(files)}, ${options})`;
}

/** CREATE VIEW of a table over exactly these data files (absolute paths); none make an empty table. */
export function createTableOver(name: TableName, files: readonly string[]): string {
  const { columns } = TABLES[name];
  return `CREATE VIEW ${name} AS ${files.length === 0 ? emptyTable(columns) : filledTable(columns, files)}`;
}
