/** How a statement touches a table: its rows, its rows or definition for good, or only what is told of it. */
export type Access = 'read' | 'write' | 'metadata';

/** A table as engines know it, lower case. `database` is null where neither the text nor its context tells it. */
export type TableName = {
  readonly catalog: string;
  readonly database: string | null;
  readonly table: string;
};

/** A database as engines know it, lower case; null where it is not told. */
export type DatabaseName = Omit<TableName, 'table'>;
/** The database and catalog of names that tell none. */
export type QueryContext = DatabaseName;

/** Where names without a catalog or a database belong: the context of the query. */
export type NameDefaults = {
  readonly catalog?: string | null | undefined;
  readonly database?: string | null | undefined;
};

/** What Athena calls the Glue Data Catalog of the account. */
const DATA_CATALOG = 'awsdatacatalog';

/** `"t$partitions"` and the like tell of a table; `"t$data"` is the table. */
const OF_TABLE =
  /\$(data|partitions|files|history|snapshots|manifests|refs|properties|entries|all_entries|all_manifests|metadata_log_entries|timeline)$/;
const PLAIN = /^[\p{L}\p{M}\p{N}_$@:/-]+$/u;

/** The context as it completes names. */
export function queryContext({ catalog, database }: NameDefaults): QueryContext {
  return { catalog: known(catalog) ?? DATA_CATALOG, database: known(database) };
}

/** A name of one, two or three parts, as the context completes it. */
export function tableNameOf(parts: readonly string[], context: QueryContext): TableName {
  const { length } = parts;
  return {
    catalog: parts[length - 3] ?? context.catalog,
    database: parts[length - 2] ?? context.database,
    table: parts[length - 1] ?? '',
  };
}

/** A database's name of one or two parts; the one of the context where there are none. */
export function databaseNameOf(parts: readonly string[], context: QueryContext): DatabaseName {
  const { length } = parts;
  return { catalog: parts[length - 2] ?? context.catalog, database: parts[length - 1] ?? context.database };
}

/** The table that a name with a suffix such as `$partitions` tells of, or undefined where it is a table's own. */
export function toldOf(name: string): { readonly table: string; readonly isData: boolean } | undefined {
  if (!name.includes('$')) return undefined;
  const suffix = OF_TABLE.exec(name);
  if (suffix === null || suffix.index === 0) return undefined;
  return { table: name.slice(0, suffix.index), isData: suffix[1] === 'data' };
}

/** Whether a part of a name may be shown. */
type MayShow = (part: string) => boolean;

/**
 * `catalog.database.table`. What is not known, or may not be shown, is `?`; a part that could be misread stands in
 * double quotes.
 */
export function tableText({ catalog, database, table }: TableName, mayShow: MayShow): string {
  return `${databaseText({ catalog, database }, mayShow)}.${partText(table, mayShow)}`;
}

/** `catalog.database`, in the same way. */
export function databaseText({ catalog, database }: DatabaseName, mayShow: MayShow): string {
  return `${partText(catalog, mayShow)}.${database === null ? '?' : partText(database, mayShow)}`;
}

const partText = (part: string, mayShow: MayShow) => (mayShow(part) ? quoted(part) : '?');

const quoted = (part: string) => (PLAIN.test(part) ? part : `"${part.replaceAll('"', '""')}"`);

const known = (name: string | null | undefined) =>
  name === undefined || name === null || name === '' ? null : name.toLowerCase();
