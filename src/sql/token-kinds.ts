/** Kinds of tokens. A sign of ASCII that matters is its own character code; so all other kinds stand above these. */
export const OPEN = 0x28;
export const CLOSE = 0x29;
export const COMMA = 0x2c;
export const DOT = 0x2e;
export const SEMICOLON = 0x3b;
export const OPEN_LIST = 0x5b;
export const CLOSE_LIST = 0x5d;

export const SIGN = 128;
export const STRING = 129;
export const NUMBER = 130;
/** From here on: what may be a name. */
export const WORD = 131;
export const DOUBLE_QUOTED = 132;
export const BACK_QUOTED = 133;
/** Words with a meaning that may be names too. */
export const LATERAL = 134;
export const UNNEST = 135;
export const JSON_TABLE = 136;
export const WINDOW = 137;
export const RECURSIVE = 138;
/** Trino allows it as no name, and nothing here asks what it means. */
export const RESERVED = 139;
/** From here on: words that say where tables stand. They are no names, unless quoted. */
export const SELECT = 140;
export const FROM = 141;
export const JOIN = 142;
export const WITH = 143;
export const AS = 144;
export const TABLE = 145;
export const VALUES = 146;
export const UNION = 147;
export const WHERE = 148;
export const USING = 149;
export const ON = 150;
export const WHEN = 151;
export const DISTINCT = 152;

const MEANINGS: readonly (readonly [string, number])[] = [
  ...reserved('AND OR NOT IN IS LIKE NULL TRUE FALSE CASE THEN ELSE END EXISTS BETWEEN CAST FOR BY INTO'),
  ...reserved(
    'LEFT RIGHT FULL INNER OUTER CROSS NATURAL CREATE INSERT DELETE DROP ALTER ESCAPE EXTRACT TRIM',
  ),
  ...reserved('CUBE ROLLUP GROUPING PREPARE EXECUTE DESCRIBE CONSTRAINT'),
  ...(['INTERSECT', 'EXCEPT', 'UNION'] as const).map((word) => [word, UNION] as const),
  ...(['WHERE', 'GROUP', 'HAVING', 'ORDER'] as const).map((word) => [word, WHERE] as const),
  ['LATERAL', LATERAL],
  ['UNNEST', UNNEST],
  ['JSON_TABLE', JSON_TABLE],
  ['WINDOW', WINDOW],
  ['RECURSIVE', RECURSIVE],
  ['SELECT', SELECT],
  ['FROM', FROM],
  ['JOIN', JOIN],
  ['WITH', WITH],
  ['AS', AS],
  ['TABLE', TABLE],
  ['VALUES', VALUES],
  ['USING', USING],
  ['ON', ON],
  ['WHEN', WHEN],
  ['DISTINCT', DISTINCT],
];

const KINDS: ReadonlyMap<string, number> = new Map(
  MEANINGS.flatMap(([word, kind]) => [
    [word, kind],
    [word.toLowerCase(), kind],
  ]),
);
/** For each first letter, a bit for each length that a word with a meaning has. */
const LENGTHS = lengthsByFirstLetter();

/** The kind of an unquoted word. Most words are told apart by their first letter and length alone. */
export function kindOfWord(text: string, start: number, end: number): number {
  const length = end - start;
  const first = text.charCodeAt(start) & 0xdf;
  if (length > 10 || ((LENGTHS[first] ?? 0) & (1 << length)) === 0) return WORD;
  const word = text.slice(start, end);
  return KINDS.get(word) ?? KINDS.get(word.toUpperCase()) ?? WORD;
}

function reserved(words: string): (readonly [string, number])[] {
  return words.split(' ').map((word) => [word, RESERVED] as const);
}

function lengthsByFirstLetter(): Uint16Array {
  const lengths = new Uint16Array(128);
  for (const [word] of MEANINGS) {
    const first = word.charCodeAt(0);
    lengths[first] = (lengths[first] ?? 0) | (1 << word.length);
  }
  return lengths;
}
