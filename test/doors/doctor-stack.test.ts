import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../src/jobs/run-checks.js';
import { VIEW_NAMES } from '../../src/lake/views.js';
import { examineStack } from '../../src/wiring/stack-doctor.js';
import type { AwsCall, Outcome } from '../support/aws/aws-call.ts';
import { AwsError, denied } from '../support/aws/aws-error.ts';
import { run } from '../support/command-line.ts';
import { LAKE, SOURCE, STATE } from '../support/lambda-world.ts';
import { shellLines } from '../support/markdown.ts';
import { textOf } from '../support/repository.ts';
import {
  ACCOUNT,
  ALERT_TOPIC,
  MEMBER,
  MEMBER_ROLE,
  REGION,
  STACK,
  StackWorld,
} from '../support/stack-world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let world: StackWorld;
beforeEach(async () => {
  world = await StackWorld.start();
});
afterEach(() => world.stop());

/** The same checks as the command's, in this process. */
async function examine(
  over: { readonly region?: string; readonly stack?: string } = {},
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const settings = { region: REGION, stack: STACK, endpointUrl: world.lambda.endpoint, ...over };
  for await (const finding of examineStack(settings)) findings.push(finding);
  return findings;
}

const failures = (findings: readonly Finding[]) => findings.filter(({ result }) => result === 'fail');
const named = (findings: readonly Finding[], name: string) =>
  findings.find((finding) => finding.name === name);

/** Every call of this kind by this function, or by the person who asks, is answered so. */
function plant(who: Parameters<StackWorld['by']>[0] | 'person', operation: string, outcome: Outcome) {
  const isTheirs = () => (who === 'person' ? world.aws.lambda.running === undefined : world.by(who));
  const fits = (call: AwsCall) => isTheirs() && call.operation === operation;
  return world.aws.fail(fits, outcome, { times: Infinity });
}

/** The one finding that is wrong, where nothing else may be. */
async function theFailure(over: Parameters<typeof examine>[0] = {}): Promise<Finding> {
  const found = failures(await examine(over));
  expect(found.map(({ name }) => name)).toHaveLength(1);
  const [only] = found;
  if (!only) throw new Error('nothing failed');
  return only;
}

const cli = (...args: readonly string[]) =>
  run(['doctor', '--stack', STACK, '--endpoint-url', world.lambda.endpoint, '--region', REGION, ...args], {
    env: { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'none' },
  });

const KEPT = ['lake bucket', 'lake.json', 'state reads', 'state writes'];
const TEXTS = [`query texts of ${ACCOUNT}`, `query texts of ${MEMBER}`];
const TRAIL = ['credentials', 'source', 'log file', ...KEPT, ...TEXTS];
const CATALOG = [
  ...[
    'database',
    'table athena_events',
    'table cloudtrail_events',
    'table athena_query_details',
    'partitions',
  ],
  ...VIEW_NAMES.map((view) => `view ${view}`),
];
const of = (name: string, checks: readonly string[]) => checks.map((check) => `${name}: ${check}`);
const ALL = [
  ...['credentials', 'stack', 'deployment'],
  ...['function backfill', 'function ingest', 'function maintain', 'function resolve', 'feed'],
  ...['dead letters', 'backlog', 'log files arrive', 'alarms'],
  ...[...of('backfill', TRAIL), ...of('ingest', TRAIL)],
  ...of('maintain', ['credentials', ...KEPT, ...CATALOG, 'athena']),
  ...of('resolve', ['credentials', ...KEPT, ...TEXTS]),
  ...['workgroup', 'athena'],
];

