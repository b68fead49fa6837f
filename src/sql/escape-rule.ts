import { AS, CLOSE, OPEN, SEMICOLON, WITH, WORD } from './token-kinds.js';

/** Statements that Hive reads, by their first word; the second tells which CREATE is which. */
const HIVE = new Set([
  ...['ALTER', 'ANALYZE', 'DESC', 'DESCRIBE', 'DROP', 'LOAD', 'MSCK', 'SHOW', 'TRUNCATE', 'CREATE'],
]);
const TRINO_OBJECTS = new Set(['VIEW', 'OR', 'PROTECTED', 'MATERIALIZED', 'FUNCTION', 'CATALOG', 'ROLE']);

/**
 * Whether a backslash in a string takes the next character with it: so in Hive, not in Trino. Athena decides by the
 * statement; the query of a CREATE TABLE or ALTER VIEW is Trino's.
 */
export class EscapeRule {
  #words = 0;
  #depth = 0;
  #last = '';
  #lastKind = 0;
  escapes = false;

  /** Told of each token, in turn. */
  see(kind: number, token: string): void {
    if (kind === OPEN) this.#depth++;
    else if (kind === CLOSE) this.#depth--;
    else if (kind === SEMICOLON) this.#begin();
    else if (kind >= WORD && this.#depth <= 0) this.#word(kind, token.toUpperCase());
    this.#lastKind = kind;
  }

  #begin(): void {
    this.#words = 0;
    this.#depth = 0;
    this.escapes = false;
  }

  #word(kind: number, word: string): void {
    this.#words++;
    if (this.#words === 1) this.escapes = HIVE.has(word);
    else if (this.#words === 2 && this.#last === 'CREATE') this.escapes = !TRINO_OBJECTS.has(word);
    else if (kind === AS && this.#last !== 'STORED') this.escapes = false;
    else if (kind === WITH) this.escapes = false;
    else if (this.#lastKind === WITH && word === 'SERDEPROPERTIES') this.escapes = true;
    this.#last = word;
  }
}
