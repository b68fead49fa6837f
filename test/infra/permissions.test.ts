import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, test } from 'vitest';
import { AuditLake } from '../../infra/audit-lake.js';
import type { AuditLakeStackProps } from '../../infra/audit-lake-stack.js';
import { lint } from './support/iam-lint.ts';
import { isAllowed, rolePolicies, type Statement } from './support/policies.ts';
import { ACCOUNT, ofType, type Resolved, resolved } from './support/resolved.ts';
import { newApp, stackWith, TRAIL, templateWith } from './support/synthesized.ts';

const TOPIC = `arn:aws:sns:eu-central-1:444455556666:cloudtrail`;
const KEY = `arn:aws:kms:eu-central-1:${ACCOUNT}:key/0f0f0f0f-0000-4000-8000-000000000000`;
const ALERTS = [{ question: 'new-activity', every: 'day' }] as const;
const ALERT_TOPIC = `arn:aws:sns:eu-central-1:${ACCOUNT}:found`;
const with_ = (props: Partial<AuditLakeStackProps> = {}) => resolved(templateWith(props).toJSON());

const usual = with_();
const may = (name: string, all = usual): readonly Statement[] => {
  const found = [...rolePolicies(all)].find(([role]) => role.startsWith(`AuditLake${name}Role`));
  if (!found) throw new Error(`no role ${name}`);
  return found[1];
};
const actionsOf = (name: string) => new Set(may(name).flatMap(({ actions }) => actions));
const lakeBucket = [...usual.keys()].find((id) => id.startsWith('AuditLakeLakeBucket'))?.toLowerCase() ?? '';
const inLake = (path: string) => `arn:aws:s3:::${lakeBucket}/audit/${path}`;
const inTrail = (path: string) => `arn:aws:s3:::${TRAIL}/${path}`;
const NAMES = ['Ingest', 'Maintain', 'Resolve', 'Backfill'] as const;

