import { AthenaClient } from '@aws-sdk/client-athena';
import { GlueClient } from '@aws-sdk/client-glue';
import { AthenaCatalog } from '../../src/adapters/aws/athena-catalog.js';
import { GlueCatalog } from '../../src/adapters/aws/glue-catalog.js';
import type { PartitionKey } from '../../src/lake/partition.js';
import type { Catalog } from '../../src/ports/catalog.js';
import { startAwsServer } from './aws/aws-server.ts';
import { AwsWorld } from './aws/aws-world.ts';
import { elsewhere, MemoryCatalog } from './memory-catalog.ts';

/** A Catalog to be tested, and what others do to it. */
export type CatalogUnderTest = {
  readonly catalog: Catalog;
  /** Somebody else has put a partition of ours at a place of his. */
  putElsewhere(key: PartitionKey, location: string): Promise<void>;
  drop(key: PartitionKey): Promise<void>;
  end(): Promise<void>;
};

export const LAKE = 's3://amzn-s3-demo-lake/audit';
export const DATABASE = 'audit_lake';
export const RESULTS = 's3://amzn-s3-demo-lake/audit/_meta/results/';
const WAITING = { pause: async () => undefined, random: () => 0 };
/** Those in which a token stands for a statement. */
export const WITH_TOKENS: readonly string[] = ['memory', 'Athena, in process', 'Athena, over HTTP'];

/** Every implementation, by name. */
export const CATALOGS: { readonly [name: string]: () => Promise<CatalogUnderTest> } = {
  memory: async () => memoryCatalog(),
  'Athena, in process': async () => inProcess('athena').made,
  'Athena, over HTTP': () => overHttp('athena'),
  'Glue, in process': async () => inProcess('glue').made,
  'Glue, over HTTP': () => overHttp('glue'),
};

type Kind = 'athena' | 'glue';
/** `lake`: another one than ours. */
type Clients = {
  readonly lake?: string;
  readonly athena: Pick<AthenaClient, 'send'>;
  readonly glue: Pick<GlueClient, 'send'>;
};

function memoryCatalog(): CatalogUnderTest {
  let now = 0;
  const catalog = new MemoryCatalog(() => (now += 500));
  return {
    catalog,
    putElsewhere: async ({ table, day }, location) => {
      catalog.tables.get(table)?.set(day, elsewhere(location));
    },
    drop: async (key) => catalog.drop(key),
    end: async () => undefined,
  };
}

/** With the world behind it, for tests of an adapter alone. */
export function inProcess(kind: Kind, world = new AwsWorld()) {
  return { world, made: catalogUnderTest(kind, world, world.clients) };
}

async function overHttp(kind: Kind): Promise<CatalogUnderTest> {
  const world = new AwsWorld();
  const { endpoint, close } = await startAwsServer(world);
  const credentials = { accessKeyId: 'EXAMPLE', secretAccessKey: 'EXAMPLE' };
  const athena = new AthenaClient({ endpoint, region: 'us-east-1', credentials });
  const glue = new GlueClient({ endpoint, region: 'us-east-1', credentials });
  const end = async () => {
    athena.destroy();
    glue.destroy();
    await close();
  };
  return { ...catalogUnderTest(kind, world, { athena, glue }), end };
}

/** `clients` call what lies in the world. */
export function catalogUnderTest(kind: Kind, world: AwsWorld, clients: Clients): CatalogUnderTest {
  const place = { lake: LAKE, database: DATABASE, workGroup: 'primary', results: RESULTS };
  const options = { ...place, ...clients, waiting: WAITING };
  return {
    catalog: kind === 'glue' ? new GlueCatalog(options) : new AthenaCatalog(options),
    putElsewhere: async (key, location) => putPartition(world, key, location),
    drop: async ({ table, day }) => {
      world.glue.dropPartition(world.glue.table(DATABASE, table), day.split('-'));
    },
    end: async () => undefined,
  };
}

export function putPartition(world: AwsWorld, { table, day }: PartitionKey, location: string): void {
  const Values = day.split('-');
  world.glue.addPartition(world.glue.table(DATABASE, table), {
    Values,
    StorageDescriptor: { Location: location },
  });
}
