import { endsEarly } from './early-end.js';
import { type DatabaseAccess, Found, type TableAccess } from './found.js';
import { Statement } from './statement.js';
import type { StatementKind } from './statement-kind.js';
import { readStatement } from './statements.js';
import type { NameDefaults } from './table-name.js';
import { SEMICOLON } from './token-kinds.js';
import { tokensOf } from './tokens.js';

/** What a query text tells of the tables that it touches. */
export type TextTables = {
  readonly kind: StatementKind;
  /** Each table once for each kind of access, in the order of the text. */
  readonly tables: readonly TableAccess[];
  /** Databases that are named for themselves, not as part of a table's name. */
  readonly databases: readonly DatabaseAccess[];
  /** False where the text ends too early, is damaged, has several statements, or is not understood to its end. */
  readonly complete: boolean;
  /** True where tables may be touched that the text does not name: EXECUTE, and queries passed through to others. */
  readonly opaque: boolean;
  /** The prepared statement that is made, run or dropped. */
  readonly prepared: string | null;
};

/**
 * The tables that a statement of Athena touches, from its text alone: Trino's SQL and Hive's DDL. Names of queries
 * (WITH) and aliases are no tables. It is no validator: a text that Athena refuses may be complete here. A view is
 * named, not the tables behind it. Never throws; time is linear in the length of the text.
 */
export function tablesOf(text: string, defaults: NameDefaults = {}): TextTables {
  const tokens = tokensOf(text);
  const found = new Found(defaults);
  found.complete = tokens.sound;
  let kind: StatementKind | undefined;
  let at = 0;
  do {
    const statement = new Statement(tokens, found, at);
    readStatement(statement);
    // One statement is all that Athena takes.
    if (kind !== undefined) found.complete = false;
    kind ??= statement.kind;
    at = statement.at;
    if (endsEarly(tokens, at)) found.complete = false;
    while (tokens.kinds[at] === SEMICOLON) at++;
    found.onlyLooks = false;
  } while (at < tokens.kinds.length);
  const { tables, databases, complete, opaque, prepared } = found;
  return { kind: kind ?? 'OTHER', tables, databases, complete, opaque, prepared };
}
