import { type Access, databaseText, tableText } from './table-name.js';
import type { TextTables } from './tables-of.js';

/** Stands at the end of a list that may lack tables. No name is written so. */
const MORE = '?';
/** No query of people comes near; a text made for it would name 60,000 tables. */
const MOST_CHARACTERS = 65_536;

export type ListOptions = {
  /** Only what is touched in this way; all where it is left out. */
  readonly access?: Access;
  /** Parts of names that do not pass are written `?`, and the list ends as one that lacks tables does. */
  readonly mayShow?: (part: string) => boolean;
};

/**
 * Tables as one text, for a column: `catalog.database.table` joined by commas, sorted, each once. Databases that are
 * named for themselves are `catalog.database.*`. Where the text is opaque or incomplete, or names more than fit into
 * 64 Ki characters, a `?` stands at the end.
 */
export function tableList(told: TextTables, { access, mayShow }: ListOptions = {}): string {
  const names = new Set<string>();
  let lacks = told.opaque || !told.complete;
  const show = (part: string) => {
    const isShown = mayShow?.(part) ?? true;
    lacks ||= !isShown;
    return isShown;
  };
  const isMeant = (it: { readonly access: Access }) => access === undefined || it.access === access;
  for (const table of told.tables) if (isMeant(table)) names.add(tableText(table, show));
  for (const it of told.databases) if (isMeant(it)) names.add(`${databaseText(it, show)}.*`);
  const sorted = [...names].sort();
  const fitting = thoseThatFit(sorted);
  return (lacks || fitting.length < sorted.length ? [...fitting, MORE] : fitting).join(',');
}

function thoseThatFit(names: readonly string[]): readonly string[] {
  let length = 0;
  const end = names.findIndex((name) => {
    length += name.length + 1;
    return length > MOST_CHARACTERS;
  });
  return end < 0 ? names : names.slice(0, end);
}
