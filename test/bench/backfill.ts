import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ArchiveEndpoint,
  AWS_ENV,
  archiveEndpoint,
  TRAIL,
} from '../support/archive/archive-endpoint.ts';
import { PRODUCT } from './contenders.ts';
import { benchTrail, type Trail } from './generate.ts';
import { benchInventory } from './generate-inventory.ts';
import { type Measurement, measureProcess } from './measure-process.ts';
import { backfillTable, growthTable, type Row } from './report-backfill.ts';

/** Sizes of the set `backfill`: log files x records in a folder and behind an endpoint; log files of an inventory. */
export type BackfillSizes = {
  readonly folder: string;
  readonly endpoint: string;
  readonly inventory: number;
};

/** One step of a round: a command, and the log files that its answer must tell. */
type Step = {
  readonly label: string;
  readonly args: readonly string[];
  readonly files: number;
  readonly filesOf: (answer: Answer) => number | undefined;
};

/** What the commands tell of log files; each tells some of it. */
type Answer = {
  readonly log_files?: Readonly<Record<string, number>>;
};

/** Planning and backfilling beside plain ingest, in one run, as markdown tables. */
export async function backfillTables(sizes: BackfillSizes, runs: number): Promise<string> {
  const scratch = await mkdtemp(join(tmpdir(), 'audit-lake-backfill-'));
  try {
    const tables = [
      await folderRows(sizes.folder, { scratch, runs }),
      await endpointRows(sizes.endpoint, { scratch, runs }),
      await inventoryRows(sizes.inventory, { scratch, runs }),
      await growthRows(sizes.folder, { scratch, runs }),
    ];
    return tables.join('\n\n');
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

type Bench = { readonly scratch: string; readonly runs: number };

async function folderRows(shape: string, bench: Bench): Promise<string> {
  const trail = await trailOf(shape);
  await warm(trail.folder);
  const rows = await rounds(bench, (lake) => stepsOf(trail.folder, trail.size.files, lake));
  return backfillTable(`backfill of a folder: ${shape}`, trail.size.files, rows);
}

async function endpointRows(shape: string, bench: Bench): Promise<string> {
  const trail = await trailOf(shape);
  const aws = await archiveEndpoint({ folder: trail.folder });
  try {
    const rows = await rounds(bench, (lake) =>
      stepsOf(`s3://${TRAIL}`, trail.size.files, lake).map((step) => ({ ...step, args: at(aws, step.args) })),
    );
    const title = `backfill from an endpoint (one process of this machine), lake in a folder: ${shape}`;
    return backfillTable(title, trail.size.files, rows);
  } finally {
    aws.end();
  }
}

async function inventoryRows(files: number, bench: Bench): Promise<string> {
  const tables: string[] = [];
  for (const format of ['CSV', 'Parquet'] as const) {
    const { manifest, bucket } = await benchInventory(files, format);
    const rows = await rounds(bench, (lake) => [
      planStep(`s3://${bucket}`, files, lake, ['--inventory', manifest]),
    ]);
    tables.push(backfillTable(`backfill plan from an inventory (${format}): ${files}`, files, rows));
  }
  return tables.join('\n\n');
}

/** The same work at a tenth of the size and in full, in one run. */
async function growthRows(shape: string, bench: Bench): Promise<string> {
  const [files = 0, records = 0] = shape.split('x').map(Number);
  const small = await trailOf(`${Math.round(files / 10)}x${records}`);
  const large = await trailOf(shape);
  await warm(small.folder);
  await warm(large.folder);
  const rows = await rounds(bench, (lake) =>
    [small, large].flatMap(({ folder, size }) => [
      planStep(folder, size.files, `${lake}-plan-${size.files}`),
      runStep(folder, size.files, `${lake}-run-${size.files}`),
    ]),
  );
  return growthTable(`10 times the log files: ${small.size.files} and ${large.size.files}`, rows);
}

/** Plan, ingest and backfill, each into a lake of its own; then the backfill once more. */
const stepsOf = (source: string, files: number, lake: string): readonly Step[] => [
  {
    label: 'ingest',
    args: ['ingest', source, '--lake', `${lake}-ingest`],
    files,
    filesOf: (answer) => answer.log_files?.['ingested'],
  },
  planStep(source, files, `${lake}-plan`),
  runStep(source, files, `${lake}-run`),
  {
    ...runStep(source, files, `${lake}-run`),
    label: 'backfill run, again',
    filesOf: ({ log_files = {} }) => (log_files['ingested'] === 0 ? files : undefined),
  },
];

const planStep = (source: string, files: number, lake: string, more: readonly string[] = []): Step => ({
  label: 'backfill plan',
  args: ['backfill', 'plan', source, '--lake', lake, ...more],
  files,
  filesOf: (answer) => answer.log_files?.['files'],
});

const runStep = (source: string, files: number, lake: string): Step => ({
  label: 'backfill run',
  args: ['backfill', 'run', source, '--lake', lake],
  files,
  filesOf: (answer) => answer.log_files?.['ingested'],
});

const at = ({ endpoint }: ArchiveEndpoint, args: readonly string[]) => [...args, '--endpoint-url', endpoint];

/** Rounds A B C A B C; each has lakes of its own. */
async function rounds({ scratch, runs }: Bench, stepsIn: (lake: string) => readonly Step[]): Promise<Row[]> {
  const rows: { label: string; files: number; rounds: Measurement[] }[] = [];
  for (let round = 0; round < runs; round += 1) {
    const folder = await mkdtemp(join(scratch, 'round-'));
    for (const [index, step] of stepsIn(join(folder, 'lake')).entries()) {
      const measurement = await measure(step);
      const { label, files } = step;
      process.stderr.write(`  ${label}, ${files}: ${measurement.wallSeconds.toFixed(2)} s\n`);
      rows[index] ??= { label, files, rounds: [] };
      rows[index].rounds.push(measurement);
    }
    await rm(folder, { recursive: true, force: true });
  }
  return rows;
}

async function measure({ label, args, files, filesOf }: Step): Promise<Measurement> {
  const env = Object.entries(AWS_ENV).map(([name, value]) => `${name}=${value}`);
  const command = [...env, process.execPath, PRODUCT, ...args, '--quiet', '--output', 'json'];
  const measurement = await measureProcess({ program: 'env', args: command });
  const told = filesOf(JSON.parse(measurement.stdout) as Answer);
  if (told !== files) throw new Error(`${label}: ${String(told)} log files, and the trail says ${files}`);
  return measurement;
}

async function trailOf(shape: string): Promise<Trail> {
  const [files = 0, records = 0] = shape.split('x').map(Number);
  if (!(files > 0 && records > 0)) throw new Error(`written files x records, not "${shape}"`);
  return benchTrail(files, records);
}

/** Reads every file once, so that no row pays for the disk. */
async function warm(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) await readFile(join(entry.parentPath, entry.name));
  }
}
