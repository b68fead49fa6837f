import { fileId } from '../../lake/names.js';
import type { Answer, QueryEngine } from '../../ports/query-engine.js';
import { type Period, withinSql } from '../../questions/period.js';
import { csvHead, csvLines } from '../answer-format.js';
import type { PackFolder } from './pack-folder.js';

const ofTable = (
  table: string,
  period: Period,
) => `SELECT '${table}' AS table_name, source_bucket, source_key,
  count(*) AS row_count, min(event_time) AS first_event, max(event_time) AS last_event
FROM ${table}
WHERE ${withinSql(period)}
GROUP BY source_bucket, source_key`;

/** The log files that rows of a period came from. Of the tables, not of the views: each delivery counts. */
export const sourcesSql = (period: Period): string =>
  `${['athena_events', 'cloudtrail_events'].map((table) => ofTable(table, period)).join('\nUNION ALL\n')}
ORDER BY table_name, source_bucket, source_key`;

/** What was written of the rows of a period. */
export type Sources = { readonly logFiles: number; readonly rows: number };

/**
 * Writes them, each with the id under which the ledger knows it.
 * @throws AuditLakeError LAKE_WRITE_FAILED, and what the engine throws
 */
export async function writeSources(pack: PackFolder, engine: QueryEngine, sql: string): Promise<Sources> {
  const sums = { logFiles: 0, rows: 0 };
  await pack.write('sources.csv', asCsv(await engine.query(sql), sums));
  await pack.write('sources.sql', [`${sql}\n`]);
  return sums;
}

async function* asCsv(
  { columns, chunks }: Answer,
  sums: { logFiles: number; rows: number },
): AsyncGenerator<string> {
  const all = [{ name: 'id', type: 'VARCHAR' }, ...columns];
  yield csvHead(all);
  const lines = csvLines(all);
  for await (const chunk of chunks) {
    sums.logFiles += chunk.length;
    sums.rows += chunk.reduce((sum, row) => sum + Number(row[3]), 0);
    yield lines(
      chunk.map((row) => {
        const [table, bucket, key] = row;
        return [fileId(String(table), String(bucket), String(key)), ...row];
      }),
    );
  }
}
