import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Finding } from '../../src/jobs/run-checks.js';
import { examineAws } from '../../src/wiring/doctor.js';
import { openLakeForWriting } from '../../src/wiring/local.js';
import type { AwsCall } from '../support/aws/aws-call.ts';
import { AwsError, denied } from '../support/aws/aws-error.ts';
import { type AwsCommand, awsCommand, BUCKET, LAKE, STATE, TRAIL } from '../support/aws-command.ts';
import { run } from '../support/command-line.ts';
import { makeLogFile } from '../support/log-files.ts';

const SOURCE = `s3://${TRAIL}/AWSLogs`;
const DATABASE = 'audit_lake';
const GLUE = 'arn:aws:glue:eu-west-1:111122223333';
const TABLE = [`arn:aws:dynamodb:eu-west-1:111122223333:table/${STATE}`];
const WORK_GROUP = ['arn:aws:athena:eu-west-1:111122223333:workgroup/primary'];
const of = (table: string) => [
  ...[`${GLUE}:catalog`, `${GLUE}:database/${DATABASE}`, `${GLUE}:table/${DATABASE}/${table}`],
];

let aws: AwsCommand;
beforeAll(async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'none');
  vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true');
  aws = await awsCommand();
  await aws.ingest(0);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await aws.end();
});

type Over = { readonly lakeOwner?: string; readonly stateTable?: string; readonly database?: string };

/** The same checks in this process. */
async function examine(over: Over = {}): Promise<readonly Finding[]> {
  const place = { endpointUrl: aws.endpoint, region: 'eu-west-1' };
  const catalog = { catalog: 'athena', database: DATABASE, workGroup: 'primary' } as const;
  const lake = {
    ...place,
    ...catalog,
    lake: LAKE,
    stateTable: STATE,
    results: `${LAKE}/_meta/results/`,
    ...over,
  };
  const findings: Finding[] = [];
  const texts = { queryAccounts: [], queryRole: '' };
  const settings = { ...place, sources: [SOURCE], lake, texts };
  for await (const finding of examineAws(settings)) findings.push(finding);
  return findings;
}

/** While calls that fit are answered so. */
async function examineWhile(fits: (call: AwsCall) => boolean, outcome: Parameters<typeof aws.world.fail>[1]) {
  const fault = aws.world.fail(fits, outcome, { times: Infinity });
  try {
    return await examine();
  } finally {
    expect(fault.met).toBeGreaterThan(0);
    fault.stop();
  }
}

const results = (findings: readonly Finding[], result: Finding['result']) =>
  findings.filter((finding) => finding.result === result).map(({ name }) => name);

const on =
  (operation: string, bucketOrTable?: string) =>
  ({ operation: called, input }: AwsCall): boolean =>
    called === operation &&
    (bucketOrTable === undefined || input['Bucket'] === bucketOrTable || input['Name'] === bucketOrTable);

