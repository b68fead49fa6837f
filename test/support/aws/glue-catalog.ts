import type { PartitionInput, TableInput } from '@aws-sdk/client-glue';
import { AwsError } from './aws-error.ts';

export type Partition = { readonly input: PartitionInput; readonly createdAt: number };
export type CatalogTable = {
  readonly input: TableInput;
  readonly createdAt: number;
  /** By their values, with slashes between. */
  readonly partitions: Map<string, Partition>;
};
export type CatalogDatabase = { readonly name: string; readonly tables: Map<string, CatalogTable> };

/** What the catalog holds: Glue's calls change it, and so does the DDL that Athena runs. Names are in lower case. */
export class Catalog {
  readonly account: string;
  readonly #now: () => number;
  readonly #databases = new Map<string, CatalogDatabase>();

  constructor({ now, account }: { readonly now: () => number; readonly account: string }) {
    this.#now = now;
    this.account = account;
  }

  /** Locations of a table's partitions by their values, such as `2026/01/09`; none where the table is missing. */
  locations(database: string, table: string): ReadonlyMap<string, string> {
    const found =
      this.#databases.get(database)?.tables.get(table)?.partitions ?? new Map<string, Partition>();
    return new Map(
      [...found].map(([values, { input }]) => [values, input.StorageDescriptor?.Location ?? '']),
    );
  }

  /** Drops a table as somebody else would. */
  dropTable(database: string, table: string): void {
    this.database(database).tables.delete(table);
  }

  hasDatabase(name: string): boolean {
    return this.#databases.has(name);
  }

  hasTable(database: string, table: string): boolean {
    return this.#databases.get(database)?.tables.has(table) ?? false;
  }

  /** @throws AwsError EntityNotFoundException */
  database(name: string): CatalogDatabase {
    const database = this.#databases.get(name.toLowerCase());
    if (database === undefined) throw notFound(`Database ${name} not found.`);
    return database;
  }

  /** @throws AwsError EntityNotFoundException */
  table(database = '', name = ''): CatalogTable {
    const table = this.database(database).tables.get(name.toLowerCase());
    if (table === undefined) throw notFound(`Table ${name} not found.`);
    return table;
  }

  /** @throws AwsError EntityNotFoundException */
  partition(table: CatalogTable, values: readonly string[]): Partition {
    const partition = table.partitions.get(values.join('/'));
    if (partition === undefined) throw notFound('Cannot find partition.');
    return partition;
  }

  /** @throws AwsError AlreadyExistsException */
  createDatabase(name: string): void {
    if (this.#databases.has(name.toLowerCase())) throw exists('Database already exists.');
    this.#databases.set(name.toLowerCase(), { name: name.toLowerCase(), tables: new Map() });
  }

  /** @throws AwsError AlreadyExistsException, EntityNotFoundException */
  createTable(database: string, input: TableInput): void {
    const { tables } = this.database(database);
    const name = input.Name?.toLowerCase() ?? '';
    if (tables.has(name)) throw exists('Table already exists.');
    const { StorageDescriptor, ...rest } = structuredClone(input);
    const stored = { ...rest, Name: name, ...(StorageDescriptor && { StorageDescriptor }) };
    tables.set(name, { input: stored, createdAt: this.#now(), partitions: new Map() });
  }

  /** Describes a table anew; its partitions stay. @throws AwsError EntityNotFoundException */
  updateTable(database: string, input: TableInput): void {
    const table = this.table(database, input.Name);
    this.database(database).tables.set(table.input.Name ?? '', { ...table, input: structuredClone(input) });
  }

  /** Puts a view in the place of one that is there. @throws AwsError EntityNotFoundException */
  replaceView(database: string, name: string, text: string): void {
    const { tables } = this.database(database);
    const input = { Name: name, TableType: 'VIRTUAL_VIEW', ViewOriginalText: text };
    tables.set(name, { input, createdAt: this.#now(), partitions: new Map() });
  }

  /** @throws AwsError AlreadyExistsException, InvalidInputException */
  addPartition(table: CatalogTable, input: PartitionInput): void {
    const values = input.Values ?? [];
    mustFit(table, values);
    if (table.partitions.has(values.join('/'))) throw exists('Partition already exists.');
    table.partitions.set(values.join('/'), { input: structuredClone(input), createdAt: this.#now() });
  }

  /** @throws AwsError EntityNotFoundException, InvalidInputException */
  replacePartition(table: CatalogTable, values: readonly string[], input: PartitionInput): void {
    const { createdAt } = this.partition(table, values);
    const to = input.Values ?? [...values];
    mustFit(table, to);
    table.partitions.delete(values.join('/'));
    table.partitions.set(to.join('/'), { input: { ...structuredClone(input), Values: [...to] }, createdAt });
  }

  /** @throws AwsError EntityNotFoundException */
  dropPartition(table: CatalogTable, values: readonly string[]): void {
    this.partition(table, values);
    table.partitions.delete(values.join('/'));
  }
}

function mustFit({ input }: CatalogTable, values: readonly string[]): void {
  if (values.length === (input.PartitionKeys ?? []).length && values.every((value) => value !== '')) return;
  const message = 'The number of partition keys do not match the number of partition values';
  throw new AwsError('InvalidInputException', message);
}

function notFound(message: string): AwsError {
  return new AwsError('EntityNotFoundException', message);
}

function exists(message: string): AwsError {
  return new AwsError('AlreadyExistsException', message);
}