describe('a healthy stack', () => {
  test('is found so, check by check, and nothing is left behind', async () => {
    const before = world.snapshot();
    const findings = await examine();
    expect(findings.filter(({ result }) => result !== 'ok')).toEqual([]);
    expect(findings.map(({ name }) => name)).toEqual(ALL);
    expect(world.snapshot()).toEqual(before);
  });

  test('ends the command with 0, a line a check, or one object', async () => {
    const { code, out, err } = await cli();
    expect(err).toBe('');
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(ALL.length + 2);
    expect(lines.every((line) => line.startsWith('ok    '))).toBe(true);
    expect(out).toMatch(/^ok {4}ingest: log file +read AWSLogs\/.*\(\d+ bytes\)$/m);
    const told = JSON.parse((await cli('--output', 'json')).out);
    expect(told).toMatchObject({ schema_version: 1, stack: STACK });
    expect(told.checks.map(({ name }: Finding) => name)).toEqual(['node', 'endpoint', ...ALL]);
  });

  test('shows the ingest a log file that the backfill has found, and tells nothing of what it says', async () => {
    const findings = await examine();
    const [read, same] = ['backfill: log file', 'ingest: log file'].map(
      (name) => named(findings, name)?.text,
    );
    expect(read).toMatch(/^read AWSLogs\S+ \(\d+ bytes\)$/);
    expect(same).toBe(read);
  });

  test('may be without a log file: then only what is missing is read', async () => {
    for (const key of world.aws.s3.objects(SOURCE).keys()) world.aws.s3.remove(SOURCE, key);
    const findings = await examine();
    expect(failures(findings)).toEqual([]);
    expect(findings.filter(({ result }) => result === 'skip').map(({ name, text }) => [name, text])).toEqual([
      ['backfill: log file', expect.stringContaining('no log file outside of archives among the 0 objects')],
      ['ingest: log file', 'no log file is known: whether one can be decrypted was not tried'],
    ]);
  });

  test('may be new, and told of nothing yet', async () => {
    world.aws.cloudformation.createStack(STACK, {
      ...world.aws.cloudformation.stack(STACK),
      madeAt: world.aws.now() - 12 * MINUTE,
    });
    world.aws.cloudwatch.clear();
    for (const end of ['SilentTrail', 'SilentMaintenance', 'SilentResolver'])
      world.aws.cloudwatch.setAlarm(world.alarm(end), 'x', 'ALARM');
    const findings = await examine();
    expect(failures(findings)).toEqual([]);
    expect(named(findings, 'log files arrive')?.text).toContain('12 minutes old');
    expect(named(findings, 'alarms')?.text).toContain('only what rings until it hears something');
    world.aws.cloudwatch.setAlarm(world.alarm('DeadLetters'), 'dead letters', 'ALARM');
    expect((await theFailure()).text).toBe('1 of 17 ring: dead letters');
  });
});

