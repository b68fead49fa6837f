import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskSql } from '../../src/datasets/sql-mask.js';
import { marksOf } from '../../src/datasets/sql-readings.js';
import { SEED } from '../support/seed.js';

const LARGEST = 262_144;

describe('a query of Trino', () => {
  test.each([
    ['strings', "SELECT * FROM t WHERE name = 'Jane Doe'", 'SELECT * FROM t WHERE name = ?'],
    ['quotes in strings', "SELECT 'it''s', ''''", 'SELECT ?, ?'],
    ['empty strings', "SELECT '', a", 'SELECT ?, a'],
    ['strings over lines', "SELECT 'one\n-- two\n/* three' FROM t", 'SELECT ? FROM t'],
    ['Unicode strings', "SELECT U&'\\0441' UESCAPE '!'", 'SELECT U&? UESCAPE ?'],
    ['binary strings', "SELECT X'65683F', x'AB'", 'SELECT X?, x?'],
    ['typed literals', "WHERE d >= DATE '2024-01-01'", 'WHERE d >= DATE ?'],
    ['intervals', "SELECT now() - interval '7200' second", 'SELECT now() - interval ? second'],
    ['integers', 'SELECT 10, -42 LIMIT 5', 'SELECT ?, -? LIMIT ?'],
    ['decimals', 'SELECT 1.5, .5, 1., 10.25e-7, 1E5', 'SELECT ?, ?, ?, ?, ?'],
    ['long numbers', 'SELECT 4111_1111_1111_1111, 0xCAFE, 0b1, 0o17', 'SELECT ?, ?, ?, ?'],
    ['numbers in other digits', 'SELECT ١٢٣٤٥, １２３４', 'SELECT ?, ?'],
    ['what begins like a number', 'SELECT 2024table', 'SELECT ?'],
    ['a number beside a string', "SELECT 'a'17", 'SELECT ?'],
    ['lists', "x IN ('a', 'b', 3)", 'x IN (?, ?, ?)'],
    ['values', "INSERT INTO t VALUES (1, 'a'), (2, 'b')", 'INSERT INTO t VALUES (?, ?), (?, ?)'],
    ['parameters', "EXECUTE q USING 'secret', 10", 'EXECUTE q USING ?, ?'],
    ['prepared statements', "PREPARE q FROM SELECT * FROM t WHERE a = 'b'", null],
    ['what is executed', "EXECUTE IMMEDIATE 'SELECT 1'", 'EXECUTE IMMEDIATE ?'],
    ['targets', "UNLOAD (SELECT a FROM t) TO 's3://b/p/' WITH (format = 'PARQUET')", null],
    ['subscripts', "SELECT m['key'], a[1]", 'SELECT m[?], a[?]'],
    ['comments to the end of the line', 'SELECT a -- the password is hunter2\nFROM t', 'SELECT a FROM t'],
    ['comments to a carriage return', 'SELECT a --hunter2\rFROM t', 'SELECT a FROM t'],
    ['comments at the end', 'SELECT a --hunter2', 'SELECT a'],
    ['comments within', "/* from 'here' */SELECT/**/a/***/FROM/*/ x */t", 'SELECT a FROM t'],
    ['comments without end', 'SELECT a /* hunter2', 'SELECT a'],
    ['strings in comments', "SELECT a -- it's\n, 'b'", 'SELECT a , ?'],
    ['strings without end', "SELECT a, 'hunter2 FROM t", 'SELECT a, ?'],
    ['white space', '\n\tSELECT  a\u00a0,\r\n b  ', 'SELECT a , b'],
  ])('loses %s', (_, text, mask) => {
    const expected = mask ?? text.replaceAll(/'[^']*'/g, '?');
    expect(maskSql(text)).toBe(expected);
  });

  test.each([
    ['digits in names', 'SELECT col_1, t2.a3 FROM table_2024 t2'],
    ['qualified names', 'SELECT a FROM awsdatacatalog.sales.orders_2024'],
    ['operators', 'SELECT a || b, -c, a <> b, a -> b FROM t WHERE a != b AND NOT c OR d % e'],
    ['parameters', 'SELECT a FROM t WHERE b = ? AND c IN (?, ?)'],
    ['names of other letters', 'SELECT größe, 列名 FROM t'],
    ['quoted names', 'SELECT "a-b", "C" AS "größe" FROM "my-table" JOIN "db"."t" ON x WHERE "a" IS NULL'],
    ['quoted names behind names', 'SELECT a "x", b FROM t, "my-table"'],
    ['hidden columns', 'SELECT DISTINCT "$path" FROM db."my-table$partitions"'],
    ['qualified names on the right', 'SELECT a FROM t JOIN u ON t."id" = u."id" AND sum("u"."amount") > b'],
    ['names in queries within', 'WITH "x" AS (SELECT "a" FROM (SELECT "b" FROM t)) SELECT "a" FROM "x"'],
    ['distinct columns', 'SELECT DISTINCT "a" FROM "b" WHERE x IS DISTINCT FROM u."c" AND "d" IS NULL'],
    ['dollars and hashes in names', 'SELECT a$$b, c#d, $e FROM t$1 WHERE b$x$ IS NULL'],
    ['names of views', 'CREATE OR REPLACE VIEW "my-view" AS SELECT "a" FROM "b"'],
    ['names to sort by', 'SELECT a FROM t ORDER BY "a" DESC, "b"'],
    ['a second statement', 'SELECT "a" FROM t; SELECT "b" FROM t'],
    ['back-quoted names', 'SELECT `my-col` FROM `db`.`t`'],
  ])('keeps %s', (_, text) => expect(maskSql(text)).toBe(text));

  test.each([
    ['as compared', 'SELECT * FROM t WHERE a = "hunter2"'],
    ['as matched', 'SELECT * FROM t WHERE a LIKE "hunter2"'],
    ['in a list', 'SELECT * FROM t WHERE a IN ("b", "hunter2")'],
    ['in a range', 'SELECT * FROM t WHERE a BETWEEN "b" AND "hunter2"'],
    ['as values', 'INSERT INTO t VALUES (1, "a"), (2, "hunter2")'],
    ['as arguments', 'SELECT concat(a, "hunter2") FROM t'],
    ['as results', 'SELECT CASE WHEN a THEN "b" ELSE "hunter2" END'],
    ['as keys', 'SELECT m["hunter2"] FROM t'],
    ['as parameters', 'EXECUTE q USING "hunter2"'],
    ['as cases', 'SELECT CASE x WHEN "hunter2" THEN y WHEN "a-hunter2" THEN z END FROM t'],
    ['as compared with null', 'SELECT a FROM t WHERE x IS DISTINCT FROM "hunter2"'],
    ['as not distinct', 'SELECT a FROM t WHERE x IS NOT DISTINCT /* from */ from "hunter2"'],
    ['with what no name has', 'SELECT "hunter2@example.com", "pass hunter2", "1-hunter2" FROM t'],
    ['with quotes', 'SELECT "a""hunter2"'],
    ['without end', 'SELECT "hunter2'],
    ['of a second statement', 'SELECT 1; ALTER TABLE t SET TBLPROPERTIES ("a" = "hunter2")'],
    ['of nobody knows what', 'PLEASE SELECT "hunter2"'],
  ])('loses double quotes where a string may stand: %s', (_, text) => {
    expect(maskSql(text)).not.toContain('hunter2');
  });
});

