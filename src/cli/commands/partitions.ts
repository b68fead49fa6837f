import { Command, Option } from 'commander';
import { namedLake, readConfig } from '../../config.js';
import { SETTINGS } from '../../settings.js';
import type { Io } from '../io.js';
import {
  driftText,
  isUnfinished,
  leftText,
  listObject,
  listPage,
  registeredText,
} from '../partition-texts.js';
import { mustBeInS3, s3LakeOf } from '../s3-lake-of.js';
import { awsOptions, lakeOptions, settingOptions } from '../setting-options.js';

type Exit = (code: number) => void;
type ListFlags = { readonly output: 'table' | 'json' };
type RegisterFlags = { readonly retry?: true };
type RepairFlags = { readonly dryRun?: true };

/** `audit-lake partitions`: how the days of a lake become visible to engines. Returns exit codes by `exit`. */
export function partitionsCommand(io: Io, exit: Exit): Command {
  return new Command('partitions')
    .summary('list, register and repair the partitions of a lake')
    .description('Lists, registers and repairs the partitions of a lake.')
    .addCommand(listCommand(io, exit))
    .addCommand(registerCommand(io, exit))
    .addCommand(repairCommand(io, exit));
}

const LIST_EXAMPLES = `
Examples:
  $ audit-lake partitions list --lake ./lake
  $ audit-lake partitions list --lake s3://amzn-s3-demo-lake/audit --output json

States of a partition:
  PENDING      known to the lake, not yet to the catalog
  ISSUING      on its way into the catalog
  REGISTERED   visible to engines
  BLOCKED      given up: the reason tells why, \`audit-lake partitions register --retry\` tries again

Parked log files could not be ingested, and are tried again by the next ingest that meets them:
  DEFERRED     it lies in an archive class and has to be restored first
  QUARANTINED  it is damaged, or no log file of CloudTrail
  MISSING      a notification named it, and it was not there

Exit codes: 0 done, 1 some partition is BLOCKED, 2 usage, 4 AWS says no.
`;

function listCommand(io: Io, exit: Exit): Command {
  const command = new Command('list')
    .summary('show every partition, and the log files that are parked')
    .description('Shows every partition of a lake and how it stands, and the log files that are parked.')
    .addOption(
      new Option('--output <format>', 'tables and lines for people, or one JSON object')
        .choices(['table', 'json'])
        .default('table'),
    );
  settingOptions(command, [SETTINGS.lake, SETTINGS.stateTable]);
  return awsOptions(command)
    .addHelpText('after', LIST_EXAMPLES)
    .action(async (flags: ListFlags) => exit(await runList(flags, io)));
}

async function runList(flags: ListFlags, io: Io): Promise<number> {
  const config = await readConfig(flags);
  const lake = namedLake(config);
  const inS3 = s3LakeOf(config);
  const list = inS3
    ? await (await import('../../wiring/partitions.js')).listS3Partitions(inS3)
    : await (await import('../../wiring/folder-partitions.js')).listFolderPartitions(lake);
  if (flags.output === 'json') await io.out(`${JSON.stringify(listObject(lake, list), null, 2)}\n`);
  else for await (const text of listPage(list, io.columns)) await io.out(text);
  return list.partitions.some(({ registration }) => registration === 'BLOCKED') ? 1 : 0;
}

const REGISTER_EXAMPLES = `
Examples:
  $ audit-lake partitions register --lake s3://amzn-s3-demo-lake/audit
  $ audit-lake partitions register --lake s3://amzn-s3-demo-lake/audit --retry

Exit codes: 0 done, 1 something is still not registered or not made, 2 usage, 4 AWS says no.
`;

function registerCommand(io: Io, exit: Exit): Command {
  const command = new Command('register')
    .summary('bring what is new into the catalog now')
    .description(
      'Makes the database, tables and views that the catalog misses, and registers the partitions that are not yet.',
    )
    .option('--retry', 'try again at once what is BLOCKED or waits after a failure');
  return awsOptions(lakeOptions(command))
    .addHelpText('after', REGISTER_EXAMPLES)
    .action(async (flags: RegisterFlags) => exit(await runRegister(flags, io)));
}

async function runRegister(flags: RegisterFlags, io: Io): Promise<number> {
  const config = await readConfig(flags);
  namedLake(config);
  const settings = mustBeInS3(config, 'partitions register');
  const { registerS3Partitions } = await import('../../wiring/partitions.js');
  const done = await registerS3Partitions(settings, { retry: flags.retry ?? false });
  await io.out(registeredText(done, settings.database));
  io.err(leftText(done));
  return isUnfinished(done) ? 1 : 0;
}

const REPAIR_EXAMPLES = `
Examples:
  $ audit-lake partitions repair --lake s3://amzn-s3-demo-lake/audit --dry-run
  $ audit-lake partitions repair --lake s3://amzn-s3-demo-lake/audit

What is found:
  unregistered  the lake holds data of a day that the register does not know
  dropped       the register has a partition that the catalog does not show any more
  unnoted       the catalog shows a partition that the register does not have as REGISTERED
  regressed     the catalog shows an older generation than readers should see
  misplaced     the catalog has a partition somewhere else: it is pointed to this lake
  state-lost    the lake holds compacted data that the register does not know: restore the state table

Exit codes: 0 done, 1 something differs still (or would be changed, with --dry-run), 2 usage, 4 AWS says no.
`;

function repairCommand(io: Io, exit: Exit): Command {
  const command = new Command('repair')
    .summary('compare lake, register and catalog, and heal what differs')
    .description(
      'Compares the folders of a lake, its register and its catalog, heals what differs, publishes what was left staged, and registers.',
    )
    .option('--dry-run', 'tell what differs, change nothing');
  return awsOptions(lakeOptions(command))
    .addHelpText('after', REPAIR_EXAMPLES)
    .action(async (flags: RepairFlags) => exit(await runRepair(flags, io)));
}

async function runRepair(flags: RepairFlags, io: Io): Promise<number> {
  const config = await readConfig(flags);
  namedLake(config);
  const settings = mustBeInS3(config, 'partitions repair');
  const { repairS3Partitions } = await import('../../wiring/partitions.js');
  const dryRun = flags.dryRun ?? false;
  const { reconciler, done } = await repairS3Partitions(settings, { dryRun });
  await io.out(driftText(reconciler, dryRun));
  for (const warning of reconciler.warnings) io.err(`Warning: ${warning}\n`);
  if (!done) return reconciler.drift.length > 0 ? 1 : 0;
  const { published } = done.swept;
  if (published > 0) await io.out(`Published bundles that others had left staged: ${published}.\n`);
  await io.out(registeredText(done, settings.database));
  io.err(leftText(done));
  const isWhole = reconciler.drift.every(({ healed }) => healed);
  return isWhole && !isUnfinished(done) ? 0 : 1;
}
