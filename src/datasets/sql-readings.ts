/** What a character of a statement belongs to. */
export const CODE = 0;
export const LITERAL = 1;
export const COMMENT = 2;
export const DOUBLE_QUOTED = 3;
export const BACK_QUOTED = 4;

/** Quotes as word processors set them: what opens one, and what may close it. Languages differ. */
const TYPOGRAPHIC = [
  '‘’',
  '’’',
  '‚‘’',
  '‛’',
  '“”',
  '””',
  '„“”',
  '‟”',
  '‹›',
  '›‹›',
  '«»',
  '»«»',
  '´´',
  '＇＇',
  '＂＂',
];
const CLOSINGS: ReadonlyMap<string, string> = new Map(
  TYPOGRAPHIC.map((quotes) => [quotes.slice(0, 1), quotes.slice(1)]),
);

const OPENING = /['"`]|--|\/\*/g;
/** Quotes of word processors, `$$ $$` of Postgres and comments of MySQL: Athena knows none of them. */
const FOREIGN = /[#‘’‚‛“”„‟‹›«»´＇＂]|\$(?:[a-z_]\w*)?\$/i;
/** Before these, since they may hold a `#` or `$`: a number, or whatever begins like one; a word. */
const ANY_OPENING =
  /(\.?\p{Nd}(?:e[+-](?=\p{Nd})|[\p{L}\p{M}\p{N}_$.])*|[\p{L}\p{M}_][\p{L}\p{M}\p{N}_$]*(?:#[\p{L}\p{M}_][\p{L}\p{M}\p{N}_$]*)*)|['"`#‘’‚‛“”„‟‹›«»´＇＂]|--|\/\*|\$(?:[a-z_]\w*)?\$/giu;

/**
 * What each character of a statement belongs to. Athena hands some statements to Trino and some to Hive, whose strings
 * know backslash escapes; and people write by the habits of other engines, or paste what a word processor has changed.
 * So a statement is read in all these ways, and where the readings differ the character counts as part of a literal.
 * What never ends, ends with the text.
 */
export function marksOf(text: string): Uint8Array {
  const marks = reading(text, OPENING, false);
  const others = [reading(text, OPENING, true)];
  if (FOREIGN.test(text)) others.push(reading(text, ANY_OPENING, false), reading(text, ANY_OPENING, true));
  for (const other of others) {
    for (let at = 0; at < marks.length; at++) if (marks[at] !== other[at]) marks[at] = LITERAL;
  }
  return marks;
}

function reading(text: string, openings: RegExp, asHive: boolean): Uint8Array {
  const marks = new Uint8Array(text.length);
  const opening = new RegExp(openings);
  for (let found = opening.exec(text); found !== null; found = opening.exec(text)) {
    // A name or a number opens nothing.
    if (found[1] !== undefined) continue;
    const end = endOf(text, found, asHive);
    marks.fill(markOf(found[0]), found.index, end);
    opening.lastIndex = end;
  }
  return marks;
}

function markOf(opening: string): number {
  if (opening === '"') return DOUBLE_QUOTED;
  if (opening === '`') return BACK_QUOTED;
  return opening === '--' || opening === '/*' || opening === '#' ? COMMENT : LITERAL;
}

function endOf(text: string, { 0: opening, index: start }: RegExpExecArray, asHive: boolean): number {
  const [first = ''] = opening;
  if (first === '-' || first === '#') return endOfLine(text, start);
  if (first === '/') return endOfComment(text, start, asHive);
  if (first === '$') return endOfDollars(text, start, opening);
  const closings = CLOSINGS.get(first);
  if (closings !== undefined) return endOfTypographic(text, start, closings);
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

/** Behind `$tag$` the same tag ends it. */
function endOfDollars(text: string, start: number, tag: string): number {
  const end = text.indexOf(tag, start + tag.length);
  return end < 0 ? text.length : end + tag.length;
}

/** An apostrophe, or a quote within quotes: then nobody knows where it ends. */
function endOfTypographic(text: string, start: number, closings: string): number {
  const opening = text[start] ?? '';
  for (let at = start + 1; at < text.length; at++) {
    const quote = text[at] ?? '';
    if (quote !== opening && !closings.includes(quote)) continue;
    const isSure = closings.includes(quote) && text[at - 1] !== '\\' && text[at + 1] !== quote;
    return isSure && !/^[\p{L}\p{M}\p{N}_$]/u.test(text.slice(at + 1, at + 3)) ? at + 1 : text.length;
  }
  return text.length;
}

/** `LIKE ... ESCAPE '\'` is common in Trino and nothing in Hive: no need to lose the rest of the statement to it. */
function isEscapeCharacter(text: string, start: number): boolean {
  if (!text.startsWith("'\\'", start) || text[start + 3] === "'") return false;
  return /\bu?escape\s{0,4}$/i.test(text.slice(Math.max(0, start - 16), start));
}
