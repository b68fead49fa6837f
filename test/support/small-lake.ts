import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Cells, Column, Row } from '../../src/datasets/column.js';
import { DataFileWriter } from '../../src/lake/data-file.js';
import { dataFilePath } from '../../src/lake/names.js';
import { dayOf } from '../../src/lake/partition.js';
import { TABLES, type TableName } from '../../src/lake/tables.js';
import type { CommittedDay } from '../../src/ports/lake-state.js';
import type { AnswerValue, QueryEngine } from '../../src/ports/query-engine.js';

/** A folder with data files and the committed list that names them: a lake without its ledger. */
export type SmallLake = { readonly root: string; readonly days: CommittedDay[]; remove(): Promise<void> };

/** An empty lake in a temporary folder; `below` are folders between that and the lake. */
export async function smallLake(below = 'lake'): Promise<SmallLake> {
  const top = await mkdtemp(join(tmpdir(), 'small-lake-'));
  const root = join(top, below);
  await mkdir(root, { recursive: true });
  return { root, days: [], remove: async () => await rm(top, { recursive: true, force: true }) };
}

/** A row of a test names only the cells that matter to it, whatever their group. */
function grouped(table: TableName, cells: Cells): Row {
  const { groups } = TABLES[table];
  const take = (columns: readonly Column[] = []): Cells =>
    Object.fromEntries(columns.map(({ name }) => [name, cells[name] ?? null]));
  return {
    event: take(groups.event),
    who: take(groups.who),
    query: take(groups.query),
    evidence: take(groups.evidence),
  };
}

/** Commits rows as one data file of the day of `at` (milliseconds); gives the absolute path of the file. */
export async function commit(lake: SmallLake, table: TableName, { at, rows }: { at: number; rows: Cells[] }) {
  const writer = new DataFileWriter(TABLES[table]);
  writer.write(rows.map((cells) => grouped(table, cells)));
  const { bytes } = writer.finish();
  return await commitBytes(lake, table, { at, bytes });
}

/** As {@link commit}, for bytes that are a data file already, or pretend to be. */
export async function commitBytes(
  lake: SmallLake,
  table: TableName,
  { at, bytes }: { at: number; bytes: Uint8Array },
): Promise<string> {
  const day = dayOf(at);
  const path = dataFilePath({ table, generation: 0, day }, `bundle${lake.days.length}`);
  await mkdir(dirname(join(lake.root, path)), { recursive: true });
  await writeFile(join(lake.root, path), bytes);
  lake.days.push({ table, day, files: [{ path, rows: 0, bytes: bytes.length }] });
  return join(lake.root, path);
}

/** All rows of an answer. */
export async function rowsOf(engine: QueryEngine, sql: string): Promise<(readonly AnswerValue[])[]> {
  const rows: (readonly AnswerValue[])[] = [];
  for await (const chunk of (await engine.query(sql)).chunks) rows.push(...chunk);
  return rows;
}
