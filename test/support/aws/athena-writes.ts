import { StatementFailure } from './athena-catalog.ts';
import type { TableRef } from './athena-ddl.ts';
import { refused } from './athena-refusals.ts';
import type { Catalog } from './glue-catalog.ts';

/** What a SELECT gives, and what it read for it. */
export type Selected = {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly bytesScanned: number;
  /** The partitions that were read, `111122223333/us-east-1/2026/01/09`. */
  readonly partitions: readonly string[];
};

/** The data behind the tables of a catalog: whoever has some answers questions about them. */
export type AthenaData = {
  /** What it throws is why the query failed. */
  select(sql: string, database: string): Promise<Selected>;
  isEmpty(location: string): boolean;
  /** Writes rows as a data file. */
  write(location: string, name: string, rows: Selected): void;
};

/** A statement that writes what a SELECT gives. */
export type Write = { readonly ref: TableRef; readonly select: string } & (
  | { readonly kind: 'create'; readonly location: string | undefined; readonly isEmpty: boolean }
  | { readonly kind: 'insert' }
);

const CREATE =
  /^\s*CREATE\s+TABLE\s+([a-z0-9_.]+)\s+WITH\s*\(([^()]*)\)\s+AS\s+(SELECT\b.*?)(\s+WITH\s+NO\s+DATA)?\s*$/is;
const INSERT = /^\s*INSERT\s+INTO\s+([a-z0-9_.]+)\s+(SELECT\b.*)$/is;
const PROPERTY = /^\s*(\w+)\s*=\s*'([^']*)'\s*$/;

/** CREATE TABLE ... AS SELECT and INSERT INTO ... SELECT; undefined for any other. @throws AwsError */
export function readWrite(sql: string): Write | undefined {
  const [, into, rows] = INSERT.exec(sql) ?? [];
  if (into !== undefined && rows !== undefined) return { kind: 'insert', ref: refOf(into), select: rows };
  const [, name, properties, select, empty] = CREATE.exec(sql) ?? [];
  if (name === undefined || properties === undefined || select === undefined) return undefined;
  const pairs = properties.split(',').map((pair) => PROPERTY.exec(pair));
  const given = new Map(pairs.map((pair) => [pair?.[1]?.toLowerCase(), pair?.[2]]));
  const other = [...given.keys()].find((key) => key !== 'format' && key !== 'external_location');
  if (other !== undefined || given.get('format') !== 'PARQUET') {
    throw refused(`line 1:1: Catalog 'awsdatacatalog' table property '${other}' does not exist`);
  }
  return {
    ...{ kind: 'create', ref: refOf(name), select, isEmpty: empty !== undefined },
    location: given.get('external_location'),
  };
}

function refOf(name: string): TableRef {
  const [first = '', second] = name.toLowerCase().split('.');
  return second === undefined ? { table: first } : { database: first, table: second };
}

export type Writing = {
  readonly write: Write;
  readonly id: string;
  readonly rows: Selected;
  /** Of the query, and where its results lie. */
  readonly database: string;
  readonly outputLocation: string | undefined;
  readonly enforced: boolean;
};

/** Ends a statement that writes. @throws StatementFailure */
export function runWrite(writing: Writing, { catalog, data }: { catalog: Catalog; data: AthenaData }): void {
  const { write, id, rows } = writing;
  const { database, table } = { database: writing.database, ...write.ref };
  const isThere = catalog.hasTable(database, table);
  if (write.kind === 'insert') {
    if (!isThere) {
      throw new StatementFailure(
        `TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.${database}.${table}' does not exist`,
      );
    }
    data.write(locationOf(catalog, database, table), fileOf(id), rows);
    return;
  }
  if (isThere)
    throw new StatementFailure(
      `TABLE_ALREADY_EXISTS: line 1:1: Destination table 'awsdatacatalog.${database}.${table}' already exists`,
    );
  const location = write.location ?? defaultLocation(writing);
  if (!data.isEmpty(location))
    throw new StatementFailure(
      `HIVE_PATH_ALREADY_EXISTS: Target directory for table '${database}.${table}' already exists: ${location}.`,
    );
  catalog.createTable(database, {
    Name: table,
    TableType: 'EXTERNAL_TABLE',
    PartitionKeys: [],
    StorageDescriptor: {
      Columns: rows.columns.map(({ name, type }) => ({ Name: name, Type: type })),
      Location: location,
    },
    Parameters: { EXTERNAL: 'TRUE' },
  });
  if (!write.isEmpty) data.write(location, fileOf(id), rows);
}

/** What a query that failed or was cancelled may leave behind: in life it sometimes does, here always. */
export function leaveOrphan(
  writing: Writing,
  { catalog, data }: { catalog: Catalog; data: AthenaData },
): void {
  const { database, table } = { database: writing.database, ...writing.write.ref };
  if (writing.write.kind !== 'insert' || !catalog.hasTable(database, table)) return;
  data.write(locationOf(catalog, database, table), fileOf(writing.id), writing.rows);
}

const fileOf = (id: string) => `20260109_120000_00001_${id}`;

const locationOf = (catalog: Catalog, database: string, table: string) =>
  catalog.table(database, table).input.StorageDescriptor?.Location ?? '';

function defaultLocation({ outputLocation, enforced, id }: Writing): string {
  if (outputLocation === undefined)
    throw new Error('The AWS double does not know where tables of a managed workgroup lie');
  return `${outputLocation}${enforced ? '' : 'Unsaved/2026/01/09/'}tables/${id}/`;
}

/** At the start: a workgroup that insists on its own place takes no other. @throws AwsError */
export function mustFitWorkGroup(write: Write, enforced: boolean): void {
  if (write.kind !== 'create' || write.location === undefined || !enforced) return;
  throw refused(
    "The Create Table As Select query failed because it was submitted with an 'external_location' property to an Athena Workgroup that enforces a centralized output location for all queries. Please remove the 'external_location' property and resubmit the query.",
  );
}
