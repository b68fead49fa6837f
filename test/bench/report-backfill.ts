import type { Measurement } from './measure-process.ts';

/** One command of the set `backfill`, by round. */
export type Row = {
  readonly label: string;
  readonly files: number;
  readonly rounds: readonly Measurement[];
};

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
};

const spread = (values: readonly number[], digits: number): string => {
  const middle = median(values).toFixed(digits);
  if (values.length < 2) return middle;
  return `${middle} (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`;
};

const table = (head: readonly string[], lines: readonly (readonly string[])[]): string =>
  [head, head.map((_, at) => (at === 0 ? '---' : '---:')), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');

const walls = ({ rounds }: Row) => rounds.map(({ wallSeconds }) => wallSeconds);
const cpus = ({ rounds }: Row) => rounds.map(({ cpuSeconds }) => cpuSeconds ?? Number.NaN);
const peaks = ({ rounds }: Row) => rounds.map(({ peakMegabytes }) => peakMegabytes ?? Number.NaN);

/** One's numbers over the other's, round by round, then their median. */
const over = (one: Row, other: Row | undefined, of: (row: Row) => readonly number[]): string => {
  const below = other === undefined ? [] : of(other);
  const ratios = of(one).map((value, round) => value / (below[round] ?? Number.NaN));
  return other === undefined ? '–' : median(ratios).toFixed(2);
};

/** Commands over the same log files; `× ingest` is the wall time over that of the ingest of the same round. */
export function backfillTable(title: string, files: number, rows: readonly Row[]): string {
  const ingest = rows.find(({ label }) => label === 'ingest');
  const lines = rows.map((row) => [
    row.label,
    spread(walls(row), 2),
    spread(cpus(row), 2),
    spread(peaks(row), 0),
    (files / median(walls(row))).toFixed(0),
    over(row, ingest, walls),
  ]);
  return `### ${title}\n\n${table(['', 'wall s', 'CPU s', 'peak MB', 'files/s', '× ingest'], lines)}`;
}

/** Each command with fewer and with more log files: how time and memory grow. */
export function growthTable(title: string, rows: readonly Row[]): string {
  const least = Math.min(...rows.map(({ files }) => files));
  const lines = rows
    .filter(({ files }) => files !== least)
    .flatMap((large) => {
      const small = rows.find(({ label, files }) => label === large.label && files === least);
      if (small === undefined) return [];
      const seconds = [small, large].map((row) => spread(walls(row), 2));
      const memory = [small, large].map((row) => spread(peaks(row), 0));
      return [[large.label, ...seconds, over(large, small, walls), ...memory, over(large, small, peaks)]];
    });
  const head = ['', 'wall s, N', 'wall s, 10 N', 'time ×', 'peak MB, N', 'peak MB, 10 N', 'memory ×'];
  return `### ${title}\n\n${table(head, lines)}`;
}
