import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { ensureTable } from '../../src/adapters/aws/dynamodb-create-table.js';
import { DynamoDbPartitionRegister } from '../../src/adapters/aws/dynamodb-partition-register.js';
import { openPartitions } from '../../src/adapters/aws/dynamodb-partitions.js';
import { type DynamoDbCalls, DynamoDbTable } from '../../src/adapters/aws/dynamodb-table.js';
import type { PartitionKey } from '../../src/lake/partition.js';
import type { PartitionRegister } from '../../src/ports/partition-register.js';
import { startAwsServer } from './aws/aws-server.ts';
import { AwsWorld } from './aws/aws-world.ts';
import { MemoryPartitionRegister, RegisterItems } from './memory-partition-register.ts';

/** A PartitionRegister to be tested, and what ingest and compaction do behind its back. */
export type RegisterUnderTest = {
  readonly register: PartitionRegister;
  /** Ingest makes a partition known. */
  open(key: PartitionKey): Promise<void>;
  /** Compaction left a partition in these generations. */
  place(
    key: PartitionKey,
    generations: { readonly visible: number; readonly writing: number },
  ): Promise<void>;
  end(): Promise<void>;
};

export const STATE_TABLE = 'audit-lake-state';
export const AT_ONCE = { pause: async () => undefined, random: () => 0 };
/** It knows no transactions, so no `issue`. */
export const WITHOUT_TRANSACTIONS: readonly string[] = ['dynalite'];

/** Every implementation, by name. */
export const PARTITION_REGISTERS: { readonly [name: string]: () => Promise<RegisterUnderTest> } = {
  memory: async () => memoryRegister(),
  'DynamoDB, in process': async () => registerInProcess().made,
  'DynamoDB, over HTTP': overHttp,
  dynalite: overDynalite,
};

function memoryRegister(): RegisterUnderTest {
  const items = new RegisterItems();
  return {
    register: new MemoryPartitionRegister(items),
    open: async (key) => items.open(key),
    place: async (key, generations) => items.open(key, generations),
    end: async () => undefined,
  };
}

/** With the world behind it, for tests of the adapter alone. */
export function registerInProcess(): { readonly world: AwsWorld; readonly made: RegisterUnderTest } {
  const world = new AwsWorld();
  world.dynamodb.createTable(STATE_TABLE);
  return { world, made: registerOf(world.clients.dynamodb) };
}

async function overHttp(): Promise<RegisterUnderTest> {
  const world = new AwsWorld();
  world.dynamodb.createTable(STATE_TABLE);
  const { endpoint, close } = await startAwsServer(world);
  return withClient(endpoint, close);
}

async function overDynalite(): Promise<RegisterUnderTest> {
  const server: Server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const made = withClient(`http://127.0.0.1:${port}`, async () => {
    server.closeAllConnections();
    server.close();
  });
  await ensureTable(made.table);
  return made;
}

function withClient(endpoint: string, close: () => Promise<void>) {
  const credentials = { accessKeyId: 'EXAMPLE', secretAccessKey: 'EXAMPLE' };
  const client = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  const end = async () => {
    client.destroy();
    await close();
  };
  return { ...registerOf(client), end };
}

function registerOf(client: DynamoDbCalls): RegisterUnderTest & { readonly table: DynamoDbTable } {
  const table = new DynamoDbTable(client, STATE_TABLE, AT_ONCE);
  return {
    table,
    register: new DynamoDbPartitionRegister(table),
    open: async (key) => void (await openPartitions(table, [key])),
    place: async ({ table: name, day }, { visible, writing }) => {
      const key = { pk: { S: `PART#${name}` }, sk: { S: day } };
      const generations = { v: { N: String(visible) }, w: { N: String(writing) }, n: { N: '0' } };
      const Item = { ...key, ...generations, ver: { N: '1' }, reg: { S: 'PENDING' } };
      await client.send(new PutItemCommand({ TableName: STATE_TABLE, Item }));
    },
    end: async () => undefined,
  };
}
