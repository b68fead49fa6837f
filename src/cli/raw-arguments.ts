import type { Command } from 'commander';
import { type Config, readConfig } from '../config.js';
import { AuditLakeError } from '../errors.js';
import { isDay } from '../lake/partition.js';
import type { RawTable } from '../lake/raw-ddl.js';
import { rawRoot } from '../lake/raw-partition.js';
import type { FolderScope } from '../ports/raw-register.js';
import { accountId, regionName } from '../setting-values.js';
import { SETTINGS } from '../settings.js';
import { awsOptions, lakeOptions, settingOptions } from './setting-options.js';

/** Which folders of a trail. `--region` is that of AWS, so those of log files come as a list. */
export type RawFlags = {
  readonly from?: string;
  readonly to?: string;
  readonly accounts?: string;
  readonly regions?: string;
};

/** `[source] --raw-table --accounts --regions --from`, and the options of a lake. */
export function rawOptions(command: Command): Command {
  command
    .argument('[source]', 'the folder of accounts: s3://bucket/prefix/AWSLogs/ (default: raw_source)')
    .option('--accounts <ids>', 'accounts, with commas between them (default: all)')
    .option('--regions <names>', 'Regions of the log files, with commas between them (default: all)');
  settingOptions(command, [SETTINGS.rawTable, SETTINGS.rawSource, SETTINGS.sourceOwner]);
  return awsOptions(lakeOptions(command));
}

/** The settings, and the table that is named. @throws AuditLakeError USAGE */
export async function readRaw(
  source: string | undefined,
  flags: RawFlags,
): Promise<{ readonly config: Config; readonly table: RawTable }> {
  const root = source === undefined ? undefined : rawRoot(source);
  const config = await readConfig({ ...flags, ...(root !== undefined && { rawSource: root }) });
  const { rawTable: name, rawSource } = config;
  if (name === undefined) throw unnamed(SETTINGS.rawTable, 'the raw table');
  if (rawSource === undefined) throw unnamed(SETTINGS.rawSource, 'the folder of accounts');
  return { config, table: { name, root: rawSource } };
}

function unnamed(
  { flag, env, key }: (typeof SETTINGS)['rawTable' | 'rawSource'],
  what: string,
): AuditLakeError {
  return new AuditLakeError('USAGE', `name ${what}: ${flag}, or ${env}, or ${key} in audit-lake.yaml`);
}

/** @throws AuditLakeError USAGE naming the option and what it takes */
export function folderScope({ from, to, accounts, regions }: RawFlags): FolderScope {
  return {
    from: day('--from', from) ?? '0000-01-01',
    to: day('--to', to) ?? '9999-12-31',
    accounts: listed('--accounts', accounts, accountId),
    regions: listed('--regions', regions, regionName),
  };
}

function day(option: string, text: string | undefined): string | undefined {
  if (text === undefined || isDay(text)) return text;
  throw new AuditLakeError('USAGE', `${option} takes a day such as 2026-01-09, not ${JSON.stringify(text)}`);
}

function listed(
  option: string,
  text: string | undefined,
  parse: (item: string) => string | undefined,
): readonly string[] {
  const items = text === undefined ? [] : text.split(',').map((item) => item.trim());
  const other = items.find((item) => parse(item) === undefined);
  if (other === undefined) return [...new Set(items)].sort();
  const example = option === '--accounts' ? '111122223333,444455556666' : 'us-east-1,eu-central-1';
  throw new AuditLakeError(
    'USAGE',
    `${option} takes a list such as ${example}, not ${JSON.stringify(other)}`,
  );
}
