import { Duration } from 'aws-cdk-lib';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { AuditLakeProps } from './audit-lake-props.js';
import { Handler, handlerRole } from './handler.js';
import { handlerCode, SETTINGS_FILE } from './handler-code.js';
import type { Lake, Trail } from './lake.js';
import * as may from './permissions.js';
import { MOST_IN_ENVIRONMENT, queryAccounts, readingQueryHistory } from './query-accounts.js';
import { alertSettings, type Deployed, type Environment, querySettings, sharedSettings } from './settings.js';

/** The four functions, and a fifth where there are alerts. What calls them comes later. */
export type Handlers = {
  readonly ingest: Handler;
  readonly maintain: Handler;
  readonly resolve: Handler;
  readonly backfill: Handler;
  readonly alert: Handler | undefined;
};

/** Of the ingest, which its queue must know. */
export const INGEST_TIMEOUT = Duration.minutes(5);
/** Of a queue's batch and of slices: reading, inflating and writing go on side by side. */
const READING_MEMORY = 1_024;
const ASKING_MEMORY = 512;
/** Lambda would try an event twice again, which takes time from the next one and counts each failure three times. */
const THE_NEXT_CALL_DOES_IT = 0;

type Given = Omit<Deployed, 'roles'> & {
  /** Who is told what alerts find; undefined where there are none. */
  readonly told: Told | undefined;
};

/** `key`: that of the topic, where the customer has one. */
export type Told = { readonly topic: ITopic; readonly key: IKey | undefined };

/**
 * Makes the handlers, each with a role of its own and no more permissions than it needs. None reserves concurrency: what calls
 * them is bounded (queue, state machine, schedules), and an account whose quota is still 10 could not deploy it (T18).
 */
export function handlers(scope: Construct, deployed: Given, props: AuditLakeProps): Handlers {
  const roles = {
    ingest: handlerRole(scope, 'ingest'),
    maintain: handlerRole(scope, 'maintain'),
    resolve: handlerRole(scope, 'resolve'),
    backfill: handlerRole(scope, 'backfill'),
    ...(deployed.told && { alert: handlerRole(scope, 'alert') }),
  };
  permit(scope, roles, { ...deployed, props });
  const shared = sharedSettings(scope, { ...deployed, roles: Object.values(roles) }, props);
  const { code, querying } = codeThatAsks(props);
  const of = (name: Exclude<keyof typeof roles, 'alert'>, environment: Environment) => {
    return { name, code, role: roles[name], environment: { ...shared, ...environment } };
  };
  return {
    ingest: new Handler(scope, 'Ingest', {
      ...of('ingest', querying),
      meaning: 'log files become rows',
      timeout: INGEST_TIMEOUT,
      memorySize: READING_MEMORY,
    }),
    maintain: new Handler(scope, 'Maintain', {
      ...of('maintain', {}),
      meaning: 'keeps register, catalog and lake together',
      timeout: Duration.minutes(5),
      memorySize: ASKING_MEMORY,
      retryAttempts: THE_NEXT_CALL_DOES_IT,
    }),
    resolve: new Handler(scope, 'Resolve', {
      ...of('resolve', querying),
      meaning: 'asks again for query texts',
      timeout: Duration.minutes(10),
      memorySize: ASKING_MEMORY,
      retryAttempts: THE_NEXT_CALL_DOES_IT,
    }),
    backfill: new Handler(scope, 'Backfill', {
      ...of('backfill', querying),
      meaning: 'works off slices of a plan',
      timeout: Duration.minutes(15),
      memorySize: READING_MEMORY,
    }),
    alert:
      roles.alert &&
      deployed.told &&
      alertHandler(scope, { code, role: roles.alert, shared, told: deployed.told }),
  };
}

type Alerting = {
  readonly code: Code;
  readonly role: Role;
  readonly shared: Environment;
  readonly told: Told;
};

/** Lambda tries it twice again: it asks about the same period, whenever that is. */
function alertHandler(scope: Construct, { code, role, shared, told }: Alerting): Handler {
  return new Handler(scope, 'Alert', {
    ...{ name: 'alert', code, role, environment: { ...shared, ...alertSettings(told.topic) } },
    meaning: 'asks questions on a schedule, and tells what it finds',
    timeout: Duration.minutes(10),
    memorySize: ASKING_MEMORY,
  });
}

/** Accounts are a setting like others, until there are too many. @throws Error for too many with code of one's own */
function codeThatAsks(props: AuditLakeProps): { readonly code: Code; readonly querying: Environment } {
  const accounts = queryAccounts(props);
  if (accounts.length <= MOST_IN_ENVIRONMENT) {
    return { code: props.code ?? handlerCode(), querying: querySettings(accounts, props) };
  }
  if (props.code) throw new Error(`queryAccounts: with code, at most ${MOST_IN_ENVIRONMENT} accounts`);
  const file = { AUDIT_LAKE_CONFIG: SETTINGS_FILE };
  return {
    code: handlerCode({ query_accounts: accounts }),
    querying: { ...querySettings(undefined, props), ...file },
  };
}

type Roles = { readonly [name in Exclude<keyof Handlers, 'alert'>]: Role } & { readonly alert?: Role };

function permit(
  scope: Construct,
  { ingest, maintain, resolve, backfill, alert }: Roles,
  { lake, trail, stateTable, database, told, props }: Given & { readonly props: AuditLakeProps },
): void {
  const place = { lake, database };
  const asks = readingQueryHistory(scope, queryAccounts(props), props);
  const bundles = [...may.writingBundles(lake), ...may.keepingState(stateTable)];
  const logFiles = [...may.readingTrail(trail), may.writingLakeFile(lake)];
  const grant = (role: Role, statements: readonly Parameters<Role['addToPolicy']>[0][]) => {
    for (const statement of statements) role.addToPolicy(statement);
  };
  grant(ingest, [...logFiles, ...bundles, ...asks]);
  grant(backfill, [...logFiles, ...bundles, ...asks, ...listingSlices(lake, trail)]);
  grant(resolve, [...bundles, ...asks]);
  grant(maintain, [
    ...bundles,
    may.listing(lake.bucket, lake.tables),
    ...may.runningStatements(scope, place),
    ...may.readingCatalog(scope, place),
    may.keepingCatalog(scope, place),
    ...(props.rawTable ? [may.closingRawPartitions(stateTable, props.rawTable)] : []),
  ]);
  if (!alert || !told) return;
  const asking = [...may.askingQuestions(scope, place), ...may.readingCatalog(scope, place)];
  grant(alert, [...asking, ...may.readingTables(lake), ...may.publishing(told.topic, told.key)]);
}

const listingSlices = (lake: Lake, trail: Trail) => [
  may.readingPlans(lake),
  may.listing(trail.bucket, [trail.prefix]),
];
