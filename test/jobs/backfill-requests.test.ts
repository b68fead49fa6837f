import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { DynamoDbLakeState } from '../../src/adapters/aws/dynamodb-lake-state.js';
import { DynamoDbPartitionRegister } from '../../src/adapters/aws/dynamodb-partition-register.js';
import { DynamoDbTable } from '../../src/adapters/aws/dynamodb-table.js';
import { S3Archive } from '../../src/adapters/aws/s3-archive.js';
import { S3BundleStore } from '../../src/adapters/aws/s3-bundle-store.js';
import { S3LogReader } from '../../src/adapters/aws/s3-log-reader.js';
import { estimate } from '../../src/backfill/estimate.js';
import { DEFAULT_PRICES } from '../../src/backfill/price-table.js';
import { ATHENA, type Dataset, type DatasetName } from '../../src/datasets/dataset.js';
import { OpenBundle } from '../../src/jobs/open-bundle.js';
import { planBackfill } from '../../src/jobs/plan-backfill.js';
import { queryHistory } from '../../src/jobs/query-histories.js';
import { registerPartitions } from '../../src/jobs/register-partitions.js';
import { runBackfill } from '../../src/jobs/run-backfill.js';
import type { QueryHistory } from '../../src/ports/query-history.js';
import { S3_BATCH_FILES, S3_BUNDLE } from '../../src/wiring/s3-bundle.js';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { inProcess } from '../support/catalogs.ts';
import { chargedFor } from '../support/counted-requests.ts';
import { keyOf, type MadeLogFile, makeLogFile } from '../support/log-files.ts';
import { BOTH } from '../support/memory-ingest.ts';
import { EVERYTHING } from '../support/scopes.ts';

const SOURCE = 'amzn-s3-demo-bucket';
const LAKE = 'amzn-s3-demo-lake';
const TABLE = 'audit-lake-state';
const PLACE = { bucket: LAKE, prefix: 'audit' };
const WAITING = { pause: async () => undefined, random: () => 0.5 };
/** Athena has forgotten all queries: none is asked about again. */
const NOW = Date.UTC(2028, 5, 20);
const KEPT: { readonly [name in DatasetName]: Dataset } = {
  athena_events: { name: 'athena_events', eventSources: [ATHENA] },
  cloudtrail_events: { name: 'cloudtrail_events', eventSources: 'all' },
};

type Shape = {
  readonly accounts: number;
  readonly days: number;
  /** In the folder of an account and day. */
  readonly files: number;
  /** Of so many log files one has an event of Athena. */
  readonly oneHitIn: number;
  readonly datasets: readonly DatasetName[];
  readonly lanes: number;
};

function archiveOf({ accounts, days, files, oneHitIn }: Shape): MadeLogFile[] {
  return Array.from({ length: accounts * days * files }, (_, n) => {
    const day = Math.floor(n / files) % days;
    const account = String(111122223333 + Math.floor(n / files / days));
    const service = hash('md5', `${n}`, 'buffer').readUInt32BE() % oneHitIn === 0 ? 'athena' : 's3';
    return makeLogFile(n, [{ service, day }], { key: keyOf(n, day).replaceAll('111122223333', account) });
  });
}

