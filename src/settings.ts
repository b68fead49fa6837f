import { DATASET_NAMES } from './datasets/dataset.js';
import { TEXT_MODES } from './datasets/text-privacy.js';
import * as values from './setting-values.js';

/** Where the settings file is named; else it is looked for. */
export const SETTINGS_FILE = {
  env: 'AUDIT_LAKE_CONFIG',
  flag: '--config',
  argument: '<file>',
  meaning: 'the settings file',
  byDefault: './audit-lake.yaml, else ~/.config/audit-lake/audit-lake.yaml',
} as const;

export type Setting<T> = {
  /** Its name in audit-lake.yaml. */
  readonly key: string;
  readonly env: string;
  readonly flag?: string;
  /** What stands behind the flag in the help. */
  readonly argument?: string;
  readonly meaning: string;
  /** What a message says that it takes. */
  readonly takes: string;
  /** In words; absent where it is simply not set. */
  readonly byDefault?: string;
  /** One value, or one item of a list. */
  readonly parse: values.Parse<T>;
  /** A flag that may be repeated, a list in the file, a text with commas in the environment. */
  readonly isList?: true;
  /** Never printed, not even where it is wrong. It has no flag: a command line is seen by everybody. */
  readonly isSecret?: true;
};

/** For inference: each setting keeps the type of its value. */
const setting = <T>(it: Setting<T>): Setting<T> => it;
const ACCOUNT = { argument: '<account>', takes: 'an account of 12 digits', parse: values.accountId };

