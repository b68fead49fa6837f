import type { Cells } from '../../../src/datasets/column.js';
import type { TableName } from '../../../src/lake/tables.js';
import type { QueryEngine } from '../../../src/ports/query-engine.js';
import { memoryEngine } from '../questions/memory-engine.ts';
import { commit, smallLake } from '../small-lake.ts';

const DAY = 86_400_000;

/** Rows as a lake: by day, every third once more from another log file, those of Athena in both datasets. */
export async function worldLake(rows: readonly Cells[]): Promise<QueryEngine> {
  const lake = await smallLake();
  const keep = async (table: TableName, all: readonly Cells[]) => {
    const days = new Map<number, Cells[]>();
    for (const [at, row] of all.entries()) {
      const day = Math.floor(Number(row['event_time']) / DAY) * DAY;
      const placed = { ...row, source_key: 'a.json.gz', record_index: at };
      const twin = at % 3 === 0 ? [{ ...placed, source_key: 'b.json.gz' }] : [];
      days.set(day, [...(days.get(day) ?? []), placed, ...twin]);
    }
    for (const [at, ofDay] of days) await commit(lake, table, { at, rows: ofDay });
  };
  await keep('cloudtrail_events', rows);
  await keep(
    'athena_events',
    rows.filter((row) => row['event_source'] === 'athena.amazonaws.com'),
  );
  const engine = await memoryEngine(lake);
  await lake.remove();
  return engine;
}
