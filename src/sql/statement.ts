import type { Found } from './found.js';
import { nameAt, wordAt } from './names.js';
import { QueryReader } from './query-reader.js';
import type { StatementKind } from './statement-kind.js';
import type { Access } from './table-name.js';
import { CLOSE, COMMA, OPEN, SELECT, SEMICOLON, SIGN, TABLE, VALUES, WITH } from './token-kinds.js';
import type { Tokens } from './tokens.js';

/** Reads a statement, or what stands before one, from behind its first word. */
export type ReadStatement = (statement: Statement) => void;

/** A statement while it is read, word by word. */
export class Statement {
  readonly tokens: Tokens;
  readonly found: Found;
  /** Of the outermost statement: that of EXPLAIN, not that of what it explains. */
  kind: StatementKind | undefined;
  at: number;

  constructor(tokens: Tokens, found: Found, at: number) {
    this.tokens = tokens;
    this.found = found;
    this.at = at;
  }

  /** Says what the statement is, if nothing around it has said so. */
  is(kind: StatementKind): void {
    this.kind ??= kind;
  }

  get token(): number | undefined {
    return this.tokens.kinds[this.at];
  }

  /** Whether the statement goes on. */
  get goesOn(): boolean {
    return this.token !== undefined && this.token !== SEMICOLON;
  }

  word(ahead = 0): string {
    return wordAt(this.tokens, this.at + ahead);
  }

  /** Steps over these words if they stand here, all of them. */
  accept(...words: readonly string[]): boolean {
    if (!words.every((word, ahead) => this.word(ahead) === word)) return false;
    this.at += words.length;
    return true;
  }

  /** Steps over one of these words. */
  acceptOne(words: readonly string[]): boolean {
    return words.some((word) => this.accept(word));
  }

  /** The same, where a name follows or should: else the word is the name. */
  acceptBeforeName(words: readonly string[]): boolean {
    if (!words.includes(this.word())) return false;
    const next = this.at + 1;
    const isFollowed = this.tokens.kinds[next] === SIGN || nameAt(this.tokens, next, true) !== undefined;
    if (isFollowed) this.at = next;
    return isFollowed;
  }

  /** A name must stand here: without one the text is incomplete. */
  name(): readonly string[] | undefined {
    const name = nameAt(this.tokens, this.at, true);
    if (name !== undefined) this.at = name.next;
    // `my-table` and `t$x` are no names, unless quoted.
    if (name === undefined || this.token === SIGN) this.found.complete = false;
    return name?.parts;
  }

  table(access: Access): void {
    const name = this.name();
    if (name !== undefined) this.found.table(name, access);
  }

  database(access: Access): void {
    const name = this.name();
    if (name !== undefined) this.found.database(name, access);
  }

  /** Whether a query may begin here. */
  get beginsQuery(): boolean {
    return beginsQuery(this.token);
  }

  /** The same for what stands behind a bracket that opens here. */
  get opensQuery(): boolean {
    const inner = this.tokens.kinds[this.at + 1];
    return this.token === OPEN && (beginsQuery(inner) || inner === OPEN);
  }

  /** Steps over brackets that open here, and calls `see` at each word that begins an element. */
  brackets(see?: () => void): void {
    if (this.token !== OPEN) return;
    let depth = 0;
    do {
      const { token } = this;
      if (token === undefined) {
        this.found.complete = false;
        return;
      }
      if (token === OPEN) depth++;
      else if (token === CLOSE) depth--;
      this.at++;
      if (depth === 1 && (token === OPEN || token === COMMA)) see?.();
    } while (depth > 0);
  }

  /** Reads the rest as a query, or as whatever may hold one. Returns whether there was one. */
  query(state: number, isMerge = false): boolean {
    const reader = new QueryReader(this.tokens, this.found, isMerge);
    this.at = reader.read(this.at, state);
    return reader.hasQuery;
  }

  /** Steps over the rest, and calls `see` at each word outside of brackets. */
  rest(see?: () => void): void {
    while (this.goesOn) {
      const { at, token } = this;
      if (token === OPEN) this.brackets();
      else if (token === CLOSE) this.found.complete = false;
      else see?.();
      if (this.at === at) this.at++;
    }
  }
}

const beginsQuery = (kind: number | undefined) =>
  kind === SELECT || kind === WITH || kind === VALUES || kind === TABLE;
