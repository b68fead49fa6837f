import { databaseText, tableText } from './table-name.js';
import type { TextTables } from './tables-of.js';

/** Stands at the end of a list that may lack tables. No name is written so. */
const MORE = '?';

/**
 * Tables as one text, for a column: `catalog.database.table` joined by commas, sorted, each once. Databases that are
 * named for themselves are `catalog.database.*`. Where the text is opaque or incomplete a `?` stands at the end.
 */
export function tableList({ tables, databases, complete, opaque }: TextTables): string {
  const names = new Set<string>();
  for (const table of tables) names.add(tableText(table));
  for (const database of databases) names.add(`${databaseText(database)}.*`);
  const sorted = [...names].sort();
  if (opaque || !complete) sorted.push(MORE);
  return sorted.join(',');
}