describe('a statement of Hive', () => {
  test.each([
    [
      'table properties',
      `CREATE EXTERNAL TABLE db.t (a string COMMENT "it's", b int) LOCATION 's3://b/p' TBLPROPERTIES ("k"="v")`,
      'CREATE EXTERNAL TABLE db.t (a string COMMENT ?, b int) LOCATION ? TBLPROPERTIES (?=?)',
    ],
    [
      'partitions',
      "ALTER TABLE t ADD IF NOT EXISTS PARTITION (day='2024-01-01', n=5) LOCATION 's3://b/p/'",
      'ALTER TABLE t ADD IF NOT EXISTS PARTITION (day=?, n=?) LOCATION ?',
    ],
    ['escaped quotes', "ALTER TABLE t SET X ('a\\'b', 'c')", 'ALTER TABLE t SET X (?'],
    ['escaped double quotes', 'ALTER TABLE t SET X ("a\\"b", "c")', 'ALTER TABLE t SET X (?'],
    ['escaped backslashes', "ALTER TABLE t SET X ('a\\\\', b)", 'ALTER TABLE t SET X (?, b)'],
    ['strings side by side', `SHOW TABLES 'a'"b"`, 'SHOW TABLES ?'],
    ['escapes', "FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\'", 'FIELDS TERMINATED BY ? ESCAPED BY ?'],
    ['numbers with types', 'SHOW x 10L, 5Y, 1.5BD', 'SHOW x ?, ?, ?'],
    ['hints', 'DESCRIBE /*+ MAPJOIN(secret) */ t', 'DESCRIBE t'],
    ['comments in comments', "DESCRIBE /* a /* b */ 'c' */ t", 'DESCRIBE ? t'],
    ['back-quoted names', 'MSCK REPAIR TABLE `my-db`.`2024` ', 'MSCK REPAIR TABLE `my-db`.?'],
  ])('loses %s', (_, text, mask) => expect(maskSql(text)).toBe(mask));
});

