import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { readConfig } from '../../config.js';
import { AuditLakeError, messageOf } from '../../errors.js';
import { type Asked, askEngine, type QueryDoors } from '../asked-engine.js';
import { type EngineFlags, engineOptions, engineTarget } from '../engine-options.js';
import type { Io } from '../io.js';

export type QueryOptions = Omit<Asked, 'sql'> & {
  readonly sql?: string | undefined;
  /** File that holds the SQL, instead of `sql`. */
  readonly file?: string | undefined;
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

/**
 * Answers one question over a lake, on stdout.
 * @throws AuditLakeError USAGE (no SQL, or twice), and what askEngine throws
 * @throws Interrupted
 */
export async function runQuery(options: QueryOptions, io: Io, doors: QueryDoors): Promise<void> {
  await askEngine({ ...options, sql: await sqlOf(options) }, io, doors);
}

const EXAMPLES = `
Examples:
  $ audit-lake query --lake ./lake "SELECT user_name, count(*) FROM athena_audit_logs GROUP BY 1"
  $ audit-lake query --lake ./lake --output csv --file last-month.sql > last-month.csv
  $ audit-lake query --lake ./lake "SHOW TABLES"
  $ audit-lake query --lake s3://amzn-s3-demo-lake/audit "SELECT count(*) FROM athena_audit_logs WHERE year = '2026'"
  $ audit-lake query --lake s3://amzn-s3-demo-lake/audit --engine duckdb "SELECT count(*) FROM athena_events"

Tables: athena_events, cloudtrail_events, athena_query_details.
Views, each event once: athena_audit_logs, cloudtrail_audit_logs. The same SQL runs in Athena.
Questions that are ready to be asked: audit-lake ask.
`;

type Flags = EngineFlags & Pick<QueryOptions, 'file'>;

/** `audit-lake query`, to be added to the program. */
export function queryCommand(io: Io, doors: QueryDoors): Command {
  const command = new Command('query')
    .summary('ask a lake in SQL')
    .description('Asks a lake in SQL: a folder through DuckDB, a lake in S3 through Athena.')
    .argument('[sql]', 'one SELECT, in quotes')
    .option('--file <path>', 'read the SQL from a file');
  return engineOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (sql: string | undefined, flags: Flags) => {
      const target = engineTarget(await readConfig(flags), flags);
      await runQuery({ ...flags, target, sql }, io, doors);
    });
}
