import { Command, Option } from 'commander';
import { namedLake } from '../../config.js';
import { AuditLakeError } from '../../errors.js';
import { createRawTable, type RawTable } from '../../lake/raw-ddl.js';
import { isProjected, type Projection } from '../../lake/raw-projection.js';
import type { Io } from '../io.js';
import { folderScope, type RawFlags, rawOptions, readRaw } from '../raw-arguments.js';
import { s3LakeOf } from '../s3-lake-of.js';
import { rawRegisterCommand } from './raw-register.js';
import { rawStatusCommand } from './raw-status.js';

type Exit = (code: number) => void;
type CreateFlags = RawFlags & {
  readonly partitions: 'registered' | 'projection';
  readonly dryRun?: true;
};

/** `audit-lake raw`: a table over CloudTrail's own log files. Returns exit codes by `exit`. */
export function rawCommand(io: Io, exit: Exit): Command {
  return new Command('raw')
    .summary("make a table over CloudTrail's own log files, and register its partitions")
    .description(
      "Makes a table over CloudTrail's own log files, with a partition for each account, Region and day.",
    )
    .addCommand(createCommand(io, exit))
    .addCommand(rawRegisterCommand(io, exit))
    .addCommand(rawStatusCommand(io, exit));
}

const EXAMPLES = `
Examples:
  $ audit-lake raw create s3://amzn-s3-demo-bucket/AWSLogs/ --raw-table cloudtrail_logs --dry-run
  $ audit-lake raw create s3://amzn-s3-demo-bucket/AWSLogs/o-exampleorgid/ --raw-table cloudtrail_logs \\
      --lake s3://amzn-s3-demo-lake/audit
  $ audit-lake raw create s3://amzn-s3-demo-bucket/AWSLogs/ --raw-table cloudtrail_logs --partitions projection \\
      --accounts 111122223333,444455556666 --regions us-east-1,eu-central-1 --from 2021-01-01 --dry-run

How engines find partitions:
  registered  as log files arrive (raw_table and raw_source, settings of the Lambdas), or by \`raw register\`
  projection  Athena computes them: of the accounts and Regions that are named, from the year of --from on. Where none
              are named, each query must name one with =. Other engines see no rows

Exit codes: 0 made or there already, 1 it could not be made, 2 usage, 4 AWS says no.
`;

function createCommand(io: Io, exit: Exit): Command {
  const command = new Command('create')
    .summary('make the table, or print its statement')
    .description("Makes a table over CloudTrail's own log files, or prints its statement.")
    .addOption(
      new Option('--partitions <kind>', 'how engines find partitions')
        .choices(['registered', 'projection'])
        .default('registered'),
    )
    .option('--from <day>', 'first day of a projection, YYYY-MM-DD: its year counts')
    .option('--dry-run', 'print the statement, make nothing');
  return rawOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (source: string | undefined, flags: CreateFlags) =>
      exit(await runCreate(source, flags, io)),
    );
}

async function runCreate(source: string | undefined, flags: CreateFlags, io: Io): Promise<number> {
  const { config, table: named } = await readRaw(source, flags);
  const projection = projectionOf(flags);
  const table: RawTable = { ...named, projection };
  if (flags.dryRun) {
    await io.out(`${createRawTable(table)};\n`);
    return 0;
  }
  namedLake(config);
  const settings = s3LakeOf(config);
  if (!settings) throw inFolder('raw create', '`--dry-run` prints the statement');
  const { openRawCatalog } = await import('../../wiring/raw-table.js');
  const catalog = openRawCatalog(settings, table);
  const made = await catalog.create();
  const name = `table ${settings.database}.${table.name}`;
  mustBeAsAsked(isProjected((await catalog.properties()) ?? {}), projection !== undefined, name);
  await io.out(made === 'created' ? `Made ${name}.\n` : `${name} is there already.\n`);
  await io.out(projection ? CHECK : REGISTER);
  return 0;
}

const REGISTER = 'Next: `audit-lake raw register --from <day>` for the log files that lie there.\n';
const CHECK = 'Next: `audit-lake raw status` tells whether it reads all that lies there.\n';

/** @throws AuditLakeError USAGE */
function projectionOf(flags: CreateFlags): Projection | undefined {
  const { accounts, regions } = folderScope(flags);
  const { from, partitions } = flags;
  if (partitions === 'projection' && from !== undefined)
    return { accounts, regions, fromYear: from.slice(0, 'YYYY'.length) };
  if (partitions === 'projection') {
    throw new AuditLakeError(
      'USAGE',
      '--partitions projection takes --from <day>: the first day with log files',
    );
  }
  const other = (['from', 'accounts', 'regions'] as const).find((name) => flags[name] !== undefined);
  if (other === undefined) return undefined;
  const next = '`raw register` takes it for registered ones';
  throw new AuditLakeError('USAGE', `--${other} goes with --partitions projection; ${next}`);
}

function mustBeAsAsked(isComputed: boolean, isAsked: boolean, name: string): void {
  if (isComputed === isAsked) return;
  const message = `${name} is there already, and its partitions are ${isComputed ? 'computed' : 'registered'}: name another --raw-table`;
  throw new AuditLakeError('LAKE_FORMAT', message);
}

/** For a lake that has no catalog. */
export function inFolder(command: string, next: string): AuditLakeError {
  const place = '--lake s3://bucket/prefix';
  return new AuditLakeError(
    'USAGE',
    `a folder has no catalog: \`${command}\` is for lakes in S3 (${place}); ${next}`,
  );
}