describe('audit-lake doctor', () => {
  test('tells a line a check, all ok, and leaves nothing behind', async () => {
    const before = [aws.world.dynamodb.items(STATE), [...aws.world.s3.objects(BUCKET).keys()]];
    const { code, out, err } = await aws.run(['doctor', SOURCE]);
    expect(err).toBe('');
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines.every((line) => line.startsWith('ok    '))).toBe(true);
    expect(lines.map((line) => line.slice(6, 33).trimEnd())).toEqual([
      ...['node', 'endpoint', 'credentials', 'source', 'log file', 'lake bucket', 'lake.json'],
      ...['state table', 'state reads', 'state writes', 'database'],
      ...['table athena_events', 'table cloudtrail_events', 'table athena_query_details', 'partitions'],
      ...['view athena_audit_logs', 'view cloudtrail_audit_logs', 'workgroup', 'athena'],
    ]);
    expect(out).toContain('arn:aws:iam::111122223333:user/jane (eu-west-1)');
    expect(out).toMatch(/^ok {4}log file .*read AWSLogs\/.*\.json\.gz \(\d+ bytes\)$/m);
    expect([aws.world.dynamodb.items(STATE), [...aws.world.s3.objects(BUCKET).keys()]]).toEqual(before);
  });

  test('T20: tells who put another endpoint in the place of AWS', async () => {
    const { out } = await run(['doctor', '--lake', LAKE, '--output', 'json'], {
      env: { AWS_ENDPOINT_URL: aws.endpoint, AWS_REGION: 'eu-west-1' },
    });
    const { text } = JSON.parse(out).checks.find(({ name }: Finding) => name === 'endpoint');
    expect(text).toBe(`${aws.endpoint} in place of AWS, from AWS_ENDPOINT_URL`);
  });

  test('prints the statement that is missing below a denied action, and ends with 4', async () => {
    const fault = aws.world.fail(on('StartQueryExecution'), denied, { times: Infinity });
    const { code, out } = await aws.run(['doctor']);
    const asJson = await aws.run(['doctor', '--output', 'json']);
    fault.stop();
    expect(code).toBe(4);
    const lines = out.trimEnd().split('\n');
    expect(lines.at(-2)).toMatch(/^fail {2}athena +athena:StartQueryExecution denied on workgroup\/primary$/);
    const statement = { Effect: 'Allow', Action: ['athena:StartQueryExecution'], Resource: WORK_GROUP };
    expect(lines.at(-1)).toBe(`      add: ${JSON.stringify(statement)}`);
    expect(asJson.code).toBe(4);
    const told = JSON.parse(asJson.out);
    expect(told).toMatchObject({ schema_version: 1, lake: LAKE });
    expect(told.checks.at(-1)).toMatchObject({ result: 'fail', code: 'AWS_DENIED', statement });
    expect(told.checks[0]).toMatchObject({ name: 'node', result: 'ok', code: null, statement: null });
  });

  test.each([
    ['s3:ListBucket', 'source', on('ListObjectsV2', TRAIL), [`arn:aws:s3:::${TRAIL}`]],
    ['s3:GetObject', 'log file', on('GetObject', TRAIL), [`arn:aws:s3:::${TRAIL}/AWSLogs/*`]],
    ['s3:ListBucket', 'lake bucket', on('ListObjectsV2', BUCKET), [`arn:aws:s3:::${BUCKET}`]],
    ['s3:PutObject', 'lake bucket', on('PutObject'), [`arn:aws:s3:::${BUCKET}/audit/*`]],
    ['s3:GetObject', 'lake.json', on('GetObject', BUCKET), [`arn:aws:s3:::${BUCKET}/audit/*`]],
    ['dynamodb:DescribeTable', 'state table', on('DescribeTable'), TABLE],
    ['dynamodb:GetItem', 'state reads', on('GetItem'), TABLE],
    ['dynamodb:BatchGetItem', 'state reads', on('BatchGetItem'), TABLE],
    ['dynamodb:Query', 'state reads', on('Query'), TABLE],
    ['dynamodb:PutItem', 'state writes', on('PutItem'), TABLE],
    ['dynamodb:UpdateItem', 'state writes', on('UpdateItem'), TABLE],
    ['glue:GetDatabase', 'database', on('GetDatabase'), of('').slice(0, 2)],
    ['glue:GetTable', 'table athena_events', on('GetTable', 'athena_events'), of('athena_events')],
    ['glue:GetTable', 'view athena_audit_logs', on('GetTable', 'athena_audit_logs'), of('athena_audit_logs')],
    ['glue:BatchGetPartition', 'partitions', on('BatchGetPartition'), of('athena_events')],
    ['glue:GetPartitions', 'partitions', on('GetPartitions'), of('athena_events')],
    ['athena:GetWorkGroup', 'workgroup', on('GetWorkGroup'), WORK_GROUP],
    ['athena:GetQueryExecution', 'athena', on('GetQueryExecution'), WORK_GROUP],
    ['athena:GetQueryResults', 'athena', on('GetQueryResults'), WORK_GROUP],
  ])('names %s where that is denied to %s', async (action, name, fits, resources) => {
    const findings = await examineWhile(fits, denied);
    expect(results(findings, 'fail')).toEqual([name]);
    const failed = findings.find(({ result }) => result === 'fail');
    expect(failed).toMatchObject({ code: 'AWS_DENIED', allow: { actions: [action], resources } });
    expect(failed?.text).toContain(`${action} denied on `);
    const allSkipped = findings.filter(({ result }) => result === 'skip');
    expect(allSkipped.every(({ text }) => text.startsWith('needs '))).toBe(true);
  });

  test('a transaction that is denied wants the permissions of the writes in it', async () => {
    const findings = await examineWhile(on('TransactWriteItems'), denied);
    expect(findings.find(({ result }) => result === 'fail')).toMatchObject({
      name: 'state writes',
      text: `dynamodb:TransactWriteItems denied on table ${STATE}`,
      allow: { actions: ['dynamodb:PutItem', 'dynamodb:UpdateItem'], resources: TABLE },
    });
  });

  test('names the action of KMS and its key where S3 was denied that', async () => {
    const key = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    const message = `User: x is not authorized to perform: kms:Decrypt on resource: ${key} because no`;
    const refusal = new AwsError('AccessDenied', message, { status: 403 });
    const findings = await examineWhile(on('GetObject', TRAIL), refusal);
    expect(findings.find(({ result }) => result === 'fail')).toMatchObject({
      name: 'log file',
      text: `kms:Decrypt denied on ${key}`,
      allow: { actions: ['kms:Decrypt'], resources: [key] },
    });
  });

  test('a delete that is denied leaves an object that a sweep takes away', async () => {
    const findings = await examineWhile(on('DeleteObject'), denied);
    expect(results(findings, 'fail')).toEqual(['lake bucket']);
    // T13: nothing that is published is ever deleted.
    expect(findings.find(({ result }) => result === 'fail')?.allow).toEqual({
      actions: ['s3:DeleteObject'],
      resources: [`arn:aws:s3:::${BUCKET}/audit/_meta/stage/*`],
    });
    const [left, ...more] = [...aws.world.s3.objects(BUCKET, 'audit/_meta/stage/').keys()];
    expect(left).toMatch(/^audit\/_meta\/stage\/[a-z2-7]{26}$/);
    expect(more).toEqual([]);
    aws.world.s3.remove(BUCKET, left ?? '');
  });

  test('skips what needs the credentials where there are none', async () => {
    aws.world.calls.length = 0;
    const refusal = new AwsError('ExpiredToken', 'The security token is expired', { status: 403 });
    const findings = await examineWhile(on('GetCallerIdentity'), refusal);
    expect(results(findings, 'fail')).toEqual(['credentials']);
    expect(results(findings, 'ok')).toEqual([]);
    expect(findings[0]).toMatchObject({ code: 'AWS_CREDENTIALS' });
    expect(findings[0]?.text).toContain('aws sso login');
    expect(aws.world.count('ListObjectsV2')).toBe(0);
  });

  test('a bucket that somebody else owns is denied with the account that was expected', async () => {
    const findings = await examine({ lakeOwner: '444455556666' });
    const failed = findings.find(({ result }) => result === 'fail');
    expect(failed).toMatchObject({
      name: 'lake bucket',
      text: `s3:ListBucket denied on ${BUCKET} of account 444455556666`,
    });
  });

  test('says what would write results where Athena may not', async () => {
    const reason =
      'Access denied when writing output to url: s3://amzn-s3-demo-lake/audit/_meta/results/x.csv';
    const findings = await examineWhile(on('StartQueryExecution'), { ends: 'FAILED', reason });
    const failed = findings.find(({ result }) => result === 'fail');
    expect(failed).toMatchObject({ name: 'athena', code: 'AWS_DENIED' });
    expect(failed?.text).toBe(`writing results denied on ${LAKE}/_meta/results/`);
    expect(failed?.allow?.actions).toContain('s3:PutObject');
    expect(failed?.allow?.resources).toEqual([
      `arn:aws:s3:::${BUCKET}`,
      `arn:aws:s3:::${BUCKET}/audit/_meta/results/*`,
    ]);
  });

  test('a lake that was never made lacks nothing that its first ingest does not make', async () => {
    const fresh = await awsCommand();
    const { code, out } = await fresh.run(['doctor']);
    await fresh.end();
    expect(code).toBe(0);
    expect(out).not.toContain('fail');
    expect(out).toMatch(/^ok {4}lake\.json +not there yet: the first ingest makes it$/m);
    expect(out).toMatch(/^skip {2}state reads +there is no state table yet$/m);
  });

  test('a lake whose state is missing is not taken for a new one', async () => {
    const findings = await examine({ stateTable: 'audit-lake-other' });
    expect(results(findings, 'fail')).toEqual(['state table']);
    const failed = findings.find(({ result }) => result === 'fail');
    expect(failed?.text).toContain('audit-lake-other is missing, and the lake is there: restore it');
  });

  test('tells who makes a view that is missing, and ends with 1', async () => {
    aws.world.glue.dropTable(DATABASE, 'cloudtrail_audit_logs');
    const { code, out } = await aws.run(['doctor']);
    expect((await aws.run(['partitions', 'register'])).code).toBe(0);
    expect(code).toBe(1);
    const next = 'with the same settings, `audit-lake partitions register` makes it';
    expect(out).toContain(`view audit_lake.cloudtrail_audit_logs is missing: ${next}`);
    expect(results(await examine(), 'fail')).toEqual([]);
  });

  test('a table of the same name that lies elsewhere belongs to another lake', async () => {
    const { glue } = aws.world;
    glue.createDatabase('shared');
    const StorageDescriptor = { Location: 's3://amzn-s3-demo-elsewhere/athena_events/' };
    glue.createTable('shared', { Name: 'athena_events', StorageDescriptor });
    const failed = (await examine({ database: 'shared' })).find(({ result }) => result === 'fail');
    expect(failed).toMatchObject({ name: 'table athena_events', code: 'LAKE_FORMAT' });
    expect(failed?.text).toContain(`not at ${LAKE}/athena_events/: name another --database`);
  });

  test.each([
    [['doctor', 'logs'], 'logs is none'],
    [['doctor', `${LAKE}/athena_events`], 'USAGE'],
  ])('ends with 2 where the usage is wrong: %j', async (args, message) => {
    const { code, err } = await aws.run(args);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe('audit-lake doctor over a folder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('finds a place for a new lake, a lake at rest, and one that is being written', async () => {
    const lake = join(folder, 'lake');
    const fresh = await run(['doctor', '--lake', lake]);
    expect(fresh.code).toBe(0);
    expect(fresh.out).toMatch(/^ok {4}lake .* is not there yet: the first ingest makes it$/m);
    const trail = join(folder, 'trail');
    const { bytes } = makeLogFile(0, [{ service: 'athena', day: 0 }]);
    await mkdir(trail);
    await writeFile(join(trail, 'a.json.gz'), bytes);
    expect((await run(['ingest', trail, '--lake', lake])).code).toBe(0);
    const resting = await run(['doctor', '--lake', lake]);
    expect(resting.code).toBe(0);
    expect(resting.out).toMatch(/^ok {4}lake .*, partitions: 1$/m);
    expect(resting.out).toMatch(/^ok {4}writing +nobody else writes to it$/m);
    const { release } = await openLakeForWriting(lake, { datasets: [], waitSeconds: 0 });
    const written = await run(['doctor', '--lake', lake]);
    await release();
    expect(written.code).toBe(1);
    expect(written.out).toMatch(/^fail {2}writing +another ingest writes to the lake/m);
  });

  test('finds a lake that this version cannot read', async () => {
    const lake = join(folder, 'newer');
    await mkdir(join(lake, '_meta'), { recursive: true });
    await writeFile(join(lake, '_meta', 'lake.json'), '{"format":2}');
    const { code, out } = await run(['doctor', '--lake', lake]);
    expect(code).toBe(1);
    expect(out).toMatch(/^fail {2}lake .*lake\.json is not a lake that this version can read$/m);
    expect(out).toMatch(/^skip {2}writing +needs lake$/m);
  });
});
