import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { denied } from '../support/aws/aws-error.ts';
import { type AwsCommand, awsCommand, LAKE, STATE, TRAIL } from '../support/aws-command.ts';
import { run } from '../support/command-line.ts';
import { keyIn, RAW, ROOT } from '../support/raw-world.ts';

const DATABASE = 'audit_lake';
const NAMES = [
  '111122223333/us-east-1/2025-12-31',
  '111122223333/us-east-1/2026-01-01',
  '444455556666/eu-central-1/2026-01-01',
];
const [FIRST = '', SECOND = '', THIRD = ''] = NAMES;
const TABLE = ['--raw-table', RAW];
const PROJECTED = [
  ...['--partitions', 'projection', '--from', '2026-01-01'],
  ...['--accounts', '111122223333,444455556666', '--regions', 'us-east-1'],
];

let aws: AwsCommand;
/** A lake, and a trail with four partitions. */
function inAws(): void {
  beforeEach(async () => {
    aws = await awsCommand();
    await aws.ingest(0);
    for (const name of NAMES) aws.world.s3.put(TRAIL, keyIn(name), new Uint8Array([1]));
  });
  afterEach(() => aws.end());
}

const raw = (command: string, ...more: readonly string[]) =>
  aws.run(['raw', command, ROOT, ...TABLE, ...more]);
const shown = () => [...aws.world.glue.locations(DATABASE, RAW).values()].sort();
const folderOf = (name: string) => `s3://${TRAIL}/${keyIn(name)}`.replace(/[^/]+$/, '');
const alters = () =>
  aws.world.athena.executions().filter(({ sql }) => sql.startsWith(`ALTER TABLE \`${RAW}\``));

