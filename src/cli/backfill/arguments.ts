import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Scope } from '../../backfill/scope.js';
import { type Config, namedLake, readConfig } from '../../config.js';
import { AuditLakeError } from '../../errors.js';
import { isDay } from '../../lake/partition.js';
import { accountId, regionName } from '../../setting-values.js';
import type { ArchiveSource } from '../../wiring/archive.js';
import { EVENT_HISTORY, everywhere, sourceOf, stillThere } from '../ingest-source.js';
import { appended } from '../setting-options.js';

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

/**
 * The source of a plan. What of it lies in folders and is there no more is passed over, as S3 does: its slices list
 * as gone, and the rest goes on. @throws AuditLakeError USAGE
 */
export async function plannedSourceOf(
  sources: readonly string[],
  config: Config,
  lake: string,
): Promise<ArchiveSource> {
  if (sources.some((source) => source.startsWith('s3://'))) return archiveSourceOf(sources, config, lake);
  return { reading: { kind: 'local' }, paths: await stillThere(sources) };
}

/** A lake or a manifest as a plan keeps it: the same from wherever the next command is run. */
export function absolute(place: string): string {
  return place.startsWith('s3://') ? place : resolve(place);
}

/** The same of a source, which may be a glob. */
export function absoluteSource(source: string): string {
  return source.startsWith('s3://') ? source : everywhere(source);
}

/** A restore asks S3. @throws AuditLakeError USAGE */
export function mustBeRestorable(sources: readonly string[]): void {
  if (!sources.every((source) => source.startsWith('s3://'))) throw notInS3();
}

export function notInS3(): AuditLakeError {
  return new AuditLakeError('USAGE', '--restore is for log files in S3: those in a folder can be read');
}
