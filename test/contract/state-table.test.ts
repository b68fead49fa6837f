import {
  DescribeContinuousBackupsCommand,
  type DescribeTableOutput,
  type TableStatus,
} from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, test } from 'vitest';
import { ensureTable, hasTable } from '../../src/adapters/aws/dynamodb-create-table.js';
import { type DynamoDbCalls, DynamoDbTable } from '../../src/adapters/aws/dynamodb-table.js';
import type { AwsCall } from '../support/aws/aws-call.ts';
import { denied } from '../support/aws/aws-error.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';

const NAME = 'audit-lake-state';
const isProtecting = ({ operation }: AwsCall) => operation === 'UpdateContinuousBackups';

let world: AwsWorld;
let waited: number;

function tableOver(client: DynamoDbCalls): DynamoDbTable {
  const pause = async (millis: number) => {
    waited += millis;
  };
  return new DynamoDbTable(client, NAME, { pause, random: () => 0 });
}

beforeEach(() => {
  world = new AwsWorld();
  waited = 0;
});

async function recovery(): Promise<string | undefined> {
  const command = new DescribeContinuousBackupsCommand({ TableName: NAME });
  const { ContinuousBackupsDescription: it } = await world.clients.dynamodb.send(command);
  return it?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
}

describe('a state table that is made', () => {
  test('T22: has point-in-time recovery, though AWS first says that backups are being enabled', async () => {
    world.dynamodb.enablingBackups = 20;
    expect(await ensureTable(tableOver(world.clients.dynamodb))).toEqual({ outcome: 'created' });
    expect(await recovery()).toBe('ENABLED');
    expect(world.count('UpdateContinuousBackups')).toBe(21);
  });

  test('is there without it where backups are not enabled within a minute, and that is told', async () => {
    world.dynamodb.enablingBackups = Number.POSITIVE_INFINITY;
    const unprotected = 'ContinuousBackupsUnavailableException';
    expect(await ensureTable(tableOver(world.clients.dynamodb))).toEqual({ outcome: 'created', unprotected });
    expect(waited).toBeGreaterThan(50_000);
    expect(waited).toBeLessThan(70_000);
    expect(await recovery()).toBe('DISABLED');
  });

  test('is there without it where that is denied: asked for once', async () => {
    world.fail(isProtecting, denied);
    const unprotected = 'AccessDeniedException';
    expect(await ensureTable(tableOver(world.clients.dynamodb))).toEqual({ outcome: 'created', unprotected });
    expect(world.count('UpdateContinuousBackups')).toBe(1);
  });
});

describe('a state table of which AWS says', () => {
  /** The table as it is, but for its status. */
  function withStatus(TableStatus: TableStatus): DynamoDbTable {
    world.dynamodb.createTable(NAME);
    const behind = world.clients.dynamodb as unknown as {
      send(command: object): Promise<DescribeTableOutput>;
    };
    const send = async (command: object) => {
      const answer = await behind.send(command);
      return answer.Table ? { ...answer, Table: { ...answer.Table, TableStatus } } : answer;
    };
    return tableOver({ send: send as never });
  }

  test.each(['ACTIVE', 'UPDATING'] as const)('%s is there', async (status) => {
    const table = withStatus(status);
    expect(await hasTable(table)).toBe(true);
    expect(await ensureTable(table)).toEqual({ outcome: 'there' });
    expect(world.count('CreateTable') + world.count('UpdateContinuousBackups')).toBe(0);
  });

  test.each(['CREATING', 'DELETING', 'ARCHIVED'] as const)('%s cannot be used', async (status) => {
    expect(await hasTable(withStatus(status))).toBe(false);
  });
});
