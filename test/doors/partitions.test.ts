import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { denied } from '../support/aws/aws-error.ts';
import { type AwsCommand, awsCommand, BUCKET, LAKE, STATE, TRAIL } from '../support/aws-command.ts';
import { run } from '../support/command-line.ts';
import { dayNumber, makeLogFile } from '../support/log-files.ts';

const FOREIGN = 's3://amzn-s3-demo-elsewhere/day/';
const DATABASE = 'audit_lake';

let aws: AwsCommand;
beforeEach(async () => {
  aws = await awsCommand();
});
afterEach(() => aws.end());

const valuesOf = (day: number) => dayNumber(day).split('-');

/** Somebody points a partition elsewhere, or adds one there. */
function putElsewhere(day: number): void {
  const { glue } = aws.world;
  const table = glue.table(DATABASE, 'athena_events');
  const input = { Values: valuesOf(day), StorageDescriptor: { Location: FOREIGN } };
  if (table.partitions.has(valuesOf(day).join('/'))) glue.replacePartition(table, valuesOf(day), input);
  else glue.addPartition(table, input);
}

const shown = () => Object.fromEntries(aws.world.glue.locations(DATABASE, 'athena_events'));
const own = (day: number) => {
  const [year, month, date] = valuesOf(day);
  return `${LAKE}/athena_events/g=0000/year=${year}/month=${month}/day=${date}/`;
};
const list = async () => {
  const { code, out } = await aws.run(['partitions', 'list', '--output', 'json']);
  return { code, ...JSON.parse(out) };
};

describe('audit-lake partitions list', () => {
  test('shows each partition with what is committed, and the log files that are parked (D15)', async () => {
    await aws.ingest(0, 1);
    const archived = makeLogFile(7, [{ service: 'athena', day: 1 }]);
    aws.world.s3.put(TRAIL, archived.key, archived.bytes, { storageClass: 'GLACIER' });
    expect((await aws.ingest()).code).toBe(1);
    const told = await list();
    expect(told).toMatchObject({ code: 0, schema_version: 1, lake: LAKE });
    const facts = { table: 'athena_events', state: 'REGISTERED', generation: 0, data_files: 1, rows: 1 };
    expect(told.partitions).toEqual(
      [0, 1].map((day) => ({ ...facts, day: dayNumber(day), bytes: expect.any(Number), reason: null })),
    );
    expect(told.parked).toEqual([
      { status: 'DEFERRED', code: 'LOG_FILE_ARCHIVED', log_file: `s3://${TRAIL}/${archived.key}` },
    ]);
    const { code, out } = await aws.run(['partitions', 'list']);
    expect(code).toBe(0);
    expect(out).toMatch(/│ athena_events │ 2026-01-06 │ REGISTERED │ +0 │ +1 │ +1 │ +[\d,]+ │/);
    expect(out).toContain(`\nDEFERRED    LOG_FILE_ARCHIVED  s3://${TRAIL}/${archived.key}\n`);
  });

  test('X2: refuses an item of a newer version', async () => {
    await aws.ingest(0);
    const [part] = aws.world.dynamodb.items(STATE).filter(({ pk }) => pk?.S === 'PART#athena_events');
    aws.world.dynamodb.put(STATE, { ...part, ver: { N: '2' } });
    const { code, out, err } = await aws.run(['partitions', 'list']);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain(
      'LAKE_FORMAT: the state item PART#athena_events / 2026-01-05 was written by a newer',
    );
  });

  test('says that there is no lake where there is no state', async () => {
    const { code, err } = await aws.run(['partitions', 'list']);
    expect(code).toBe(1);
    expect(err).toContain(`LAKE_MISSING: there is no lake in ${LAKE}`);
  });

  test('ends with 4 where AWS says no, and names what it said no to', async () => {
    await aws.ingest(0);
    aws.world.fail(({ operation }) => operation === 'Query', denied, { times: Infinity });
    const { code, err } = await aws.run(['partitions', 'list']);
    expect(code).toBe(4);
    expect(err).toContain(`AWS_DENIED: dynamodb:Query on table ${STATE}`);
  });
});

