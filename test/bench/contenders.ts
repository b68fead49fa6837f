import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Trail } from './generate.ts';
import type { Command } from './measure-process.ts';

/** Where one round of one set happens. */
export type Round = {
  readonly trail: Trail;
  /** A file that lists the log files, separated by NUL. */
  readonly list: string;
  /** An empty folder of this round. */
  readonly scratch: string;
};

/** One row of the table. */
export type Contender = {
  readonly key: string;
  readonly label: string;
  readonly command: (round: Round) => Command;
  /** Throws where the answer is wrong. */
  readonly check: (stdout: string, trail: Trail) => void;
  /** Too slow to repeat: measured in the first round only. */
  readonly once?: true;
  /** Why it cannot run here. */
  readonly missing?: string;
};

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The built command line of this product. */
export const PRODUCT = here('../../dist/cli/main.js');

const equal = (what: string, actual: unknown, expected: number): void => {
  if (actual !== expected) throw new Error(`${what}: ${String(actual)}, and the trail says ${expected}`);
};

type Summary = {
  readonly log_files: Readonly<Record<string, number>>;
  readonly records: Readonly<Record<string, number>>;
  readonly rows_written: Readonly<Record<string, number>>;
};

const ingest = ({ trail, scratch }: Round): Command => ({
  program: process.execPath,
  args: [PRODUCT, 'ingest', trail.folder, '--lake', join(scratch, 'lake'), '--output', 'json'],
});

const product: Contender = {
  key: 'product',
  label: 'audit-lake ingest',
  command: ingest,
  check: (stdout, { size }) => {
    const summary = JSON.parse(stdout) as Summary;
    equal('product, log files ingested', summary.log_files['ingested'], size.files);
    equal('product, records read', summary.records['read'], size.records);
    equal('product, rows written', summary.rows_written['athena_events'], size.athenaRecords);
  },
};

/** Runs right after `product`, into the lake that it left. */
const secondRun: Contender = {
  key: 'again',
  label: 'audit-lake ingest, second run',
  command: ingest,
  check: (stdout, { size }) => {
    const summary = JSON.parse(stdout) as Summary;
    equal('second run, log files skipped', summary.log_files['skipped'], size.files);
    equal('second run, rows written', summary.rows_written['athena_events'] ?? 0, 0);
  },
};

const MINIMUM_OBJECT = 16 * 2 ** 20;

const duckdb = (form: 'tuned' | 'plain'): Contender => ({
  key: `duckdb-${form}`,
  label: form === 'tuned' ? 'DuckDB, tuned by hand' : 'DuckDB, plain SQL',
  command: ({ trail, scratch }) => {
    const { inflated, files } = trail.size;
    const maximum = Math.max(MINIMUM_OBJECT, Math.ceil((inflated / files) * 1.5));
    return {
      program: process.execPath,
      args: [here('duckdb-job.mjs'), trail.folder, join(scratch, `duckdb-${form}`), String(maximum), form],
    };
  },
  check: (stdout, { size }) => {
    equal(`DuckDB ${form}, rows written`, (JSON.parse(stdout) as { rows: number }).rows, size.athenaRecords);
  },
});

const streamJson: Contender = {
  key: 'stream-json',
  label: 'stream-json, counts only',
  once: true,
  command: ({ list }) => ({ program: process.execPath, args: [here('stream-json-job.mjs'), list] }),
  check: (stdout, { size }) => {
    const answer = JSON.parse(stdout) as { records: number; selected: number };
    equal('stream-json, records', answer.records, size.records);
    equal('stream-json, Athena records', answer.selected, size.athenaRecords);
  },
};

const installed = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));

const inflater = (program: string): Contender => ({
  key: program,
  label: `${program} -dc > /dev/null`,
  command: ({ list }) => ({
    program: 'sh',
    args: ['-c', `xargs -0 ${program} -dc < "$0" > /dev/null`, list],
    byChildren: true,
  }),
  check: () => undefined,
  ...(!installed(program) && { missing: 'not installed' }),
});

const igzip = inflater('igzip');
/** A second floor, for machines without isal. */
const floors = igzip.missing === undefined ? [igzip] : [igzip, inflater('gzip')];

/** Every row, in the order in which a round runs them. */
export const CONTENDERS: readonly Contender[] = [
  product,
  secondRun,
  duckdb('tuned'),
  duckdb('plain'),
  streamJson,
  ...floors,
];
