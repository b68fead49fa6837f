import { type TextTables, tablesOf } from '../../src/sql/tables-of.js';
import { hostileTexts, LONGEST } from '../support/sql/hostile-texts.ts';
import { LABELLED } from '../support/sql/labelled.ts';
import { madeStatement, seedsFrom } from '../support/sql/made-statement.ts';

/** The longest texts are also taken at this part of their length, to see whether time grows with it. */
const PART = 8;

const scan = (text: string): TextTables => tablesOf(text, { database: 'lab' });

/** The best of some runs: what else the machine does is left out. */
function bestMs(text: string, runs: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    scan(text);
    best = Math.min(best, performance.now() - began);
  }
  return best;
}

/** The mean of many runs, in microseconds, once the code is warm. */
function meanUs(text: string): number {
  const runs = 500;
  const began = performance.now();
  for (let run = 0; run < runs; run++) scan(text);
  return ((performance.now() - began) / runs) * 1_000;
}

function statementsRow(name: string, texts: readonly string[]): string {
  for (let round = 0; round < 200; round++) for (const text of texts) scan(text);
  const times = texts.map(meanUs).sort((a, b) => a - b);
  const at = (share: number) => (times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(1);
  const lengths = texts.map(({ length }) => length).sort((a, b) => a - b);
  return `| ${name} | ${texts.length} | ${lengths[lengths.length >> 1]} | ${at(0.5)} | ${at(0.99)} |`;
}

/** Distinct tables cost more than one table many times. */
function distinctTables(length: number): string {
  const names = Array.from({ length: Math.floor(length / 5.1) }, (_, index) => `,${index.toString(36)}z`);
  return `SELECT * FROM a${names.join('')}`;
}

function longestRows(): readonly string[] {
  const texts = [...hostileTexts(), ['distinct tables', distinctTables(LONGEST)] as const];
  const parts = new Map<string, string>([
    ...hostileTexts(LONGEST / PART),
    ['distinct tables', distinctTables(LONGEST / PART)],
  ]);
  const rows = texts.map(([name, text]) => {
    const ms = bestMs(text, 5);
    return { name, ms, growth: ms / bestMs(parts.get(name) ?? '', 10) / PART };
  });
  rows.sort((a, b) => b.ms - a.ms);
  const slowest = rows
    .slice(0, 5)
    .map(({ name, ms, growth }) => `| ${name} | ${ms.toFixed(1)} | ${growth.toFixed(1)} |`);
  // Below a millisecond a ratio is noise.
  const steepest = Math.max(...rows.filter(({ ms }) => ms > 5).map(({ growth }) => growth));
  return [...slowest, `| all ${rows.length}, the steepest | | ${steepest.toFixed(1)} |`];
}

/** The tables of a text: microseconds a statement, and milliseconds for the longest texts that Athena takes. */
export function tablesTable(): string {
  const made = seedsFrom(5, 1_000).map((seed) => madeStatement(seed).text);
  return [
    '### Tables of a query text',
    '',
    '| statements | number | median characters | median µs | p99 µs |',
    '| --- | --- | --- | --- | --- |',
    statementsRow(
      'labelled by hand',
      LABELLED.map(([, text]) => text),
    ),
    statementsRow('made, nested and commented', made),
    '',
    `| texts of 256 KB, the slowest | ms | ms over those of an eighth, × ${PART} is 1.0 |`,
    '| --- | --- | --- |',
    ...longestRows(),
    '',
  ].join('\n');
}
