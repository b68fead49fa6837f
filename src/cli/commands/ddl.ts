import { Command } from 'commander';
import { allStatements } from '../../lake/ddl.js';
import type { Io } from '../io.js';

type DdlOptions = {
  /** `s3://bucket/prefix`; a placeholder is printed where it is left out. */
  readonly lake?: string | undefined;
};

/**
 * Prints every CREATE TABLE and CREATE VIEW for Athena. Each statement ends with a `;` at the end of a line.
 * @throws AuditLakeError USAGE for a lake that is no location in S3
 */
export async function runDdl({ lake }: DdlOptions, io: Io): Promise<void> {
  const statements = allStatements(lake === undefined ? {} : { lake });
  await io.out(statements.map((statement) => `${statement};\n`).join('\n'));
}

const EXAMPLES = `
Examples:
  $ audit-lake ddl
  $ audit-lake ddl --lake s3://example-audit-lake/athena > create.sql

Athena runs one statement at a time, in this order.
`;

/** `audit-lake ddl`, to be added to the program. */
export function ddlCommand(io: Io): Command {
  return new Command('ddl')
    .summary('print the CREATE TABLE and CREATE VIEW statements for Athena')
    .description('Prints the CREATE TABLE and CREATE VIEW statements for Athena.')
    .option('--lake <location>', 'where the lake lies: s3://bucket/prefix')
    .addHelpText('after', EXAMPLES)
    .action(async (options: DdlOptions) => await runDdl(options, io));
}
