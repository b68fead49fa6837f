import { EscapeRule } from './escape-rule.js';
import {
  BACK_QUOTED,
  CLOSE,
  CLOSE_LIST,
  COMMA,
  DOT,
  DOUBLE_QUOTED,
  kindOfWord,
  NUMBER,
  OPEN,
  OPEN_LIST,
  SEMICOLON,
  SIGN,
  STRING,
  WORD,
} from './token-kinds.js';

const QUOTE = 0x27;
const DOUBLE_QUOTE = 0x22;
const BACK_QUOTE = 0x60;
const MINUS = 0x2d;
const SLASH = 0x2f;
const STAR = 0x2a;
const BACKSLASH = 0x5c;

/** What a character of ASCII begins; 0 is white space. */
const SPACE = 0;
const LETTER = 1;
const DIGIT = 2;
const OTHER = 3;
const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => classOf(code));
const SIGNS = new Set([OPEN, CLOSE, COMMA, DOT, SEMICOLON, OPEN_LIST, CLOSE_LIST]);
const WIDE_SPACE = /[\s\u0085]/;
const WIDE_WORD = /[\p{L}\p{M}\p{N}\ud800-\udfff]/u;

/** A statement as tokens; white space and comments are left out. Three lists of one length. */
export type Tokens = {
  readonly text: string;
  readonly kinds: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** False where a quote or comment never ends, or where characters stand that no statement has. */
  readonly sound: boolean;
};

/**
 * Splits a text as Trino does; where the statement is one that Athena hands to Hive, a backslash in a string takes the
 * next character with it. Never throws; time is linear.
 */
export function tokensOf(text: string): Tokens {
  return new Tokenizer(text).tokens();
}

class Tokenizer {
  readonly #text: string;
  readonly #kinds: number[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  /** Only where there are backslashes does it matter who reads a string. */
  readonly #escapes: EscapeRule | undefined;
  #sound = true;

  constructor(text: string) {
    this.#text = text;
    if (text.includes('\\')) this.#escapes = new EscapeRule();
  }

  tokens(): Tokens {
    const text = this.#text;
    let at = 0;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      const kind = code < 128 ? (CLASSES[code] ?? OTHER) : this.#wideClass(at);
      if (kind === SPACE) at++;
      else if (kind === LETTER) at = this.#word(at);
      else if (kind === DIGIT) at = this.#number(at);
      else at = this.#sign(code, at);
    }
    return { text, kinds: this.#kinds, starts: this.#starts, ends: this.#ends, sound: this.#sound };
  }

  #push(kind: number, start: number, end: number): number {
    this.#kinds.push(kind);
    this.#starts.push(start);
    this.#ends.push(end);
    this.#escapes?.see(kind, this.#text.slice(start, end));
    return end;
  }

  /** No statement has such characters outside of quotes, but people paste them. */
  #wideClass(at: number): number {
    const character = this.#text.charAt(at);
    if (WIDE_SPACE.test(character)) return SPACE;
    if (WIDE_WORD.test(character)) return LETTER;
    this.#sound = false;
    return OTHER;
  }

  #word(start: number): number {
    const end = this.#endOfWord(start + 1);
    return this.#push(kindOfWord(this.#text, start, end), start, end);
  }

  #endOfWord(from: number): number {
    const text = this.#text;
    let at = from;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      const kind = code < 128 ? CLASSES[code] : this.#wideClass(at);
      if (kind !== LETTER && kind !== DIGIT) break;
    }
    return at;
  }

  /** A number, or a name that begins with a digit. Behind a dot it may be the next part of a name. */
  #number(start: number): number {
    const text = this.#text;
    let end = this.#endOfWord(start + 1);
    if (!isNumber(text, start, end)) return this.#push(WORD, start, end);
    const behindDot = this.#kinds.at(-1) === DOT;
    if (!behindDot && text.charCodeAt(end) === DOT) {
      end++;
      while (CLASSES[text.charCodeAt(end)] === DIGIT) end++;
      if ((text.charCodeAt(end) & 0xdf) === 0x45 && CLASSES[text.charCodeAt(end + 1)] === DIGIT) {
        end = this.#endOfWord(end);
      }
    }
    return this.#push(NUMBER, start, end);
  }

  #sign(code: number, at: number): number {
    const next = this.#text.charCodeAt(at + 1);
    if (code === MINUS && next === MINUS) return this.#endOfLine(at);
    if (code === SLASH && next === STAR) return this.#endOfComment(at);
    if (code === QUOTE) return this.#push(STRING, at, this.#endOfQuoted(code, at));
    if (code === DOUBLE_QUOTE) return this.#push(DOUBLE_QUOTED, at, this.#endOfQuoted(code, at));
    if (code === BACK_QUOTE) return this.#push(BACK_QUOTED, at, this.#endOfQuoted(code, at));
    return this.#push(SIGNS.has(code) ? code : SIGN, at, at + 1);
  }

  #endOfLine(start: number): number {
    const text = this.#text;
    let at = start + 2;
    while (at < text.length && text.charCodeAt(at) !== 0x0a && text.charCodeAt(at) !== 0x0d) at++;
    return at;
  }

  #endOfComment(start: number): number {
    const end = this.#text.indexOf('*/', start + 2);
    if (end >= 0) return end + 2;
    this.#sound = false;
    return this.#text.length;
  }

  /** A quote given twice is a quote. */
  #endOfQuoted(quote: number, start: number): number {
    const text = this.#text;
    const escapes = quote !== BACK_QUOTE && this.#escapes?.escapes === true;
    let at = start + 1;
    while (at < text.length) {
      const code = text.charCodeAt(at);
      if (escapes && code === BACKSLASH) at += 2;
      else if (code !== quote) at++;
      else if (text.charCodeAt(at + 1) === quote) at += 2;
      else return at + 1;
    }
    this.#sound = false;
    return text.length;
  }
}

/** Digits alone, with an exponent or not: `12`, `1e5`, `0xff`, `1_000`. Anything else is a name, as in `2024_sales`. */
function isNumber(text: string, start: number, end: number): boolean {
  let at = start;
  while (at < end && CLASSES[text.charCodeAt(at)] === DIGIT) at++;
  return at === end || /^\d+(?:e\d*|x[\da-f_]*|[ob_][\d_]*)$/i.test(text.slice(start, end));
}

function classOf(code: number): number {
  if (code <= 0x20 || code === 0x7f) return SPACE;
  const character = String.fromCharCode(code);
  if (/[a-z_]/i.test(character)) return LETTER;
  return /\d/.test(character) ? DIGIT : OTHER;
}
