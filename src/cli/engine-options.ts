import { type Command, Option } from 'commander';
import { type Config, namedLake } from '../config.js';
import { AuditLakeError } from '../errors.js';
import { SETTINGS } from '../settings.js';
import type { EngineTarget } from '../wiring/engine.js';
import { OUTPUT_FORMATS, type OutputFormat } from './answer-format.js';
import { s3LakeOf } from './s3-lake-of.js';
import { awsOptions, settingOptions } from './setting-options.js';

const ENGINES = ['athena', 'duckdb'] as const;

/** What a command that asks a lake is given beside the question. */
export type EngineFlags = {
  readonly engine?: (typeof ENGINES)[number];
  readonly output?: OutputFormat;
};

/** `--engine, --output`, and which lake in which account. */
export function engineOptions(command: Command): Command {
  const standard = 'default: table on a terminal, else ndjson';
  command.addOption(
    new Option('--output <format>', `how the answer is printed (${standard})`).choices(OUTPUT_FORMATS),
  );
  return askedLakeOptions(command);
}

/** `--engine`, and which lake in which account. */
export function askedLakeOptions(command: Command): Command {
  command.addOption(
    new Option('--engine <name>', 'duckdb fetches the data files of a lake in S3').choices(ENGINES),
  );
  const { lake, stateTable, database, workGroup, results, lakeOwner, kmsKey } = SETTINGS;
  settingOptions(command, [lake, stateTable, database, workGroup, results, lakeOwner, kmsKey]);
  return awsOptions(command);
}

/** Who answers. @throws AuditLakeError USAGE for no lake, or Athena over a folder */
export function engineTarget(config: Config, { engine }: Pick<EngineFlags, 'engine'>): EngineTarget {
  const lake = namedLake(config);
  const inS3 = s3LakeOf(config);
  if (inS3) return { kind: engine === 'duckdb' ? 'duckdb over a copy' : 'athena', ...inS3 };
  if (engine !== 'athena') return { kind: 'duckdb over a folder', lake };
  throw new AuditLakeError('USAGE', `Athena reads lakes in S3, and ${lake} is a folder: leave --engine out`);
}