describe('T12, T13: policies', () => {
  const everything: readonly (readonly [string, Partial<AuditLakeStackProps>])[] = [
    ['as they are by default', {}],
    ['with EventBridge', { trigger: 'event-bridge' }],
    ['with a topic of another account', { trigger: { topic: TOPIC } }],
    ['with a topic of another Region', { trigger: { topic: TOPIC.replace('eu-central-1', 'us-east-1') } }],
    [
      'with somebody else, and both datasets',
      { trigger: 'somebody-else', datasets: ['athena_events', 'cloudtrail_events'] },
    ],
    ['with keys', { trailKey: KEY, encryptionKey: KEY }],
    ['with alerts', { alerts: ALERTS }],
    ['with alerts, a key and a topic', { alerts: ALERTS, encryptionKey: KEY, alertTopic: ALERT_TOPIC }],
    ['with a raw table', { rawTable: 'cloudtrail_logs', rawPrefix: 'AWSLogs/o-exampleorgid/' }],
    ['with accounts one by one', { queryAccounts: ['self', '444455556666'], queryExternalId: 'lake-1' }],
    ['with an organization', { queryAccounts: ['self', '444455556666'], organizationId: 'o-exampleorgid' }],
  ];
  test.each(everything)('are as narrow as can be: %s', (_, props) => {
    expect(lint(with_(props))).toEqual([]);
  });

  test('are as narrow with a key, a bucket and a table that somebody brings along', () => {
    const stack = new Stack(newApp(), 'Another');
    new AuditLake(stack, 'AuditLake', {
      trailBucket: Bucket.fromBucketName(stack, 'Trail', TRAIL),
      lakeBucket: Bucket.fromBucketName(stack, 'Lake', 'amzn-s3-demo-lake'),
      stateTable: Table.fromTableName(stack, 'State', 'audit-lake-state'),
      encryptionKey: new Key(stack, 'Key'),
      trigger: { by: 'topic', topic: new Topic(stack, 'Told', { enforceSSL: true }) },
      alarmTopic: new Topic(stack, 'OnCall'),
      code: Code.fromInline('// no handler'),
    });
    const all = resolved(Template.fromStack(stack).toJSON());
    expect([...all.values()].map(({ type }) => type)).toContain('AWS::KMS::Key');
    expect(lint(all)).toEqual([]);
  });

  const to = (service: string) => ({ Service: `${service}.amazonaws.com` });
  const inTable = { Action: 's3:GetObject', Resource: 'arn:aws:s3:::a/b' };
  const toQueue = { Action: 'sqs:SendMessage', Resource: 'arn:aws:sqs:eu-central-1:111122223333:q' };
  const fromBucket = { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::a' } };
  const planted: readonly (readonly [string, string, string, object])[] = [
    ['an action with a wildcard', 'AWS::IAM::Policy', 'PolicyDocument', { ...inTable, Action: 's3:Get*' }],
    ['every resource', 'AWS::IAM::Policy', 'PolicyDocument', { ...inTable, Resource: '*' }],
    [
      'all but one action',
      'AWS::IAM::Policy',
      'PolicyDocument',
      { NotAction: 'iam:PassRole', Resource: 'arn:a' },
    ],
    [
      'a wildcard in a managed policy',
      'AWS::IAM::ManagedPolicy',
      'PolicyDocument',
      { ...inTable, Action: '*' },
    ],
    ['anybody', 'AWS::SQS::QueuePolicy', 'PolicyDocument', { ...toQueue, Principal: '*' }],
    ['anybody of AWS', 'AWS::S3::BucketPolicy', 'PolicyDocument', { ...inTable, Principal: { AWS: '*' } }],
    [
      'a service without its account',
      'AWS::SQS::QueuePolicy',
      'PolicyDocument',
      { ...toQueue, Principal: to('s3'), Condition: fromBucket },
    ],
    [
      'a service without its source',
      'AWS::SNS::TopicPolicy',
      'PolicyDocument',
      { Action: 'sns:Publish', Resource: 'arn:t', Principal: to('cloudtrail') },
    ],
    [
      'a key that another account may do anything with',
      'AWS::KMS::Key',
      'KeyPolicy',
      { Action: 'kms:*', Resource: '*', Principal: { AWS: 'arn:aws:iam::444455556666:root' } },
    ],
    [
      'trust in another service',
      'AWS::IAM::Role',
      'AssumeRolePolicyDocument',
      { Action: 'sts:AssumeRole', Principal: to('states') },
    ],
    ['a policy where nobody would look for one', 'AWS::Logs::ResourcePolicy', 'PolicyDocument', inTable],
  ];
  test.each(planted)('are seen to hold %s', (_, type, property, statement) => {
    const properties = { [property]: { Statement: [{ Effect: 'Allow', ...statement }] } };
    const all = new Map<string, Resolved>([['Planted', { type, properties }]]);
    expect(lint(all)).toHaveLength(1);
  });

  test.each([
    ['of a role itself', { Policies: [{ PolicyName: 'a', PolicyDocument: { Statement: [wide()] } }] }],
    ['of AWS', { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }],
  ])('are seen to be too wide in a policy %s', (_, properties) => {
    const all = new Map<string, Resolved>([['Planted', { type: 'AWS::IAM::Role', properties }]]);
    expect(lint(all)).toHaveLength(1);
  });

  test('are seen to let a function be called without its source', () => {
    const properties = { SourceArn: 'arn:aws:s3:::a' };
    const all = new Map<string, Resolved>([['Called', { type: 'AWS::Lambda::Permission', properties }]]);
    expect(lint(all)).toHaveLength(1);
  });
});

function wide() {
  return { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::a/b' };
}

describe('T13: the ingest role', () => {
  const role = may('Ingest');
  const get = (resource: string) => isAllowed(role, { action: 's3:GetObject', resource });

  test('reads log files, lake.json and the stage, and no data file, plan or result', () => {
    expect(get(inTrail('AWSLogs/111122223333/CloudTrail/x.json.gz'))).toBe(true);
    expect(get(inTrail('elsewhere/x.json.gz'))).toBe(false);
    expect(get(inLake('_meta/lake.json'))).toBe(true);
    expect(get(inLake('_meta/stage/abc'))).toBe(true);
    for (const path of [
      'athena_events/g=0000/x.parquet',
      '_meta/plans/x.jsonl',
      '_meta/results/queries/x.csv',
    ])
      expect(get(inLake(path)), path).toBe(false);
  });

  test('writes the lake and never the trail', () => {
    const put = (resource: string) => isAllowed(role, { action: 's3:PutObject', resource });
    for (const path of ['athena_events/x', 'cloudtrail_events/x', '_meta/stage/x', '_meta/lake.json'])
      expect(put(inLake(path)), path).toBe(true);
    expect(put(inLake('_meta/results/queries/x'))).toBe(false);
    expect(put(inTrail('AWSLogs/x'))).toBe(false);
  });

  test.each(NAMES)('like %s, lists and deletes only where it must', (name) => {
    const of = may(name);
    const remove = (resource: string) => isAllowed(of, { action: 's3:DeleteObject', resource });
    expect(remove(inLake('_meta/stage/x'))).toBe(true);
    expect(remove(inLake('athena_events/g=0000/x.parquet'))).toBe(false);
    expect(remove(inTrail('AWSLogs/x'))).toBe(false);
    const list = (bucket: string, prefix: string) =>
      isAllowed(of, {
        action: 's3:ListBucket',
        resource: `arn:aws:s3:::${bucket}`,
        context: { 's3:prefix': prefix },
      });
    expect(list(lakeBucket, 'audit/_meta/stage/')).toBe(true);
    expect(list(lakeBucket, 'audit/_meta/plans/')).toBe(false);
    expect(list(lakeBucket, 'audit/athena_events/')).toBe(name === 'Maintain');
    expect(list(TRAIL, 'AWSLogs/')).toBe(name === 'Backfill');
  });

  test('is told of a missing object that it is missing, which S3 tells to who may list', () => {
    for (const bucket of [lakeBucket, TRAIL])
      expect(isAllowed(role, { action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` })).toBe(true);
  });
});

describe('T13: no handler', () => {
  test.each(NAMES)('may read results, delete state, or pass roles: %s', (name) => {
    const never =
      /^(athena:GetQueryResults|dynamodb:(Delete\w+|Scan)|iam:\w+|kms:(Create|Put|Schedule)\w+|s3:Put\w+(Policy|Acl))$/;
    expect([...actionsOf(name)].filter((action) => never.test(action))).toEqual([]);
  });

  test('but maintenance, where there is a raw table, may take partitions from the list of open ones', () => {
    const all = with_({ rawTable: 'cloudtrail_logs', rawPrefix: 'AWSLogs/o-exampleorgid/' });
    for (const name of NAMES) {
      const deletes = may(name, all).filter(({ actions }) => actions.includes('dynamodb:DeleteItem'));
      const conditions = {
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['OPEN#cloudtrail_logs'] },
      };
      expect(
        deletes.map((it) => it.conditions),
        name,
      ).toEqual(name === 'Maintain' ? [conditions] : []);
    }
    for (const [id, { Environment }] of ofType(all, 'AWS::Lambda::Function')) {
      if (!/^AuditLake(Ingest|Maintain)/.test(id) || Environment === undefined) continue;
      const Variables = {
        AUDIT_LAKE_RAW_TABLE: 'cloudtrail_logs',
        AUDIT_LAKE_RAW_SOURCE: `s3://${TRAIL}/AWSLogs/o-exampleorgid/`,
      };
      expect(Environment).toMatchObject({ Variables });
    }
    expect(() => with_({ rawPrefix: 'AWSLogs/' })).toThrow('rawPrefix needs rawTable');
    expect(() => with_({ rawTable: 'cloudtrail_logs', trailPrefix: 'logs' })).toThrow('raw_source');
  });

  test('but maintenance may start statements of Athena and change the catalog', () => {
    for (const name of NAMES) {
      const isMaintain = name === 'Maintain';
      expect(actionsOf(name).has('athena:StartQueryExecution'), name).toBe(isMaintain);
      expect(
        [...actionsOf(name)].some((action) => action.startsWith('glue:')),
        name,
      ).toBe(isMaintain);
      expect(actionsOf(name).has('athena:BatchGetQueryExecution'), name).toBe(!isMaintain);
    }
  });
});

describe('T13: the role of alerts', () => {
  const own = with_({ alerts: ALERTS });
  const theirs = with_({ alerts: ALERTS, alertTopic: ALERT_TOPIC });
  const is = (all: ReadonlyMap<string, Resolved>, action: string, resource: string) =>
    isAllowed(may('Alert', all), { action, resource });
  const workGroup = `arn:aws:athena:eu-central-1:${ACCOUNT}:workgroup/audit_lake`;

  test('asks in the workgroup and reads answers, of tables and not of ledger, plans, stage or trail', () => {
    for (const action of ['Start', 'Get', 'Stop'])
      expect(is(own, `athena:${action}QueryExecution`, workGroup)).toBe(true);
    expect(is(own, 'athena:GetQueryResults', workGroup)).toBe(true);
    expect(is(own, 'athena:StartQueryExecution', workGroup.replace('audit_lake', 'primary'))).toBe(false);
    const get = (resource: string) => is(own, 's3:GetObject', resource);
    for (const path of ['athena_events/x', 'athena_query_details/x', '_meta/results/queries/x'])
      expect(get(inLake(path))).toBe(true);
    for (const path of ['_meta/stage/x', '_meta/plans/x', '_meta/lake.json'])
      expect(get(inLake(path))).toBe(false);
    expect(get(inTrail('AWSLogs/x'))).toBe(false);
  });

  test('writes nothing but results, keeps no state, changes no catalog, and tells one topic', () => {
    const actions = may('Alert', own).flatMap((it) => it.actions);
    expect(actions.filter((it) => /dynamodb|sts:|Delete|glue:(Create|Update|Batch?Create)/.test(it))).toEqual(
      [],
    );
    for (const path of ['athena_events/x', '_meta/stage/x', '_meta/lake.json'])
      expect(is(own, 's3:PutObject', inLake(path))).toBe(false);
    const [topic = ''] = [...ofType(own, 'AWS::SNS::Topic').keys()];
    const ofOwn = `arn:aws:sns:eu-central-1:${ACCOUNT}:${topic}`;
    expect([is(own, 'sns:Publish', ofOwn), is(own, 'sns:Publish', ALERT_TOPIC)]).toEqual([true, false]);
    expect([is(theirs, 'sns:Publish', ofOwn), is(theirs, 'sns:Publish', ALERT_TOPIC)]).toEqual([false, true]);
    expect(ofType(theirs, 'AWS::SNS::Topic').size).toBe(0);
    for (const name of NAMES) expect(may(name, own).flatMap((it) => it.actions)).not.toContain('sns:Publish');
  });

  test('T16: its topic takes only TLS, and is encrypted: by the key of the lake, else that of SNS', () => {
    const keyOf = (all: ReadonlyMap<string, Resolved>) =>
      [...ofType(all, 'AWS::SNS::Topic').values()].map((it) => it['KmsMasterKeyId']);
    expect(keyOf(own)).toEqual([`arn:aws:kms:eu-central-1:${ACCOUNT}:alias/aws/sns`]);
    const keyed = with_({ alerts: ALERTS, encryptionKey: KEY });
    expect(keyOf(keyed)).toEqual([KEY]);
    expect([is(keyed, 'kms:GenerateDataKey', KEY), is(keyed, 'kms:Decrypt', KEY)]).toEqual([true, true]);
    const policies = [...ofType(own, 'AWS::SNS::TopicPolicy').values()];
    expect(JSON.stringify(policies)).toContain('aws:SecureTransport');
  });

  test('is one whose calls are our own: an alert does not find the one before', () => {
    for (const [id, { Environment }] of ofType(own, 'AWS::Lambda::Function')) {
      if (!id.startsWith('AuditLake')) continue;
      const { Variables } = Environment as { Variables: Record<string, string> };
      expect(Variables['AUDIT_LAKE_OWN_ROLES'], id).toMatch(/role\/AuditLakeAlertRole/);
      expect('AUDIT_LAKE_ALERT_TOPIC' in Variables).toBe(id.startsWith('AuditLakeAlert'));
    }
  });

  test('is not there where nothing is asked', () => {
    expect([...usual.keys()].filter((id) => /Alert/.test(id))).toEqual([]);
    expect(() => with_({ alertTopic: ALERT_TOPIC })).toThrow('alertTopic needs alerts');
  });
});

describe('T16: with keys', () => {
  const all = with_({ encryptionKey: KEY, trailKey: KEY.replace('0f0f0f0f', '1e1e1e1e') });
  const key = (name: string, action: string, resource: string) =>
    isAllowed(may(name, all), { action, resource });

  test.each(NAMES)(
    '%s writes with the key of the lake, and reads log files with that of the trail if it must',
    (name) => {
      expect(key(name, 'kms:GenerateDataKey', KEY)).toBe(true);
      expect(key(name, 'kms:Decrypt', KEY)).toBe(true);
      const trailKey = KEY.replace('0f0f0f0f', '1e1e1e1e');
      expect(key(name, 'kms:Decrypt', trailKey)).toBe(name === 'Ingest' || name === 'Backfill');
      expect(key(name, 'kms:GenerateDataKey', trailKey)).toBe(false);
      expect([...actionsOf(name)].filter((action) => action.startsWith('kms:'))).toEqual([]);
    },
  );
});

describe('T11: roles of other accounts', () => {
  const assume = (all: ReadonlyMap<string, Resolved>, account: string, organization?: string) =>
    isAllowed(may('Resolve', all), {
      action: 'sts:AssumeRole',
      resource: `arn:aws:iam::${account}:role/audit-lake-query-history`,
      ...(organization && { context: { 'aws:ResourceOrgID': organization } }),
    });

  test('are named one by one', () => {
    const all = with_({ queryAccounts: ['self', '444455556666'] });
    expect(assume(all, '444455556666')).toBe(true);
    expect(assume(all, '123456789012')).toBe(false);
    expect(actionsOf('Resolve').has('sts:AssumeRole')).toBe(false);
  });

  test('or are of the organization, never of a stranger', () => {
    const all = with_({ queryAccounts: ['self', '444455556666'], organizationId: 'o-exampleorgid' });
    expect(assume(all, '444455556666', 'o-exampleorgid')).toBe(true);
    expect(assume(all, '444455556666', 'o-anotherorgid')).toBe(false);
    expect(assume(all, '444455556666')).toBe(false);
  });

  test('of one more account are named after the lake was made', async () => {
    const stack = stackWith({ queryAccounts: ['self', '444455556666'] });
    stack.auditLake.addRoleForAccount('123456789012');
    stack.auditLake.addRoleForAccount('444455556666');
    const all = resolved(Template.fromStack(stack).toJSON());
    expect(lint(all)).toEqual([]);
    for (const account of ['444455556666', '123456789012']) expect(assume(all, account)).toBe(true);
    expect(assume(all, ACCOUNT)).toBe(false);
    for (const [id, { Environment }] of ofType(all, 'AWS::Lambda::Function')) {
      if (!/^AuditLake(Ingest|Resolve|Backfill)/.test(id)) continue;
      const Variables = { AUDIT_LAKE_QUERY_ACCOUNTS: 'self,444455556666,123456789012' };
      expect(Environment).toMatchObject({ Variables });
    }
    expect(() => stack.auditLake.addRoleForAccount('4444')).toThrow(/neither 12 digits nor self/);
  });

  test('of one more account of the organization may be assumed already', () => {
    const stack = stackWith({ organizationId: 'o-exampleorgid' });
    const before = rolePolicies(
      resolved(Template.fromStack(stackWith({ organizationId: 'o-exampleorgid' })).toJSON()),
    );
    stack.auditLake.addRoleForAccount('123456789012');
    expect(rolePolicies(resolved(Template.fromStack(stack).toJSON()))).toEqual(before);
    for (let at = 0; at < 148; at++) stack.auditLake.addRoleForAccount(String(444_400_000_000 + at));
    expect(() => stack.auditLake.addRoleForAccount('111122223333')).toThrow(/more than 150/);
  });

  test('are refused by the construct where they are none, or too many for a policy', () => {
    expect(() => stackWith({ queryAccounts: ['4444'] })).toThrow(/neither 12 digits nor self/);
    const many = Array.from({ length: 51 }, (_, at) => String(444_400_000_000 + at));
    expect(() => stackWith({ queryAccounts: many })).toThrow(/organizationId/);
  });
});

describe('grants', () => {
  const granted = (how: 'grantRead' | 'grantQuery') => {
    const stack = stackWith();
    const people = new Role(stack, 'People', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    stack.auditLake[how](people);
    const all = resolved(Template.fromStack(stack).toJSON());
    expect(lint(all)).toEqual([]);
    return [...rolePolicies(all)].find(([role]) => role.startsWith('People'))?.[1] ?? [];
  };

  test('let people list tables, and not the bucket', () => {
    const of = granted('grantQuery');
    const list = (prefix?: string) =>
      isAllowed(of, {
        action: 's3:ListBucket',
        resource: `arn:aws:s3:::${lakeBucket}`,
        ...(prefix !== undefined && { context: { 's3:prefix': prefix } }),
      });
    expect(list('audit/athena_events/g=0000/')).toBe(true);
    expect(list('audit/_meta/results/queries/')).toBe(true);
    for (const prefix of ['', 'audit/', 'audit/_meta/plans/', 'audit/_meta/results/backfill/'])
      expect(list(prefix), prefix).toBe(false);
    expect(list()).toBe(false);
  });

  test('let people read tables, and neither ledger nor stage', () => {
    const of = granted('grantRead');
    expect(isAllowed(of, { action: 's3:GetObject', resource: inLake('athena_events/x') })).toBe(true);
    expect(isAllowed(of, { action: 's3:GetObject', resource: inLake('_meta/stage/x') })).toBe(false);
    const actions = of.flatMap(({ actions }) => actions);
    expect(actions.filter((action) => /dynamodb|Put|Delete|athena/.test(action))).toEqual([]);
  });

  test('let people ask in the workgroup', () => {
    const of = granted('grantQuery');
    const resource = `arn:aws:athena:eu-central-1:${ACCOUNT}:workgroup/audit_lake`;
    expect(isAllowed(of, { action: 'athena:StartQueryExecution', resource })).toBe(true);
    expect(isAllowed(of, { action: 'athena:GetQueryResults', resource })).toBe(true);
    expect(
      isAllowed(of, {
        action: 'athena:StartQueryExecution',
        resource: resource.replace('audit_lake', 'primary'),
      }),
    ).toBe(false);
    const put = (path: string) => isAllowed(of, { action: 's3:PutObject', resource: inLake(path) });
    expect(put('_meta/results/queries/x')).toBe(true);
    expect(put('_meta/results/x')).toBe(false);
    expect(put('_meta/results/backfill/p/manifest.json')).toBe(false);
    expect(isAllowed(of, { action: 's3:PutObject', resource: inLake('athena_events/x') })).toBe(false);
  });
});
