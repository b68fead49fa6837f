import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { ATHENA, type Dataset, type DatasetName, type Selection } from './datasets/dataset.js';
import type { TextMode } from './datasets/text-privacy.js';
import { AuditLakeError } from './errors.js';
import { META } from './lake/names.js';
import { mustNotOverlap } from './lake/overlap.js';
import { type CatalogKind, isInS3 } from './setting-values.js';
import { SETTINGS, SETTINGS_FILE } from './settings.js';
import { type Environment, findSettingsFile, knownKey, readSettingsFile } from './settings-file.js';
import { type Flags, type Origin, type SettingsReader, settingsReader } from './settings-reader.js';

export type Config = {
  /** A folder as it was written, or `s3://bucket/prefix` without a slash at its end. */
  readonly lake: string | undefined;
  readonly profile: string | undefined;
  readonly region: string | undefined;
  readonly endpointUrl: string | undefined;
  /** Always there for a lake in S3. */
  readonly stateTable: string | undefined;
  readonly database: string;
  readonly workGroup: string;
  /** With a slash at its end, or `workgroup`; always there for a lake in S3. */
  readonly results: string | undefined;
  readonly catalog: CatalogKind;
  readonly sourceOwner: string | undefined;
  readonly lakeOwner: string | undefined;
  readonly kmsKey: string | undefined;
  readonly datasets: readonly Dataset[];
  readonly eventSources: Selection;
  readonly sources: readonly string[];
  readonly rawTable: string | undefined;
  /** With a slash at its end. */
  readonly rawSource: string | undefined;
  readonly ownRoles: readonly string[];
  /** Accounts of 12 digits, and `self`. */
  readonly queryAccounts: readonly string[];
  /** May hold `{account}` and `{region}`. */
  readonly queryRole: string;
  readonly queryExternalId: string | undefined;
  /** Calls a second, in each account and Region. */
  readonly queryRate: number;
  /** Seconds, for each log file. */
  readonly queryWait: number;
  /** Unset: as the lake keeps them, or as they are in a new one. */
  readonly queryText: TextMode | undefined;
  readonly queryTextKey: string | undefined;
  readonly stateMachine: string | undefined;
  readonly queueUrl: string | undefined;
  readonly alertTopic: string | undefined;
  readonly prices: string | undefined;
  readonly concurrency: number;
  readonly lockWaitSeconds: number;
  /** Where each value came from. */
  readonly origins: { readonly [setting: string]: Origin };
  /** The settings file that was read. */
  readonly file: string | undefined;
};

/** What logs and metrics of the handlers call this lake (`service`), under the name that Powertools gives the variable. */
export const serviceName = (environment: Environment = process.env): string =>
  environment['POWERTOOLS_SERVICE_NAME'] || 'audit-lake';

/**
 * Every setting: flag, then environment, then settings file, then default. The only reader of the environment, and
 * only when asked.
 * @throws AuditLakeError USAGE naming the setting, where it stands, and what it takes
 */
export async function readConfig(flags: Flags, environment: Environment = process.env): Promise<Config> {
  mustKnowVariables(environment);
  const path = settingsPath(flags, environment);
  const keys = Object.values(SETTINGS).map(({ key }) => key);
  const file = path === undefined ? undefined : { path, values: await readSettingsFile(path, keys) };
  const reader = settingsReader({ flags, environment, file });
  const { one } = reader;
  const config: Config = {
    ...lakeSettings(reader, path),
    ...selection(reader),
    profile: one(SETTINGS.profile),
    region: one(SETTINGS.region),
    endpointUrl: one(SETTINGS.endpointUrl),
    database: one(SETTINGS.database) ?? 'audit_lake',
    workGroup: one(SETTINGS.workGroup) ?? 'primary',
    catalog: one(SETTINGS.catalog) ?? 'athena',
    sourceOwner: one(SETTINGS.sourceOwner),
    lakeOwner: one(SETTINGS.lakeOwner),
    kmsKey: one(SETTINGS.kmsKey),
    sources: reader.list(SETTINGS.sources) ?? NONE,
    rawTable: one(SETTINGS.rawTable),
    rawSource: one(SETTINGS.rawSource),
    ownRoles: reader.list(SETTINGS.ownRoles) ?? NONE,
    queryAccounts: reader.list(SETTINGS.queryAccounts) ?? NONE,
    queryRole: one(SETTINGS.queryRole) ?? 'audit-lake-query-history',
    queryExternalId: one(SETTINGS.queryExternalId),
    queryRate: one(SETTINGS.queryRate) ?? 5,
    queryWait: one(SETTINGS.queryWait) ?? 2,
    queryText: one(SETTINGS.queryText),
    queryTextKey: one(SETTINGS.queryTextKey),
    stateMachine: one(SETTINGS.stateMachine),
    queueUrl: one(SETTINGS.queueUrl),
    alertTopic: one(SETTINGS.alertTopic),
    prices: one(SETTINGS.prices),
    concurrency: one(SETTINGS.concurrency) ?? availableParallelism(),
    lockWaitSeconds: one(SETTINGS.lockWaitSeconds) ?? 30,
    origins: originsOf(reader),
    file: path,
  };
  for (const written of [config.lake, config.results]) {
    if (written !== undefined) mustNotOverlap(written, config.sources);
  }
  return Object.freeze(config);
}

