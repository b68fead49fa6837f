import { Command } from 'commander';
import { rawCost } from '../../backfill/raw-cost.js';
import { namedLake } from '../../config.js';
import type { RegistrarReport } from '../../jobs/register-partitions.js';
import { noteTrail, type RawPorts, registerRaw, retryRaw } from '../../jobs/register-raw.js';
import { counted } from '../../shown/units.js';
import { endingInOrder } from '../interruption.js';
import type { Io } from '../io.js';
import { folderScope, type RawFlags, rawOptions, readRaw } from '../raw-arguments.js';
import { elsewhereText, rawPlanText, tooManyLines } from '../raw-texts.js';
import { mustBeInS3 } from '../s3-lake-of.js';

type Exit = (code: number) => void;
type RegisterFlags = RawFlags & { readonly retry?: true; readonly dryRun?: true };

const EXAMPLES = `
Examples:
  $ audit-lake raw register --from 2021-01-01 --dry-run
  $ audit-lake raw register --from 2021-01-01 --to 2025-12-31 --accounts 111122223333
  $ audit-lake raw register --retry

With --from the folders of the bucket are looked through first: a page for each account, Region, year and month.
Without it what is known already is registered. May be stopped and called again at any time, and run beside the Lambda.

Exit codes: 0 done, 1 something is still not registered, 2 usage, 4 AWS says no, 130 interrupted.
`;

/** `audit-lake raw register`. Returns the exit code by `exit`. */
export function rawRegisterCommand(io: Io, exit: Exit): Command {
  const command = new Command('register')
    .summary('register the partitions of years of log files')
    .description('Registers the partitions of log files that lie in the bucket of a trail.')
    .option('--from <day>', 'look for log files delivered from this day on, YYYY-MM-DD')
    .option('--to <day>', 'last day of delivery, YYYY-MM-DD (default: all)')
    .option('--retry', 'try again at once what is BLOCKED or waits after a failure')
    .option('--dry-run', 'count partitions and what they cost, register nothing');
  return rawOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (source: string | undefined, flags: RegisterFlags) =>
      exit(await endingInOrder(io, (stop) => runRegister({ source, flags, signal: stop.signal }, io))),
    );
}

type Asked = {
  readonly source: string | undefined;
  readonly flags: RegisterFlags;
  readonly signal: AbortSignal;
};

async function runRegister({ source, flags, signal }: Asked, io: Io): Promise<number> {
  const { config, table } = await readRaw(source, flags);
  const within = folderScope(flags);
  namedLake(config);
  const settings = { ...mustBeInS3(config, 'raw register'), sourceOwner: config.sourceOwner };
  const { openRaw } = await import('../../wiring/raw-table.js');
  const { ports, folders, mustBeOurs } = openRaw(settings, table);
  const isStopped = () => signal.aborted;
  if (flags.dryRun) {
    const { readPrices } = await import('../../wiring/price-list.js');
    const found = await noteTrail(folders, { table: table.name, within, isStopped });
    if (isStopped()) return 130;
    const cost = rawCost(found.partitions, folders.requests, await readPrices(config.prices));
    await io.out(rawPlanText(found, cost));
    io.err(elsewhereText(table.root, folders.organizations, found.partitions === 0));
    return 0;
  }
  await mustBeOurs();
  await ports.catalog.ensureTable(table.name);
  if (flags.retry) await tellMoved(await retryRaw(table.name, ports), io);
  if (flags.from !== undefined || flags.to !== undefined) {
    const found = await noteTrail(folders, {
      ...{ table: table.name, within, isStopped },
      register: ports.register,
    });
    const fresh = `${counted(found.partitions, 'partition')} in the bucket, ${found.fresh} of them new.`;
    await io.out(`${[fresh, ...tooManyLines(found.partitions)].join('\n')}\n`);
    io.err(elsewhereText(table.root, folders.organizations, found.partitions === 0));
  }
  return tellEnd(await registered(table.name, { ...ports, isStopped }, io), { io, isStopped });
}

const registered = (table: string, ports: RawPorts, io: Io) =>
  registerRaw(table, ports, ({ registered: done, pending }) => {
    if (pending > 0) io.err(`${counted(done, 'partition')} registered, more on the way.\n`);
  });

async function tellMoved(moved: number, io: Io): Promise<void> {
  if (moved > 0) await io.out(`${counted(moved, 'partition')} moved to the folder of the trail.\n`);
}

async function tellEnd(
  { registered: done, pending, blocked, warnings }: RegistrarReport,
  { io, isStopped }: { readonly io: Io; readonly isStopped: () => boolean },
): Promise<number> {
  await io.out(`Registered ${counted(done, 'partition')}.\n`);
  for (const warning of new Set(warnings)) io.err(`Warning: ${warning}\n`);
  if (pending > 0) {
    const next =
      '`audit-lake raw register` goes on; after a failure they wait up to an hour, but not with --retry';
    io.err(`${counted(pending, 'partition')} on the way, not visible to engines yet: ${next}.\n`);
  }
  if (blocked > 0) {
    const next = '`audit-lake raw status` tells why, `audit-lake raw register --retry` tries again';
    io.err(`${counted(blocked, 'partition')} BLOCKED, not visible to engines: ${next}.\n`);
  }
  if (isStopped()) return 130;
  return pending + blocked > 0 ? 1 : 0;
}
