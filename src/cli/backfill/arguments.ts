import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Scope } from '../../backfill/scope.js';
import { type Config, namedLake, readConfig } from '../../config.js';
import { AuditLakeError } from '../../errors.js';
import { isDay } from '../../lake/partition.js';
import { accountId, regionName } from '../../setting-values.js';
import type { ArchiveSource } from '../../wiring/archive.js';
import { EVENT_HISTORY, sourceOf } from '../ingest-source.js';
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

type Scoped = { readonly config: Config; readonly lake: string; readonly scope: Scope };

/** The settings, the lake and the scope that flags name. @throws AuditLakeError USAGE */
export async function readScoped({ region, ...flags }: ScopeFlags): Promise<Scoped> {
  // The Region of log files is not that of AWS.
  const config = await readConfig(flags);
  const lake = namedLake(config);
  return { config, lake, scope: scopeOf({ ...flags, ...(region && { region }) }) };
}

/** @throws AuditLakeError USAGE naming the option and what it takes */
function scopeOf({ from, to, account: accounts = [], region: regions = [] }: ScopeFlags): Scope {
  if (from !== undefined && !isDay(from)) throw wrong('--from', '2026-01-09', from);
  if (to !== undefined && !isDay(to)) throw wrong('--to', '2026-01-09', to);
  const noAccount = accounts.find((account) => accountId(account) === undefined);
  if (noAccount !== undefined) throw wrong('--account', '111122223333', noAccount);
  const noRegion = regions.find((region) => regionName(region) === undefined);
  if (noRegion !== undefined) throw wrong('--region', 'eu-central-1', noRegion);
  if (from !== undefined && to !== undefined && from > to) {
    throw new AuditLakeError('USAGE', `--from ${from} is after --to ${to}: there is no day between them`);
  }
  return { from, to, accounts: [...new Set(accounts)].sort(), regions: [...new Set(regions)].sort() };
}

function wrong(option: string, like: string, value: string): AuditLakeError {
  return new AuditLakeError('USAGE', `${option} takes one such as ${like}, not ${JSON.stringify(value)}`);
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
  return place.startsWith('s3://') ? place : resolve(place);
}