describe('of a stack with alerts', () => {
  const OF_ALERTS = ['alert: credentials', 'alert: athena', 'alert: question', 'alert: topic'];
  const ofAlerts = (findings: readonly Finding[]) =>
    findings.filter(({ name }) => name.startsWith('alert: '));

  test('their function asks, reads the answer, and sends one message that says why', async () => {
    await world.addAlerts();
    const before = world.snapshot();
    const findings = await examine();
    expect(findings.filter(({ result }) => result !== 'ok')).toEqual([]);
    const names = findings.map(({ name }) => name);
    expect(names.filter((name) => !ALL.includes(name))).toEqual(['function alert', ...OF_ALERTS]);
    expect(world.aws.sns.messages(ALERT_TOPIC)).toEqual([
      { subject: 'audit-lake: a test of alerts', text: expect.stringContaining('there is nothing to do') },
    ]);
    expect(world.snapshot()).toEqual(before);
  });

  test.each([
    ['StartQueryExecution', 'athena', 'athena:StartQueryExecution'],
    ['GetQueryResults', 'athena', 'athena:GetQueryResults'],
    ['Publish', 'topic', 'sns:Publish'],
  ])(
    'it is told that %s is refused to it, with the statement that allows it',
    async (operation, check, action) => {
      await world.addAlerts();
      plant('alert', operation, denied);
      const { name, code, allow } = await theFailure();
      expect([name, code, allow?.actions]).toEqual([`alert: ${check}`, 'AWS_DENIED', [action]]);
      const { out } = await cli();
      expect(out).toContain(`"Action":["${action}"]`);
    },
  );

  test('it is told what reads tables, and whose key the topic has', async () => {
    await world.addAlerts();
    world.aws.athena.answer = (sql) => {
      if (sql.includes('athena_audit_logs')) throw new Error('Access denied when reading s3://x');
      return { columns: [{ name: 'n', type: 'integer' }], rows: [['1']] };
    };
    const [question] = failures(ofAlerts(await examine()));
    expect(question).toMatchObject({ name: 'alert: question', code: 'AWS_DENIED' });
    expect(question?.allow?.actions).toContain('glue:GetTable');
    const key = 'arn:aws:kms:us-east-1:111122223333:key/0f0f0f0f-0000-4000-8000-000000000000';
    const message = `User: x is not authorized to perform: kms:GenerateDataKey on resource: ${key}`;
    plant('alert', 'Publish', new AwsError('KMSAccessDeniedException', message));
    const topic = failures(ofAlerts(await examine())).find(({ name }) => name === 'alert: topic');
    expect(topic).toMatchObject({ allow: { actions: ['kms:GenerateDataKey'], resources: [key] } });
  });

  test('it is told that its topic is gone', async () => {
    await world.addAlerts();
    plant('alert', 'Publish', new AwsError('NotFoundException', 'Topic does not exist', { status: 404 }));
    expect((await theFailure()).text).toContain(
      `sns:Publish on ${ALERT_TOPIC}: NotFoundException (HTTP 404)`,
    );
  });
});

