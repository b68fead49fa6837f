import { BACK_QUOTED, DOT, DOUBLE_QUOTED, NUMBER, RESERVED, SELECT, STRING, WORD } from './token-kinds.js';
import type { Tokens } from './tokens.js';

/** A name as it was read: its parts in lower case, and the token behind it. */
export type ReadName = { readonly parts: readonly string[]; readonly next: number };

/** Whether a name may begin with this token. Where Hive reads, more words are names than in Trino. */
export function beginsName(kind: number | undefined, forHive = false): boolean {
  return kind !== undefined && kind >= WORD && kind < SELECT && (forHive || kind !== RESERVED);
}

/** Reads a name that begins at a token; undefined where there is none, or it ends with a dot. */
export function nameAt(tokens: Tokens, at: number, forHive = false): ReadName | undefined {
  const { kinds } = tokens;
  if (!beginsName(kinds[at], forHive)) return undefined;
  const first = partAt(tokens, at);
  if (kinds[at + 1] !== DOT) return whole(kinds[at] === BACK_QUOTED ? first.split('.') : [first], at + 1);
  const parts = [first];
  let next = at + 1;
  for (; kinds[next] === DOT; next += 2) {
    const kind = kinds[next + 1] ?? 0;
    if (kind < NUMBER || kind >= SELECT) return undefined;
    parts.push(partAt(tokens, next + 1));
  }
  return whole(parts, next);
}

/** Nothing has an empty name. */
function whole(parts: readonly string[], next: number): ReadName | undefined {
  return parts.includes('') ? undefined : { parts, next };
}

/** Empty where a quote was cut off. */
function partAt({ text, kinds, starts, ends }: Tokens, at: number): string {
  const start = starts[at] ?? 0;
  const part = text.slice(start, ends[at]);
  if (kinds[at] !== DOUBLE_QUOTED && kinds[at] !== BACK_QUOTED) return part.toLowerCase();
  const quote = part.charAt(0);
  if (part.length < 2 || !part.endsWith(quote)) return '';
  return part
    .slice(1, -1)
    .replaceAll(quote + quote, quote)
    .toLowerCase();
}

/** An unquoted word in upper case; empty where something else stands. */
export function wordAt({ text, kinds, starts, ends }: Tokens, at: number): string {
  const kind = kinds[at] ?? 0;
  if (kind < WORD || kind === DOUBLE_QUOTED || kind === BACK_QUOTED || kind === STRING) return '';
  return text.slice(starts[at], ends[at]).toUpperCase();
}