/** The real jobs over the doubles of AWS, in bundles as large as the wiring makes them. */
async function backfilled(shape: Shape) {
  const world = new AwsWorld({ now: () => NOW });
  for (const bucket of [SOURCE, LAKE]) world.s3.createBucket(bucket);
  world.dynamodb.createTable(TABLE);
  const files = archiveOf(shape);
  for (const { key, bytes } of files) world.s3.put(SOURCE, key, bytes);
  const { s3: client, dynamodb } = world.clients;
  const places = [{ bucket: SOURCE, prefix: '' }];
  const archive = new S3Archive({ client, places, lake: PLACE, now: world.now, waiting: WAITING });
  const { datasets } = shape;
  const head = {
    ...{ id: 'plan', made: NOW, lake: `s3://${LAKE}/audit`, sources: [`s3://${SOURCE}`], scope: EVERYTHING },
    ...{ datasets, eventSources: 'all' as const, inventory: undefined },
  };
  const { plan, slices } = await planBackfill({ archive, head, ledger: undefined });
  const table = new DynamoDbTable(dynamodb, TABLE, WAITING);
  const state = new DynamoDbLakeState(table, world.now);
  const history = queryHistory({ known: state.known, histories: [], privacy: { mode: 'full' } });
  const bundles = new S3BundleStore({ client, place: PLACE, waiting: WAITING });
  const begun = world.calls.length;
  world.athena.pace = { by: 'polls', queued: 0, running: 0 };
  const { catalog } = inProcess('athena', world).made;
  const register = new DynamoDbPartitionRegister(table);
  const registrar = { register, catalog, now: world.now, pause: WAITING.pause, owner: 'run' };
  let ids = 0;
  const report = await runBackfill({
    ...{
      planId: plan.id,
      scope: plan.scope,
      archive,
      listAhead: 16,
      progress: state.progress,
      now: world.now,
    },
    slices: (async function* () {
      yield* slices;
    })(),
    ingest: {
      ...{ datasets, batchFiles: S3_BATCH_FILES, isStopped: () => false },
      follow: async () => {
        const { registered, pending } = await registerPartitions(datasets, registrar);
        expect([registered > 0, pending]).toEqual([true, 0]);
      },
      lanes: Array.from({ length: shape.lanes }, () =>
        laneOver(new S3LogReader({ client }), datasets, history),
      ),
      ports: { state, bundles, newBundleId: () => `b${String(ids++).padStart(25, '0')}` },
    },
  });
  expect(report.counters.logFiles).toMatchObject({ ingested: files.length, failed: 0 });
  const calls = world.calls.slice(begun);
  const hits = (name: DatasetName) => files.filter(({ kept }) => kept[name].length > 0).length;
  const committed = world.dynamodb.items(TABLE).filter(({ pk }) => pk?.S?.startsWith('BUNDLE#')).length;
  const assumed = {
    hit_share: hits('athena_events') / files.length,
    queries_per_file: 1,
    files_per_bundle: (Math.max(...datasets.map(hits)) * datasets.length) / committed,
  };
  return { plan, charged: chargedFor(calls), assumed };
}

function laneOver(reader: S3LogReader, datasets: readonly DatasetName[], history: QueryHistory): OpenBundle {
  return new OpenBundle({
    ...{ datasets: datasets.map((name) => KEPT[name]), reader, history },
    ...{ ownRoleArns: new Set<string>(), privacy: { mode: 'full' }, clock: () => 0, now: NOW },
    ...{ breathe: async () => undefined, full: S3_BUNDLE, readAhead: 32 },
  });
}

const ONE = ['athena_events'] as const;
const SHAPES: { readonly [name: string]: Shape } = {
  'many small slices': { accounts: 3, days: 100, files: 2, oneHitIn: 3, datasets: ONE, lanes: 2 },
  'few large ones': { accounts: 1, days: 3, files: 1500, oneHitIn: 4, datasets: ONE, lanes: 3 },
  'two datasets': { accounts: 2, days: 20, files: 30, oneHitIn: 5, datasets: BOTH, lanes: 2 },
  'a log file a day, each with rows': {
    ...{ accounts: 1, days: 200, files: 1, oneHitIn: 1, datasets: ONE, lanes: 2 },
  },
};

test.each(Object.keys(SHAPES))(
  'an estimate counts, within a tenth, the requests that a backfill makes: %s',
  async (name) => {
    const { plan, charged, assumed } = await backfilled(SHAPES[name] ?? expect.fail());
    const prices = { ...DEFAULT_PRICES, assumptions: { ...DEFAULT_PRICES.assumptions, ...assumed } };
    const { needed } = estimate({ plan, prices, cores: 2 }, 'here-to-s3');
    const off = needed.map(({ kind, count }) => [kind, Math.abs(count / (charged[kind] ?? 0) - 1) <= 0.1]);
    expect(off).toEqual([
      ...[
        ['s3_list', true],
        ['s3_get', true],
        ['s3_put', true],
      ],
      ...[
        ['dynamodb_write', true],
        ['dynamodb_read', true],
      ],
    ]);
  },
);
