import { describe, expect, test } from 'vitest';
import { tableList } from '../../src/sql/table-list.js';
import { type TextTables, tablesOf } from '../../src/sql/tables-of.js';
import { seeded } from '../bench/random.ts';
import { SEED } from '../support/seed.ts';
import { hostileTexts, LONGEST } from '../support/sql/hostile-texts.ts';
import { LABELLED } from '../support/sql/labelled.ts';
import { madeStatement, seedsFrom } from '../support/sql/made-statement.ts';
import { mutantOf } from '../support/sql/mutants.ts';
import { touchedBy } from '../support/sql/touched.ts';

/** How many statements are made, and how many are damaged: `npm run prove:tables` for 100,000 of each. */
const STATEMENTS = Number(process.env['STATEMENTS'] ?? 3_000);

const scan = (text: string) => tablesOf(text, { database: 'lab' });

describe('of statements whose tables are known by construction', () => {
  test(`${STATEMENTS} have no wrong table, access, kind or mark`, { timeout: 600_000 }, () => {
    const wrong: string[] = [];
    for (const seed of seedsFrom(SEED, STATEMENTS)) {
      const { kind, text, touched } = madeStatement(seed);
      const found = scan(text);
      const isRight = found.kind === kind && touchedBy(found).join('\n') === touched.join('\n');
      if (!isRight)
        wrong.push(
          `statement ${seed}: ${kind} ${touched.join(' ')}, not ${found.kind} ${touchedBy(found).join(' ')}: ${text}`,
        );
    }
    expect(wrong.slice(0, 3)).toEqual([]);
  });

  test('many hide tables behind names of queries, and few are alike', () => {
    const made = seedsFrom(SEED, 1_000).map((seed) => madeStatement(seed));
    const tables = made.flatMap(({ touched }) => touched);
    expect(tables.length / made.length).toBeGreaterThan(3);
    expect(made.filter(({ text }) => /\bWITH\b.*\bWITH\b/is.test(text)).length).toBeGreaterThan(100);
    expect(new Set(made.map(({ text }) => text)).size).toBeGreaterThan(950);
  });
});

describe('of damaged texts', () => {
  test(`${STATEMENTS} make no error`, { timeout: 600_000 }, () => {
    const random = seeded(SEED);
    for (const seed of seedsFrom(SEED + 1, STATEMENTS)) {
      const [, labelled] = random.pick(LABELLED);
      const text = mutantOf(random.below(2) === 0 ? labelled : madeStatement(seed).text, random);
      let found: TextTables;
      try {
        found = scan(text);
      } catch (error) {
        throw new Error(`statement ${seed}: ${JSON.stringify(text)}`, { cause: error });
      }
      expect(breachOf(found, text), JSON.stringify(text)).toBeUndefined();
    }
  });
});

/** What must hold of every answer, whatever the text: names are of the text and its context, each is there once. */
function breachOf(found: TextTables, text: string): string | undefined {
  const lower = text.toLowerCase();
  const plain = lower.replaceAll('""', '"').replaceAll('``', '`');
  const isTold = (part: string) => lower.includes(part) || plain.includes(part);
  const strange = found.tables.find(
    ({ table, database }) =>
      !isTold(table) || table === '' || (database !== 'lab' && !isTold(database ?? '')),
  );
  if (strange !== undefined) return `${strange.table} is not in the text`;
  if (new Set(touchedBy(found)).size !== touchedBy(found).length) return 'something is there twice';
  if (found.kind === 'OTHER' && found.complete) return 'it is not known, and not marked';
  return tableList(found).endsWith('?') === (found.opaque || !found.complete)
    ? undefined
    : 'a mark is missing';
}

describe('of texts four times as long as Athena takes', () => {
  // What is quadratic takes many seconds; the bench tells the milliseconds of the longest that Athena takes.
  test.each(hostileTexts(4 * LONGEST))('%s are scanned in linear time', (_, text) => {
    expect(text.length).toBeGreaterThan(4 * LONGEST - 100);
    const began = performance.now();
    scan(text);
    expect(performance.now() - began).toBeLessThan(2_500);
  });

  test('20,000 brackets around a query hide nothing', () => {
    const text = `SELECT * FROM ${'('.repeat(20_000)}SELECT * FROM a${')'.repeat(20_000)} x, b`;
    expect(touchedBy(scan(text))).toEqual(['r:lab.a', 'r:lab.b']);
  });

  test('9,000 queries with a name each, one in the other, are told apart', () => {
    const depth = 9_000;
    const text = `${'WITH a AS ('.repeat(depth)}SELECT * FROM a${') SELECT * FROM a'.repeat(depth)}`;
    expect(touchedBy(scan(text))).toEqual(['r:lab.a']);
  });
});
