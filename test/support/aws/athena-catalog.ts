import type { PartitionInput } from '@aws-sdk/client-glue';
import type { Ddl, Format, PartitionSpec, TableRef } from './athena-ddl.ts';
import type { Catalog, CatalogTable } from './glue-catalog.ts';

/** Why a statement failed while it ran: the reason that its execution will show. */
export class StatementFailure extends Error {}

/** Runs a statement against the catalog: all of it, or a failure. @throws StatementFailure */
export function run(ddl: Ddl, catalog: Catalog, database: string): void {
  if (ddl.kind === 'create database') {
    if (catalog.hasDatabase(ddl.name) && ddl.ifNotExists) return;
    if (catalog.hasDatabase(ddl.name)) throw new StatementFailure('Database already exists');
    catalog.createDatabase(ddl.name);
    return;
  }
  const place = { database, ...ddl.ref };
  if (!catalog.hasDatabase(place.database)) {
    throw new StatementFailure(
      `FAILED: SemanticException [Error 10072]: Database does not exist: ${place.database}`,
    );
  }
  if (ddl.kind === 'create table') createTable(ddl, catalog, place.database);
  else if (ddl.kind === 'create view') createView(ddl, catalog, place.database);
  else if (ddl.kind === 'drop table') dropTable(ddl, catalog, place);
  else alterTable(ddl, catalog, place);
}

function createTable(ddl: Ddl & { kind: 'create table' }, catalog: Catalog, database: string): void {
  const Name = ddl.ref.table;
  if (catalog.hasTable(database, Name)) {
    if (ddl.ifNotExists) return;
    throw new StatementFailure(
      'FAILED: Execution Error. AlreadyExistsException(message:Table already exists)',
    );
  }
  catalog.createTable(database, {
    Name,
    TableType: 'EXTERNAL_TABLE',
    PartitionKeys: [...ddl.keys],
    StorageDescriptor: { Columns: [...ddl.columns], Location: ddl.location, ...formatOf(ddl.format) },
    Parameters: { EXTERNAL: 'TRUE', ...ddl.properties },
  });
}

function formatOf(format: Format): object | undefined {
  if (typeof format === 'string') return FORMATS[format];
  const { serde, input, output } = format;
  return { InputFormat: input, OutputFormat: output, SerdeInfo: { SerializationLibrary: serde } };
}

const PARQUET = 'org.apache.hadoop.hive.ql.io.parquet';
const FORMATS: { readonly [format: string]: object } = {
  parquet: {
    InputFormat: `${PARQUET}.MapredParquetInputFormat`,
    OutputFormat: `${PARQUET}.MapredParquetOutputFormat`,
    SerdeInfo: { SerializationLibrary: `${PARQUET}.serde.ParquetHiveSerDe` },
  },
};

function createView(ddl: Ddl & { kind: 'create view' }, catalog: Catalog, database: string): void {
  const isThere = catalog.hasTable(database, ddl.ref.table);
  if (isThere && catalog.table(database, ddl.ref.table).input.TableType !== 'VIRTUAL_VIEW')
    throw new StatementFailure(`Table already exists: ${database}.${ddl.ref.table}`);
  if (isThere && !ddl.orReplace) throw new StatementFailure('View already exists');
  catalog.replaceView(database, ddl.ref.table, keptText(ddl.text, database));
}

/** The data of an external table stay where they lie. */
function dropTable(
  { ifExists }: Ddl & { kind: 'drop table' },
  catalog: Catalog,
  { database, table }: Required<TableRef>,
): void {
  if (catalog.hasTable(database, table)) catalog.dropTable(database, table);
  else if (!ifExists) {
    throw new StatementFailure(
      `FAILED: SemanticException [Error 10001]: Table not found ${database}.${table}`,
    );
  }
}

/** What Athena keeps of a view: its query as Trino writes it anew, without comments, in JSON in Base64. */
function keptText(sql: string, schema: string): string {
  const [, query = ''] = /\bAS\b(.*)$/is.exec(sql) ?? [];
  const originalSql = query
    .replaceAll(/'(?:[^']|'')*'|--[^\n]*|\/\*.*?\*\/|\s+/gs, (part) => (part.startsWith("'") ? part : ' '))
    .replaceAll(/ ?, ?/g, '\n, ')
    .trim();
  const kept = { originalSql, catalog: 'awsdatacatalog', schema, columns: [] };
  return `/* Presto View: ${Buffer.from(JSON.stringify(kept)).toString('base64')} */`;
}

