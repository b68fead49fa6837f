import { readFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { type Config, namedLake, readConfig } from '../../config.js';
import { AuditLakeError, messageOf } from '../../errors.js';
import type { QueryEngine } from '../../ports/query-engine.js';
import { SETTINGS } from '../../settings.js';
import type { EngineTarget, FetchNews, openEngine } from '../../wiring/engine.js';
import { formatAnswer, OUTPUT_FORMATS, type OutputFormat } from '../answer-format.js';
import { interruption } from '../interruption.js';
import { type Io, unlessClosed } from '../io.js';
import { s3LakeOf } from '../s3-lake-of.js';
import { awsOptions, settingOptions } from '../setting-options.js';
import { formatBytes, formatCount } from '../units.js';

export type QueryOptions = {
  readonly target: EngineTarget;
  readonly sql?: string | undefined;
  /** File that holds the SQL, instead of `sql`. */
  readonly file?: string | undefined;
  readonly output?: OutputFormat | undefined;
};

/** What the command needs from outside. */
export type QueryDoors = { readonly openEngine: typeof openEngine };

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
  const found = await engine.query(sql);
  if (found.bytesScanned !== undefined) io.err(`Athena scanned ${formatBytes(found.bytesScanned)}.\n`);
  try {
    for await (const text of formatAnswer(found, layout)) await io.out(text);
  } catch (thrown) {
    unlessClosed(thrown);
  }
}

function wordsOf(news: FetchNews): string {
  const files = news.files === 1 ? '1 data file' : `${formatCount(news.files)} data files`;
  if (news.kind === 'begins') return `Fetching ${files}, ${formatBytes(news.bytes)}.\n`;
  if (news.missing === 0) return '';
  return `Fetched ${files}; ${formatCount(news.missing)} more are committed but not published yet: left out.\n`;
}

/**
 * Answers one question over a lake, on stdout. Ends quietly where the reader of stdout stops reading; Ctrl-C stops
 * the engine first.
 * @throws AuditLakeError USAGE (no SQL, or twice), LAKE_MISSING, LAKE_FORMAT, LAKE_WRITE_FAILED, QUERY_FAILED,
 *   AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 * @throws Interrupted
 */
export async function runQuery(options: QueryOptions, io: Io, doors: QueryDoors): Promise<void> {
  const sql = await sqlOf(options);
  const { signal, race, end } = interruption();
  try {
    const tell = (news: FetchNews) => io.err(wordsOf(news));
    const engine = await doors.openEngine(options.target, { sql, tell, signal });
    try {
      await race(answer(sql, options, { engine, io }));
    } finally {
      await engine.close();
    }
  } finally {
    end();
  }
}

const EXAMPLES = `
Examples:
  $ audit-lake query --lake ./lake "SELECT user_name, count(*) FROM athena_audit_logs GROUP BY 1"
  $ audit-lake query --lake ./lake --output csv --file questions/last-month.sql > last-month.csv
  $ audit-lake query --lake ./lake "SHOW TABLES"
  $ audit-lake query --lake s3://amzn-s3-demo-lake/audit "SELECT count(*) FROM athena_audit_logs WHERE year = '2026'"
  $ audit-lake query --lake s3://amzn-s3-demo-lake/audit --engine duckdb "SELECT count(*) FROM athena_events"

Tables: athena_events, cloudtrail_events, athena_query_details.
Views, each event once: athena_audit_logs, cloudtrail_audit_logs. The same SQL runs in Athena.
`;

const ENGINES = ['athena', 'duckdb'] as const;

type Flags = Omit<QueryOptions, 'target' | 'sql'> & { readonly engine?: (typeof ENGINES)[number] };

/** @throws AuditLakeError USAGE for no lake, or Athena over a folder */
function targetOf(config: Config, { engine }: Flags): EngineTarget {
  const lake = namedLake(config);
  const inS3 = s3LakeOf(config);
  if (inS3) return { kind: engine === 'duckdb' ? 'duckdb over a copy' : 'athena', ...inS3 };
  if (engine !== 'athena') return { kind: 'duckdb over a folder', lake };
  throw new AuditLakeError('USAGE', `Athena reads lakes in S3, and ${lake} is a folder: leave --engine out`);
}

/** `audit-lake query`, to be added to the program. */
export function queryCommand(io: Io, doors: QueryDoors): Command {
  const command = new Command('query')
    .summary('ask a lake in SQL')
    .description('Asks a lake in SQL: a folder through DuckDB, a lake in S3 through Athena.')
    .argument('[sql]', 'one SELECT, in quotes')
    .option('--file <path>', 'read the SQL from a file');
  command.addOption(
    new Option('--engine <name>', 'duckdb fetches the data files of a lake in S3').choices(ENGINES),
  );
  command.addOption(
    new Option(
      '--output <format>',
      'how the answer is printed (default: table on a terminal, else ndjson)',
    ).choices(OUTPUT_FORMATS),
  );
  const { lake, stateTable, database, workGroup, results, lakeOwner, kmsKey } = SETTINGS;
  settingOptions(command, [lake, stateTable, database, workGroup, results, lakeOwner, kmsKey]);
  return awsOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (sql: string | undefined, flags: Flags) => {
      const target = targetOf(await readConfig(flags), flags);
      await runQuery({ ...flags, target, sql }, io, doors);
    });
}