describe('audit-lake partitions register', () => {
  test('makes what the catalog misses and registers what an ingest could not', async () => {
    const fault = aws.world.fail(({ service }) => service === 'glue', denied, { times: Infinity });
    const ingested = await aws.ingest(0, 1);
    expect(ingested.code).toBe(0);
    expect(ingested.err).toContain('2 partitions on the way, not visible to engines yet');
    expect(ingested.err).not.toContain('Registered');
    fault.stop();
    expect((await list()).partitions.map(({ state }: { state: string }) => state)).toEqual([
      ...['PENDING', 'PENDING'],
    ]);
    const { code, out, err } = await aws.run(['partitions', 'register']);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain('Made the database, table athena_events, table cloudtrail_events');
    expect(out).toContain('view athena_audit_logs, view cloudtrail_audit_logs.');
    expect(out).toContain('Registered 2 partitions in audit_lake.');
    expect(shown()).toEqual({ '2026/01/05': own(0), '2026/01/06': own(1) });
    const again = await aws.run(['partitions', 'register']);
    expect(again).toMatchObject({ code: 0, out: 'Registered 0 partitions in audit_lake.\n', err: '' });
  });

  test('ends with 1 where the catalog does not show what was registered', async () => {
    await aws.ingest(0);
    const { glue, athena } = aws.world;
    glue.dropPartition(glue.table(DATABASE, 'athena_events'), valuesOf(0));
    athena.catalogShows = false;
    const { code, err } = await aws.run(['partitions', 'repair']);
    expect(code).toBe(1);
    expect(err).toContain('the catalog does not show the partition');
    expect(err).toContain('1 partition on the way');
  });

  test('a partition at another location is BLOCKED, told, and tried again only when asked', async () => {
    await aws.ingest(0);
    putElsewhere(1);
    const { code: ingested, err: talk } = await aws.ingest(1);
    expect(ingested).toBe(0);
    expect(talk).toContain(FOREIGN);
    expect(talk).toContain('1 partition BLOCKED');
    const told = await list();
    expect(told.code).toBe(1);
    expect(told.partitions[1]).toMatchObject({ day: '2026-01-06', state: 'BLOCKED', data_files: 1 });
    expect(told.partitions[1].reason).toContain(`${FOREIGN}, not below ${LAKE}/athena_events/`);
    const table = aws.world.glue.table(DATABASE, 'athena_events');
    aws.world.glue.dropPartition(table, valuesOf(1));
    const { code, err } = await aws.run(['partitions', 'register']);
    expect(code).toBe(1);
    expect(err).toContain('1 partition BLOCKED');
    expect(err).toContain('--retry');
    expect(shown()).toEqual({ '2026/01/05': own(0) });
    const retried = await aws.run(['partitions', 'register', '--retry']);
    expect(retried).toMatchObject({ code: 0, out: 'Registered 1 partition in audit_lake.\n', err: '' });
    expect(shown()).toEqual({ '2026/01/05': own(0), '2026/01/06': own(1) });
  });
});

describe('audit-lake partitions register --retry', () => {
  test('tries again at once what waits after a failure', async () => {
    await aws.ingest(0);
    const fault = aws.world.fail(({ operation }) => operation === 'StartQueryExecution', denied, {
      times: Infinity,
    });
    const { err: talk } = await aws.ingest(1);
    expect(talk).toContain('1 partition on the way');
    fault.stop();
    const waiting = await aws.run(['partitions', 'register']);
    expect(waiting.out).toContain('Registered 0 partitions');
    expect(waiting.err).toContain('1 partition on the way');
    const retried = await aws.run(['partitions', 'register', '--retry']);
    expect(retried).toMatchObject({ code: 0, out: 'Registered 1 partition in audit_lake.\n', err: '' });
    expect(shown()).toEqual({ '2026/01/05': own(0), '2026/01/06': own(1) });
  });
});

