import { beforeAll, describe, expect, test } from 'vitest';
import { tablesOf } from '../../src/sql/tables-of.js';
import { type DtAnswer, dtOracle } from '../support/sql/dt-oracle.ts';
import { LABELLED } from '../support/sql/labelled.ts';
import { hasSeeds, seedStatements } from '../support/sql/seeds.ts';
import { touchedBy } from '../support/sql/touched.ts';

/**
 * dt-sql-parser, whose grammars nobody here wrote, names the same tables, but for what is listed here with its reason:
 * statements by how they begin. It is no truth: nobody's labels are changed for it.
 */
const DISAGREEMENTS: { readonly [reason: string]: readonly string[] } = {
  'dt keeps the comments within a name': ['SELECT * FROM clinic/* db */'],
  'dt reads the comma of a list in ON as one between tables: it misses one, and makes one up': [
    'SELECT * FROM a JOIN b ON contains(ARRAY[',
    'SELECT * FROM a JOIN b ON ARRAY[',
  ],
  'dt takes what tells of a table for a table of its own': [
    'SELECT * FROM "patients$partitions"',
    'SELECT * FROM "clinic"."visits$files"',
    'SELECT * FROM "visits$data"',
  ],
  'dt does not know the database behind the second IN': ['SHOW COLUMNS IN a IN clinic'],
  'dt takes the word behind DESCRIBE for the table': ['DESCRIBE VIEW v', 'DESCRIBE OUTPUT by_id'],
  'dt tells no table of these': ['COMMENT ON COLUMN', 'GRANT SELECT ON clinic.a', 'REVOKE SELECT, INSERT ON'],
  'dt cannot parse what Athena can': [
    ...['USING EXTERNAL FUNCTION redact', 'USING EXTERNAL FUNCTION f', 'USING FUNCTION f'],
    ...['EXPLAIN ANALYZE VERBOSE (FORMAT JSON)', 'CREATE PROTECTED MULTI DIALECT VIEW'],
    ...['ALTER VIEW v ADD DIALECT', 'ALTER VIEW clinic.v FORCE UPDATE DIALECT', 'ALTER VIEW v DROP DIALECT'],
    ...[
      'OPTIMIZE a',
      'OPTIMIZE clinic.a',
      'VACUUM a',
      'VACUUM clinic',
      'SHOW CREATE VIEW v',
      'SHOW STATS FOR a',
    ],
  ],
  'Trino has it, Hive has not; dt is asked as Hive': [
    'CREATE TABLE a (x integer, LIKE b',
    'ALTER TABLE IF EXISTS a RENAME',
  ],
  'white space that nobody allows': ['SELECT\u00a0*\u3000FROM\u00a0a'],
  'the text is damaged: what can be read of it is a matter of taste, and it is marked': [
    ...[
      'SELECT * FROM "ab',
      'SELECT f(x] FROM a',
      'SELECT * FROM $',
      'SELECT * FROM {{',
      'SELECT * FROM my-table',
    ],
    ...['SELECT * FROM a.b.c.d', 'SELECT * FROM ""', 'SELECT * FROM a FROM b', 'SELECT * FROM a WHERE x = ‘'],
    ...['WITH x AS (SELECT 1) INSERT', 'INSERT INTO', 'UPDATE a SET x = b.x FROM b', 'hello FROM', 'SLECT'],
    ...['-- declare a temporary role_assumptions', 'SELECT * WHERE x = 1 FROM a', 'SELECT *\nWHERE "$PATH"'],
  ],
};

const STATEMENTS = [...LABELLED, ...(hasSeeds ? seedStatements() : [])];

/** The names that WITH gives: dt tells them as tables too. */
const NAMED = /("(?:[^"]|"")+"|\w+)\s*(?:\([^)]*\))?\s+AS\s*\(/gi;

/** How dt and a scanner differ about a text; undefined where they do not. */
function difference(dt: DtAnswer, text: string, scan: typeof tablesOf): string | undefined {
  // Names as they are written: what the context would add is left out.
  const { tables } = scan(text, { catalog: '-', database: '-' });
  const ours = new Set(
    tables.map((it) => [it.catalog, it.database, it.table].filter((part) => part !== '-').join('.')),
  );
  const named = new Set(
    [...text.matchAll(NAMED)].map(([, name = '']) => name.replace(/^"|"$/g, '').toLowerCase()),
  );
  const lacking = dt.names.filter((name) => !ours.has(name) && !named.has(name));
  const more = [...ours].filter((name) => !dt.names.includes(name));
  return lacking.length + more.length === 0 ? undefined : `dt alone: ${lacking}; we alone: ${more}`;
}

describe('dt-sql-parser', () => {
  let dt: (text: string) => DtAnswer;
  beforeAll(async () => {
    dt = await dtOracle();
  });

  test('names the same tables, but for the listed disagreements', () => {
    const listed = Object.values(DISAGREEMENTS).flat();
    const differing = STATEMENTS.map(([, text]) => text).filter((text) =>
      difference(dt(text), text, tablesOf),
    );
    expect(differing.filter((text) => !listed.some((begin) => text.startsWith(begin)))).toEqual([]);
    const ofSeeds = ['-- declare', 'SELECT *\nWHERE'];
    const expected = hasSeeds ? listed : listed.filter((it) => !ofSeeds.some((seed) => it.startsWith(seed)));
    expect(expected.filter((begin) => !differing.some((text) => text.startsWith(begin)))).toEqual([]);
  });

  test('notices a scanner that loses the last table, or takes names of queries for tables', () => {
    const loses: typeof tablesOf = (text, defaults) => {
      const found = tablesOf(text, defaults);
      return { ...found, tables: found.tables.slice(0, -1) };
    };
    const makesUp: typeof tablesOf = (text, defaults) =>
      tablesOf(text.replace(/\bWITH\b/i, 'SELECT * FROM x,'), defaults);
    for (const scan of [loses, makesUp]) {
      const differing = STATEMENTS.filter(([, text]) => difference(dt(text), text, scan) !== undefined);
      expect(differing.length).toBeGreaterThan(70);
    }
  });
});

describe.skipIf(!hasSeeds)('the statements of the seeds', () => {
  test.each(hasSeeds ? seedStatements() : [])('%s: %s', (kind, text, touched) => {
    const found = tablesOf(text, { database: 'lab' });
    expect(found.kind).toBe(kind);
    expect(touchedBy(found).join(' ')).toBe(touched);
  });
});
