import type { Node } from 'constructs';
import { nearestTo } from '../src/nearest-setting.js';
import type { Parse } from '../src/setting-values.js';
import * as values from '../src/setting-values.js';
import type { AuditLakeStackProps } from './audit-lake-stack.js';

const list =
  <T>(parse: Parse<T>): Parse<readonly T[]> =>
  (text) => {
    const items = text.split(',').map((item) => parse(item.trim()));
    const known = items.filter((item) => item !== undefined);
    return known.length === items.length ? known : undefined;
  };

const matching =
  (grammar: RegExp): Parse<string> =>
  (text) =>
    grammar.test(text) ? text : undefined;

const { topicArn } = values;

const trigger: Parse<NonNullable<AuditLakeStackProps['trigger']>> = (text) => {
  if (topicArn(text) !== undefined) return { topic: text };
  const names = ['bucket-notification', 'event-bridge', 'somebody-else'] as const;
  return names.find((name) => name === text);
};

/** JSON, as cdk.json has it: what is wrong with an alert is told when the stack is made. */
const alerts: Parse<NonNullable<AuditLakeStackProps['alerts']>> = (text) => {
  const written = json(text);
  return Array.isArray(written) ? written : undefined;
};

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const keyArn = matching(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/);

/** What `-c name=value` takes, and how it is read; lists have commas. infra/README.md says what each is for. */
export const CONTEXT = {
  trailBucket: matching(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
  trailAccount: values.accountId,
  trailPrefix: matching(/^(?!\/)[A-Za-z0-9!_.()=/-]{1,512}$/),
  trailKey: keyArn,
  trigger,
  lakePrefix: matching(/^[A-Za-z0-9!_.()=-]+(\/[A-Za-z0-9!_.()=-]+)*$/),
  encryptionKey: keyArn,
  archiveAfterDays: values.wholeNumber(0, 36_500),
  datasets: list(values.datasetName),
  eventSources: list(values.eventSource),
  rawTable: values.rawTableName,
  rawPrefix: matching(/^([A-Za-z0-9!_.()=-]+\/)*AWSLogs\/(o-[a-z0-9]{10,32}\/)?$/),
  databaseName: values.databaseName,
  queryAccounts: list(values.queryAccount),
  organizationId: matching(/^o-[a-z0-9]{10,32}$/),
  queryRoleName: matching(/^[\w+=,.@-]{1,64}$/),
  queryExternalId: values.externalId,
  queryText: values.textMode,
  maxConcurrency: values.wholeNumber(2, 1_000),
  backfillConcurrency: values.wholeNumber(1, 10_000),
  alarmTopic: topicArn,
  alerts,
  alertTopic: topicArn,
  runbookUrl: matching(/^\S+$/),
} satisfies { readonly [name in keyof AuditLakeStackProps]: Parse<NonNullable<AuditLakeStackProps[name]>> };

type FromContext = Partial<Pick<AuditLakeStackProps, keyof typeof CONTEXT>>;

/**
 * The properties of a stack that the context names.
 * @throws Error naming what it does not take, or a name that it does not know
 */
export function propsOfContext(node: Node): FromContext {
  const all: { readonly [name: string]: unknown } = node.getAllContext();
  for (const name of Object.keys(all)) mustBeKnown(name);
  const named = Object.entries(CONTEXT).flatMap(([name, parse]) => {
    const given = all[name];
    if (given === undefined || given === '') return [];
    const text = name === 'alerts' && typeof given === 'object' ? JSON.stringify(given) : String(given);
    const value = parse(text);
    if (value === undefined) throw new Error(`-c ${name}=${text}: see infra/README.md for what it takes`);
    return [[name, value]];
  });
  return Object.fromEntries(named);
}

/** What the CDK itself keeps in the context, beside its flags: those have a colon, a slash or an @. */
const OF_CDK: ReadonlySet<string> = new Set(['acknowledged-issue-numbers', 'cli-telemetry']);

/** A name that is misspelt would be a default in silence. */
function mustBeKnown(name: string): void {
  if (/[:/@]/.test(name) || OF_CDK.has(name) || Object.hasOwn(CONTEXT, name)) return;
  const names = Object.keys(CONTEXT);
  const nearest = nearestTo(name, names);
  const hint = nearest === undefined ? `It knows ${names.join(', ')}` : `Did you mean ${nearest}?`;
  throw new Error(`-c ${name}: there is no such name. ${hint}`);
}
