import { type Command, Option } from 'commander';
import type { Config } from '../config.js';
import { SETTINGS } from '../settings.js';
import type { LanesOptions } from './ingest-lanes.js';
import { athenaHistoryOf, targetOf } from './s3-lake-of.js';
import { lakeOptions, settingOptions } from './setting-options.js';

/** Flags of every command that ingests, beside those of settings. */
export type IngestFlags = {
  readonly queryHistory?: string;
  readonly output: 'text' | 'json';
  readonly quiet?: true;
};

/** The lake, and `--dataset, --event-source, --concurrency, --lock-wait, --source-owner, --own-role`. */
export function ingestSettings(command: Command): Command {
  const { datasets, eventSources, concurrency, lockWaitSeconds, sourceOwner, ownRoles } = SETTINGS;
  const settings = [datasets, eventSources, concurrency, lockWaitSeconds, sourceOwner, ownRoles];
  return settingOptions(lakeOptions(command), settings);
}

/** `--query-history`. */
export function historyOption(command: Command): Command {
  return command.option(
    '--query-history <json>',
    'saved answers of BatchGetQueryExecution: the SQL that CloudTrail hides',
  );
}

/** `--output, --quiet`. */
export function summaryOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--output <format>', 'the summary: for people, or one JSON object')
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('--quiet', 'no progress');
}

/** An ingest into `lake` by the settings and flags of a command: all but what is read, and whether it is written. */
export function ingestOptionsOf(
  config: Config,
  { lake, flags, isStopped }: { lake: string; flags: IngestFlags; isStopped: () => boolean },
): Omit<LanesOptions, 'reading' | 'dryRun'> {
  const { datasets, ownRoles, concurrency } = config;
  const { queryHistory, quiet = false } = flags;
  return {
    ...{ target: targetOf(config, lake), datasets, ownRoles, concurrency, queryHistory, isStopped },
    ...{ athena: athenaHistoryOf(config), privacy: config, quiet },
  };
}
