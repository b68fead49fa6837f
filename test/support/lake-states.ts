import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbLakeState } from '../../src/adapters/aws/dynamodb-lake-state.js';
import { type DynamoDbCalls, DynamoDbTable } from '../../src/adapters/aws/dynamodb-table.js';
import { LmdbLakeState, openItems } from '../../src/adapters/local/lmdb-lake-state.js';
import { tryToWrite } from '../../src/adapters/local/writer-lock.js';
import type { PartitionKey } from '../../src/lake/partition.js';
import type { LakeState } from '../../src/ports/lake-state.js';
import { startAwsServer } from './aws/aws-server.ts';
import { AwsWorld } from './aws/aws-world.ts';
import { MemoryItems, MemoryLakeState } from './memory-lake-state.ts';

/** A LakeState to be tested, and the hands that change its items behind its back. */
export type StateUnderTest = {
  readonly state: LakeState;
  /** What compaction's first step does to a partition: commits go to the next generation. */
  seal(key: PartitionKey): Promise<void>;
  /** What a sweep does to a bundle that nobody committed in time. */
  abort(bid: string): Promise<void>;
  /** Another process takes the writing of the lake over, where one alone may write. */
  takeOver?(): Promise<void>;
  /** The open queries, as `account region id`. */
  openQueries(): Promise<readonly string[]>;
  /** Everything there is, to see that nothing changed. */
  dump(): Promise<unknown>;
  end(): Promise<void>;
};

/** Those that one process alone may write to. */
export const LOCKED_STATES: readonly string[] = ['memory', 'LMDB'];

/** Every implementation, by name. */
export const LAKE_STATES: { readonly [name: string]: () => Promise<StateUnderTest> } = {
  memory: async () => memoryState(),
  LMDB: lmdbState,
  'DynamoDB, in process': async () => dynamoDbState(),
  'DynamoDB, over HTTP': overHttp,
};

const TABLE = 'audit-lake-state';
const WAITING = { pause: async () => undefined, random: () => 0 };

/** DynamoDB, as the items lie in its double; `client` calls it. */
function dynamoDbState(world = new AwsWorld({ now: () => 0 }), client?: DynamoDbCalls): StateUnderTest {
  world.dynamodb.createTable(TABLE);
  const table = new DynamoDbTable(client ?? world.clients.dynamodb, TABLE, WAITING);
  const state = new DynamoDbLakeState(table, () => 0);
  const items = () => [...world.dynamodb.items(TABLE)];
  return {
    state,
    seal: async ({ table: name, day }) => {
      const part = items().find(({ pk, sk }) => pk?.S === `PART#${name}` && sk?.S === day);
      world.dynamodb.put(TABLE, { ...part, w: { N: '1' }, sealed: { N: '1' }, n: { N: '0' } });
    },
    abort: async (bid) => {
      const item = { pk: { S: `BUNDLE#${bid}` }, sk: { S: 'BUNDLE' }, st: { S: 'ABORTED' } };
      world.dynamodb.put(TABLE, item);
    },
    openQueries: async () =>
      items()
        .flatMap(({ pk }) => pk?.S ?? [])
        .filter((pk) => pk.startsWith('ENR#'))
        .map((pk) => wordsOf(pk.slice('ENR#'.length)))
        .sort(),
    dump: async () => structuredClone(items()),
    end: async () => undefined,
  };
}

/** The same with the real client, on the wire. */
async function overHttp(): Promise<StateUnderTest> {
  const world = new AwsWorld({ now: () => 0 });
  const server = await startAwsServer(world);
  const credentials = { accessKeyId: 'EXAMPLE', secretAccessKey: 'EXAMPLE' };
  const client = new DynamoDBClient({ endpoint: server.endpoint, region: 'us-east-1', credentials });
  const made = dynamoDbState(world, client);
  const end = async () => {
    client.destroy();
    await server.close();
  };
  return { ...made, end };
}

function memoryState(): StateUnderTest {
  const items = new MemoryItems();
  return {
    state: new MemoryLakeState(items),
    seal: async (key) => items.seal(key),
    abort: async (bid) => void items.bundles.set(bid, 'ABORTED'),
    takeOver: async () => {
      items.writer = 'second';
    },
    openQueries: async () => [...items.openQueries.keys()].map(wordsOf).sort(),
    dump: async () => structuredClone({ ...items }),
    end: async () => undefined,
  };
}

/** LMDB, with one writer as the command line would make it. */
async function lmdbState(): Promise<StateUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'lake-state-'));
  const items = openItems(folder, { readOnly: false });
  const world = { now: () => 0, isAlive: () => false };
  const writer = { token: 'first', pid: 1, host: 'host.example.com' };
  tryToWrite(items, writer, world);
  const state = new LmdbLakeState(items, { writer: 'first', now: () => 0 });
  const put = (key: string, change: (item: object | undefined) => object) =>
    void items.transactionSync(() => items.putSync(key, change(items.get(key)) as never));
  return {
    state,
    seal: async ({ table, day }) =>
      put(`PART#${table}#${day}`, (item) => ({ ...item, w: 1, sealed: 1, n: 0 })),
    abort: async (bid) => put(`BUNDLE#${bid}`, () => ({ st: 'ABORTED', files: 0, rows: 0, parts: [] })),
    takeOver: async () => void tryToWrite(items, { ...writer, token: 'second' }, world),
    openQueries: async () =>
      [...items.getRange({ start: 'ENR#', end: 'ENR#~' })].map(({ key }) => wordsOf(key.slice(4))).sort(),
    dump: async () => [...items.getRange({})],
    end: async () => {
      await state.close();
      await rm(folder, { recursive: true });
    },
  };
}

const wordsOf = (key: string) => key.split(/[^a-z0-9-]+/).join(' ');
