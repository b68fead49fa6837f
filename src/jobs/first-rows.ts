import type { Answer, AnswerValue, QueryEngine } from '../ports/query-engine.js';

/** The beginning of an answer, and how many rows it has. */
export type FirstRows = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly AnswerValue[])[];
  readonly count: number;
  /** False: there are more than were counted. */
  readonly isAll: boolean;
};

/** How many rows are kept, and how many are counted before the rest is left where it is. */
export type Bounds = { readonly kept: number; readonly counted: number };

/** Asks, keeps the first rows and counts the others. @throws AuditLakeError what the engine throws */
export async function firstRows(engine: QueryEngine, sql: string, bounds: Bounds): Promise<FirstRows> {
  const { columns, chunks }: Answer = await engine.query(sql);
  const rows: (readonly AnswerValue[])[] = [];
  let count = 0;
  for await (const chunk of chunks) {
    rows.push(...chunk.slice(0, bounds.kept - rows.length));
    count += chunk.length;
    if (count > bounds.counted) break;
  }
  const isAll = count <= bounds.counted;
  return { columns: columns.map(({ name }) => name), rows, count: Math.min(count, bounds.counted), isAll };
}
