import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDbLakeEvidence } from '../../src/adapters/aws/dynamodb-lake-evidence.js';
import { DynamoDbLakeState } from '../../src/adapters/aws/dynamodb-lake-state.js';
import { type DynamoDbCalls, DynamoDbTable } from '../../src/adapters/aws/dynamodb-table.js';
import { openItems } from '../../src/adapters/local/lmdb-items.js';
import { LmdbLakeEvidence } from '../../src/adapters/local/lmdb-lake-evidence.js';
import { LmdbLakeState } from '../../src/adapters/local/lmdb-lake-state.js';
import { tryToWrite } from '../../src/adapters/local/writer-lock.js';
import type { PartitionKey } from '../../src/lake/partition.js';
import type { KnownQueries } from '../../src/ports/known-queries.js';
import type { LakeEvidence } from '../../src/ports/lake-evidence.js';
import type { LakeState } from '../../src/ports/lake-state.js';
import type { OpenQueries } from '../../src/ports/open-queries.js';
import type { SliceProgress } from '../../src/ports/slice-progress.js';
import { startAwsServer } from './aws/aws-server.ts';
import { AwsWorld } from './aws/aws-world.ts';
import { MemoryItems, MemoryLakeState } from './memory-lake-state.ts';
import { MemorySliceProgress } from './memory-slice-progress.ts';

/** A LakeState to be tested, and the hands that change its items behind its back. */
export type StateUnderTest = {
  readonly state: LakeState;
  /** Of the same lake, as is what follows. */
  readonly queries: OpenQueries;
  readonly known: KnownQueries;
  readonly progress: SliceProgress;
  /** What it says for those who have to prove it, where it can. */
  readonly evidence?: LakeEvidence;
  /** Where it lies in DynamoDB. */
  readonly world?: AwsWorld;
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
export const LAKE_STATES: { readonly [name: string]: (now?: () => number) => Promise<StateUnderTest> } = {
  memory: async (now) => memoryState(now),
  LMDB: lmdbState,
  'DynamoDB, in process': async (now = START) => dynamoDbState(new AwsWorld({ now })),
  'DynamoDB, over HTTP': overHttp,
};

export const TABLE = 'audit-lake-state';
/** The clock stands still, unless a test brings its own. */
const START = () => 0;
const WAITING = { pause: async () => undefined, random: () => 0 };

/** DynamoDB, as the items lie in its double; `client` calls it. */
function dynamoDbState(world: AwsWorld, client: DynamoDbCalls = world.clients.dynamodb): StateUnderTest {
  world.dynamodb.createTable(TABLE);
  const table = new DynamoDbTable(client, TABLE, WAITING);
  const state = new DynamoDbLakeState(table, world.now);
  const items = () => [...world.dynamodb.items(TABLE)];
  return {
    ...{ state, queries: state.queries, known: state.known, progress: state.progress, world },
    evidence: new DynamoDbLakeEvidence(table),
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
        .filter(({ pk }) => pk?.S?.startsWith('ENR#'))
        .map(({ sk }) => wordsOf(sk?.S ?? ''))
        .sort(),
    dump: async () => structuredClone(items()),
    end: async () => undefined,
  };
}

/** The same with the real client, on the wire. */
async function overHttp(now = START): Promise<StateUnderTest> {
  const world = new AwsWorld({ now });
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

function memoryState(now = START): StateUnderTest {
  const items = new MemoryItems({ now });
  const progress = new MemorySliceProgress(() => items.writer === 'first');
  return {
    ...{ state: new MemoryLakeState(items), queries: items.queries, known: items.known, progress },
    seal: async (key) => items.seal(key),
    abort: async (bid) => void items.bundles.set(bid, 'ABORTED'),
    takeOver: async () => {
      items.writer = 'second';
    },
    openQueries: async () => [...items.queries.items.keys()].map(nameOfKey).sort(),
    dump: async () => structuredClone({ ...items, ends: progress.items }),
    end: async () => undefined,
  };
}

/** LMDB, with one writer as the command line would make it. */
async function lmdbState(now = START): Promise<StateUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'lake-state-'));
  const items = openItems(folder, { readOnly: false });
  const world = { now, isAlive: () => false };
  const writer = { token: 'first', pid: 1, host: 'host.example.com' };
  tryToWrite(items, writer, world);
  const state = new LmdbLakeState(items, { writer: 'first', now });
  const put = (key: string, change: (item: object | undefined) => object) =>
    void items.transactionSync(() => items.putSync(key, change(items.get(key)) as never));
  return {
    ...{ state, queries: state.queries, known: state.known, progress: state.progress },
    evidence: new LmdbLakeEvidence(items),
    seal: async ({ table, day }) =>
      put(`PART#${table}#${day}`, (item) => ({ ...item, w: 1, sealed: 1, n: 0 })),
    abort: async (bid) => put(`BUNDLE#${bid}`, () => ({ st: 'ABORTED', files: 0, rows: 0, parts: [] })),
    takeOver: async () => void tryToWrite(items, { ...writer, token: 'second' }, world),
    openQueries: async () =>
      [...items.getRange({ start: 'ENR#', end: 'ENR#~' })].map(({ key }) => nameOfKey(key.slice(4))).sort(),
    dump: async () => [...items.getRange({})],
    end: async () => {
      await state.close();
      await rm(folder, { recursive: true });
    },
  };
}

const wordsOf = (key: string) => key.split(/[^a-z0-9-]+/).join(' ');

/** Behind the day that a key begins with. */
const nameOfKey = (key: string) => wordsOf(key.slice('YYYY-MM-DD#'.length));