describe('a text that two engines read in two ways', () => {
  test.each([
    ["SELECT 'it\\'s hunter2' FROM t"],
    ["SELECT 'a\\' OR 'hunter2'"],
    ["SELECT 'a\\', 'hunter2', 'b'"],
    ['SELECT "a\\" OR "hunter2"'],
    ["SELECT 'a\\''hunter2'"],
    ['SELECT `a FROM t WHERE b = "`hunter2'],
    ["SELECT `it's` hunter2', 'x'"],
    ['SELECT /* /* */ hunter2 */ a'],
    ["SELECT a LIKE b ESCAPE '\\'' hunter2'"],
  ])('loses what either takes for a literal: %s', (text) => {
    expect(maskSql(text)).not.toContain('hunter2');
  });

  test('keeps its rest behind the usual escape character of LIKE', () => {
    expect(maskSql("SELECT a FROM t WHERE b LIKE '5\\%' ESCAPE '\\' AND c = 'd' LIMIT 5")).toBe(
      'SELECT a FROM t WHERE b LIKE ? ESCAPE ? AND c = ? LIMIT ?',
    );
  });
});

describe('what other engines and word processors make of a literal', () => {
  test.each([
    ['SELECT a FROM t WHERE b = ‘hunter2’ AND c = d', 'SELECT a FROM t WHERE b = ? AND c = d'],
    ['SELECT a FROM t WHERE b = “hunter2” AND c = d', 'SELECT a FROM t WHERE b = ? AND c = d'],
    ['SELECT a FROM t WHERE b = ”hunter2” AND c = ’hunter2’', 'SELECT a FROM t WHERE b = ? AND c = ?'],
    ['SELECT a FROM t WHERE b = „hunter2“ AND c = ‚hunter2‘', 'SELECT a FROM t WHERE b = ? AND c = ?'],
    ['SELECT a FROM t WHERE b = „hunter2” AND c = ‹hunter2›', 'SELECT a FROM t WHERE b = ? AND c = ?'],
    ['SELECT a FROM t WHERE b = «hunter2» AND c = »hunter2«', 'SELECT a FROM t WHERE b = ? AND c = ?'],
    ['SELECT a FROM t WHERE b IN (‘x’, ‘hunter2’) LIMIT 5', 'SELECT a FROM t WHERE b IN (?, ?) LIMIT ?'],
    ['SELECT ‘my hunter2 -- it is’ FROM t', 'SELECT ?'],
    ['SELECT a, ‘hunter2 FROM t', 'SELECT a, ?'],
    ['SELECT a, ‘it’s hunter2’ FROM t', 'SELECT a, ?'],
    ['SELECT a, ‘it’’s hunter2’ FROM t', 'SELECT a, ?'],
    ['SELECT a, ‘a\\’ hunter2’ FROM t', 'SELECT a, ?'],
    ['SELECT a, “x “y” hunter2” FROM t', 'SELECT a, ?'],
    ['SELECT a, „x “y” hunter2” FROM t', 'SELECT a, ?'],
    ['SELECT a, “a”b = “ hunter2” FROM t', 'SELECT a, ?'],
    ["SELECT ‘ 'a’ hunter2' FROM t", 'SELECT ?'],
    ["SELECT ‘it's hunter2’ FROM t WHERE b = 'x'", 'SELECT ?'],
    ["SELECT 'it’s', b FROM t", 'SELECT ?, b FROM t'],
    ['SELECT b -- it’s hunter2\nFROM t', 'SELECT b FROM t'],
    ['SELECT $$hunter2$$ FROM t', 'SELECT ? FROM t'],
    ['SELECT $q$hunter2 $$ hunter2$q$ FROM t', 'SELECT ? FROM t'],
    ['SELECT a, $$hunter2 FROM t', 'SELECT a, ?'],
    ['SELECT a # hunter2\nFROM t', 'SELECT a ? FROM t'],
    ['SELECT a, 7#hunter2\n, b', 'SELECT a, ? , b'],
    ['SELECT a# hunter2', 'SELECT a?'],
    ["SELECT a # it's hunter2\n, 'hunter2'", 'SELECT a ?'],
  ])('is lost: %s', (text, mask) => expect(maskSql(text)).toBe(mask));

  test('costs a query without any of it nothing of its shape', () => {
    const text = 'SELECT "$path", größe->x FROM "t$files" WHERE a = ? AND b$c = ?';
    expect(maskSql(text)).toBe(text);
  });
});

