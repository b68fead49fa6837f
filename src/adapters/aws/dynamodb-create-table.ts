import {
  CreateTableCommand,
  DescribeTableCommand,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { nameOf } from './aws-error.js';
import type { DynamoDbTable } from './dynamodb-table.js';

const MOST_LOOKS = 120;
const LOOK_MS = 500;

/** So often, over a minute: backups are being enabled for some seconds after a table was made. */
const MOST_TRIES = 60;
const TRY_MS = 1_000;
const NOT_YET = 'ContinuousBackupsUnavailableException';

/** Whether a table of this status can be used: while somebody changes its settings it can. */
export const isUsable = (status: string | undefined) => status === 'ACTIVE' || status === 'UPDATING';

/** Whether the table is there and can be used. @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED */
export async function hasTable(table: DynamoDbTable): Promise<boolean> {
  return isUsable(await statusOf(table));
}

/** What became of a table that is to be there. */
export type EnsuredTable = {
  readonly outcome: 'there' | 'created';
  /** Why a table that was made is without point-in-time recovery: the name of an error. */
  readonly unprotected?: string;
};

/**
 * Makes the table of a lake's state where there is none, and waits until it can be used: paid by request, protected
 * from deletion, with point-in-time recovery, since it is the memory of what was ingested (threat T22).
 * @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
 */
export async function ensureTable(table: DynamoDbTable): Promise<EnsuredTable> {
  const before = await statusOf(table);
  if (isUsable(before)) return { outcome: 'there' };
  if (before === undefined) await create(table);
  for (let looks = 0; !isUsable(await statusOf(table)); looks++) {
    if (looks >= MOST_LOOKS) throw table.failed('dynamodb:CreateTable', new Error('NotActive'));
    await table.waiting.pause(LOOK_MS);
  }
  const unprotected = await protect(table);
  return { outcome: 'created', ...(unprotected !== undefined && { unprotected }) };
}

async function statusOf(table: DynamoDbTable): Promise<string | undefined> {
  const command = new DescribeTableCommand({ TableName: table.name });
  try {
    return (await table.client.send(command)).Table?.TableStatus;
  } catch (error) {
    if (nameOf(error) === 'ResourceNotFoundException') return undefined;
    throw table.failed('dynamodb:DescribeTable', error);
  }
}

async function create(table: DynamoDbTable): Promise<void> {
  const command = new CreateTableCommand({
    TableName: table.name,
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    DeletionProtectionEnabled: true,
  });
  try {
    await table.client.send(command);
  } catch (error) {
    // Somebody else makes it right now.
    if (nameOf(error) !== 'ResourceInUseException') throw table.failed('dynamodb:CreateTable', error);
  }
}

/** Gives why it could not: emulators do not know it, and a lake without it still works. */
async function protect({ client, name, waiting }: DynamoDbTable): Promise<string | undefined> {
  const specification = { PointInTimeRecoveryEnabled: true };
  const command = new UpdateContinuousBackupsCommand({
    TableName: name,
    PointInTimeRecoverySpecification: specification,
  });
  for (let tries = 1; ; tries++) {
    try {
      await client.send(command);
      return undefined;
    } catch (error) {
      if (nameOf(error) !== NOT_YET || tries === MOST_TRIES) return nameOf(error) || 'unknown error';
    }
    await waiting.pause(TRY_MS);
  }
}