describe('of a stack that is not well', () => {
  test('it is told that an update was rolled back, and what stands is looked at all the same', async () => {
    const { cloudformation } = world.aws;
    cloudformation.stack(STACK).status = 'UPDATE_ROLLBACK_COMPLETE';
    const findings = await examine();
    expect(failures(findings)).toMatchObject([{ name: 'deployment', code: 'STACK_FAULT' }]);
    expect(named(findings, 'deployment')?.text).toContain('AuditLake is UPDATE_ROLLBACK_COMPLETE: ');
    expect(findings.map(({ name }) => name)).toEqual(ALL);
    expect(findings.filter(({ result }) => result === 'skip')).toEqual([]);
    const { code, out } = await cli();
    expect(code).toBe(1);
    expect(out).toMatch(/^fail {2}deployment /m);
  });

  test('it is told that its first deployment failed, and nothing of it is asked', async () => {
    const stack = world.aws.cloudformation.stack(STACK);
    stack.status = 'ROLLBACK_COMPLETE';
    stack.resources = stack.resources.map((it) => ({ ...it, ResourceStatus: 'DELETE_COMPLETE' }));
    const findings = await examine();
    expect(failures(findings).map(({ name }) => name)).toEqual(['stack', 'deployment']);
    expect(named(findings, 'deployment')?.text).toContain('AuditLake is ROLLBACK_COMPLETE: ');
    expect(named(findings, 'function ingest')).toMatchObject({ result: 'skip', text: 'needs stack' });
    expect(named(findings, 'ingest')).toMatchObject({ result: 'skip', text: 'needs function ingest' });
    expect(named(findings, 'workgroup')).toMatchObject({ result: 'skip', text: 'needs stack' });
    expect(world.aws.count('Invoke')).toBe(0);
  });

  test('it is told that it is still at work', async () => {
    world.aws.cloudformation.stack(STACK).status = 'UPDATE_IN_PROGRESS';
    expect((await theFailure()).text).toContain('look again when that has ended');
  });

  test('it is told that it was never made', async () => {
    world.aws.cloudformation.stack(STACK).status = 'REVIEW_IN_PROGRESS';
    expect((await theFailure()).text).toContain('execute its change set');
  });

  test.each([
    ['another name', { stack: 'AuditLakes' }, 'there is no stack AuditLakes in us-east-1: '],
    ['the wrong Region', { region: 'eu-west-1' }, 'there is no stack AuditLake in eu-west-1: '],
  ])('%s is told as such', async (_, over, text) => {
    world.aws.cloudformation.region = REGION;
    expect(await theFailure(over)).toMatchObject({ name: 'stack', text: expect.stringContaining(text) });
  });

  test('one of somebody else is told by what it has not', async () => {
    const { cloudformation } = world.aws;
    const resources = cloudformation
      .stack(STACK)
      .resources.filter(({ ResourceType }) => !/Lambda/.test(ResourceType));
    cloudformation.stack(STACK).resources = resources;
    const { name, text } = await theFailure();
    expect(name).toBe('stack');
    expect(text).toContain('has not the backfill function, the ingest function, ');
    expect(text).toContain('the event source mapping: it is no stack of audit-lake');
  });

  test.each([
    [{ State: 'Inactive', StateReason: 'idle' }, 'is Inactive: idle'],
    [{ State: 'Failed', StateReason: 'the key was deleted' }, 'is Failed: the key was deleted'],
    [{ LastUpdateStatus: 'Failed', LastUpdateStatusReason: 'no such key' }, 'is Failed: no such key'],
  ])('a function is told that is %j', async (shown, text) => {
    world.aws.lambda.show(world.functionOf('resolve'), shown);
    const findings = await examine();
    expect(failures(findings).map(({ name }) => name)).toEqual(['function resolve']);
    expect(named(findings, 'function resolve')?.text).toContain(text);
    expect(named(findings, 'resolve')).toMatchObject({ result: 'skip', text: 'needs function resolve' });
  });

  test('an event source mapping that is off', async () => {
    world.aws.lambda.setMapping(world.feed, 'Disabled');
    expect(await theFailure()).toMatchObject({
      name: 'feed',
      text: expect.stringContaining('is Disabled: nothing is taken from the queue'),
    });
  });

  test('dead letters, with the heading of the runbook', async () => {
    world.aws.sqs.put(world.deadLetters, 'one', 'two');
    expect(await theFailure()).toMatchObject({
      name: 'dead letters',
      text: '2 messages were given up: infra/RUNBOOK.md#dead-letters',
    });
    expect((await cli()).code).toBe(1);
  });

  test('messages that wait too long', async () => {
    const at = world.aws.now() - 5 * MINUTE;
    world.aws.cloudwatch.put(world.queue, 'ApproximateAgeOfOldestMessage', { at, value: 3_601 });
    expect(await theFailure()).toMatchObject({
      name: 'backlog',
      text: 'the oldest message waits 3601 s: infra/RUNBOOK.md#log-files-wait-too-long',
    });
  });

  test.each([
    ['a queue that nobody tells of log files', 0, 'and nobody told the queue of any'],
    [
      'a queue that is told only of digests and of what AWS Config delivers',
      51,
      'of 51 messages to the queue',
    ],
  ])('%s', async (_, messages, heard) => {
    const now = world.aws.now();
    world.aws.cloudwatch.clear();
    world.aws.cloudwatch.put(world.queue, 'NumberOfMessagesSent', { at: now - MINUTE, value: messages });
    const value = { at: now - 3 * HOUR - MINUTE, value: 7 };
    world.aws.cloudwatch.putOfLake('audit_lake', 'FilesIngested', value);
    expect(await theFailure()).toMatchObject({
      name: 'log files arrive',
      text: `no log file came in for 3 hours, ${heard}: infra/RUNBOOK.md#log-files-stopped-coming`,
    });
  });

  test('an alarm that hears nothing, on a stack that is not new', async () => {
    world.aws.cloudwatch.setAlarm(world.alarm('SilentTrail'), 'silent', 'ALARM');
    expect((await theFailure()).text).toBe('1 of 17 ring: silent');
  });

  test('alarms that ring, each with its heading of the runbook', async () => {
    const { cloudwatch } = world.aws;
    const ringing = { StuckBundles: 'bundles-stuck', FailedFiles: 'log-files-failed' };
    for (const [end, title] of Object.entries(ringing))
      cloudwatch.setAlarm(world.alarm(end), `audit-lake: x. What to do: infra/RUNBOOK.md#${title}`, 'ALARM');
    cloudwatch.setAlarm('OfSomebodyElse', 'x', 'ALARM');
    const { name, text } = await theFailure();
    expect(name).toBe('alarms');
    expect(text).toMatch(/^2 of 17 ring: .*#log-files-failed; .*#bundles-stuck$/);
  });
});

describe('what a function finds under its own role is told with its name', () => {
  test.each([
    ['ingest', 'PutObject', 'ingest: lake bucket', 's3:PutObject', [`arn:aws:s3:::${LAKE}/audit/*`]],
    [
      'resolve',
      'GetItem',
      'resolve: state reads',
      'dynamodb:GetItem',
      [`arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${STATE}`],
    ],
    [
      'maintain',
      'UpdateItem',
      'maintain: state writes',
      'dynamodb:UpdateItem',
      [`arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${STATE}`],
    ],
    [
      'maintain',
      'StartQueryExecution',
      'maintain: athena',
      'athena:StartQueryExecution',
      [`arn:aws:athena:${REGION}:${ACCOUNT}:workgroup/audit_lake`],
    ],
  ] as const)('%s: %s is denied', async (who, operation, name, action, resources) => {
    const fault = plant(who, operation, denied);
    const found = await theFailure();
    expect(fault.met).toBeGreaterThan(0);
    expect(found).toMatchObject({ name, code: 'AWS_DENIED', allow: { actions: [action], resources } });
    expect((await cli()).code).toBe(4);
  });

  test('backfill may not list the trail', async () => {
    const isTrail = ({ operation, input }: AwsCall) =>
      world.by('backfill') && operation === 'ListObjectsV2' && input['Bucket'] === SOURCE;
    world.aws.fail(isTrail, denied, { times: Infinity });
    const findings = await examine();
    expect(failures(findings)).toMatchObject([
      {
        name: 'backfill: source',
        allow: { actions: ['s3:ListBucket'], resources: [`arn:aws:s3:::${SOURCE}`] },
      },
    ]);
    expect(named(findings, 'ingest: log file')).toMatchObject({ result: 'skip' });
  });

  test('the key of the lake, which S3 asks in its name', async () => {
    const key = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
    const message = `User: x is not authorized to perform: kms:GenerateDataKey on resource: ${key} because no`;
    plant('ingest', 'PutObject', new AwsError('AccessDenied', message, { status: 403 }));
    expect(await theFailure()).toMatchObject({
      name: 'ingest: lake bucket',
      text: `kms:GenerateDataKey denied on ${key}`,
      allow: { actions: ['kms:GenerateDataKey'], resources: [key] },
    });
  });

  test('the key of the trail: only a log file shows it', async () => {
    const key = `arn:aws:kms:${REGION}:${ACCOUNT}:key/0f0f0f0f-12ab-34cd-56ef-1234567890ab`;
    const message = `User: x is not authorized to perform: kms:Decrypt on resource: ${key} because no`;
    const isLogFile = ({ operation, input }: AwsCall) =>
      world.by('ingest') && operation === 'GetObject' && String(input['Key']).endsWith('.gz');
    world.aws.fail(isLogFile, new AwsError('AccessDenied', message, { status: 403 }), { times: Infinity });
    expect(await theFailure()).toMatchObject({
      name: 'ingest: log file',
      text: `kms:Decrypt denied on ${key}`,
    });
  });

  test('a trail whose missing objects are called denied', async () => {
    const isMissing = ({ operation, input }: AwsCall) =>
      world.by('ingest') && operation === 'GetObject' && input['Key'] === 'AWSLogs/audit-lake-doctor';
    world.aws.fail(isMissing, denied, { times: Infinity });
    expect(await theFailure()).toMatchObject({
      name: 'ingest: source',
      text: `s3:GetObject or s3:ListBucket denied on s3://${SOURCE}/AWSLogs/`,
      allow: { actions: ['s3:GetObject', 's3:ListBucket'] },
    });
  });

  test('T11: the role of an account whose Athena is asked', async () => {
    world.aws.sts.deny(MEMBER_ROLE);
    const found = failures(await examine());
    expect(found.map(({ name }) => name)).toEqual(
      ['backfill', 'ingest', 'resolve'].map((who) => `${who}: query texts of ${MEMBER}`),
    );
    expect(found[0]?.allow).toEqual({ actions: ['sts:AssumeRole'], resources: [MEMBER_ROLE] });
  });

  test('a view that is missing', async () => {
    world.aws.glue.dropTable('audit_lake', 'athena_audit_logs');
    const { name, text } = await theFailure();
    expect(name).toBe('maintain: view athena_audit_logs');
    expect(text).toContain('view audit_lake.athena_audit_logs is missing');
  });

  test('time that runs short: what was not tried is not taken for tried', async () => {
    const name = world.functionOf('resolve');
    const left = (() => {
      let rest = 60_000;
      return () => (rest -= 10_000);
    })();
    const context = { awsRequestId: 'r', getRemainingTimeInMillis: left };
    world.aws.lambda.setFunction(name, (event) => world.lambda.resolve(event, context));
    const { name: where, text } = await theFailure();
    expect([where, text]).toEqual(['resolve: time', expect.stringContaining('longer timeout')]);
  });
});

describe('a function that cannot tell', () => {
  test('because its settings are wrong', async () => {
    await world.lambda.coldStart({ AUDIT_LAKE_QUERY_TEXT: 'sometimes' });
    const found = failures(await examine());
    expect(found.map(({ name, code }) => [name, code])).toEqual(
      ['backfill', 'ingest', 'maintain', 'resolve'].map((name) => [name, 'STACK_FAULT']),
    );
    expect(found[0]?.text).toMatch(/ failed: .*AUDIT_LAKE_QUERY_TEXT.*; its log says more$/);
  });

  test('because its time is over', async () => {
    const late = Object.assign(new Error('Task timed out after 300.00 seconds'), {
      name: 'Sandbox.Timedout',
    });
    world.aws.lambda.setFunction(world.functionOf('maintain'), () => Promise.reject(late));
    const { name, text } = await theFailure();
    expect(name).toBe('maintain');
    expect(text).toContain('failed: Sandbox.Timedout: Task timed out after 300.00 seconds');
  });

  test('because it is of a version that knows no checks', async () => {
    world.aws.lambda.setFunction(world.functionOf('maintain'), async () => ({ PartitionsIssued: 0 }));
    expect(await theFailure()).toMatchObject({
      name: 'maintain',
      text: expect.stringContaining('knows no checks: it is of another version: deploy this one'),
    });
  });

  test('because nobody may call it: the statement that lets us', async () => {
    plant('person', 'Invoke', denied);
    const found = failures(await examine());
    expect(found.map(({ name }) => name)).toEqual(['backfill', 'ingest', 'maintain', 'resolve']);
    const { code, out } = await cli();
    expect(code).toBe(4);
    const Resource = [`arn:aws:lambda:${REGION}:${ACCOUNT}:function:${world.functionOf('ingest')}`];
    const statement = { Effect: 'Allow', Action: ['lambda:InvokeFunction'], Resource };
    expect(out).toContain(`      add: ${JSON.stringify(statement)}`);
  });
});

describe('who asks', () => {
  test.each([
    ['DescribeStacks', 'stack', 'cloudformation:DescribeStacks'],
    ['ListStackResources', 'stack', 'cloudformation:ListStackResources'],
    ['GetEventSourceMapping', 'feed', 'lambda:GetEventSourceMapping'],
    ['DescribeAlarms', 'alarms', 'cloudwatch:DescribeAlarms'],
    ['GetQueryResults', 'athena', 'athena:GetQueryResults'],
  ])('is told where %s is denied', async (operation, name, action) => {
    plant('person', operation, denied);
    const found = await theFailure();
    expect(found).toMatchObject({ name, code: 'AWS_DENIED', allow: { actions: [action] } });
    expect(found.allow?.resources.length).toBeGreaterThan(0);
  });

  test.each([
    [
      'GetFunctionConfiguration',
      ['backfill', 'ingest', 'maintain', 'resolve'].map((name) => `function ${name}`),
    ],
    ['GetQueueAttributes', ['dead letters', 'backlog']],
    ['GetMetricData', ['backlog', 'log files arrive']],
    ['GetCallerIdentity', ['credentials']],
  ])('is told all that stands behind %s', async (operation, names) => {
    plant('person', operation, denied);
    expect(failures(await examine()).map(({ name }) => name)).toEqual(names);
  });

  test.each([
    [['--lake', 's3://amzn-s3-demo-lake/audit'], '--lake'],
    [['--work-group', 'primary'], '--work-group'],
    [['--query-account', 'self'], '--query-account'],
    [['--source-owner', ACCOUNT], '--source-owner'],
    [[`s3://${SOURCE}/AWSLogs`], `leave out s3://${SOURCE}/AWSLogs`],
  ])('may name nothing that the stack knows: %j ends with 2', async (args, told) => {
    const { code, err } = await cli(...args);
    expect(code).toBe(2);
    expect(err).toContain(told);
    expect(world.aws.count('DescribeStacks')).toBe(0);
  });
});

describe('the event of a check', () => {
  test.each(['ingest', 'backfill'] as const)('cannot make %s read outside of its sources', async (name) => {
    const event = { task: 'check', logFile: `s3://${LAKE}/audit/_meta/lake.json` };
    world.aws.calls.length = 0;
    await expect(world.lambda[name](event)).rejects.toThrow('outside of AUDIT_LAKE_SOURCES');
    await expect(world.lambda[name]({ task: 'check', logFile: 7 })).rejects.toThrow(
      'outside of AUDIT_LAKE_SOURCES',
    );
    expect(world.aws.calls).toEqual([]);
  });

  test('is not taken for a notification', async () => {
    await expect(world.lambda.ingest({ task: 'checks' })).rejects.toThrow();
    expect(await world.lambda.ingest({ task: 'check' })).toMatchObject({ checks: expect.any(Array) });
  });
});

describe('the documentation', () => {
  test.each(['infra/README.md', 'infra/RUNBOOK.md'])(
    '%s has the command, and it runs as it stands there',
    async (path) => {
      const lines = shellLines(textOf(path)).filter((line) => line.includes('doctor --stack'));
      expect(lines).toHaveLength(1);
      for (const line of lines) {
        const [, ...args] = line
          .replace(/\s*#.*/, '')
          .split(' ')
          .slice(1);
        const env = { AWS_ENDPOINT_URL: world.lambda.endpoint, AWS_REGION: REGION };
        expect(await run(args, { env })).toMatchObject({ code: 0, err: '' });
      }
    },
  );

  test('names each permission that whoever asks needs', async () => {
    const { out } = await run(['doctor', '--help']);
    world.aws.calls.length = 0;
    await examine();
    const services = ['cloudformation', 'lambda', 'sqs', 'cloudwatch'];
    const own = world.aws.calls.filter(({ service }) => services.includes(service));
    const asked = own.map(
      ({ service, operation }) => `${service}:${operation === 'Invoke' ? 'InvokeFunction' : operation}`,
    );
    for (const action of new Set(asked)) expect(out).toContain(action);
  });
});