/**
 * The lake, for a command that cannot do without.
 * @throws AuditLakeError USAGE where none is named
 */
export function namedLake({ lake }: Config): string {
  if (lake !== undefined) return lake;
  const { flag, env, key } = SETTINGS.lake;
  throw new AuditLakeError(
    'USAGE',
    `name the lake: ${flag} <location>, or ${env}, or ${key} in audit-lake.yaml`,
  );
}

const NONE: readonly string[] = Object.freeze([]);

const originsOf = ({ origin }: SettingsReader) =>
  Object.freeze(Object.fromEntries(Object.entries(SETTINGS).map(([name, it]) => [name, origin(it)])));

/** For a Lambda the environment is the only door: a misspelt variable must not be a default in silence. */
function mustKnowVariables(environment: Environment): void {
  const keys = [SETTINGS_FILE, ...Object.values(SETTINGS)].map(({ env }) => env);
  const named = Object.keys(environment).filter(
    (name) => name.startsWith('AUDIT_LAKE_') && environment[name],
  );
  for (const name of named) knownKey(name, { keys, place: 'the environment' });
}

function settingsPath(flags: Flags, environment: Environment): string | undefined {
  const { flag, env } = SETTINGS_FILE;
  const { config } = flags;
  if (config === '') throw new AuditLakeError('USAGE', `${flag} is empty: name a file, or leave it out`);
  if (typeof config === 'string') return config;
  return environment[env] || findSettingsFile(environment);
}

/** A folder that the file names lies beside the file, wherever the command is run. */
function lakeSettings({ one, origin }: SettingsReader, file: string | undefined) {
  const named = one(SETTINGS.lake);
  const beside = origin(SETTINGS.lake) === 'file' && file !== undefined ? dirname(file) : '.';
  const isFolder = named !== undefined && !isInS3(named);
  const lake = isFolder && beside !== '.' && !isAbsolute(named) ? join(beside, named) : named;
  const inS3 = lake !== undefined && isInS3(lake) ? lake : undefined;
  const results = one(SETTINGS.results) ?? (inS3 && `${inS3}/${META.resultsFolder}/`);
  if (inS3 && results?.startsWith(`${inS3}/`) && !results.startsWith(`${inS3}/_meta/`)) {
    throw new AuditLakeError(
      'USAGE',
      `results at ${results} would lie among the tables of the lake: choose a place below ${inS3}/_meta/, or outside`,
    );
  }
  return { lake, results, stateTable: one(SETTINGS.stateTable) ?? (inS3 && stateTableOf(inS3)) };
}

const stateTableOf = (lake: string) =>
  `audit-lake-${createHash('sha256').update(lake).digest('hex').slice(0, 8)}`;

const ONLY_ATHENA: Selection = Object.freeze([ATHENA]);
const ORDER: readonly Origin[] = ['flag', 'environment', 'file', 'default'];

/**
 * Event sources belong to cloudtrail_events. Without that dataset they are a mistake, unless the datasets come from a
 * stronger place: `--dataset athena_events` for once, where the file names both.
 */
function selection({ list, origin }: SettingsReader) {
  const names = list(SETTINGS.datasets) ?? (['athena_events'] as const);
  const eventSources: Selection = list(SETTINGS.eventSources) ?? 'all';
  const isStronger = ORDER.indexOf(origin(SETTINGS.datasets)) < ORDER.indexOf(origin(SETTINGS.eventSources));
  if (eventSources !== 'all' && !names.includes('cloudtrail_events') && !isStronger) {
    throw new AuditLakeError(
      'USAGE',
      'event_sources (--event-source, AUDIT_LAKE_EVENT_SOURCES) goes with the dataset cloudtrail_events: keep that too, or leave it out',
    );
  }
  const datasetOf = (name: DatasetName): Dataset =>
    Object.freeze({ name, eventSources: name === 'athena_events' ? ONLY_ATHENA : eventSources });
  return { datasets: Object.freeze(names.map(datasetOf)), eventSources };
}

/** The SDK warns on stderr of each version of Node that it will drop one day. Nobody who asks a lake can act on it. */
export function quietSdk(environment: { [name: string]: string | undefined } = process.env): void {
  environment['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ||= 'true';
}
