import { type Command, Option } from 'commander';
import type { Scope } from '../../backfill/scope.js';
import { type Config, namedLake, readConfig } from '../../config.js';
import { AuditLakeError } from '../../errors.js';
import { isDay } from '../../lake/partition.js';
import { accountId, regionName } from '../../setting-values.js';
import type { ArchiveSource } from '../../wiring/archive.js';
import { EVENT_HISTORY, everywhere, sourceOf } from '../ingest-source.js';
import { appended } from '../setting-options.js';
import { namedPlan } from './named-plan.js';

/** Which log files of an archive; `--region` is that of the log files. */
export type ScopeFlags = {
  readonly from?: string;
  readonly to?: string;
  readonly account?: readonly string[];
  readonly region?: readonly string[];
  readonly inventory?: string;
};

/** `--from, --to, --account, --region, --inventory`. */
export function scopeOptions(command: Command): Command {
  return command
    .option('--from <day>', 'first day of delivery, YYYY-MM-DD (default: all)')
    .option('--to <day>', 'last day of delivery, YYYY-MM-DD (default: all)')
    .addOption(
      new Option('--account <id>', 'only log files of this account, may be repeated').argParser(appended),
    )
    .addOption(
      new Option('--region <name>', 'only log files of this Region, may be repeated').argParser(appended),
    )
    .option('--inventory <manifest>', 'count by an S3 Inventory: its manifest.json, in S3 or in a folder');
}

type Scoped = {
  readonly config: Config;
  readonly lake: string;
  readonly scope: Scope;
  readonly inventory: string | undefined;
};

/** The settings, the lake and the scope that flags name. @throws AuditLakeError USAGE */
export async function readScoped({ region, ...flags }: ScopeFlags): Promise<Scoped> {
  // The Region of log files is not that of AWS.
  const config = await readConfig(flags);
  const lake = namedLake(config);
  const inventory = flags.inventory === undefined ? undefined : absolute(flags.inventory);
  return { config, lake, scope: scopeOf({ ...flags, ...(region && { region }) }), inventory };
}

/** @throws AuditLakeError USAGE naming the option and what it takes */
function scopeOf({ from, to, account: accounts = [], region: regions = [] }: ScopeFlags): Scope {
  if (from !== undefined && !isDay(from)) throw wrong('--from', 'a day such as 2026-01-09', from);
  if (to !== undefined && !isDay(to)) throw wrong('--to', 'a day such as 2026-01-09', to);
  const noAccount = accounts.find((account) => accountId(account) === undefined);
  if (noAccount !== undefined) throw wrong('--account', 'an account such as 111122223333', noAccount);
  const noRegion = regions.find((region) => regionName(region) === undefined);
  if (noRegion !== undefined) throw wrong('--region', 'a Region such as eu-central-1', noRegion);
  if (from !== undefined && to !== undefined && from > to) {
    throw new AuditLakeError('USAGE', `--from ${from} is after --to ${to}: there is no day between them`);
  }
  return { from, to, accounts: [...new Set(accounts)].sort(), regions: [...new Set(regions)].sort() };
}

function wrong(option: string, takes: string, value: string): AuditLakeError {
  return new AuditLakeError('USAGE', `${option} takes ${takes}, not ${JSON.stringify(value)}`);
}

/** @throws AuditLakeError USAGE */
export async function archiveSourceOf(
  sources: readonly string[],
  config: Config,
  lake: string,
): Promise<ArchiveSource> {
  const source = await sourceOf({ sources, accounts: [] }, config, lake);
  if ('paths' in source || 'locations' in source) return source;
  throw new AuditLakeError('USAGE', `${EVENT_HISTORY} holds 90 days: \`audit-lake ingest\` reads it whole`);
}

/** A place as a plan keeps it: the same from wherever the next command is run. */
export function absolute(place: string): string {
  return place.startsWith('s3://') ? place : everywhere(place);
}

/** Who works off a plan. */
export type Place = 'here' | 'fleet' | 'queue';

const ELSEWHERE = { fleet: 'a fleet', queue: 'the ingest Lambda' };

/**
 * What somebody elsewhere will need is asked for before a plan is counted, which may take long.
 * @throws AuditLakeError USAGE, PLAN_FORMAT
 */
export async function mustReach(on: Place, named: readonly string[], config: Config): Promise<void> {
  if (on === 'here') return;
  const who = ELSEWHERE[on];
  if (!namedLake(config).startsWith('s3://')) {
    throw new AuditLakeError(
      'USAGE',
      `${who} writes to a lake in S3: name it with --lake s3://bucket/prefix`,
    );
  }
  if (on === 'fleet') stateMachineOf(config);
  else queueUrlOf(config);
  for (const argument of named) {
    if (argument.startsWith('s3://') || (await namedPlan(argument)) !== undefined) continue;
    throw new AuditLakeError('USAGE', `${who} cannot read ${argument}: name a place in S3, or use --on here`);
  }
}

/** @throws AuditLakeError USAGE */
export function stateMachineOf({ stateMachine }: Config): string {
  return stateMachine ?? notSet('--state-machine', 'the ARN of the state machine of the fleet');
}

/** @throws AuditLakeError USAGE */
export function queueUrlOf({ queueUrl }: Config): string {
  return queueUrl ?? notSet('--queue-url', 'the address of the queue of the ingest Lambda');
}

function notSet(flag: string, what: string): never {
  throw new AuditLakeError('USAGE', `${flag} is not set: it names ${what}`);
}

/** A restore asks S3. @throws AuditLakeError USAGE */
export function mustBeRestorable(sources: readonly string[]): void {
  if (!sources.every((source) => source.startsWith('s3://'))) throw notInS3();
}

export function notInS3(): AuditLakeError {
  return new AuditLakeError('USAGE', '--restore is for log files in S3: those in a folder can be read');
}
