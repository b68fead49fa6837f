import { Stack, Token } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { SETTINGS } from '../src/settings.js';
import type { AuditLakeProps } from './audit-lake-props.js';
import type { Lake, Trail } from './lake.js';
import { NAMES } from './names.js';

type Values = { readonly [name in keyof typeof SETTINGS]?: string | undefined };
/** Variables of a function's environment. */
export type Environment = { readonly [variable: string]: string };

/** What the settings of a deployment are made of. */
export type Deployed = {
  readonly lake: Lake;
  readonly trail: Trail;
  readonly stateTable: ITable;
  /** The workgroup has the same name. */
  readonly database: string;
  /** All under which handlers work: their calls of Athena are in the trail too. */
  readonly roles: readonly IRole[];
};

/** The settings that all handlers share, by the names under which they look for them. */
export function sharedSettings(scope: Construct, deployed: Deployed, props: AuditLakeProps): Environment {
  const { lake, trail, stateTable, database, roles } = deployed;
  if (props.queryText === 'hash' && !props.queryTextKey) throw new Error('queryText hash needs queryTextKey');
  if (props.rawPrefix && !props.rawTable) throw new Error('rawPrefix needs rawTable');
  const settings = environment({
    lake: lake.location,
    lakeOwner: Stack.of(scope).account,
    kmsKey: lake.encryptionKey?.keyArn,
    stateTable: stateTable.tableName,
    database,
    workGroup: database,
    // The workgroup insists on its own place.
    results: 'workgroup',
    sources: `s3://${trail.bucket.bucketName}/${trail.prefix}`,
    sourceOwner: trail.bucket.env.account,
    datasets: props.datasets?.join(),
    eventSources: props.eventSources?.join(),
    rawTable: props.rawTable,
    rawSource: props.rawTable && `s3://${trail.bucket.bucketName}/${props.rawPrefix ?? trail.prefix}`,
    ownRoles: roles.map(({ roleArn }) => roleArn).join(),
    queryText: props.queryText,
    queryTextKey: props.queryTextKey?.secretValue.unsafeUnwrap(),
  });
  // What logs and metrics call this lake (metrics.ts).
  return { ...settings, POWERTOOLS_SERVICE_NAME: database };
}

/** Whose Athena is asked, for the handlers that ask. Without accounts these stand in the settings file. */
export function querySettings(accounts: readonly string[] | undefined, props: AuditLakeProps): Environment {
  return environment({
    queryAccounts: accounts?.join(),
    queryRole: props.queryRoleName ?? NAMES.queryRole,
    queryExternalId: props.queryExternalId,
  });
}

/** Who is told, for the handler that asks on a schedule. */
export const alertSettings = (topic: ITopic): Environment => environment({ alertTopic: topic.topicArn });

/** What is known before it is deployed is held against the grammar of its setting. @throws Error naming the setting */
function environment(values: Values): Environment {
  const variables: { [variable: string]: string } = {};
  for (const [name, { env, parse, isList, key, takes }] of Object.entries(SETTINGS)) {
    const value: unknown = Reflect.get(values, name);
    if (typeof value !== 'string' || value === '') continue;
    const items = isList ? value.split(',') : [value];
    const wrong = items.find((item) => !Token.isUnresolved(item) && parse(item) === undefined);
    if (wrong !== undefined) throw new Error(`${key}: ${JSON.stringify(wrong)} is none; it takes ${takes}`);
    variables[env] = value;
  }
  return variables;
}
