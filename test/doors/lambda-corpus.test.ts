import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseKey } from '../../src/cloudtrail/log-file-ref.js';
import { createRandom } from '../../src/demo/random.js';
import { generateTrail } from '../../src/demo/trail.js';
import { run, type Summary, summaryOf } from '../support/command-line.ts';
import { filesBelow, hasCorpus, inCorpus } from '../support/corpus.ts';
import { askDirectly, dataFilesOf } from '../support/direct-query.ts';
import { recordsOfFile, timeOf } from '../support/independent-count.ts';
import { invoked, LAKE, LambdaWorld, SOURCE, STATE } from '../support/lambda-world.ts';
import { bodyOf, notified } from '../support/notify.ts';
import { Queue } from '../support/queue.ts';
import { SEED } from '../support/seed.ts';

const TABLES = ['athena_events', 'cloudtrail_events'] as const;
const BOTH = TABLES.flatMap((name) => ['--dataset', name]);
const MOST_RECEIVES = 4;

const root = mkdtempSync(join(tmpdir(), 'lambda-corpus-'));
const trail = join(root, 'trail');
const local = join(root, 'lake');
let lambda: LambdaWorld;
/** What an ingest of the same files into a folder counts. */
let truth: Summary;

/** The real log files where they are, beside a generated trail: damaged, foreign and delivered twice as well. */
function writeTrail(): void {
  if (hasCorpus) cpSync(inCorpus('raw-files'), trail, { recursive: true });
  for (const { key, bytes } of generateTrail({ asOf: Date.UTC(2026, 10, 1, 12) }).files) {
    mkdirSync(dirname(join(trail, key)), { recursive: true });
    writeFileSync(join(trail, key), bytes);
  }
}

const files = () => filesBelow(trail, /./).map((path) => ({ path, key: path.slice(trail.length + 1) }));

beforeAll(async () => {
  writeTrail();
  const args = ['ingest', trail, '--lake', local, ...BOTH, '--output', 'json', '--quiet'];
  truth = summaryOf(await run(args));
  lambda = await LambdaWorld.start();
  for (const { path, key } of files()) lambda.aws.s3.put(SOURCE, key, readFileSync(path));
}, 120_000);

afterAll(async () => {
  await lambda.stop();
  rmSync(root, { recursive: true, force: true });
});

/** Rows of either lake that the other does not have, so often: those of the bundle's own making are left out. */
async function differences(lake: string): Promise<number> {
  const counts = TABLES.map(async (table) => {
    const rows = (of: string) =>
      `(SELECT * EXCLUDE (source_bucket, ingested_at) FROM ${dataFilesOf(of, table)})`;
    const [a, b] = [rows(local), rows(lake)];
    const differ = `(FROM ${a} EXCEPT ALL FROM ${b}) UNION ALL (FROM ${b} EXCEPT ALL FROM ${a})`;
    const [row] = await askDirectly(`SELECT count(*) AS n FROM (${differ})`);
    return Number(row?.['n']);
  });
  return (await Promise.all(counts)).reduce((sum, n) => sum + n, 0);
}

