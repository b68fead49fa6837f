/** A part of an SQL text: as it stands, or the name of what takes its place. */
export type Piece = string | { readonly placeholder: string };

/** What is skipped (literals, quoted names, comments), and what is looked for; a colon of any other kind is an error. */
const TOKEN =
  /(?<skipped>'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/)|:(?<name>[a-z][a-z_]*)|(?<stray>[:;'"])/g;

/**
 * An SQL text, cut at its placeholders (`:name`), which are none in literals, quoted names and comments. Also the place of
 * the first character that is no part of such a text: a colon, a semicolon, a quote without an end.
 */
export function piecesOf(sql: string): { readonly pieces: readonly Piece[]; readonly strayAt?: number } {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of sql.matchAll(TOKEN)) {
    const { name, stray } = match.groups ?? {};
    if (stray !== undefined) return { pieces, strayAt: match.index };
    if (name === undefined) continue;
    pieces.push(sql.slice(from, match.index), { placeholder: name });
    from = match.index + match[0].length;
  }
  pieces.push(sql.slice(from));
  return { pieces };
}

/** The names of the placeholders. */
export const placeholdersOf = (pieces: readonly Piece[]): ReadonlySet<string> =>
  new Set(pieces.flatMap((piece) => (typeof piece === 'string' ? [] : [piece.placeholder])));

/** The text with each placeholder replaced. */
export const filled = (pieces: readonly Piece[], sqlOf: (placeholder: string) => string): string =>
  pieces.map((piece) => (typeof piece === 'string' ? piece : sqlOf(piece.placeholder))).join('');
