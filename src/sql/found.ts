import { SeenNames } from './seen-names.js';
import {
  type Access,
  type DatabaseName,
  databaseNameOf,
  type NameDefaults,
  type QueryContext,
  queryContext,
  type TableName,
  tableNameOf,
  toldOf,
} from './table-name.js';

/** A table of a statement. One that is read and written is there twice. */
export type TableAccess = TableName & { readonly access: Access };
/** A database that a statement names for itself, as `DROP DATABASE` does. */
export type DatabaseAccess = DatabaseName & { readonly access: Access };

/** What was found in a text so far, and what is in doubt. */
export class Found {
  readonly tables: TableAccess[] = [];
  readonly databases: DatabaseAccess[] = [];
  complete = true;
  opaque = false;
  prepared: string | null = null;
  /** From here on the statement only looks at definitions: it is explained, prepared, or kept as a view. */
  onlyLooks = false;
  readonly #context: QueryContext;
  #seen = new SeenNames();

  constructor(defaults: NameDefaults) {
    this.#context = queryContext(defaults);
  }

  table(parts: readonly string[], access: Access): void {
    if (parts.length > 3) this.complete = false;
    const name = tableNameOf(parts, this.#context);
    const shown = this.onlyLooks ? 'metadata' : access;
    const told = toldOf(name.table);
    if (told === undefined) this.#put(name, shown);
    else this.#put({ ...name, table: told.table }, told.isData ? shown : 'metadata');
  }

  database(parts: readonly string[], access: Access): void {
    const name = databaseNameOf(parts, this.#context);
    const shown = this.onlyLooks ? 'metadata' : access;
    // No table has an empty name.
    if (this.#seen.isNew('', shown, name)) this.databases.push({ ...name, access: shown });
  }

  /** What was read so far was only looked at, as by `WITH NO DATA`. */
  readsNothing(): void {
    const all = this.tables.splice(0);
    this.#seen = new SeenNames();
    for (const table of all) this.#put(table, table.access === 'read' ? 'metadata' : table.access);
  }

  #put(name: TableName, access: Access): void {
    const { catalog, database, table } = name;
    if (this.#seen.isNew(table, access, name)) this.tables.push({ catalog, database, table, access });
  }
}
