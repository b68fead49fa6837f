import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  type KeySchemaElement,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { AuditLakeError } from '../../errors.js';
import { TABLE_NAMES } from '../../lake/tables.js';
import type { Check, Step } from '../../ports/access-check.js';
import { nameOf } from './aws-error.js';
import { ITEM_VERSION, text, whole } from './dynamodb-attributes.js';
import { cancelledBy, isRefused } from './dynamodb-conflict.js';
import { isUsable } from './dynamodb-create-table.js';
import { isOwned } from './dynamodb-owner.js';
import { partitionsOf } from './dynamodb-partitions.js';
import { CONDITION_FAILED, type DynamoDbTable } from './dynamodb-table.js';
import type { LakeSeen } from './lake-access.js';
import type { ResourceArns } from './resource-arns.js';

export type StateAccessOptions = {
  readonly table: DynamoDbTable;
  /** The lake whose state it must be. */
  readonly lake: string;
  readonly arns: ResourceArns;
  readonly seen: LakeSeen;
};

/** An item that is never there, and a condition that never holds: what is tried writes nothing. */
const KEY = { pk: text('DOCTOR'), sk: text('DOCTOR') };
const NEVER = { ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(pk)' };
const CHANGE = {
  UpdateExpression: 'SET ver = :ver',
  ExpressionAttributeValues: { ':ver': whole(ITEM_VERSION) },
};

/** Whether the state of a lake is there, can be read, and heeds conditions. */
export function stateAccess(options: StateAccessOptions): readonly Check[] {
  const { table, seen } = options;
  let isMissing = false;
  const describe = async () => {
    const found = await describedTable(table);
    isMissing = found === undefined;
    return found ?? missingTable(table, seen);
  };
  const unless = () => (isMissing ? 'there is no state table yet' : undefined);
  const steps = [stateStep('DescribeTable', describe, options)];
  return [
    { name: 'state table', needs: ['lake.json'], steps },
    ...stateUse(options).map((check) => ({ ...check, needs: ['state table'], unless })),
  ];
}

/** The same for who may use the table and not describe it. */
export function stateUse(options: StateAccessOptions): readonly Check[] {
  const needs = ['lake.json'];
  return [
    { name: 'state reads', needs, steps: readSteps(options) },
    { name: 'state writes', needs, steps: writeSteps(options) },
  ];
}

function readSteps(options: StateAccessOptions): readonly Step[] {
  const { table, lake, seen } = options;
  const one = async () => void (await isOwned(table, lake, async () => seen.isMade === true));
  const many = async () => void (await table.getMany([KEY], { consistent: true }));
  return [
    stateStep('GetItem', one, options),
    stateStep('BatchGetItem', many, options),
    stateStep('Query', () => partitions(table), options),
  ];
}

function writeSteps(options: StateAccessOptions): readonly Step[] {
  const { table } = options;
  const put = () => mustBeRefused(table, 'PutItem', putNever);
  const update = () => mustBeRefused(table, 'UpdateItem', updateNever);
  const transact = async () => {
    await mustBeRefused(table, 'TransactWriteItems', transactNever);
    return 'conditions are heeded';
  };
  // A transaction has no permission of its own: those of the writes in it count.
  const actions = ['dynamodb:PutItem', 'dynamodb:UpdateItem'];
  return [
    stateStep('PutItem', put, options),
    stateStep('UpdateItem', update, options),
    stateStep('TransactWriteItems', transact, { ...options, actions }),
  ];
}

type Stepping = StateAccessOptions & { readonly actions?: readonly string[] };

function stateStep(operation: string, run: Step['run'], { table, arns, actions }: Stepping): Step {
  const action = `dynamodb:${operation}`;
  const allowedBy = { actions: actions ?? [action], resources: arns.stateTable(table.name) };
  return { call: { action, on: `table ${table.name}`, allowedBy }, run };
}

/** Undefined where there is none. @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED */
async function describedTable(table: DynamoDbTable): Promise<string | undefined> {
  try {
    const { Table } = await table.client.send(new DescribeTableCommand({ TableName: table.name }));
    const { TableStatus: status, KeySchema: keys = [] } = Table ?? {};
    const isOurs = hasKey(keys, 'pk', 'HASH') && hasKey(keys, 'sk', 'RANGE');
    if (!isOurs) throw refused(table, 'has other keys than pk and sk: name another one with --state-table');
    if (!isUsable(status)) throw refused(table, `is ${status ?? 'in no known state'}: try again in a minute`);
    return `${table.name}${(await isRecoverable(table)) ? '' : ', without point-in-time recovery: switch it on'}`;
  } catch (error) {
    if (nameOf(error) === 'ResourceNotFoundException') return undefined;
    throw table.failed('dynamodb:DescribeTable', error);
  }
}

const hasKey = (keys: readonly KeySchemaElement[], name: string, type: string) =>
  keys.some(({ AttributeName, KeyType }) => AttributeName === name && KeyType === type);

/** Nothing is said against a table whose protection cannot be asked after: emulators do not know it. */
async function isRecoverable({ client, name }: DynamoDbTable): Promise<boolean> {
  const command = new DescribeContinuousBackupsCommand({ TableName: name });
  const answer = await client.send(command).catch(() => undefined);
  const { PointInTimeRecoveryDescription: it } = answer?.ContinuousBackupsDescription ?? {};
  return it?.PointInTimeRecoveryStatus !== 'DISABLED';
}

/** An empty state beside a lake that has data would let every log file in once more. */
function missingTable(table: DynamoDbTable, { isMade }: LakeSeen): string {
  if (!isMade) return `${table.name} is not there yet: the first ingest makes it`;
  throw refused(
    table,
    'is missing, and the lake is there: restore it from its backup, or name it with --state-table',
  );
}

/** Reads every item of the register: one of a newer version, or of nobody, is found here. */
async function partitions(table: DynamoDbTable): Promise<string> {
  let known = 0;
  let blocked = 0;
  for (const name of TABLE_NAMES) {
    for (const { registration } of await partitionsOf(table, name)) {
      known++;
      if (registration === 'BLOCKED') blocked++;
    }
  }
  return `partitions: ${known}${blocked > 0 ? `, ${blocked} of them BLOCKED: see audit-lake partitions list` : ''}`;
}

type Write = (table: DynamoDbTable) => Promise<unknown>;

const putNever: Write = ({ client, name: TableName }) =>
  client.send(new PutItemCommand({ TableName, Item: KEY, ...NEVER }));
const updateNever: Write = ({ client, name: TableName }) =>
  client.send(new UpdateItemCommand({ TableName, Key: KEY, ...CHANGE, ...NEVER }));
const transactNever: Write = ({ client, name: TableName }) =>
  client.send(
    new TransactWriteItemsCommand({
      TransactItems: [{ Update: { TableName, Key: KEY, ...CHANGE, ...NEVER } }],
    }),
  );

/** @throws AuditLakeError AWS_FAILED where the condition was not heeded */
async function mustBeRefused(table: DynamoDbTable, operation: string, write: Write): Promise<undefined> {
  try {
    await write(table);
  } catch (error) {
    if (nameOf(error) === CONDITION_FAILED || cancelledBy(error).some(isRefused)) return undefined;
    throw table.failed(`dynamodb:${operation}`, error);
  }
  throw refused(table, `does not heed the condition of ${operation}: exactly-once rests on it`);
}

function refused({ name }: DynamoDbTable, what: string): AuditLakeError {
  return new AuditLakeError('AWS_FAILED', `table ${name} ${what}`);
}