type Alter = Exclude<Ddl, { kind: 'create database' | 'create table' | 'create view' | 'drop table' }>;

function alterTable(ddl: Alter, catalog: Catalog, { database, table: name }: Required<TableRef>): void {
  if (!catalog.hasTable(database, name)) {
    throw new StatementFailure(
      `FAILED: SemanticException [Error 10001]: Table not found ${database}.${name}`,
    );
  }
  const table = catalog.table(database, name);
  if (ddl.kind === 'add columns') addColumns(ddl, catalog, { database, table: name });
  if (ddl.kind === 'add partitions') addPartitions(ddl, catalog, table);
  if (ddl.kind === 'drop partitions') dropPartitions(ddl, catalog, table);
  if (ddl.kind !== 'set location') return;
  const values = valuesOf(table, ddl.spec);
  mustBeThere(table, values);
  const { input } = catalog.partition(table, values);
  catalog.replacePartition(table, values, located(input, ddl.location));
}

/** Hive puts them behind the others, and refuses all where one is there. */
function addColumns(
  { columns }: Alter & { kind: 'add columns' },
  catalog: Catalog,
  { database, table }: Required<TableRef>,
): void {
  const { input } = catalog.table(database, table);
  const shown = input.StorageDescriptor?.Columns ?? [];
  const twice = columns.find(({ Name }) => shown.some((column) => column.Name === Name));
  if (twice) {
    throw new StatementFailure(`FAILED: Execution Error. Duplicate column name: ${twice.Name}`);
  }
  catalog.updateTable(database, {
    ...input,
    StorageDescriptor: { ...input.StorageDescriptor, Columns: [...shown, ...columns] },
  });
}

function addPartitions(ddl: Alter & { kind: 'add partitions' }, catalog: Catalog, table: CatalogTable): void {
  const root = table.input.StorageDescriptor?.Location ?? '';
  const asked = ddl.partitions.map(({ spec, location }) => ({
    values: valuesOf(table, spec),
    location: location ?? `${root.replace(/\/$/, '')}/${[...spec].map((pair) => pair.join('=')).join('/')}`,
  }));
  const isThere = ({ values }: { values: readonly string[] }) => table.partitions.has(values.join('/'));
  if (!ddl.ifNotExists && asked.some(isThere)) {
    throw new StatementFailure(
      'FAILED: Execution Error. AlreadyExistsException(message:Partition already exists)',
    );
  }
  for (const { values, location } of asked) {
    // The same partition may stand twice in one statement; the first stays.
    if (isThere({ values })) continue;
    catalog.addPartition(
      table,
      located({ Values: [...values], StorageDescriptor: table.input.StorageDescriptor }, location),
    );
  }
}

function dropPartitions(
  ddl: Alter & { kind: 'drop partitions' },
  catalog: Catalog,
  table: CatalogTable,
): void {
  const asked = ddl.specs.map((spec) => valuesOf(table, spec));
  if (!ddl.ifExists) for (const values of asked) mustBeThere(table, values);
  for (const values of asked) {
    if (table.partitions.has(values.join('/'))) catalog.dropPartition(table, values);
  }
}

function mustBeThere(table: CatalogTable, values: readonly string[]): void {
  if (table.partitions.has(values.join('/'))) return;
  throw new StatementFailure(
    `FAILED: SemanticException [Error 10006]: Partition not found ${values.join('/')}`,
  );
}

function located(input: PartitionInput, location: string): PartitionInput {
  return { ...input, StorageDescriptor: { ...input.StorageDescriptor, Location: location } };
}

/** Values in the order of the table's keys. A statement must name each key once. */
function valuesOf({ input }: CatalogTable, spec: PartitionSpec): readonly string[] {
  const keys = (input.PartitionKeys ?? []).map(({ Name = '' }) => Name);
  const values = keys.flatMap((key) => spec.get(key) ?? []);
  if (values.length === keys.length && spec.size === keys.length) return values;
  throw new StatementFailure(
    "FAILED: SemanticException partition spec doesn't contain all partition columns",
  );
}
