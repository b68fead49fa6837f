import { GetQueryExecutionCommand } from '@aws-sdk/client-athena';
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
} from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { throttled } from '../support/aws/aws-error.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { FACES, type OpenFace } from '../support/aws/faces.ts';

const HOME = '111122223333';
const MEMBER = '444455556666';
const OTHER = '123456789012';
const HOME_REGION = 'eu-central-1';
const ROLE = `arn:aws:iam::${MEMBER}:role/audit-lake-query-history`;
const START = Date.UTC(2026, 0, 9);

describe.each(FACES)('accounts and Regions in the doubles, $name', ({ open }) => {
  let now = START;
  let world: AwsWorld;
  let face: OpenFace;

  beforeEach(async () => {
    now = START;
    world = new AwsWorld({ now: () => now, account: HOME, region: HOME_REGION });
    face = await open(world);
  });
  afterEach(() => face.close());

  const assume = async (more: Partial<AssumeRoleCommandInput> = {}, clients = face.clients) => {
    const input = { RoleArn: ROLE, RoleSessionName: 'audit-lake', ...more };
    const { Credentials, AssumedRoleUser } = await clients.sts.send(new AssumeRoleCommand(input));
    const keys = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    return { keys, expiration: Credentials?.Expiration, user: AssumedRoleUser };
  };
  const textOf = async (clients = face.clients) => {
    const command = new GetQueryExecutionCommand({ QueryExecutionId: 'q1' });
    return (await clients.athena.send(command)).QueryExecution?.Query;
  };
  const identityOf = (clients = face.clients) => clients.sts.send(new GetCallerIdentityCommand({}));

  test('keep a query history and an event history for each place', async () => {
    for (const [account, region] of [
      ...[
        [HOME, HOME_REGION],
        [HOME, 'us-east-1'],
        [MEMBER, HOME_REGION],
        [MEMBER, 'us-east-1'],
      ],
    ] as const) {
      world.athenaIn(account, region).remember({ id: 'q1', sql: `${account} ${region}`, submittedAt: now });
      const record = { eventName: 'a', eventSource: 'b', eventTime: '2026-01-09T00:00:00Z' };
      world.cloudtrailIn(account, region).record({ ...record, eventID: `${account} ${region}` });
      const place = { region, credentials: world.sts.keysOf(account) };
      const clients = face.clientsAs(place);
      expect(await textOf(clients)).toBe(`${account} ${region}`);
      const { Events } = await clients.cloudtrail.send(new LookupEventsCommand({}));
      expect(Events?.map(({ EventId }) => EventId)).toEqual([`${account} ${region}`]);
      expect(world.calls.slice(-2)).toMatchObject([
        { account, region },
        { account, region },
      ]);
    }
    expect(world.athenaIn(HOME, HOME_REGION)).toBe(world.athena);
    const elsewhere = face.clientsAs({ region: 'eu-west-1', credentials: world.sts.keysOf(OTHER) });
    await expect(textOf(elsewhere)).rejects.toMatchObject({ message: 'QueryExecution q1 was not found' });
  });

  test('ask which Region is home, where it matters, and else see one Athena in all of them', async () => {
    const homeless = new AwsWorld({ now: () => now });
    homeless.athena.remember({ id: 'q1', sql: 'SELECT 1', submittedAt: now });
    const opened = await open(homeless);
    expect(await textOf(opened.clientsAs({ region: 'eu-west-1' }))).toBe('SELECT 1');
    await opened.close();
    expect(() => homeless.athenaIn(HOME, 'eu-west-1')).toThrow(/home Region/);
    homeless.region = 'eu-west-1';
    expect(homeless.athenaIn(HOME, 'eu-west-1')).toBe(homeless.athena);
    expect(homeless.athenaIn(HOME, 'us-east-1')).not.toBe(homeless.athena);
  });

  test('hand out keys of a role, which belong to its account until they expire', async () => {
    world.sts.createRole(ROLE, { externalId: 'x1' });
    world.athenaIn(MEMBER, 'us-east-1').remember({ id: 'q1', sql: 'SELECT 1', submittedAt: now });
    const { keys, expiration, user } = await assume({ ExternalId: 'x1', DurationSeconds: 900 });
    expect(expiration).toEqual(new Date(now + 900_000));
    const arn = `arn:aws:sts::${MEMBER}:assumed-role/audit-lake-query-history/audit-lake`;
    expect(user?.Arn).toBe(arn);
    const clients = face.clientsAs({ region: 'us-east-1', credentials: keys });
    expect(await identityOf(clients)).toMatchObject({ Account: MEMBER, Arn: arn });
    expect((await identityOf()).Account).toBe(HOME);
    now += 899_999;
    expect(await textOf(clients)).toBe('SELECT 1');
    now += 1;
    const late = { name: 'ExpiredTokenException', $metadata: { httpStatusCode: 400 } };
    await expect(textOf(clients)).rejects.toMatchObject(late);
    await expect(clients.cloudtrail.send(new LookupEventsCommand({}))).rejects.toMatchObject(late);
    await expect(identityOf(clients)).rejects.toMatchObject({
      name: 'ExpiredToken',
      $metadata: { httpStatusCode: 403 },
    });
  });

  test('refuse keys of a role without their token, in another partition, and in the lake itself', async () => {
    world.s3.createBucket('amzn-s3-demo-lake');
    world.sts.createRole(ROLE);
    const { keys } = await assume();
    const { accessKeyId } = keys;
    const unknown = { name: 'UnrecognizedClientException', $metadata: { httpStatusCode: 400 } };
    const bare = face.clientsAs({ region: 'us-east-1', credentials: { accessKeyId } });
    await expect(textOf(bare)).rejects.toMatchObject(unknown);
    const china = face.clientsAs({ region: 'cn-north-1', credentials: keys });
    await expect(textOf(china)).rejects.toMatchObject(unknown);
    await expect(textOf(face.clientsAs({ region: 'cn-north-1' }))).rejects.toMatchObject(unknown);
    const list = new ListObjectsV2Command({ Bucket: 'amzn-s3-demo-lake' });
    const { s3 } = face.clientsAs({ credentials: keys });
    await expect(s3.send(list)).rejects.toMatchObject({
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
    await face.clients.s3.send(list);
  });

  test('deny roles that are unknown, denied, of another partition, or asked with a wrong external id', async () => {
    const refused = { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } };
    await expect(assume()).rejects.toMatchObject(refused);
    world.sts.createRole(ROLE, { externalId: 'x1' });
    await expect(assume()).rejects.toMatchObject(refused);
    await expect(assume({ ExternalId: 'x2' })).rejects.toMatchObject(refused);
    const { keys } = await assume({ ExternalId: 'x1' });
    world.sts.deny(ROLE);
    await expect(assume({ ExternalId: 'x1' })).rejects.toMatchObject(refused);
    expect((await identityOf(face.clientsAs({ credentials: keys }))).Account).toBe(MEMBER);
    world.sts.createRole(ROLE);
    await assume({ ExternalId: 'not asked for'.replaceAll(' ', '-') });
    const chinese = ROLE.replace('arn:aws:', 'arn:aws-cn:');
    world.sts.createRole(chinese);
    await expect(assume({ RoleArn: chinese })).rejects.toMatchObject(refused);
    expect(() => world.sts.createRole('audit-lake')).toThrow(/not the ARN of a role/);
  });

  test('assume roles of the partition of their own Region', async () => {
    const china = new AwsWorld({ now: () => now, region: 'cn-north-1' });
    const role = ROLE.replace('arn:aws:', 'arn:aws-cn:');
    china.sts.createRole(role);
    const opened = await open(china);
    const home = opened.clientsAs({ region: 'cn-north-1' });
    const { keys, user } = await assume({ RoleArn: role }, home);
    expect(user?.Arn).toMatch(/^arn:aws-cn:sts::/);
    const there = opened.clientsAs({ region: 'cn-northwest-1', credentials: keys });
    await expect(textOf(there)).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await opened.close();
  });

  test.each<[string, Partial<AssumeRoleCommandInput>]>([
    ['an ARN of something else', { RoleArn: `arn:aws:iam::${MEMBER}:user/jane` }],
    ['an account of eleven digits', { RoleArn: 'arn:aws:iam::44445555666:role/a' }],
    ['a session name of one character', { RoleSessionName: 'a' }],
    ['a session name with a space', { RoleSessionName: 'audit lake' }],
    ['a session name of 65 characters', { RoleSessionName: 'a'.repeat(65) }],
    ['an external id with a space', { ExternalId: 'x 1' }],
    ['899 seconds', { DurationSeconds: 899 }],
    ['43,201 seconds', { DurationSeconds: 43_201 }],
    ['longer than the role allows', { DurationSeconds: 3601 }],
  ])('refuse %s', async (_, input) => {
    world.sts.createRole(ROLE);
    await expect(assume(input)).rejects.toMatchObject({
      name: 'ValidationError',
      $metadata: { httpStatusCode: 400 },
    });
  });

  test('allow what the grammar and the role allow', async () => {
    const role = `arn:aws:iam::${MEMBER}:role/teams/audit/a+b=c,d.e@f-g_h`;
    world.sts.createRole(role, { maxSessionSeconds: 43_200 });
    const RoleSessionName = 'a_1+=,.@-'.padEnd(64, 'x');
    const { expiration, user } = await assume({ RoleArn: role, RoleSessionName, DurationSeconds: 43_200 });
    expect(expiration).toEqual(new Date(now + 43_200_000));
    expect(user?.Arn).toBe(`arn:aws:sts::${MEMBER}:assumed-role/a+b=c,d.e@f-g_h/${RoleSessionName}`);
  });

  test('deny Athena and the event history of one place alone', async () => {
    const credentials = world.sts.keysOf(MEMBER);
    const [here, there] = ['us-east-1', 'eu-west-1'].map((region) => face.clientsAs({ region, credentials }));
    world.athenaIn(MEMBER, 'us-east-1').denied = true;
    world.cloudtrailIn(MEMBER, 'us-east-1').denied = true;
    const refused = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } };
    await expect(textOf(here)).rejects.toMatchObject(refused);
    await expect(here?.cloudtrail.send(new LookupEventsCommand({}))).rejects.toMatchObject(refused);
    await expect(textOf(there)).rejects.toMatchObject({ name: 'InvalidRequestException' });
    expect((await there?.cloudtrail.send(new LookupEventsCommand({})))?.Events).toEqual([]);
  });

  test('let faults meet the calls of one account and Region', async () => {
    for (const region of ['us-east-1', 'eu-west-1'])
      world.athenaIn(MEMBER, region).remember({ id: 'q1', sql: region, submittedAt: now });
    const credentials = world.sts.keysOf(MEMBER);
    const isThere = (call: { account: string; region: string }) =>
      call.account === MEMBER && call.region === 'us-east-1';
    const fault = world.fail(isThere, throttled, { times: Number.POSITIVE_INFINITY });
    await expect(textOf(face.clientsAs({ region: 'us-east-1', credentials }))).rejects.toMatchObject({
      name: 'ThrottlingException',
    });
    const met = fault.met;
    expect(met).toBeGreaterThan(0);
    expect(await textOf(face.clientsAs({ region: 'eu-west-1', credentials }))).toBe('eu-west-1');
    expect(fault.met).toBe(met);
  });

  test('ask a function for keys', async () => {
    world.sts.createRole(ROLE);
    const credentials = async () => (await assume()).keys;
    expect((await identityOf(face.clientsAs({ credentials }))).Account).toBe(MEMBER);
  });
});

test('a client in process has the keys of any account that it names', async () => {
  const world = new AwsWorld({ region: HOME_REGION });
  const { sts } = world.clientsAs({ account: MEMBER, region: 'us-east-1' });
  expect((await sts.send(new GetCallerIdentityCommand({}))).Account).toBe(MEMBER);
});
