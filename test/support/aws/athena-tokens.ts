import { AwsError } from './aws-error.ts';

const TOKEN = /\s+|--[^\n]*|'(?:[^']|'')*'|`[^`]*`|"[^"]*"|[A-Za-z0-9_]+|[^\sA-Za-z0-9_'`"]/gy;
const LOCATION = /^s3:\/\/[a-z0-9][a-z0-9.-]*(\/[^/*?]+)*\/?$/;

/** The words of a DDL statement, from left to right. */
export class SqlTokens {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(sql: string) {
    const found = [...sql.matchAll(TOKEN)].map(([token]) => token);
    if (found.join('').length !== sql.length) throw malformed('an unfinished literal');
    this.#tokens = found.filter((token) => !/^(\s|--)/.test(token));
  }

  isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  isAt(word: string, ahead = 0): boolean {
    return this.#tokens[this.#at + ahead]?.toUpperCase() === word;
  }

  /** Takes these words if they stand here, all of them. */
  takeIf(...words: readonly string[]): boolean {
    const are = words.every((word, ahead) => this.isAt(word, ahead));
    if (are) this.#at += words.length;
    return are;
  }

  expect(...words: readonly string[]): void {
    if (!this.takeIf(...words)) throw this.unexpected();
  }

  /** A name, bare or in backticks or double quotes, in lower case as the catalog keeps it. */
  identifier(): string {
    const token = this.#take();
    if (/^[`"]/.test(token)) return token.slice(1, -1).toLowerCase();
    if (!/^[A-Za-z_]/.test(token)) throw malformed(token);
    return token.toLowerCase();
  }

  /** What a string literal holds. */
  text(): string {
    const token = this.#take();
    if (!token.startsWith("'")) throw malformed(token);
    return token.slice(1, -1).replaceAll("''", "'");
  }

  /** A place in S3: `s3://`, no empty segment, no wildcard. */
  location(): string {
    const location = this.text();
    if (LOCATION.test(location)) return location;
    throw new AwsError('InvalidRequestException', 'The location is not a valid S3 path', MALFORMED);
  }

  /** A column type, also `array<struct<a:int>>` or `decimal(10,2)`. */
  type(): string {
    let type = this.identifier();
    let depth = 0;
    while (depth > 0 || this.isAt('<') || this.isAt('(')) {
      const token = this.#take();
      if (token === '') throw malformed('<EOF>');
      depth += Number(/^[<(]$/.test(token)) - Number(/^[>)]$/.test(token));
      type += token;
    }
    return type;
  }

  /** `(one, one, ...)` */
  enclosed<T>(one: () => T): readonly T[] {
    this.expect('(');
    const all = [one()];
    while (this.takeIf(',')) all.push(one());
    this.expect(')');
    return all;
  }

  unexpected(): AwsError {
    return malformed(this.#tokens[this.#at] ?? '<EOF>');
  }

  #take(): string {
    const token = this.#tokens[this.#at] ?? '';
    this.#at += 1;
    return token;
  }
}

const MALFORMED = { AthenaErrorCode: 'MALFORMED_QUERY' };

/** As in life the message quotes the statement: callers must not let it out. */
function malformed(token: string): AwsError {
  return new AwsError('InvalidRequestException', `line 1:1: mismatched input '${token}'`, MALFORMED);
}