/** Words that stand in no keyword and no name of the generated queries. */
const SECRET = fc.stringMatching(/^zq[a-z]{4,8}$/);
const NOISE = fc.constantFrom(
  "'",
  '"',
  '`',
  '\\',
  '\n',
  '--',
  '/*',
  '*/',
  ';',
  '(',
  '?',
  '#',
  '$$',
  '‘',
  '’',
  '”',
  ' ',
  '\u0000',
  '\ud800',
  '7',
);
const around = fc
  .tuple(fc.array(NOISE, { maxLength: 4 }), SECRET, fc.array(NOISE, { maxLength: 4 }))
  .map(([before, secret, after]) => ({ secret, text: before.join('') + secret + after.join('') }));

type Piece = { readonly secret: string | null; readonly text: string };
const inQuotes = (quote: string, escaping: (text: string) => string) =>
  around.map(({ secret, text }): Piece => ({ secret, text: quote + escaping(text) + quote }));
const doubled = (quote: string) => (text: string) => text.replaceAll(quote, quote + quote);
const escaped = (text: string) => text.replaceAll(/['"\\]/g, '\\$&');

const partners = [...['‘’', '’’', '“”', '””', '„“', '«»'], '´´'] as const;
const typographic = fc.tuple(fc.constantFrom(...partners), around).map(
  ([[opening, closing], { secret, text }]): Piece => ({
    secret,
    text: `${opening}${text.replaceAll(/[‘’”]/g, '.')}${closing}`,
  }),
);
const dollars = around.map(
  ({ secret, text }): Piece => ({ secret, text: `$$${text.replaceAll('$', '.')}$$` }),
);
const hashComment = around.map(
  ({ secret, text }): Piece => ({ secret, text: `# ${text.replaceAll('\n', ' ')}\n` }),
);
const lineComment = around.map(
  ({ secret, text }): Piece => ({
    secret,
    text: `--${text.replaceAll('\n', ' ')}\n`,
  }),
);
const blockComment = around.map(
  ({ secret, text }): Piece => ({
    secret,
    text: `/*${text.replaceAll(/[*/]/g, '.')}*/`,
  }),
);
const number = fc
  .integer({ min: 1_000, max: 2 ** 40 })
  .map((n): Piece => ({ secret: `${n}`, text: ` ${n} ` }));
const code = fc
  .constantFrom(
    'FROM my_table',
    'WHERE a =',
    ', b',
    '(c',
    ')',
    'AND',
    'IN (',
    '||',
    '"a-b"',
    'a."b"',
    'LIKE',
    '`d`',
  )
  .map((text): Piece => ({ secret: null, text }));

const queryOf = (first: readonly string[], literals: readonly fc.Arbitrary<Piece>[]) =>
  fc.tuple(fc.constantFrom(...first), fc.array(fc.oneof(code, code, ...literals), { maxLength: 12 }));
const trino = queryOf(
  ['SELECT', 'WITH', 'INSERT INTO'],
  [...[inQuotes("'", doubled("'")), lineComment, blockComment, number]],
);
const hive = queryOf(
  ['ALTER TABLE', 'CREATE EXTERNAL TABLE'],
  [...[inQuotes("'", escaped), inQuotes('"', escaped), lineComment, blockComment, number]],
);
const foreign = queryOf(
  ['SELECT', 'WITH', 'ALTER TABLE'],
  [...[inQuotes("'", doubled("'")), typographic, dollars, hashComment, lineComment, number]],
);
const written = ([first, pieces]: readonly [string, readonly Piece[]]) =>
  [first, ...pieces.map(({ text }) => text)].join(' ');

/** The secrets of a generated query that a masker leaves. */
function leaks(mask: (text: string) => string, query: readonly [string, readonly Piece[]]): string[] {
  const masked = mask(written(query));
  return query[1].flatMap(({ secret }) => (secret !== null && masked.includes(secret) ? [secret] : []));
}

/** A masker that has forgotten something. */
const withoutEscapes = (text: string) =>
  text.replaceAll(/--.*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"[^"]*"|\d+/g, '?');
const withoutDoubling = (text: string) =>
  text.replaceAll(/--.*|\/\*[\s\S]*?\*\/|'(?:[^'\\]|\\.)*'|\d+/gs, '?');
const withoutComments = (text: string) => text.replaceAll(/'(?:[^']|'')*'|\d+/g, '?');
const withoutNumbers = (text: string) => text.replaceAll(/--.*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'/g, '?');

describe('generated queries', () => {
  const runs = { seed: SEED, numRuns: 10_000 };

  test(`of Trino lose every literal and comment (seed ${SEED})`, () => {
    fc.assert(
      fc.property(trino, (query) => {
        expect(leaks(maskSql, query), written(query)).toEqual([]);
      }),
      runs,
    );
  });

  test(`of Hive lose every literal and comment (seed ${SEED})`, () => {
    fc.assert(
      fc.property(hive, (query) => {
        expect(leaks(maskSql, query), written(query)).toEqual([]);
      }),
      runs,
    );
  });

  test(`with quotes and comments of other engines lose them all (seed ${SEED})`, () => {
    fc.assert(
      fc.property(foreign, (query) => {
        expect(leaks(maskSql, query), written(query)).toEqual([]);
      }),
      runs,
    );
  });

  test.each([
    [
      'typographic quotes',
      (text: string) => text.replaceAll(/#.*|\$\$[\s\S]*?\$\$|--.*|'[^']*'|\d+/g, '?'),
      foreign,
    ],
    ['backslashes', withoutEscapes, hive],
    ['doubled quotes', withoutDoubling, trino],
    ['comments', withoutComments, trino],
    ['numbers', withoutNumbers, trino],
  ])('would show a masker that forgets %s', (_, mask, queries) => {
    const found = fc.check(
      fc.property(queries, (query) => leaks(mask, query).length === 0),
      runs,
    );
    expect(found.failed).toBe(true);
  });

  const anything = fc.array(
    fc.oneof(
      NOISE,
      SECRET,
      fc.constantFrom('SELECT', 'a', '"b"', '.', '1', 'e', '-', '*', '/', '$q$', 'a#b', '“'),
    ),
    {
      maxLength: 30,
    },
  );

  test(`masked twice are masked once, whatever they say (seed ${SEED})`, () => {
    fc.assert(
      fc.property(
        fc.oneof(
          trino.map(written),
          hive.map(written),
          foreign.map(written),
          anything.map((it) => it.join('')),
        ),
        (text) => {
          const mask = maskSql(text);
          expect(maskSql(mask), text).toBe(mask);
          expect(mask).not.toMatch(/'|--|\/\*|\d{4}|[‘’“”]/);
        },
      ),
      { ...runs, numRuns: 30_000 },
    );
  });

  test(`of the same shape have the same mask (seed ${SEED})`, () => {
    const plain = fc.stringMatching(/^[a-z '";()\n-]{0,12}$/).map((it) => `'${it.replaceAll("'", "''")}'`);
    const literal = fc.oneof(
      plain,
      fc.nat().map(String),
      fc.double({ min: 0, max: 1e9, noNaN: true }).map(String),
    );
    const gap = fc.constantFrom(' ', '\n', '\t ', ' /* a */ ', ' -- b\n');
    fc.assert(
      fc.property(fc.array(fc.tuple(gap, literal), { minLength: 6, maxLength: 6 }), (parts) => {
        const [a, b, c, d, e, f] = parts.map(([before, it]) => before + it);
        const [space] = parts[0] ?? [' '];
        const text = `SELECT${space}"x",${a} FROM t2 WHERE a =${b} AND b IN (${c},${d}) OR c <${e} LIMIT${f}`;
        const mask = 'SELECT "x", ? FROM t2 WHERE a = ? AND b IN ( ?, ?) OR c < ? LIMIT ?';
        expect(maskSql(text), text).toBe(mask);
      }),
      { ...runs, numRuns: 3_000 },
    );
  });
});

describe('a hostile text of the largest size', () => {
  const pieces = [
    "'",
    '"',
    '`',
    '\\',
    "\\'",
    "'\\",
    '/*',
    '/*/',
    '*/',
    '--',
    '(',
    ')',
    '1',
    '.',
    'e+',
    '1e',
    'a',
  ];
  const more = [
    '"a".',
    '""',
    ' ',
    '\u0000',
    '\ud800',
    '\udc00',
    'é',
    ';',
    "'a'",
    '-',
    "ESCAPE '\\'",
    '‘',
    '‘’',
    '’a',
    '“”',
    '„',
    '#',
    '#\n',
    'a#',
    '$',
    '$$',
    '$a',
    '$a$',
    '"a"',
    '\r',
  ];

  test.each([...pieces, ...more])(
    'of nothing but %j comes to its end: steps that grow with its square would take hours',
    (piece) => {
      const text = piece.repeat(Math.ceil(LARGEST / piece.length)).slice(0, LARGEST);
      expect(marksOf(text)).toHaveLength(LARGEST);
      const mask = maskSql(text);
      expect(mask.length).toBeLessThanOrEqual(LARGEST);
      expect(maskSql(`SELECT ${text}`).length).toBeLessThanOrEqual(LARGEST + 7);
    },
  );

  test('keeps what is no literal: NULs and halves of characters', () => {
    expect(maskSql('SELECT \u0000\ud800 FROM t\udc00')).toBe('SELECT \u0000\ud800 FROM t\udc00');
  });
});