describe('the log files of the corpus and of a generated trail, through the handler', () => {
  const random = createRandom(SEED);
  const queue = new Queue({ random, mostReceives: MOST_RECEIVES });
  /** The keys that a message names. */
  const keysOf = new Map<string, readonly string[]>();

  /** Each object in one to three messages, some beside others; many invocations at once. */
  async function feed(): Promise<void> {
    const objects = files().flatMap(({ key }) => {
      const times = random.fraction() < 0.2 ? random.between(2, 3) : 1;
      return Array.from({ length: times }, () => notified(lambda.aws, key));
    });
    while (objects.length > 0) {
      const named = Array.from({ length: random.between(1, 3) }, () =>
        objects.splice(random.between(0, objects.length - 1), 1),
      ).flat();
      const id = `message-${keysOf.size}`;
      keysOf.set(
        id,
        named.map(({ key }) => key),
      );
      queue.send(id, bodyOf(named, random));
    }
    while (queue.length > 0) {
      const instances = Array.from({ length: 3 }, () =>
        queue.receive(random.between(1, 40), (batch) => lambda.deliver(batch)),
      );
      await Promise.all(instances);
    }
  }

  beforeAll(async () => {
    await feed();
    await lambda.copyLake(join(root, 'by-handler'));
  }, 120_000);

  test('become exactly the rows of a local ingest, and of an independent count', async () => {
    expect(await differences(join(root, 'by-handler'))).toBe(0);
    const records = files().flatMap(({ path, key }) =>
      parseKey(SOURCE, key).kind === 'log-file' ? (recordsOfFile(path) ?? []) : [],
    );
    const [row] = await askDirectly(
      `SELECT count(*) AS n FROM ${dataFilesOf(join(root, 'by-handler'), 'cloudtrail_events')}`,
    );
    const counted = records.filter((record) => timeOf(record) !== undefined).length;
    expect(Number(row?.['n'])).toBe(counted);
    expect(counted).toBeGreaterThan(hasCorpus ? 20_000 : 1_000);
  });

  test('lie in the data files that the commits promise, and nothing is left behind', () => {
    expect(lambda.dataFiles()).toEqual(lambda.promised());
    expect(lambda.dataFiles().length).toBeGreaterThan(50);
    expect([...lambda.inLake('_meta/').keys()]).toEqual(['_meta/lake.json']);
  });

  test('come back only where they are damaged, and end in the dead-letter queue', () => {
    const broken = new Set(
      files().flatMap(({ path, key }) =>
        parseKey(SOURCE, key).kind === 'log-file' && !recordsOfFile(path) ? [key] : [],
      ),
    );
    const expected = [...keysOf].flatMap(([id, keys]) => (keys.some((key) => broken.has(key)) ? [id] : []));
    expect(broken.size).toBe(truth.log_files.failed);
    expect(queue.dead.toSorted()).toEqual(expected.sort());
  });

  test('balance in every invocation, and sum up to what is there', () => {
    const sum = (name: string) => lambda.metric(name).reduce((total, count) => total + count, 0);
    const written = Object.values(truth.rows_written).reduce((total, rows) => total + rows, 0);
    expect(lambda.metric('Imbalances').length).toBeGreaterThan(20);
    expect(sum('Imbalances')).toBe(0);
    expect(sum('RowsWritten')).toBe(written);
    expect(sum('DataFiles')).toBe(lambda.dataFiles().length);
    expect(lambda.log().filter(({ message }) => message === 'ingest_halted')).toEqual([]);
  });

  test('become visible by one statement a partition, whoever runs it and how often', async () => {
    const instances = [await lambda.coldStart(), await lambda.coldStart()];
    const context = invoked(() => 900_000);
    await Promise.all(instances.map(({ maintain }) => maintain({}, context)));
    await lambda.maintain({ task: 'reconcile' });

    const days = new Set(lambda.dataFiles().map((path) => `audit/${dirname(path)}`));
    const named = lambda.aws.athena
      .executions()
      .filter(({ sql }) => /^ALTER TABLE/.test(sql))
      .flatMap(({ sql }) =>
        [...sql.matchAll(/'s3:\/\/amzn-s3-demo-lake\/([^']+?)\/?'/g)].map(([, at]) => at),
      );
    expect(named.sort()).toEqual([...days].sort());
    const shown = TABLES.flatMap((table) => [...lambda.aws.glue.locations('audit_lake', table).values()]);
    const places = shown.map((location) => location.replace(`s3://${LAKE}/`, '').replace(/\/$/, ''));
    expect(places.sort()).toEqual([...days].sort());
    const parts = lambda.aws.dynamodb.items(STATE).filter(({ pk }) => pk?.S?.startsWith('PART#'));
    expect(parts.map(({ reg }) => reg?.S)).toEqual(parts.map(() => 'REGISTERED'));
  });
});

test('the comparison of rows finds a data file that is missing', async () => {
  const [path = ''] = lambda.dataFiles();
  rmSync(join(root, 'by-handler', path));
  expect(await differences(join(root, 'by-handler'))).toBeGreaterThan(0);
});

describe('the same through the command line', () => {
  const at = () => [
    ...['--endpoint-url', lambda.endpoint, '--state-table', 'by-command', '--database', 'by_command'],
  ];
  const lake = `s3://${LAKE}/by-command`;
  const ingest = () =>
    run(['ingest', `s3://${SOURCE}`, '--lake', lake, ...BOTH, ...at(), '--output', 'json', '--quiet']);

  test('becomes the same rows, and is counted as in a folder', async () => {
    const ended = await ingest();
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.err).toContain('Registered');
    const { log_files, records, rows_written } = summaryOf(ended);
    expect({ log_files, records, rows_written }).toEqual({
      log_files: truth.log_files,
      records: truth.records,
      rows_written: truth.rows_written,
    });
    const folder = join(root, 'by-command');
    for (const [key, { bytes }] of lambda.aws.s3.objects(LAKE, 'by-command/')) {
      mkdirSync(dirname(join(root, key)), { recursive: true });
      writeFileSync(join(root, key), bytes);
    }
    expect(await differences(folder)).toBe(0);
  });

  test('is registered, each day of each table', () => {
    const keys = [...lambda.aws.s3.objects(LAKE, 'by-command/').keys()];
    const days = new Set(keys.filter((key) => key.endsWith('.parquet')).map((key) => dirname(key)));
    const shown = TABLES.flatMap((table) => [...lambda.aws.glue.locations('by_command', table).values()]);
    const places = shown.map((location) => location.replace(`s3://${LAKE}/`, '').replace(/\/$/, ''));
    expect(places.sort()).toEqual([...days].sort());
  });

  test('is not read a second time', async () => {
    const before = lambda.aws.s3.objects(LAKE, 'by-command/').size;
    const { log_files, data_files } = summaryOf(await ingest());
    expect([log_files.ingested, log_files.skipped, data_files]).toEqual([0, truth.log_files.ingested, 0]);
    expect(lambda.aws.s3.objects(LAKE, 'by-command/').size).toBe(before);
  });

  test('answers questions by DuckDB and by Athena', async () => {
    const sql = 'SELECT count(*) AS n FROM athena_events';
    const duckdb = await run([
      'query',
      '--lake',
      lake,
      ...at(),
      '--engine',
      'duckdb',
      '--output',
      'ndjson',
      sql,
    ]);
    expect([duckdb.code, JSON.parse(duckdb.out)]).toEqual([0, { n: truth.rows_written['athena_events'] }]);
    lambda.aws.athena.answer = () => ({ columns: [{ name: 'n', type: 'bigint' }], rows: [['7']] });
    const athena = await run(['query', '--lake', lake, ...at(), '--output', 'ndjson', sql]);
    expect([athena.code, athena.out]).toEqual([0, '{"n":7}\n']);
  });
});
