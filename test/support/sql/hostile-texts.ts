/** Athena takes texts of up to 256 KB. */
export const LONGEST = 262_144;

/** `part` over and over, between what stands before and behind all of it. */
type Shape = { readonly before?: string; readonly part: string; readonly behind?: string };

/** Texts that are long in one way each: what is slow, deep or quadratic anywhere shows in one of them. */
const SHAPES: { readonly [name: string]: Shape } = {
  'open brackets': { before: 'SELECT ', part: '(' },
  'closed brackets': { before: 'SELECT 1', part: ')' },
  'open lists': { before: 'SELECT ', part: 'ARRAY[' },
  'relations in brackets': { before: 'SELECT * FROM ', part: '(' },
  'subqueries in subqueries': { before: 'SELECT * FROM ', part: '(SELECT * FROM a,' },
  'WITH in WITH': { part: 'WITH a AS (' },
  'names of queries, one after the other': {
    before: 'WITH x AS (SELECT 1)',
    part: ', y AS (TABLE x)',
    behind: ' TABLE y',
  },
  'tables, one after the other': { before: 'SELECT * FROM a', part: ',bc.d' },
  joins: { before: 'SELECT * FROM a', part: ' JOIN b ON x=y' },
  'UNION ALL': { before: 'SELECT 1', part: ' UNION ALL SELECT a FROM b' },
  'values in a list': { before: 'SELECT * FROM a WHERE x IN (1', part: ',1', behind: ')' },
  'strings in a list': { before: 'SELECT * FROM a WHERE x IN (1', part: ",'it''s'", behind: ')' },
  operators: { before: 'SELECT 1', part: '+1' },
  CASE: { before: 'SELECT ', part: 'CASE WHEN x THEN ' },
  EXPLAIN: { part: 'EXPLAIN ' },
  PREPARE: { part: 'PREPARE a FROM ' },
  'USING EXTERNAL FUNCTION': { part: 'USING EXTERNAL FUNCTION f() ' },
  statements: { part: 'DROP TABLE a;' },
  'parts of a name': { before: 'SELECT * FROM a', part: '.b' },
  'parts of a name in backquotes': { before: 'DROP TABLE `a', part: '.b', behind: '`' },
  dots: { before: 'SELECT * FROM a', part: '.' },
  commas: { before: 'SELECT * FROM ', part: ',' },
  semicolons: { part: ';' },
  quotes: { before: 'SELECT ', part: "'" },
  'a string that never ends': { before: "SELECT '", part: 'x' },
  comments: { before: 'SELECT ', part: '/**/' },
  'a comment that never ends': { before: 'SELECT /*', part: '/*' },
  'lines of comments': { before: 'SELECT ', part: '--\n' },
  backslashes: { before: "CREATE EXTERNAL TABLE a (x string) COMMENT '", part: '\\' },
  'escaped quotes': { before: "ALTER TABLE a SET TBLPROPERTIES ('a' = '", part: "\\'" },
  'words and backslashes': { before: "SHOW TABLES '\\\\' ", part: 'a AS ' },
  'a number': { before: 'SELECT ', part: '1', behind: 'z' },
  'a number with underscores': { before: 'SELECT ', part: '1_', behind: 'z' },
  'a word': { before: 'SELECT ', part: 'a' },
  'letters beyond ASCII': { before: 'SELECT ', part: '患' },
  'signs beyond ASCII': { before: 'SELECT ', part: '“' },
  'white space': { before: 'SELECT', part: '\u3000 \n' },
  'a name full of dollars': { before: 'SELECT * FROM "', part: '$files', behind: '"' },
  'definitions of columns': {
    before: 'CREATE EXTERNAL TABLE a (x string',
    part: ',a struct<b:int>',
    behind: ')',
  },
  partitions: { before: 'ALTER TABLE a ADD', part: " PARTITION (x = 'y') LOCATION 's3://b/'" },
  'renamed again and again': { before: 'ALTER TABLE a', part: ' RENAME TO b' },
  copies: { before: 'CREATE TABLE a (LIKE b', part: ', LIKE c', behind: ')' },
};

/** The texts, each of about `length` characters. */
export function hostileTexts(length = LONGEST): readonly (readonly [name: string, text: string])[] {
  return Object.entries(SHAPES).map(([name, { before = '', part, behind = '' }]) => {
    const count = Math.max(1, Math.floor((length - before.length - behind.length) / part.length));
    return [name, before + part.repeat(count) + behind] as const;
  });
}