describe('audit-lake raw, before anything is asked of AWS', () => {
  test('prints the statement with --dry-run, also without a lake, and asks nothing of AWS', async () => {
    const { code, out } = await run(['raw', 'create', ROOT, ...TABLE, '--dry-run']);
    expect(code).toBe(0);
    expect(out).toMatch(/^CREATE EXTERNAL TABLE IF NOT EXISTS `cloudtrail_logs`/);
    expect(out).toMatch(/JsonSerDe'[\s\S]*\);\n$/);
  });

  test('of a lake in a folder says what to do instead', async () => {
    const { code, err } = await run(['raw', 'create', ROOT, ...TABLE, '--lake', './lake']);
    expect(code).toBe(2);
    expect(err).toContain('a folder has no catalog: `raw create` is for lakes in S3');
    expect(err).toContain('`--dry-run` prints the statement');
  });

  test.each([
    [['raw', 'create', ROOT], 'name the raw table'],
    [['raw', 'create', ...TABLE], 'name the folder of accounts'],
    [['raw', 'create', `s3://${TRAIL}/`, ...TABLE], 'not the folder of accounts of a trail'],
    [['raw', 'create', ROOT, '--raw-table', 'athena_events'], '--raw-table'],
    [['raw', 'create', ROOT, ...TABLE, '--accounts', '1'], '--accounts takes a list'],
    [['raw', 'create', ROOT, ...TABLE, '--from', '2026-01-01'], 'goes with --partitions projection'],
    [['raw', 'create', ROOT, ...TABLE, '--partitions', 'projection'], 'takes --from <day>'],
    [['raw', 'register', ROOT, ...TABLE, '--from', '2026-02-30'], '--from takes a day'],
  ])('%j is a mistake of usage', async (args, words) => {
    expect(await run(args)).toMatchObject({ code: 2, err: expect.stringContaining(words) });
  });
});

describe('audit-lake raw create', () => {
  inAws();

  test('makes the table once, in the database of the lake', async () => {
    expect(await raw('create')).toMatchObject({
      code: 0,
      out: expect.stringContaining(`Made table ${DATABASE}.${RAW}.`),
    });
    expect(await raw('create')).toMatchObject({ code: 0, out: expect.stringContaining('is there already') });
    expect(aws.world.glue.table(DATABASE, RAW).input.StorageDescriptor?.Location).toBe(ROOT);
  });

  test('refuses a table that is there with partitions of the other kind', async () => {
    await raw('create');
    const { code, err } = await raw('create', ...PROJECTED);
    expect(code).toBe(1);
    expect(err).toContain('its partitions are registered: name another --raw-table');
  });
});

describe('audit-lake raw register and status', () => {
  inAws();

  test('count first, register what lies there once, and tell what is read', async () => {
    const counted = await raw('register', '--from', '2020-01-01', '--dry-run');
    expect(counted.out).toMatch(
      /^4 partitions of 2 accounts in the bucket\.\nTo register all of them: 1 statement of Athena/,
    );
    expect(alters()).toEqual([]);
    const before = await raw('status');
    expect(before).toMatchObject({ code: 1, err: expect.stringContaining('There is no table') });
    expect(before.out).toContain('4 partitions in the bucket and not known');
    const done = await raw('register', '--from', '2026-01-01');
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out).toMatch(/in the bucket, \d of them new\.\nRegistered \d partitions\.\n$/);
    expect(shown()).toContain(folderOf(SECOND));
    expect(shown()).not.toContain(folderOf(FIRST));
    expect(shown()).toContain(folderOf(THIRD));
    const statements = alters().length;
    expect(await raw('register', '--from', '2026-01-01')).toMatchObject({ code: 0 });
    expect(alters()).toHaveLength(statements);
    const { code, out } = await raw('status', '--output', 'json');
    expect(code).toBe(1);
    expect(JSON.parse(out).accounts).toMatchObject([
      { account: '111122223333', missing: 1, first_missing: FIRST, blocked: 0 },
      { account: '444455556666', registered: 1, missing: 0 },
    ]);
    expect((await raw('status', '--from', '2026-01-01')).code).toBe(0);
  });

  test('a root whose accounts lie in the folder of their organization is told, and is not in order', async () => {
    const root = 's3://amzn-s3-demo-bucket/logs/AWSLogs/';
    aws.world.s3.put(TRAIL, keyIn(FIRST, 'a', `${root}o-exampleorgid/`), new Uint8Array([1]));
    const { code, err } = await aws.run(['raw', 'status', root, ...TABLE]);
    expect(code).toBe(1);
    expect(err).toContain(`accounts of organization o-exampleorgid lie in ${root}o-exampleorgid/`);
    expect(err).toContain(`no log files of CloudTrail lie below ${root}`);
    expect(
      await aws.run(['raw', 'register', root, ...TABLE, '--from', '2020-01-01', '--dry-run']),
    ).toMatchObject({
      out: expect.stringContaining('0 partitions of 0 accounts'),
      err: expect.stringContaining('o-exampleorgid'),
    });
  });

  test('a catalog that says no: a warning, exit code 1, and --retry goes on at once', async () => {
    await raw('create');
    const fault = aws.world.fail(({ operation }) => operation === 'StartQueryExecution', denied, {
      times: Infinity,
    });
    const failed = await raw('register', '--from', '2026-01-01');
    expect(failed.code).toBe(1);
    expect(failed.err).toContain('not visible to engines yet');
    fault.stop();
    expect(await raw('register')).toMatchObject({ code: 1 });
    expect(await raw('register', '--retry')).toMatchObject({ code: 0 });
    expect(shown()).toContain(folderOf(SECOND));
  });

  test('partitions of the raw table are none of the lake: its list and its repair do not know them', async () => {
    await raw('register', '--from', '2020-01-01');
    const items = () => aws.world.dynamodb.items(STATE).filter(({ pk }) => pk?.S === `PART#${RAW}`);
    const before = JSON.stringify(items());
    const { out, code } = await aws.run(['partitions', 'repair']);
    expect(out).toContain('0 differences in 1 partition.');
    expect(code).toBe(0);
    expect((await aws.run(['partitions', 'list'])).out).not.toContain('111122223333');
    expect(JSON.stringify(items())).toBe(before);
    expect(items().length).toBeGreaterThan(2);
    expect(LAKE).not.toContain(RAW);
  });

  test('of a projection: what it does not compute is named, and nothing is registered', async () => {
    expect(await raw('create', ...PROJECTED)).toMatchObject({ code: 0 });
    const { code, out } = await raw('status');
    expect(code).toBe(1);
    expect(out).toContain('Not computed, no query reads it: 111122223333 us-east-1 2025-12-31.');
    expect(out).toContain('Not computed, no query reads it: 444455556666 eu-central-1 2026-01-01.');
    expect((await raw('status', '--from', '2026-01-01', '--regions', 'us-east-1')).out).toContain(
      'Every one of them is read.',
    );
    const { err } = await raw('register', '--from', '2020-01-01');
    expect(err).toContain('LAKE_FORMAT');
    expect(err).toContain('Athena ignores what is registered');
    expect(alters()).toEqual([]);
  });
});
