import type { TextTables } from '../../../src/sql/tables-of.js';

/** What was found, in the notation of the labelled statements, sorted. */
export function touchedBy({ tables, databases, complete, opaque, prepared }: TextTables): string[] {
  const place = (catalog: string, database: string | null) =>
    `${catalog === 'awsdatacatalog' ? '' : `${catalog}/`}${database ?? '?'}`;
  return [
    ...tables.map((it) => `${it.access.charAt(0)}:${place(it.catalog, it.database)}.${it.table}`),
    ...databases.map((it) => `${it.access.charAt(0)}:${place(it.catalog, it.database)}.*`),
    ...(complete ? [] : ['incomplete']),
    ...(opaque ? ['opaque'] : []),
    ...(prepared === null ? [] : [`prepared:${prepared}`]),
  ].sort();
}