describe('audit-lake partitions repair', () => {
  test('P5: finds what differs, changes nothing in a dry run, and heals it without', async () => {
    await aws.ingest(0, 1, 2);
    const { glue } = aws.world;
    glue.dropPartition(glue.table(DATABASE, 'athena_events'), valuesOf(0));
    putElsewhere(1);
    const before = [shown(), aws.world.dynamodb.items(STATE)];
    const dry = await aws.run(['partitions', 'repair', '--dry-run']);
    expect(dry.code).toBe(1);
    expect(dry.out).toContain('athena_events 2026-01-05 dropped: ');
    expect(dry.out).toContain('athena_events 2026-01-06 misplaced: ');
    expect(dry.out).toContain('2 differences in 3 partitions.');
    expect([shown(), aws.world.dynamodb.items(STATE)]).toEqual(before);
    const { code, out, err } = await aws.run(['partitions', 'repair']);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toContain('athena_events 2026-01-05 dropped: healed: ');
    expect(out).toContain('athena_events 2026-01-06 misplaced: moved: ');
    expect(out).not.toContain('partitions repair');
    expect(out).toContain('Registered 1 partition in audit_lake.');
    expect(shown()).toEqual({ '2026/01/05': own(0), '2026/01/06': own(1), '2026/01/07': own(2) });
    expect(await aws.run(['partitions', 'repair', '--dry-run'])).toMatchObject({
      code: 0,
      out: '0 differences in 3 partitions.\n',
    });
  });

  test('P5: a table that was dropped comes back with its partitions', async () => {
    await aws.ingest(0, 1);
    aws.world.glue.dropTable(DATABASE, 'athena_events');
    const { code, out } = await aws.run(['partitions', 'repair']);
    expect(code).toBe(0);
    expect(out).toContain('Made table athena_events.');
    expect(shown()).toEqual({ '2026/01/05': own(0), '2026/01/06': own(1) });
  });

  test('publishes a bundle that was committed and left staged', async () => {
    const publishing = ({ operation, input }: { operation: string; input: { [name: string]: unknown } }) =>
      operation === 'PutObject' && String(input['Key']).startsWith('audit/athena_events/');
    const fault = aws.world.fail(publishing, denied, { times: Infinity });
    expect((await aws.ingest(0)).code).toBe(4);
    fault.stop();
    expect([...aws.world.s3.objects(BUCKET, 'audit/_meta/stage/').keys()]).toHaveLength(1);
    const { code, out } = await aws.run(['partitions', 'repair']);
    expect(code).toBe(0);
    expect(out).toContain('Published bundles that others had left staged: 1.');
    expect([...aws.world.s3.objects(BUCKET, 'audit/_meta/stage/').keys()]).toEqual([]);
    expect([...aws.world.s3.objects(BUCKET, 'audit/athena_events/').keys()]).toHaveLength(1);
    expect(shown()).toEqual({ '2026/01/05': own(0) });
  });
});

describe('a lake in a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'partitions-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('lists its partitions as REGISTERED, and what is parked', async () => {
    const lake = join(folder, 'lake');
    const { bytes } = makeLogFile(0, [{ service: 'athena', day: 0 }]);
    await writeFile(join(folder, 'whole.json.gz'), bytes);
    await writeFile(join(folder, 'cut.json.gz'), bytes.slice(0, -9));
    expect((await run(['ingest', folder, '--lake', lake])).code).toBe(1);
    const { code, out } = await run(['partitions', 'list', '--lake', lake, '--output', 'json']);
    expect(code).toBe(0);
    const told = JSON.parse(out);
    expect(told.partitions).toMatchObject([
      { day: '2026-01-05', state: 'REGISTERED', generation: 0, data_files: 1, rows: 1 },
    ]);
    expect(told.parked).toEqual([{ status: 'QUARANTINED', code: 'BAD_GZIP', log_file: 'cut.json.gz' }]);
  });

  test.each(['register', 'repair'])('has nothing to %s, and is told so', async (verb) => {
    const { code, out, err } = await run(['partitions', verb, '--lake', folder]);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(
      new RegExp(`USAGE: a folder has no catalog: .partitions ${verb}. is for lakes in S3`),
    );
  });

  test('that is none is LAKE_MISSING', async () => {
    const { code, err } = await run(['partitions', 'list', '--lake', folder]);
    expect(code).toBe(1);
    expect(err).toContain('LAKE_MISSING');
  });
});
