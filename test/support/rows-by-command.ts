import { run } from './command-line.js';

/** The rows that `audit-lake query` gives for the SQL. */
export async function rowsByCommand(lake: string, sql: string): Promise<Record<string, unknown>[]> {
  const { code, out, err } = await run(['query', '--lake', lake, '--output', 'ndjson', sql]);
  if (code !== 0) throw new Error(err);
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
