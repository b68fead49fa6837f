import { BACK_QUOTED, CODE, COMMENT, DOUBLE_QUOTED, LITERAL, marksOf } from './sql-readings.js';

/** Statements that Athena hands to Trino, by their first word; a VIEW is created by Trino too. */
const TRINO = new Set([
  ...['SELECT', 'WITH', 'VALUES', 'EXPLAIN', 'UNLOAD', 'PREPARE', 'EXECUTE', 'DEALLOCATE', 'VIEW'],
  ...['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'OPTIMIZE', 'VACUUM'],
]);
/** These say nothing yet of who runs the statement. */
const UNDECIDED = new Set(['CREATE', 'OR', 'REPLACE', 'PROTECTED', 'MULTI', 'DIALECT']);

/** Behind these stands a name of something; behind the others, and behind operators, a value. */
const BEFORE_NAMES = new Set([
  ...['SELECT', 'DISTINCT', 'FROM', 'JOIN', 'INTO', 'TABLE', 'VIEW', 'UPDATE', 'SET', 'WITH', 'AS', 'BY'],
  ...['ON', 'WHERE', 'HAVING', 'AND', 'OR', 'NOT'],
]);
const BEFORE_VALUES = new Set([
  ...['IN', 'LIKE', 'BETWEEN', 'VALUES', 'USING', 'WHEN', 'THEN', 'ELSE', 'ESCAPE', 'COMMENT'],
]);
/** Signs behind which stands what stood before them. */
const NEUTRAL = new Set([',', '.', '*', '?']);

/** White space; a number, or whatever begins like one; a word; any other character. */
const TOKEN =
  /\s+|(\.?\p{Nd}(?:e[+-](?=\p{Nd})|[\p{L}\p{M}\p{N}_$.])*)|([\p{L}\p{M}_][\p{L}\p{M}\p{N}_$]*)|[\s\S]/giu;
const NAME = /^(["`])[\p{L}_$][\p{L}\p{M}\p{N}_$-]{0,127}\1$/u;

/**
 * A query without its literals: each string and number is a `?`, comments and white space are one space, keywords,
 * names and operators stay. Safe where in doubt: what Trino or Hive might read as a literal goes, and so does
 * whatever stands in double quotes, except a plain name at a place of a Trino statement where only names stand.
 * Masked twice is masked once; time is linear.
 */
export function maskSql(text: string): string {
  const marks = marksOf(text);
  const mask = new Mask();
  let at = 0;
  while (at < text.length) {
    const mark = marks[at];
    let end = at + 1;
    while (end < text.length && marks[end] === mark) end++;
    const run = text.slice(at, end);
    if (mark === CODE) mask.code(run);
    else if (mark === COMMENT) mask.gap();
    else if (mark === LITERAL) mask.value();
    else if (mark === DOUBLE_QUOTED)
      mask.doubleQuoted(run, marks[end] === CODE && isDot(text.slice(end, end + 3)));
    else if (mark === BACK_QUOTED && NAME.test(run)) mask.name(run);
    else {
      // Nobody has such a name, so nobody knows where it ends.
      mask.value();
      break;
    }
    at = end;
  }
  return mask.text;
}

/** A dot between names, not that of a number. */
const isDot = (text: string) => /^\.(?!\p{Nd})/u.test(text);

/** The masked text so far, and what may stand next in it. */
class Mask {
  readonly #pieces: string[] = [];
  #gap = false;
  #last = '';
  /** Unknown until the statement has said enough. */
  #isTrino: boolean | undefined;
  #isName = false;
  #between = false;
  #mayBeCall = false;
  #outer: boolean[] = [];

  get text(): string {
    return this.#pieces.join('');
  }

  gap(): void {
    this.#gap = true;
  }

  /** Of values side by side nobody can tell how many there are. */
  value(): void {
    if (this.#gap || this.#last !== '?') this.#write('?');
    this.#mayBeCall = false;
  }

  name(quoted: string): void {
    this.#write(quoted);
    this.#mayBeCall = false;
  }

  doubleQuoted(run: string, beforeDot: boolean): void {
    const behindDot = this.#last === '.' && !this.#gap;
    const isPlace = this.#isName || beforeDot || behindDot;
    if (this.#isTrino === true && isPlace && NAME.test(run)) this.name(run);
    else this.value();
  }

  code(run: string): void {
    for (const [token, number, word] of run.matchAll(TOKEN)) {
      if (number !== undefined) this.value();
      else if (word !== undefined) this.#word(word);
      else if (/^\s/.test(token)) this.gap();
      else this.#sign(token);
    }
  }

  #word(word: string): void {
    const keyword = word.toUpperCase();
    const isCompared = keyword === 'FROM' && this.#last.toUpperCase() === 'DISTINCT';
    this.#write(word);
    if (this.#isTrino === undefined && !UNDECIDED.has(keyword)) this.#isTrino = TRINO.has(keyword);
    const endsRange = this.#between && keyword === 'AND';
    if (endsRange || isCompared || BEFORE_VALUES.has(keyword)) this.#isName = false;
    else if (BEFORE_NAMES.has(keyword)) this.#isName = true;
    this.#between = keyword === 'BETWEEN' || (this.#between && !endsRange);
    this.#mayBeCall = !BEFORE_NAMES.has(keyword) && !BEFORE_VALUES.has(keyword);
  }

  #sign(sign: string): void {
    this.#write(sign);
    if (sign === '(') {
      this.#outer.push(this.#isName);
      if (this.#mayBeCall) this.#isName = false;
    } else if (sign === ')') this.#isName = this.#outer.pop() ?? false;
    else if (sign === ';') this.#endStatement();
    else if (!NEUTRAL.has(sign)) this.#isName = false;
    this.#mayBeCall = false;
  }

  #endStatement(): void {
    this.#isTrino = undefined;
    this.#isName = false;
    this.#between = false;
    this.#outer = [];
  }

  #write(piece: string): void {
    if (this.#gap && this.#pieces.length > 0) this.#pieces.push(' ');
    this.#gap = false;
    this.#pieces.push(piece);
    this.#last = piece;
  }
}
