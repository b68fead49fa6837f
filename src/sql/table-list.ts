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
 * named for themselves are `catalog.database.*`. Where the text is opaque or incomplete a `?` stands at the end; and
 * where it names more than fit into 64 Ki characters: those that it names first are kept.
 */
export function tableList(told: TextTables, { access, mayShow }: ListOptions = {}): string {
  const names = new Set<string>();
  let lacks = told.opaque || !told.complete;
  let length = 0;
  const show = (part: string) => {
    const isShown = mayShow?.(part) ?? true;
    lacks ||= !isShown;
    return isShown;
  };
  for (const name of namesOf(told, access, show)) {
    if (names.has(name)) continue;
    length += name.length + 1;
    if (length > MOST_CHARACTERS) {
      lacks = true;
      break;
    }
    names.add(name);
  }
  const sorted = [...names].sort();
  if (lacks) sorted.push(MORE);
  return sorted.join(',');
}

function* namesOf(
  { tables, databases }: TextTables,
  access: Access | undefined,
  mayShow: (part: string) => boolean,
): Generator<string> {
  const isMeant = (it: { readonly access: Access }) => access === undefined || it.access === access;
  for (const table of tables) if (isMeant(table)) yield tableText(table, mayShow);
  for (const it of databases) if (isMeant(it)) yield `${databaseText(it, mayShow)}.*`;
}
