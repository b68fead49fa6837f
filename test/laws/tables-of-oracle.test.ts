import { beforeAll, describe, expect, test } from 'vitest';
import { tablesOf } from '../../src/sql/tables-of.js';
import { SEED } from '../support/seed.ts';
import { type DtAnswer, dtOracle } from '../support/sql/dt-oracle.ts';
import { LABELLED } from '../support/sql/labelled.ts';
import { madeStatement, seedsFrom } from '../support/sql/made-statement.ts';
import { hasSeeds, seedStatements } from '../support/sql/seeds.ts';
import { touchedBy } from '../support/sql/touched.ts';

/**
 * dt-sql-parser, whose grammars nobody here wrote, names the same tables, but for what is listed here with its reason:
 * statements by how they begin. It is no truth: nobody's labels are changed for it.
 */
const DISAGREEMENTS: { readonly [reason: string]: { readonly [begin: string]: string } } = {
  'dt keeps the comments within a name': {
    'SELECT * FROM clinic/* db */': '-clinic/*.db.*/./*.table.*/patients +clinic.patients',
  },
  'dt reads the comma of a list in ON as one between tables: it misses one, and makes one up': {
    'SELECT * FROM a JOIN b ON contains(ARRAY[': '+c',
    'SELECT * FROM a JOIN b ON ARRAY[': '-a.y +c',
  },
  'dt takes what tells of a table for a table of its own': {
    'SELECT * FROM "patients$partitions"': '-patients$partitions +patients',
    'SELECT * FROM "clinic"."visits$files"': '-clinic.visits$files',
    'SELECT * FROM "visits$data"': '-visits$data +visits',
  },
  'dt does not know the database behind the second IN': {
    'SHOW COLUMNS IN a IN clinic': '-a +clinic.a',
  },
  'dt takes the word behind DESCRIBE for the table': {
    'DESCRIBE VIEW v': '-view +v',
    'DESCRIBE OUTPUT by_id': '-output',
  },
  'dt tells no table of these': {
    'COMMENT ON COLUMN': '+clinic.a',
    'GRANT SELECT ON clinic.a': '+clinic.a',
    'REVOKE SELECT, INSERT ON': '+clinic.a',
  },
  'dt cannot parse what Athena can': {
    'USING EXTERNAL FUNCTION redact': '+patients',
    'USING EXTERNAL FUNCTION f': '+a +b',
    'USING FUNCTION f': '+a',
    'EXPLAIN ANALYZE VERBOSE (FORMAT JSON)': '-verbose',
    'CREATE PROTECTED MULTI DIALECT VIEW': '+clinic.v',
    'ALTER VIEW v ADD DIALECT': '+v',
    'ALTER VIEW clinic.v FORCE UPDATE DIALECT': '-dialect +clinic.v',
    'ALTER VIEW v DROP DIALECT': '+v',
    'OPTIMIZE a': '+a',
    'OPTIMIZE clinic.a': '+clinic.a',
    'VACUUM a': '+a',
    'VACUUM clinic': '+clinic.order',
    'SHOW CREATE VIEW v': '+v',
    'SHOW STATS FOR a': '+a',
    'SELECT * FROM a JOIN b ON listagg(': '+c',
  },
  'Trino has it, Hive has not; dt is asked as Hive': {
    'CREATE TABLE a (x integer, LIKE b': '+b +c',
    'ALTER TABLE IF EXISTS a RENAME': '-if.exists.a +a',
  },
  'white space that nobody allows': {
    'SELECT\u00a0*\u3000FROM\u00a0a': '+a',
  },
  'the text is damaged: what can be read of it is a matter of taste, and it is marked': {
    'SELECT * FROM "ab': '-ab',
    'SELECT f(x] FROM a': '+a',
    'SELECT * FROM $': '-}',
    'SELECT * FROM {{': '+a',
    'SELECT * FROM my-table': '-',
    'SELECT * FROM a.b.c.d': '-a.b.c +b.c.d',
    'SELECT * FROM ""': '-',
    'SELECT * FROM a FROM b': '+b',
    'SELECT * FROM a WHERE x = ‘': '+b',
    'WITH x AS (SELECT 1) INSERT': '-a',
    'INSERT INTO': '-',
    'UPDATE a SET x = b.x FROM b': '+b',
    'hello FROM': '+world',
    SLECT: '+a +b',
    'DESCRIBE FORMATTED ?': '-formatted',
    '-- declare a temporary': '+default.cloudtrail_logs',
  },
  'the text is refused by Athena, and tells its table all the same': {
    'SELECT * WHERE x = 1 FROM a': '+a',
    'SELECT *\nWHERE "$PATH"': '+default.bob_role_activity',
  },
};

