import { invalid } from './aws-error.ts';
import { RESERVED } from './dynamodb-reserved.ts';
import { type Item, stored, type Value } from './dynamodb-values.ts';

/** A path into an item: attribute names, from the outside in. */
export type Path = readonly string[];

/** What a request gives for `#names` and `:values`; each must be used by one of its expressions, and only they. */
export type Placeholders = {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Record<string, Value> | undefined;
};

/** The placeholders of one request, and which of them its expressions have used. */
export class Substitutions {
  readonly #names: Record<string, string>;
  readonly #values: Item;
  readonly #unused: Set<string>;

  constructor({ ExpressionAttributeNames: names, ExpressionAttributeValues: values }: Placeholders) {
    for (const [member, given] of Object.entries({ Names: names, Values: values })) {
      if (given !== undefined && Object.keys(given).length === 0) {
        throw invalid(`ExpressionAttribute${member} must not be empty`);
      }
    }
    this.#names = names ?? {};
    this.#values = Object.fromEntries(
      Object.entries(values ?? {}).map(([name, value]) => [name, stored(value)]),
    );
    this.#unused = new Set([...Object.keys(this.#names), ...Object.keys(this.#values)]);
  }

  nameOf(token: string): string {
    if (!token.startsWith('#')) {
      if (!RESERVED.has(token.toUpperCase())) return token;
      throw invalid(`Invalid expression: Attribute name is a reserved keyword; reserved keyword: ${token}`);
    }
    const name = this.#names[token];
    if (name === undefined)
      throw invalid(
        `An expression attribute name used in the document path is not defined; attribute name: ${token}`,
      );
    this.#unused.delete(token);
    return name;
  }

  valueOf(token: string): Value {
    const value = this.#values[token];
    if (value === undefined)
      throw invalid(
        `An expression attribute value used in expression is not defined; attribute value: ${token}`,
      );
    this.#unused.delete(token);
    return value;
  }

  /** To be asked when all expressions of the request are read. @throws AwsError ValidationException */
  checkAllUsed(): void {
    const [first] = this.#unused;
    if (first === undefined) return;
    const what = first.startsWith('#') ? 'ExpressionAttributeNames' : 'ExpressionAttributeValues';
    throw invalid(`Value provided in ${what} unused in expressions: keys: {${first}}`);
  }
}

const TOKEN = /\s*(?:([#:][A-Za-z0-9_]+)|([A-Za-z][A-Za-z0-9_]*)|(<>|<=|>=|[=<>(),.+-]))/y;

/** The words of one expression, read from left to right. */
export class Tokens {
  readonly placeholders: Substitutions;
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(expression: string, placeholders: Substitutions) {
    if (expression.trim() === '') throw invalid('Invalid expression: The expression can not be empty;');
    if (Buffer.byteLength(expression) > 4096)
      throw invalid('Expression size has exceeded the maximum allowed size');
    this.placeholders = placeholders;
    this.#tokens = tokensOf(expression);
  }

  /** The next token, without taking it; empty at the end. A keyword is told in capitals. */
  peek(ahead = 0): string {
    return this.#tokens[this.#at + ahead] ?? '';
  }

  isAt(word: string): boolean {
    return this.peek().toUpperCase() === word;
  }

  take(): string {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  /** Takes the word if it stands here. */
  takeIf(word: string): boolean {
    const is = this.isAt(word);
    if (is) this.#at += 1;
    return is;
  }

  expect(word: string): void {
    if (!this.takeIf(word)) throw this.unexpected();
  }

  unexpected(): Error {
    const token = this.peek() || '<EOF>';
    return invalid(`Invalid expression: Syntax error; token: "${token}", near: "${this.peek(-1)} ${token}"`);
  }

  /** `a`, `#a`, `a.#b`. */
  path(): Path {
    const names: string[] = [];
    do {
      if (!/^[#A-Za-z]/.test(this.peek())) throw this.unexpected();
      names.push(this.placeholders.nameOf(this.take()));
    } while (this.takeIf('.'));
    return names;
  }

  /** One or more, with commas between. */
  list<T>(one: () => T): readonly T[] {
    const all = [one()];
    while (this.takeIf(',')) all.push(one());
    return all;
  }
}

function tokensOf(expression: string): readonly string[] {
  const tokens: string[] = [];
  const text = expression.trimEnd();
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length; ) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null)
      throw invalid(`Invalid expression: Syntax error; token: "${text.slice(at, at + 10)}"`);
    tokens.push(match[0].trimStart());
  }
  return tokens;
}

/** What an item holds at a path. */
export function valueAt(item: Readonly<Record<string, Value>>, path: Path): Value | undefined {
  const [name = '', ...rest] = path;
  const value = Object.hasOwn(item, name) ? item[name] : undefined;
  return rest.length === 0 ? value : value?.M && valueAt(value.M, rest);
}
