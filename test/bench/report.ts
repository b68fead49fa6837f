import type { Contender } from './contenders.ts';
import type { Trail } from './generate.ts';
import type { Measurement } from './measure-process.ts';

/** What one contender measured, by round; a hole where it did not run. */
export type Measured = {
  readonly contender: Contender;
  readonly rounds: readonly (Measurement | undefined)[];
};

const median = (values: readonly number[]): number | undefined => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1];
  const high = sorted[Math.floor(middle)];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
};

const known = <T>(values: readonly (T | null | undefined)[]): readonly T[] =>
  values.filter((value): value is T => value != null);

const cell = (value: number | undefined, digits: number): string =>
  value === undefined ? '–' : value.toFixed(digits);

const spread = (values: readonly number[], digits: number): string => {
  const middle = cell(median(values), digits);
  return values.length < 2
    ? middle
    : `${middle} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
};

/** The median of a row's wall over another's, pair by pair within a round. */
const ratio = (
  over: readonly (Measurement | undefined)[],
  under: readonly (Measurement | undefined)[],
): number | undefined =>
  median(known(over.map((one, round) => one && under[round] && one.wallSeconds / under[round].wallSeconds)));

const COLUMNS = [
  '',
  'wall s',
  'CPU s',
  'peak MB',
  'files/s',
  'MB/s inflated',
  '× igzip',
  'tuned DuckDB ×',
  'plain DuckDB ×',
];

/** One markdown table: medians, with the least and the most in brackets. */
export const tableOf = (trail: Trail, rows: readonly Measured[]): string => {
  const roundsOf = (key: string): Measured['rounds'] =>
    rows.find((row) => row.contender.key === key)?.rounds ?? [];
  const igzip = roundsOf('igzip');
  const tuned = roundsOf('duckdb-tuned');
  const plain = roundsOf('duckdb-plain');

  const line = ({ contender, rounds }: Measured): readonly string[] => {
    if (contender.missing !== undefined)
      return [contender.label, contender.missing, ...COLUMNS.slice(2).map(() => '–')];
    const ran = known(rounds);
    const wall = median(ran.map((one) => one.wallSeconds)) ?? Number.NaN;
    return [
      contender.label,
      spread(
        ran.map((one) => one.wallSeconds),
        2,
      ),
      spread(known(ran.map((one) => one.cpuSeconds)), 2),
      spread(known(ran.map((one) => one.peakMegabytes)), 0),
      cell(trail.size.files / wall, 0),
      cell(trail.size.inflated / 1e6 / wall, 0),
      cell(ratio(rounds, igzip), 2),
      cell(ratio(tuned, rounds), 2),
      cell(ratio(plain, rounds), 2),
    ];
  };

  const ruler = COLUMNS.map((_, index) => (index === 0 ? '---' : '---:'));
  return [COLUMNS, ruler, ...rows.map(line)].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
};

/** What the table is about, in one line. */
export const titleOf = (name: string, { size }: Trail): string => {
  const ratioOfGzip = (size.inflated / size.compressed).toFixed(1);
  const mean = Math.round(size.inflated / size.records);
  return `### ${name}: ${size.files} files, ${size.records} records of ${mean} bytes on average, ${size.athenaRecords} of Athena, ${(size.inflated / 1e6).toFixed(0)} MB inflated, gzip ${ratioOfGzip}:1`;
};