/** These are statements of the seeds, which may not be there. */
const OF_SEEDS = ['-- declare a temporary', 'SELECT *\nWHERE "$PATH"'];

const STATEMENTS = [...LABELLED, ...(hasSeeds ? seedStatements() : [])];

/** Kinds of statements whose grammar it has. */
const DT_KNOWS = new Set([
  ...['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'EXPLAIN', 'PREPARE'],
  ...['CREATE_TABLE_AS_SELECT', 'CREATE_VIEW'],
]);
/** See above for lists; it loses what stands behind a comma behind ON now and then; behind characters of two units it counts wrong; names with brackets we leave out ourselves. */
const DT_STUMBLES = /ARRAY \[|USING EXTERNAL|😀|"\(b"/i;

/** The names that WITH gives: dt tells them as tables too. */
const NAMED = /("(?:[^"]|"")+"|\w+)\s*(?:\([^)]*\))?\s+AS\s*\(/gi;

const namesIn = (text: string): ReadonlySet<string> =>
  new Set([...text.matchAll(NAMED)].map(([, name = '']) => name.replace(/^"|"$/g, '').toLowerCase()));

/** What a scanner lacks (`-`) of dt's names, and has more (`+`); undefined where they agree. */
function difference(
  dt: DtAnswer,
  text: string,
  scan: typeof tablesOf,
  named = namesIn(text),
): string | undefined {
  // Names as they are written: what the context would add is left out.
  const { tables } = scan(text, { catalog: '-', database: '-' });
  const ours = new Set(
    tables.map((it) => [it.catalog, it.database, it.table].filter((part) => part !== '-').join('.')),
  );
  const lacking = dt.names.filter((name) => !ours.has(name) && !named.has(name));
  const more = [...ours].filter((name) => !dt.names.includes(name));
  if (lacking.length + more.length === 0) return undefined;
  return [...lacking.map((name) => `-${name}`), ...more.map((name) => `+${name}`)].join(' ');
}

describe('dt-sql-parser', () => {
  let dt: (text: string) => DtAnswer;
  beforeAll(async () => {
    dt = await dtOracle();
  });

  test('names the same tables, but for the listed disagreements', () => {
    const listed = Object.values(DISAGREEMENTS).flatMap((begins) => Object.entries(begins));
    const differing = STATEMENTS.flatMap(([, text]) => {
      const differs = difference(dt(text), text, tablesOf);
      return differs === undefined ? [] : [{ text, differs }];
    });
    const isListed = ({ text, differs }: { text: string; differs: string }) =>
      listed.some(([begin, how]) => text.startsWith(begin) && how === differs);
    expect(differing.filter((it) => !isListed(it))).toEqual([]);
    const stale = listed.filter(([begin]) => !differing.some(({ text }) => text.startsWith(begin)));
    expect(stale.filter(([begin]) => hasSeeds || !OF_SEEDS.includes(begin))).toEqual([]);
  });

  test('takes nearly every query that is made for a query, and names its tables', () => {
    const made = seedsFrom(SEED, 1_000).map((seed) => madeStatement(seed, 'plain'));
    const asked = made.filter(
      ({ kind, text }) => DT_KNOWS.has(kind) && !DT_STUMBLES.test(text) && text.length < 400,
    );
    expect(asked.length).toBeGreaterThan(100);
    const refused = asked.filter(({ text }) => !dt(text).parses);
    expect(refused.length / asked.length, refused[0]?.text).toBeLessThan(0.03);
    const differing = asked.filter(
      ({ text, named }) => difference(dt(text), text, tablesOf, named) !== undefined,
    );
    expect(differing.length / asked.length, differing[0]?.text).toBeLessThan(0.06);
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
