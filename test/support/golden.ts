import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ATHENA, DATASET_NAMES, type Dataset } from '../../src/datasets/dataset.js';
import type { DecodedBundle } from '../../src/jobs/open-bundle.js';
import type { ListedObject } from '../../src/ports/log-source.js';
import type { QueryHistory } from '../../src/ports/query-history.js';
import { openLane } from '../../src/wiring/lane.js';
import { localSource } from '../../src/wiring/local-source.js';
import { savedHistory } from '../../src/wiring/saved-history.js';
import { type ParquetRow, parquetRows } from './parquet-rows.ts';
import { inRepository } from './repository.ts';
import { SAMPLES_AS_OF } from './sample.ts';

export const EXPECTED = inRepository('samples/expected');
const LOG_FILES = inRepository('samples/log-files');

/** The command that writes what is missing. */
export const WRITE_EXPECTED = 'npx tsx test/support/write-expected.ts';

const DATASETS: readonly Dataset[] = [
  { name: 'athena_events', eventSources: [ATHENA] },
  { name: 'cloudtrail_events', eventSources: 'all' },
];

/** What the log files of `samples/` become, by the name of the expected file: JSON text, the same every time. */
export async function goldens(): Promise<Map<string, string>> {
  const history = await savedHistory(inRepository('samples/query-history.json'));
  if (history === undefined) throw new Error('there is no history of the samples');
  const goldens = new Map<string, string>();
  for await (const object of localSource([LOG_FILES], inRepository('lake')).list()) {
    const name = expectedName(object.location);
    if (goldens.has(name)) throw new Error(`two samples of the same name: ${name}`);
    goldens.set(name, `${JSON.stringify(await golden(object, history), null, 2)}\n`);
  }
  return goldens;
}

/** The 16 characters that say what is inside, where a name has them; else the whole name. */
export function expectedName(location: string): string {
  const name = basename(location).replace(/\.json(\.gz)?$/, '');
  return `${/_([A-Za-z0-9]{16})$/.exec(name)?.[1] ?? name}.json`;
}

async function golden({ what, location, etag }: ListedObject, history: QueryHistory) {
  const file = location.slice(LOG_FILES.length + 1);
  if (what === 'foreign') return { file, foreign: true };
  const lane = await openLane(
    { kind: 'local' },
    {
      datasets: DATASETS,
      history,
      ownRoleArns: new Set(),
      privacy: { mode: 'full' },
      now: SAMPLES_AS_OF,
      breathe: async () => undefined,
    },
  );
  await lane.add([{ ref: what, location, etag, datasets: DATASET_NAMES }]);
  const bundle = await lane.close();
  const [report] = bundle.reports;
  const rows = Object.fromEntries(
    await Promise.all(DATASET_NAMES.map(async (name) => [name, await rowsOf(bundle, name)] as const)),
  );
  return { file, ...toldBy(report), ...rows };
}

function toldBy(report: DecodedBundle['reports'][number] | undefined) {
  if (report?.kind !== 'read') return { failed: report?.code };
  return { records: report.records, rejections: report.rejections };
}

/** The rows of one dataset in the order of their records, each with the day that its data file is of. */
async function rowsOf({ datasets }: DecodedBundle, name: string) {
  const parts = datasets.filter(({ dataset }) => dataset === name).flatMap(({ parts }) => parts);
  const rows: { index: number; row: { [column: string]: unknown } }[] = [];
  for (const { day, bytes } of parts) {
    for (const row of await parquetRows(bytes)) {
      rows.push({ index: Number(row['record_index']), row: { day, ...cellsOf(row) } });
    }
  }
  return rows.sort((a, b) => a.index - b.index).map(({ row }) => row);
}

/** The cells that say something and are the same every day. */
function cellsOf(row: ParquetRow): { [column: string]: unknown } {
  const told = Object.entries(row).filter(([name, cell]) => name !== 'ingested_at' && cell !== null);
  return Object.fromEntries(
    told.map(([name, cell]) => [name, typeof cell === 'bigint' ? Number(cell) : cell]),
  );
}

/** The text of an expected file; undefined where there is none. */
export function expectedText(name: string): string | undefined {
  try {
    return readFileSync(`${EXPECTED}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}