/** Every setting once. */
export const SETTINGS = {
  lake: setting({
    key: 'lake',
    env: 'AUDIT_LAKE_LAKE',
    flag: '--lake',
    argument: '<location>',
    meaning: 'the lake: a folder or s3://bucket/prefix',
    takes: 'a folder or s3://bucket/prefix of letters, digits and ! _ . ( ) = -',
    parse: values.lakeName,
  }),
  profile: setting({
    key: 'profile',
    env: 'AWS_PROFILE',
    flag: '--profile',
    argument: '<name>',
    meaning: 'profile of the AWS configuration',
    takes: 'the name of a profile',
    parse: values.profileName,
  }),
  region: setting({
    key: 'region',
    env: 'AWS_REGION',
    flag: '--region',
    argument: '<name>',
    meaning: 'AWS Region',
    takes: 'a Region such as eu-central-1',
    parse: values.regionName,
  }),
  endpointUrl: setting({
    key: 'endpoint_url',
    env: 'AWS_ENDPOINT_URL',
    flag: '--endpoint-url',
    argument: '<url>',
    meaning: 'where to find all services, in place of AWS',
    takes: 'an http or https address without credentials, query or fragment',
    parse: values.endpointUrl,
  }),
  stateTable: setting({
    key: 'state_table',
    env: 'AUDIT_LAKE_STATE_TABLE',
    flag: '--state-table',
    argument: '<name>',
    meaning: 'DynamoDB table of ledger and registry, for a lake in S3',
    takes: '3 to 255 letters, digits and _ . -',
    byDefault: 'audit-lake-<8 hex digits of the lake>',
    parse: values.stateTableName,
  }),
  database: setting({
    key: 'database',
    env: 'AUDIT_LAKE_DATABASE',
    flag: '--database',
    argument: '<name>',
    meaning: 'Glue database of the tables',
    takes: 'up to 128 of a-z, 0-9 and _, no digit first',
    byDefault: 'audit_lake',
    parse: values.databaseName,
  }),
  workGroup: setting({
    key: 'work_group',
    env: 'AUDIT_LAKE_WORK_GROUP',
    flag: '--work-group',
    argument: '<name>',
    meaning: 'Athena workgroup',
    takes: 'up to 128 letters, digits and . _ -',
    byDefault: 'primary',
    parse: values.workGroupName,
  }),
  results: setting({
    key: 'results',
    env: 'AUDIT_LAKE_RESULTS',
    flag: '--results',
    argument: '<s3-location>',
    meaning: 'where Athena puts results; `workgroup`: where the workgroup says',
    takes: 's3://bucket/prefix of letters, digits and ! _ . ( ) = -, or workgroup',
    byDefault: '<lake>/_meta/results/',
    parse: values.resultsLocation,
  }),
  catalog: setting({
    key: 'catalog',
    env: 'AUDIT_LAKE_CATALOG',
    flag: '--catalog',
    argument: '<kind>',
    meaning: 'what registers partitions: statements of Athena, or calls of Glue',
    takes: values.CATALOG_KINDS.join(' or '),
    byDefault: 'athena',
    parse: values.catalogKind,
  }),
  sourceOwner: setting({
    ...ACCOUNT,
    key: 'source_owner',
    env: 'AUDIT_LAKE_SOURCE_OWNER',
    flag: '--source-owner',
    meaning: 'account that must own the bucket of the log files',
  }),
  lakeOwner: setting({
    ...ACCOUNT,
    key: 'lake_owner',
    env: 'AUDIT_LAKE_LAKE_OWNER',
    flag: '--lake-owner',
    meaning: 'account that must own the bucket of the lake',
  }),
  kmsKey: setting({
    key: 'kms_key',
    env: 'AUDIT_LAKE_KMS_KEY',
    flag: '--kms-key',
    argument: '<key>',
    meaning: 'KMS key for what is written to the lake',
    takes: 'the id, ARN or alias of a key',
    byDefault: "the bucket's own encryption",
    parse: values.kmsKey,
  }),
  datasets: setting({
    key: 'datasets',
    env: 'AUDIT_LAKE_DATASETS',
    flag: '--dataset',
    argument: '<name>',
    meaning: `what to keep: ${DATASET_NAMES.join(', ')}`,
    takes: DATASET_NAMES.join(' or '),
    byDefault: 'athena_events',
    parse: values.datasetName,
    isList: true,
  }),
  eventSources: setting({
    key: 'event_sources',
    env: 'AUDIT_LAKE_EVENT_SOURCES',
    flag: '--event-source',
    argument: '<name>',
    meaning: 'for cloudtrail_events: only this service',
    takes: 'a name such as s3.amazonaws.com',
    byDefault: 'all',
    parse: values.eventSource,
    isList: true,
  }),
  sources: setting({
    key: 'sources',
    env: 'AUDIT_LAKE_SOURCES',
    meaning: 'where notifications may come from',
    takes: 's3://bucket/prefix',
    parse: values.sourcePrefix,
    isList: true,
  }),
  ownRoles: setting({
    key: 'own_roles',
    env: 'AUDIT_LAKE_OWN_ROLES',
    flag: '--own-role',
    argument: '<arn>',
    meaning: 'role whose calls are our own',
    takes: 'the ARN of a role',
    parse: values.roleArn,
    isList: true,
  }),
  queryAccounts: setting({
    key: 'query_accounts',
    env: 'AUDIT_LAKE_QUERY_ACCOUNTS',
    flag: '--query-account',
    argument: '<account>',
    meaning:
      'account whose Athena may be asked for query texts; `self`: that of the credentials, without a role',
    takes: 'an account of 12 digits, or self',
    byDefault: 'none is asked',
    parse: values.queryAccount,
    isList: true,
  }),
  queryRole: setting({
    key: 'query_role',
    env: 'AUDIT_LAKE_QUERY_ROLE',
    flag: '--query-role',
    argument: '<name>',
    meaning: 'role to assume in each of these accounts; may hold {account} and {region}',
    takes: 'the name of a role, with its path if it has one',
    byDefault: 'audit-lake-query-history',
    parse: values.roleTemplate,
  }),
  queryExternalId: setting({
    key: 'query_external_id',
    env: 'AUDIT_LAKE_QUERY_EXTERNAL_ID',
    flag: '--query-external-id',
    argument: '<text>',
    meaning: 'external id that these roles ask for',
    takes: '2 to 1224 letters, digits and + = , . @ : / _ -',
    parse: values.externalId,
  }),
  queryRate: setting({
    key: 'query_rate',
    env: 'AUDIT_LAKE_QUERY_RATE',
    flag: '--query-rate',
    argument: '<n>',
    meaning: 'calls of Athena a second of one process, in each account and Region',
    takes: 'a whole number from 1 to 100',
    byDefault: '5',
    parse: values.wholeNumber(1, 100),
  }),
  queryWait: setting({
    key: 'query_wait',
    env: 'AUDIT_LAKE_QUERY_WAIT',
    flag: '--query-wait',
    argument: '<seconds>',
    meaning: 'how long an ingest waits for query texts, for each log file',
    takes: 'a whole number from 0 to 600',
    byDefault: '2',
    parse: values.wholeNumber(0, 600),
  }),
  queryText: setting({
    key: 'query_text',
    env: 'AUDIT_LAKE_QUERY_TEXT',
    flag: '--query-text',
    argument: '<mode>',
    meaning:
      'how the lake keeps query texts: as they are, without literals, as a keyed digest, or not at all',
    takes: TEXT_MODES.join(', '),
    byDefault: 'as the lake does; full for a new one',
    parse: values.textMode,
  }),
  queryTextKey: setting({
    key: 'query_text_key',
    env: 'AUDIT_LAKE_QUERY_TEXT_KEY',
    meaning: 'the secret that digests are made with, for query_text: hash',
    takes: 'at least 32 characters',
    parse: values.secret,
    isSecret: true,
  }),
  concurrency: setting({
    key: 'concurrency',
    env: 'AUDIT_LAKE_CONCURRENCY',
    flag: '--concurrency',
    argument: '<n>',
    meaning: 'log files read side by side',
    takes: 'a whole number from 1 to 256',
    byDefault: 'cores',
    parse: values.wholeNumber(1, 256),
  }),
  lockWaitSeconds: setting({
    key: 'lock_wait',
    env: 'AUDIT_LAKE_LOCK_WAIT',
    flag: '--lock-wait',
    argument: '<seconds>',
    meaning: 'how long to wait for another ingest',
    takes: 'a whole number from 0 to 86400',
    byDefault: '30',
    parse: values.wholeNumber(0, 86_400),
  }),
};

export type SettingName = keyof typeof SETTINGS;
