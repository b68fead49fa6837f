import {
  CreateTableCommand,
  DescribeTableCommand,
  UpdateContinuousBackupsCommand,
} from '@aws-sdk/client-dynamodb';
import { nameOf } from './aws-error.js';
import type { DynamoDbTable } from './dynamodb-table.js';

const MOST_LOOKS = 120;
const LOOK_MS = 500;

/** Whether the table is there and can be used. @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED */
export async function hasTable(table: DynamoDbTable): Promise<boolean> {
  return (await statusOf(table)) === 'ACTIVE';
}

/**
 * Makes the table of a lake's state where there is none, and waits until it can be used: paid by request, protected
 * from deletion, with point-in-time recovery, since it is the memory of what was ingested (threat T22).
 * @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
 */
export async function ensureTable(table: DynamoDbTable): Promise<'there' | 'created'> {
  const before = await statusOf(table);
  if (before === 'ACTIVE') return 'there';
  if (before === undefined) await create(table);
  for (let looks = 0; (await statusOf(table)) !== 'ACTIVE'; looks++) {
    if (looks >= MOST_LOOKS) throw table.failed('dynamodb:CreateTable', new Error('NotActive'));
    await table.waiting.pause(LOOK_MS);
  }
  await recoverable(table);
  return 'created';
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

/** Emulators do not know it, and a lake without it still works: `doctor` tells where it is off. */
async function recoverable({ client, name }: DynamoDbTable): Promise<void> {
  const specification = { PointInTimeRecoveryEnabled: true };
  const command = new UpdateContinuousBackupsCommand({
    TableName: name,
    PointInTimeRecoverySpecification: specification,
  });
  await client.send(command).catch(() => undefined);
}
