import { Command, Option } from 'commander';
import { namedLake } from '../../config.js';
import { type AccountStatus, rawStatus, uncoveredFolders } from '../../jobs/raw-status.js';
import type { RawTable } from '../../lake/raw-ddl.js';
import { checkProjection, isProjected, type Properties } from '../../lake/raw-projection.js';
import type { FolderScope, TrailFolders } from '../../ports/raw-register.js';
import { asTable } from '../answer-table.js';
import type { Io } from '../io.js';
import { inOneChunk } from '../one-chunk.js';
import { folderScope, type RawFlags, rawOptions, readRaw } from '../raw-arguments.js';
import { elsewhereText, projectionText, STATUS_COLUMNS, statusNext, statusRow } from '../raw-texts.js';
import { mustBeInS3 } from '../s3-lake-of.js';

type Exit = (code: number) => void;
type StatusFlags = RawFlags & { readonly output: 'table' | 'json' };

const EXAMPLES = `
Examples:
  $ audit-lake raw status
  $ audit-lake raw status --from 2026-01-01 --accounts 111122223333 --output json

Looks through the folders of the bucket: a page for each account, Region, year and month. Of a table whose partitions
Athena computes it tells what is wrong with their properties, and which folders no query reads: such a query does not
fail, its rows are missing.

Exit codes: 0 every folder is read, 1 some are not, 2 usage, 4 AWS says no.
`;

/** `audit-lake raw status`. Returns the exit code by `exit`. */
export function rawStatusCommand(io: Io, exit: Exit): Command {
  const command = new Command('status')
    .summary('tell which folders of the bucket queries read')
    .description('Compares the folders of the bucket with the partitions of the table, by account.')
    .option('--from <day>', 'first day of delivery, YYYY-MM-DD (default: all)')
    .option('--to <day>', 'last day of delivery, YYYY-MM-DD (default: all)')
    .addOption(
      new Option('--output <format>', 'tables and lines for people, or one JSON object')
        .choices(['table', 'json'])
        .default('table'),
    );
  return rawOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (source: string | undefined, flags: StatusFlags) =>
      exit(await runStatus(source, flags, io)),
    );
}

async function runStatus(source: string | undefined, flags: StatusFlags, io: Io): Promise<number> {
  const { config, table } = await readRaw(source, flags);
  const within = folderScope(flags);
  namedLake(config);
  const settings = { ...mustBeInS3(config, 'raw status'), sourceOwner: config.sourceOwner };
  const { openRaw } = await import('../../wiring/raw-table.js');
  const { ports, folders, catalog, mustBeOurs } = openRaw(settings, table);
  const properties = await catalog.properties();
  const isJson = flags.output === 'json';
  if (properties && isProjected(properties)) {
    return tellProjection({ table, properties, folders, within }, { isJson, io });
  }
  await mustBeOurs();
  const all: AccountStatus[] = [];
  for await (const account of rawStatus(table.name, { folders, register: ports.register }, within))
    all.push(account);
  io.err(elsewhereText(table.root, folders.organizations, all.length === 0));
  if (isJson)
    await io.out(`${JSON.stringify(statusObject(table, properties !== undefined, all), null, 2)}\n`);
  else {
    if (!properties)
      io.err(`There is no table ${settings.database}.${table.name}: \`audit-lake raw create\`.\n`);
    const rows = inOneChunk(all.map(statusRow));
    for await (const text of asTable({ columns: STATUS_COLUMNS, chunks: rows }, io.columns))
      await io.out(text);
    await io.out(statusNext(all));
  }
  const isWhole = all.every(({ pending, blocked, missing }) => pending + blocked + missing === 0);
  return isWhole && properties && all.length > 0 ? 0 : 1;
}

function statusObject({ name, root }: RawTable, isThere: boolean, all: readonly AccountStatus[]): object {
  return {
    ...{ schema_version: 1, table: name, source: root, is_there: isThere, partitions: 'registered' },
    accounts: all.map(({ firstMissing, reason, ...counts }) => ({
      ...counts,
      first_missing: firstMissing ?? null,
      reason: reason ?? null,
    })),
  };
}

type Projected = {
  readonly table: RawTable;
  readonly properties: Properties;
  readonly folders: TrailFolders;
  readonly within: FolderScope;
};

async function tellProjection(
  { table, properties, folders, within }: Projected,
  { isJson, io }: { readonly isJson: boolean; readonly io: Io },
): Promise<number> {
  const check = checkProjection(table.root, properties);
  const found = await uncoveredFolders(folders, check, within);
  const facts = { schema_version: 1, table: table.name, source: table.root, partitions: 'projection' };
  const told = { ...facts, faults: check.faults, ...found };
  await io.out(isJson ? `${JSON.stringify(told, null, 2)}\n` : projectionText(check.faults, found));
  io.err(elsewhereText(table.root, folders.organizations, found.checked === 0));
  return check.faults.length + found.uncovered.length === 0 && found.checked > 0 ? 0 : 1;
}
