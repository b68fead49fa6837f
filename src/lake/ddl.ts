import type { Column } from '../datasets/column.js';
import { AuditLakeError } from '../errors.js';
import { PARTITION_COLUMNS, TABLE_NAMES, TABLES, type Table } from './tables.js';
import { VIEW_NAMES, VIEWS, type ViewName } from './views.js';

/** Printed where no lake is named: to be replaced by hand before the statements are run. */
export const PLACEHOLDER_LAKE = 's3://YOUR-BUCKET/YOUR-PREFIX';

/**
 * Statements are built from what these grammars allow, never by escaping: no quote, backtick, backslash,
 * line end or wildcard can occur in a part, so none can end a literal early.
 */
const IDENTIFIER = /^[a-z_][a-z0-9_]{0,127}$/;
const LAKE = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[A-Za-z0-9!_.()=-]+)*$/;
/** Glue keeps 255 bytes of a comment. */
const COMMENT = /^[A-Za-z0-9 .,:;?()_/"-]{1,255}$/;

const PARQUET = 'org.apache.hadoop.hive.ql.io.parquet';
/** What STORED AS PARQUET means to the catalog (aws-facts 10). */
export const STORED_AS_PARQUET = {
  inputFormat: `${PARQUET}.MapredParquetInputFormat`,
  outputFormat: `${PARQUET}.MapredParquetOutputFormat`,
  serde: `${PARQUET}.serde.ParquetHiveSerDe`,
} as const;

/**
 * The location of a lake in S3, checked and without a slash at its end.
 * @throws AuditLakeError USAGE where Athena could not take it as a LOCATION (aws-facts 5.1): another scheme,
 *   an empty segment, a wildcard, or a character outside letters, digits and `! _ . ( ) = -`
 */
export function lakeLocation(lake: string): string {
  const location = lake.endsWith('/') ? lake.slice(0, -1) : lake;
  if (location === PLACEHOLDER_LAKE || LAKE.test(location)) return location;
  throw new AuditLakeError(
    'USAGE',
    `Not a lake location: ${JSON.stringify(lake)}. Expected s3://bucket/prefix of letters, digits and ! _ . ( ) = -`,
  );
}

function checked(grammar: RegExp, part: string): string {
  if (grammar.test(part)) return part;
  throw new AuditLakeError('INTERNAL', `The schema holds a part that no statement may hold: ${part}`);
}

/**
 * A name in backticks, always: then no list of reserved words has to be kept.
 * @throws AuditLakeError INTERNAL for a name outside the grammar
 */
export const identifier = (name: string) => `\`${checked(IDENTIFIER, name)}\``;
const comment = (meaning: string) => `COMMENT '${checked(COMMENT, meaning)}'`;
const definition = (column: Column) =>
  `  ${identifier(column.name)} ${column.type} ${comment(column.meaning)}`;

/**
 * CREATE TABLE for Athena, without a semicolon. The table lies at `<lake>/<table>/`.
 * @throws AuditLakeError USAGE for a lake that is no location
 */
export function createTable(table: Table, lake: string): string {
  const partitions = PARTITION_COLUMNS.map((name) => `${identifier(name)} string`);
  return [
    `CREATE EXTERNAL TABLE IF NOT EXISTS ${identifier(table.name)} (`,
    table.columns.map(definition).join(',\n'),
    ')',
    comment(table.meaning),
    `PARTITIONED BY (${partitions.join(', ')})`,
    'STORED AS PARQUET',
    `LOCATION '${lakeLocation(lake)}/${table.name}/'`,
    "TBLPROPERTIES ('classification'='parquet')",
  ].join('\n');
}

/** Adds columns to a table that an older release made. Without their meanings: Athena documents none here. */
export function addColumns(table: Table, columns: readonly Column[]): string {
  const added = columns.map(({ name, type }) => `${identifier(name)} ${type}`);
  return `ALTER TABLE ${identifier(table.name)} ADD COLUMNS (${added.join(', ')})`;
}

/** CREATE VIEW for Athena and for DuckDB, without a semicolon; names resolve in the current database. */
export function createView(name: ViewName): string {
  return `CREATE OR REPLACE VIEW ${checked(IDENTIFIER, name)} AS\n${VIEWS[name].query}`;
}

/**
 * Every statement that a lake needs, tables first: Athena runs one at a time, in this order.
 * @throws AuditLakeError USAGE for a lake that is no location
 */
export function allStatements({ lake = PLACEHOLDER_LAKE }: { readonly lake?: string }): readonly string[] {
  return [...TABLE_NAMES.map((name) => createTable(TABLES[name], lake)), ...VIEW_NAMES.map(createView)];
}
