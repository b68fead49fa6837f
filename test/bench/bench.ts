import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BackfillSizes, backfillTables } from './backfill.ts';
import { CONTENDERS, type Contender, PRODUCT } from './contenders.ts';
import { benchTrail, type Trail } from './generate.ts';
import { lambdaTable } from './lambda.ts';
import { type Measurement, measureProcess } from './measure-process.ts';
import { type Measured, tableOf, titleOf } from './report.ts';
import { tablesTable } from './tables.ts';

const { values: options } = parseArgs({
  options: {
    large: { type: 'string', default: '60x4000' },
    small: { type: 'string', default: '6000x40' },
    backfill: { type: 'string', default: '100000x40' },
    endpoint: { type: 'string', default: '20000x40' },
    inventory: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string', multiple: true, default: ['large', 'small', 'tables'] },
    rows: { type: 'string' },
  },
});

/** Sizes as files x records; `big` is one log file of 200 MB, `many` shows that memory does not grow. */
const SETS: Readonly<Record<string, string>> = {
  large: options.large,
  small: options.small,
  big: '1x132500',
  many: '100000x40',
};
/** Not a set of log files: the bundled handlers. */
const LAMBDA = 'lambda';
/** Not a set of log files: the tables of query texts. */
const TABLES = 'tables';
/** Tables of its own: planning and backfilling beside ingest. */
const BACKFILL = 'backfill';
const BACKFILL_SIZES: BackfillSizes = {
  folder: options.backfill,
  endpoint: options.endpoint,
  inventory: Number(options.inventory),
};
/** stream-json would take minutes on these. */
const TOO_SLOW_FOR: Readonly<Record<string, readonly string[]>> = {
  big: ['stream-json'],
  many: ['stream-json'],
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const note = (line: string): void => void process.stderr.write(`${line}\n`);

const contendersFor = (set: string): readonly Contender[] => {
  const asked = options.rows?.split(',');
  return CONTENDERS.filter(({ key }) => asked?.includes(key) ?? !TOO_SLOW_FOR[set]?.includes(key));
};

const logFilesOf = async (trail: Trail): Promise<readonly string[]> => {
  const entries = await readdir(trail.folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
};

/** Reads every file once, so that no contender pays for the disk. */
const warm = async (files: readonly string[]): Promise<void> => {
  for (const file of files) await readFile(file);
};

/** One contender in one round: measured, and its answer checked. */
const measure = async (
  contender: Contender,
  trail: Trail,
  list: string,
  scratch: string,
): Promise<Measurement> => {
  const measurement = await measureProcess(contender.command({ trail, list, scratch }));
  contender.check(measurement.stdout, trail);
  note(`  ${contender.label}: ${measurement.wallSeconds.toFixed(2)} s`);
  return measurement;
};

/** Rounds A B C A B C: whatever else the machine does falls on all alike. */
const runSet = async (name: string, shape: string, runs: number): Promise<void> => {
  const [files = 0, records = 0] = shape.split('x').map(Number);
  if (!(files > 0 && records > 0))
    throw new Error(`a set is written files x records, such as 60x4000, not "${shape}"`);
  note(`${name}: ${shape}`);
  const trail = await benchTrail(files, records);
  if (trail.seconds > 0) note(`  generated in ${trail.seconds.toFixed(1)} s`);

  const scratch = await mkdtemp(join(tmpdir(), 'audit-lake-bench-run-'));
  try {
    const logFiles = await logFilesOf(trail);
    await warm(logFiles);
    const list = join(scratch, 'files');
    await writeFile(list, logFiles.join('\0'));

    const rows = contendersFor(name).map((contender) => ({
      contender,
      rounds: [] as (Measurement | undefined)[],
    }));
    for (let round = 0; round < runs; round += 1) {
      const folder = await mkdtemp(join(scratch, 'round-'));
      for (const { contender, rounds } of rows) {
        const skip = contender.missing !== undefined || (contender.once && round > 0);
        rounds.push(skip ? undefined : await measure(contender, trail, list, folder));
      }
      await rm(folder, { recursive: true, force: true });
    }
    const measured: readonly Measured[] = rows;
    say(`${titleOf(name, trail)}\n\n${tableOf(trail, measured)}\n`);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
};

const main = async (): Promise<void> => {
  const runs = Number(options.runs);
  if (!(Number.isInteger(runs) && runs > 0)) throw new Error('--runs takes a whole number from 1');
  const sets = options.only.map((name) => [name, SETS[name]] as const);
  for (const [name] of sets) {
    if (
      name !== LAMBDA &&
      name !== TABLES &&
      contendersFor(name).some(({ key }) => key === 'product') &&
      !existsSync(PRODUCT)
    ) {
      throw new Error(
        `${PRODUCT} is not there: run "npm run build" first, or leave the product out with --rows duckdb-tuned,igzip`,
      );
    }
  }
  say(
    `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.version}, ${runs} runs, medians (least–most)\n`,
  );
  for (const [name, shape] of sets) {
    if (name === LAMBDA) say(await lambdaTable());
    else if (name === TABLES) say(tablesTable());
    else if (name === BACKFILL) say(await backfillTables(BACKFILL_SIZES, runs));
    else if (shape !== undefined) await runSet(name, shape, runs);
    else throw new Error(`--only takes large, small, big, many, lambda, backfill or tables, not "${name}"`);
  }
};

main().catch((error: unknown) => {
  note(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
