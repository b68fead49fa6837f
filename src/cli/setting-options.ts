import { type Command, Option } from 'commander';
import type { Setting } from '../setting.js';
import { SETTINGS, SETTINGS_FILE } from '../settings.js';

type Described = Pick<Setting<unknown>, 'flag' | 'argument' | 'meaning' | 'byDefault' | 'env' | 'isList'>;

/**
 * Adds the flags of settings to a command, with their defaults and variables in its help; one without a flag adds
 * none. Commander knows no default: whether a flag was given has to be told from the environment and the file.
 */
export function settingOptions(command: Command, settings: readonly Described[]): Command {
  for (const { flag, argument, meaning, byDefault, env, isList } of settings) {
    if (flag === undefined) continue;
    const standard = byDefault === undefined ? '' : ` (default: ${byDefault})`;
    const often = isList ? ', may be repeated' : '';
    const text = `${meaning}${often}${standard} [env: ${env}]`;
    const option = new Option(`${flag} ${argument ?? '<value>'}`, text);
    command.addOption(isList ? option.argParser(appended) : option);
  }
  return command;
}

/** For an option that may be repeated: all that was given. */
export function appended(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** `--config, --profile, --region, --endpoint-url`. */
export function awsOptions(command: Command): Command {
  const { profile, region, endpointUrl } = SETTINGS;
  return settingOptions(command, [SETTINGS_FILE, profile, region, endpointUrl]);
}

/** The same for a command whose `--region` is that of log files: the Region of AWS comes from elsewhere. */
export function archiveAwsOptions(command: Command): Command {
  const { profile, endpointUrl } = SETTINGS;
  return settingOptions(command, [SETTINGS_FILE, profile, endpointUrl]);
}

/** `--query-account, --query-role, --query-external-id, --query-rate, --query-wait, --query-text`. */
export function queryTextOptions(command: Command): Command {
  const { queryAccounts, queryRole, queryExternalId, queryRate, queryWait, queryText } = SETTINGS;
  return settingOptions(command, [
    queryAccounts,
    queryRole,
    queryExternalId,
    queryRate,
    queryWait,
    queryText,
  ]);
}

/** `--lake, --state-table, --database, --work-group, --results, --catalog, --lake-owner, --kms-key`. */
export function lakeOptions(command: Command): Command {
  const { lake, stateTable, database, workGroup, results, catalog, lakeOwner, kmsKey } = SETTINGS;
  const settings = [lake, stateTable, database, workGroup, results, catalog, lakeOwner, kmsKey];
  return settingOptions(command, settings);
}
