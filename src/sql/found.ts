import {
  type Access,
  databaseNameOf,
  type NameDefaults,
  type TableName,
  tableNameOf,
  toldOf,
} from './table-name.js';

/** A table of a statement. One that is read and written is there twice. */
export type TableAccess = TableName & { readonly access: Access };
/** A database that a statement names for itself, as `DROP DATABASE` does. */
export type DatabaseAccess = Omit<TableName, 'table'> & { readonly access: Access };

/** What was found in a text so far, and what is in doubt. */
export class Found {
  readonly tables: TableAccess[] = [];
  readonly databases: DatabaseAccess[] = [];
  complete = true;
  opaque = false;
  prepared: string | null = null;
  /** From here on the statement only looks at definitions: it is explained, prepared, or kept as a view. */
  onlyLooks = false;
  readonly #defaults: NameDefaults;
  readonly #seen = new Set<string>();

  constructor(defaults: NameDefaults) {
    this.#defaults = defaults;
  }

  table(parts: readonly string[], access: Access): void {
    if (parts.length > 3) this.complete = false;
    const name = tableNameOf(parts, this.#defaults);
    const told = toldOf(name.table);
    if (told === undefined) this.#addTable(name, access);
    else this.#addTable({ ...name, table: told.table }, told.isData ? access : 'metadata');
  }

  database(parts: readonly string[], access: Access): void {
    const name = databaseNameOf(parts, this.#defaults);
    const shown = this.onlyLooks ? 'metadata' : access;
    if (this.#isNew(`${shown}\0${name.catalog}\0${name.database ?? ''}`)) {
      this.databases.push({ ...name, access: shown });
    }
  }

  /** What was read so far was only looked at, as by `WITH NO DATA`. */
  readsNothing(): void {
    const all = this.tables.splice(0);
    this.#seen.clear();
    for (const { access, ...name } of all) this.#put(name, access === 'read' ? 'metadata' : access);
  }

  #addTable(name: TableName, access: Access): void {
    this.#put(name, this.onlyLooks ? 'metadata' : access);
  }

  #put({ catalog, database, table }: TableName, access: Access): void {
    if (this.#isNew(`${access}\0${catalog}\0${database ?? ''}\0${table}`)) {
      this.tables.push({ catalog, database, table, access });
    }
  }

  #isNew(key: string): boolean {
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }
}
