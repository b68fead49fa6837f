/** What a character of a statement belongs to. */
export const CODE = 0;
export const LITERAL = 1;
export const COMMENT = 2;
export const DOUBLE_QUOTED = 3;
export const BACK_QUOTED = 4;

/**
 * What each character of a statement belongs to. Athena hands some statements to Trino and some to Hive, whose strings
 * know backslash escapes; and people write by the habits of other engines. So a statement is read in both ways, and
 * where the readings differ the character counts as part of a literal. What never ends, ends with the text.
 */
export function marksOf(text: string): Uint8Array {
  const marks = reading(text, false);
  const asHive = reading(text, true);
  for (let at = 0; at < marks.length; at++) if (marks[at] !== asHive[at]) marks[at] = LITERAL;
  return marks;
}

function reading(text: string, asHive: boolean): Uint8Array {
  const marks = new Uint8Array(text.length);
  const opening = /['"`]|--|\/\*/g;
  for (let found = opening.exec(text); found !== null; found = opening.exec(text)) {
    const end = endOf(text, found.index, asHive);
    marks.fill(markOf(found[0]), found.index, end);
    opening.lastIndex = end;
  }
  return marks;
}

function markOf(opening: string): number {
  if (opening === "'") return LITERAL;
  if (opening === '"') return DOUBLE_QUOTED;
  return opening === '`' ? BACK_QUOTED : COMMENT;
}

function endOf(text: string, start: number, asHive: boolean): number {
  const first = text[start] ?? '';
  if (first === '-') return endOfLine(text, start);
  if (first === '/') return endOfComment(text, start, asHive);
  const escapes = asHive && first !== '`' && !isEscapeCharacter(text, start);
  return endOfQuoted(text, start, escapes);
}

function endOfLine(text: string, start: number): number {
  const end = /[\r\n]/g;
  end.lastIndex = start;
  return end.exec(text)?.index ?? text.length;
}

/** Hive lets comments stand in comments, Trino does not. */
function endOfComment(text: string, start: number, nests: boolean): number {
  const edge = nests ? /\/\*|\*\//g : /\*\//g;
  edge.lastIndex = start + 2;
  let depth = 1;
  for (let found = edge.exec(text); found !== null; found = edge.exec(text)) {
    depth += found[0] === '*/' ? -1 : 1;
    if (depth === 0) return edge.lastIndex;
  }
  return text.length;
}

/** A quote given twice is a quote. With `escapes` a backslash takes the next character with it. */
function endOfQuoted(text: string, start: number, escapes: boolean): number {
  const quote = text.charCodeAt(start);
  let at = start + 1;
  while (at < text.length) {
    const character = text.charCodeAt(at);
    if (escapes && character === 0x5c) at += 2;
    else if (character !== quote) at++;
    else if (text.charCodeAt(at + 1) === quote) at += 2;
    else return at + 1;
  }
  return text.length;
}

/** `LIKE ... ESCAPE '\'` is common in Trino and nothing in Hive: no need to lose the rest of the statement to it. */
function isEscapeCharacter(text: string, start: number): boolean {
  if (!text.startsWith("'\\'", start) || text[start + 3] === "'") return false;
  return /\bu?escape\s{0,4}$/i.test(text.slice(Math.max(0, start - 16), start));
}
