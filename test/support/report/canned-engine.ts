import type { AnswerValue, QueryEngine } from '../../../src/ports/query-engine.js';

export type CannedRows = Iterable<{ readonly [column: string]: AnswerValue }>;

/** An engine whose answers are given, by the SQL that asks for them; chunks of 1,000 rows, made as they are read. */
export function cannedEngine(answers: {
  readonly [sql: string]: CannedRows;
}): QueryEngine & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    query: async (sql) => {
      asked.push(sql);
      const rows = answers[sql] ?? [];
      const [first] = rows;
      const names = Object.keys(first ?? {});
      return { columns: names.map((name) => ({ name, type: 'ANY' })), chunks: chunksOf(rows, names) };
    },
    close: async () => undefined,
  };
}

async function* chunksOf(rows: CannedRows, names: readonly string[]) {
  let chunk: AnswerValue[][] = [];
  for (const row of rows) {
    chunk.push(names.map((name) => row[name] ?? null));
    if (chunk.length < 1_000) continue;
    yield chunk;
    chunk = [];
  }
  yield chunk;
}
