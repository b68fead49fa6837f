import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateTrail, type Trail } from '../../src/demo/trail.js';
import { AthenaOverLogs } from '../support/athena-over-logs.ts';
import { type AwsCommand, awsCommand, BUCKET, LAKE, STATE, TRAIL } from '../support/aws-command.ts';
import { run, start } from '../support/command-line.ts';
import { RAW } from '../support/raw-world.ts';
import { readable } from '../support/trace-world.ts';

const AS_OF = Date.UTC(2026, 10, 1, 12);
const DATABASE = 'audit_lake';
const PERIOD = ['--from', '2026-10-22', '--to', '2026-11-01T12:00'];

let aws: AwsCommand;
let trail: Trail;
let table: readonly string[];

async function trailInAws(): Promise<void> {
  aws = await awsCommand();
  aws.world.athena.data = new AthenaOverLogs(aws.world);
  trail = generateTrail({ asOf: AS_OF });
  const sound = new Set(readable(trail.files).map(({ key }) => key));
  for (const { key, bytes } of trail.files) if (sound.has(key)) aws.world.s3.put(TRAIL, key, bytes);
  const [first = ''] = sound;
  const root = `s3://${TRAIL}/${/^.*?(?=\d{12}\/CloudTrail\/)/.exec(first)?.[0]}`;
  table = ['--raw-table', RAW, '--raw-source', root];
  await aws.ingest(0);
  await aws.run(['raw', 'create', root, '--raw-table', RAW]);
  await aws.run(['raw', 'register', root, '--raw-table', RAW, '--from', '2020-01-01']);
}

const trace = (who: string, ...more: readonly string[]) =>
  aws.run(['trace', who, '--raw', ...table, ...PERIOD, ...more]);

/** What a trace has left in the catalog and in S3. */
const left = () => [
  ...[...aws.world.glue.database(DATABASE).tables.keys()].filter((name) => name.startsWith('trace_')),
  ...[...aws.world.s3.objects(BUCKET, '').keys()].filter((key) => key.includes('/trace/')),
];

describe('audit-lake trace --raw', () => {
  beforeAll(trailInAws);
  afterAll(() => aws.end());

  test('tells everything that bob did, in every role, and leaves nothing behind', async () => {
    const { code, out, err } = await trace('bob', '--output', 'ndjson');
    const rows = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const ids = rows.map((row) => row.event_id);
    const bobs = trail.sessions.filter(({ key }) => key.startsWith('ASIABOB'));
    const planted = bobs.flatMap(({ calls, grants }) => [...calls, ...grants]);
    expect(planted.length).toBeGreaterThan(15);
    expect(planted.filter((id) => !ids.includes(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    const deleted = rows.find((row) => row.event === 'DeleteBucket');
    expect(deleted).toMatchObject({
      via: expect.stringMatching(/^bob > devops.* > Deploy/),
      account: '444455556666',
    });
    expect(err).toMatch(/Looking into \d+ partitions: 2 queries of Athena\./);
    expect(err).toMatch(/Athena scanned [\d.]+ kB: \d+ queries over \d+ partitions\./);
    expect(err).toContain('No partition of 1 day (2026-10-22)');
    expect([code, left()]).toEqual([0, []]);
  });

  test('prints with --dry-run what the first search takes, and asks nothing of Athena', async () => {
    const before = aws.world.athena.executions().length;
    const { code, out } = await trace('bob', '--dry-run', '--regions', 'eu-west-1');
    expect(out).toMatch(/^Looking into \d+ partitions: 2 queries of Athena\.\n[\s\S]*Nothing was run\.\n$/);
    expect(code).toBe(0);
    expect(aws.world.athena.executions()).toHaveLength(before);
  });

  test('makes a page that names the raw table and the command', async () => {
    const page = `/tmp/trace-raw-${process.pid}-${Math.random()}.html`;
    const { code, err } = await trace('bob', '--html', page);
    const { readFileSync, rmSync } = await import('node:fs');
    const html = readFileSync(page, 'utf8');
    rmSync(page);
    expect([code, err]).toEqual([0, expect.stringContaining(page)]);
    expect(html).toContain(`(table ${DATABASE}.${RAW})`);
    expect(html).toContain('--raw --raw-table cloudtrail_logs');
  });

  test('stopped by Ctrl-C ends what runs in Athena, removes what it made, and says so', async () => {
    aws.world.athena.pace = { by: 'ms', queued: 0, running: 3_600_000 };
    const place = [
      '--lake',
      LAKE,
      '--state-table',
      STATE,
      '--region',
      'eu-west-1',
      '--endpoint-url',
      aws.endpoint,
    ];
    const env = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'none' };
    const { child, ended } = start(['trace', 'bob', '--raw', ...table, ...PERIOD, ...place], { env });
    const before = aws.world.athena.executions().length;
    const made = () =>
      aws.world.athena
        .executions()
        .slice(before)
        .filter(({ sql }) => sql.startsWith('CREATE TABLE trace_'));
    while (made().length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
    aws.world.athena.pace = { by: 'polls', queued: 0, running: 0 };
    child.kill('SIGINT');
    const { code, err } = await ended;
    expect(err).toContain('Stopping: removing what was made in Athena.');
    expect(made().map(({ state }) => state)).toEqual(['CANCELLED']);
    expect(aws.world.athena.executions().at(-1)?.sql).toMatch(/^DROP TABLE IF EXISTS trace_[0-9a-f]{32}$/);
    expect([code, left()]).toEqual([130, []]);
  });

  test('says where a query failed, and what could not be removed', async () => {
    const isInsert = (sql: unknown) => String(sql).startsWith('INSERT');
    const outcome = { ends: 'FAILED', reason: 'Query exhausted resources at this scale factor' } as const;
    aws.world.fail(({ input }) => isInsert(input['QueryString']), outcome);
    const { code, err } = await trace('bob');
    expect(code).toBe(1);
    expect(err).toMatch(/the query of 2026-1\d-\d\d.*Query exhausted resources/);
    expect(left()).toEqual([]);
  });
});

const NAMED = [
  'trace',
  'bob',
  '--raw',
  '--lake',
  's3://amzn-s3-demo-lake/audit',
  '--raw-table',
  'x',
  '--raw-source',
  's3://amzn-s3-demo-bucket/AWSLogs/',
];

describe('audit-lake trace, before anything is asked of AWS', () => {
  test.each([
    [['trace', 'bob', '--dry-run'], '--dry-run goes with --raw'],
    [['trace', 'bob', '--most-running', '2'], '--most-running goes with --raw'],
    [['trace', 'bob', '--raw', '--lake', './lake'], '`trace --raw` is for lakes in S3'],
    [
      ['trace', 'bob', '--raw', '--engine', 'duckdb', '--lake', 's3://amzn-s3-demo-lake/audit'],
      '--raw asks Athena',
    ],
    [['trace', 'bob', '--raw', '--lake', 's3://amzn-s3-demo-lake/audit'], 'name the raw table'],
    [
      ['trace', 'bob', '--raw', '--lake', 's3://amzn-s3-demo-lake/audit', '--raw-table', 'x'],
      'raw_table is set without raw_source',
    ],
    [[...NAMED, '--most-running', '0'], '--most-running takes 1 to 100'],
    [[...NAMED, '--accounts', '1'], '--accounts takes a list'],
  ])('%j is a mistake of usage', async (args, words) => {
    expect(await run(args)).toMatchObject({ code: 2, err: expect.stringContaining(words) });
  });
});
