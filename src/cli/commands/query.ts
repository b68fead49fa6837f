import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { readLake } from '../../config.js';
import { AuditLakeError, messageOf } from '../../errors.js';
import type { CommittedDay } from '../../ports/lake-state.js';
import type { QueryEngine } from '../../ports/query-engine.js';
import { formatAnswer, OUTPUT_FORMATS, type OutputFormat } from '../answer-format.js';
import { type Io, OutputClosed } from '../io.js';

export type QueryOptions = {
  /** Folder of the lake. */
  readonly lake: string;
  readonly sql?: string | undefined;
  /** File that holds the SQL, instead of `sql`. */
  readonly file?: string | undefined;
  readonly output?: OutputFormat | undefined;
};

/** What the command needs from outside; loaded only when it runs, for DuckDB takes its time. */
export type QueryDoors = {
  openLake(lake: string): Promise<{ readonly days: readonly CommittedDay[]; close(): Promise<void> }>;
  openEngine(lake: { readonly root: string; readonly days: readonly CommittedDay[] }): Promise<QueryEngine>;
};

async function sqlOf({ sql, file }: QueryOptions): Promise<string> {
  if (sql !== undefined && file === undefined) return sql;
  if (sql !== undefined || file === undefined) {
    throw new AuditLakeError('USAGE', 'Give the SQL either as an argument or with --file.');
  }
  try {
    return await readFile(file, 'utf8');
  } catch (thrown) {
    throw new AuditLakeError('USAGE', `Cannot read the SQL: ${messageOf(thrown)}`, thrown);
  }
}

async function answer(sql: string, options: QueryOptions, { engine, io }: { engine: QueryEngine; io: Io }) {
  const format = options.output ?? (io.stdoutIsTerminal ? 'table' : 'ndjson');
  const layout = { format, width: io.columns, toTerminal: io.stdoutIsTerminal };
  try {
    for await (const text of formatAnswer(await engine.query(sql), layout)) await io.out(text);
  } catch (thrown) {
    if (!(thrown instanceof OutputClosed)) throw thrown;
  }
}

/**
 * Answers one question over a lake, on stdout. Ends quietly where the reader of stdout stops reading.
 * @throws AuditLakeError USAGE (no SQL, or twice), LAKE_MISSING, LAKE_FORMAT, QUERY_FAILED
 */
export async function runQuery(options: QueryOptions, io: Io, doors: QueryDoors): Promise<void> {
  const sql = await sqlOf(options);
  const lake = await doors.openLake(options.lake);
  try {
    const engine = await doors.openEngine({ root: options.lake, days: lake.days });
    try {
      await answer(sql, options, { engine, io });
    } finally {
      await engine.close();
    }
  } finally {
    await lake.close();
  }
}

const EXAMPLES = `
Examples:
  $ audit-lake query --lake ./lake "SELECT user_name, count(*) FROM athena_audit_logs GROUP BY 1"
  $ audit-lake query --lake ./lake --output csv --file questions/last-month.sql > last-month.csv
  $ audit-lake query --lake ./lake "SHOW TABLES"

Tables: athena_events, cloudtrail_events, athena_query_details.
Views, each event once: athena_audit_logs, cloudtrail_audit_logs. The same SQL runs in Athena.
`;

/** @throws AuditLakeError USAGE */
function lakeOf(flags: { readonly lake?: string }): string {
  const lake = readLake(flags);
  if (lake === undefined) throw new AuditLakeError('USAGE', 'name the lake: --lake <dir>');
  return lake;
}

/** `audit-lake query`, to be added to the program. */
export function queryCommand(io: Io, doors: QueryDoors): Command {
  return new Command('query')
    .description('ask a lake in SQL, through DuckDB')
    .argument('[sql]', 'one SELECT, in quotes')
    .option('--lake <dir>', 'folder of the lake [env: AUDIT_LAKE_LAKE]')
    .option('--file <path>', 'read the SQL from a file')
    .addOption(
      new Option('--output <format>', 'table on a terminal, else ndjson, unless given').choices(
        OUTPUT_FORMATS,
      ),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (sql: string | undefined, flags: Partial<Omit<QueryOptions, 'sql'>>) => {
      await runQuery({ ...flags, lake: lakeOf(flags), sql }, io, doors);
    });
}
