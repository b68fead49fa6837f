import { TABLE_NAMES, type TableName } from './tables.js';
import { VIEW_NAMES, VIEWS } from './views.js';

const occursIn = (text: string) => (name: string) => new RegExp(`\\b${name}\\b`, 'i').test(text);
/** Functions that take SQL or the name of a table as a text, which may be put together from pieces. */
const SQL_IN_TEXT = /\bquery(_table)?\b/i;

/**
 * The tables that the rows of an answer may come from: those whose name, or the name of a view over them, occurs in
 * the SQL as a word. One too many costs time, one too few would be a wrong answer.
 */
export function askedTables(sql: string): readonly TableName[] {
  if (SQL_IN_TEXT.test(sql)) return TABLE_NAMES;
  const views = VIEW_NAMES.filter(occursIn(sql)).map((name) => VIEWS[name].query);
  return TABLE_NAMES.filter((name) => [sql, ...views].some((text) => occursIn(text)(name)));
}
