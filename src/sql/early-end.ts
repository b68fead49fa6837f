import { wordAt } from './names.js';
import { COMMA, DOT, SELECT, SIGN } from './token-kinds.js';
import type { Tokens } from './tokens.js';

/** Behind these something follows. */
const SIGNS = new Set(['=', '<', '>', '+', '-', '/', '|']);
const WORDS = new Set([
  ...['AND', 'OR', 'NOT', 'IN', 'LIKE', 'BETWEEN', 'CASE', 'THEN', 'ELSE', 'BY', 'INTO', 'FOR'],
  ...['LEFT', 'RIGHT', 'FULL', 'INNER', 'OUTER', 'CROSS', 'NATURAL'],
]);

/** Whether a statement that ends before a token ends with something that wants more: it was cut off. */
export function endsEarly(tokens: Tokens, end: number): boolean {
  const kind = tokens.kinds[end - 1] ?? 0;
  if (kind === COMMA || kind === DOT || kind >= SELECT) return true;
  if (kind === SIGN) return SIGNS.has(tokens.text.charAt(tokens.starts[end - 1] ?? 0));
  return WORDS.has(wordAt(tokens, end - 1));
}
