import { Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import type { AuditLakeStackProps } from '../../infra/audit-lake-stack.js';
import { lint } from './support/iam-lint.ts';
import { isAllowed, rolePolicies, type Statement } from './support/policies.ts';
import { ACCOUNT, type Resolved, resolved } from './support/resolved.ts';
import { stackWith, TRAIL, templateWith } from './support/synthesized.ts';

const TOPIC = `arn:aws:sns:eu-central-1:444455556666:cloudtrail`;
const KEY = `arn:aws:kms:eu-central-1:${ACCOUNT}:key/0f0f0f0f-0000-4000-8000-000000000000`;
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
    ['with keys', { trailKey: KEY, encryptionKey: KEY }],
    ['with an organization', { queryAccounts: ['self', '444455556666'], organizationId: 'o-exampleorgid' }],
  ];
  test.each(everything)('are as narrow as can be: %s', (_, props) => {
    expect(lint(with_(props))).toEqual([]);
  });

  const planted: readonly (readonly [string, string, object])[] = [
    ['an action with a wildcard', 'AWS::IAM::Policy', { Action: 's3:Get*', Resource: 'arn:aws:s3:::a/b' }],
    ['every resource', 'AWS::IAM::Policy', { Action: 's3:GetObject', Resource: '*' }],
    ['anybody', 'AWS::SQS::QueuePolicy', { Action: 'sqs:SendMessage', Resource: 'arn:q', Principal: '*' }],
    [
      'a service without its account',
      'AWS::SQS::QueuePolicy',
      {
        ...{ Action: 'sqs:SendMessage', Resource: 'arn:q', Principal: { Service: 's3.amazonaws.com' } },
        Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::a' } },
      },
    ],
  ];
  test.each(planted)('are seen to hold %s', (_, type, statement) => {
    const PolicyDocument = { Statement: [{ Effect: 'Allow', ...statement }] };
    const all = new Map<string, Resolved>([['Planted', { type, properties: { PolicyDocument } }]]);
    expect(lint(all)).toHaveLength(1);
  });

  test('are seen to trust another service, or a call without its source', () => {
    const AssumeRolePolicyDocument = {
      Statement: [
        { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'states.amazonaws.com' } },
      ],
    };
    const all = new Map<string, Resolved>([
      ['Planted', { type: 'AWS::IAM::Role', properties: { AssumeRolePolicyDocument } }],
      ['Called', { type: 'AWS::Lambda::Permission', properties: { SourceArn: 'arn:aws:s3:::a' } }],
    ]);
    expect(lint(all)).toHaveLength(2);
  });
});

describe('T13: the ingest role', () => {
  const role = may('Ingest');
  const get = (resource: string) => isAllowed(role, { action: 's3:GetObject', resource });

  test('reads log files, lake.json and the stage, and no data file, plan or result', () => {
    expect(get(inTrail('AWSLogs/111122223333/CloudTrail/x.json.gz'))).toBe(true);
    expect(get(inTrail('elsewhere/x.json.gz'))).toBe(false);
    expect(get(inLake('_meta/lake.json'))).toBe(true);
    expect(get(inLake('_meta/stage/abc'))).toBe(true);
    for (const path of ['athena_events/g=0000/x.parquet', '_meta/plans/x.jsonl', '_meta/results/x.csv'])
      expect(get(inLake(path)), path).toBe(false);
  });

  test('writes the lake and never the trail', () => {
    const put = (resource: string) => isAllowed(role, { action: 's3:PutObject', resource });
    for (const path of ['athena_events/x', 'cloudtrail_events/x', '_meta/stage/x', '_meta/lake.json'])
      expect(put(inLake(path)), path).toBe(true);
    expect(put(inLake('_meta/results/x'))).toBe(false);
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
    expect(isAllowed(of, { action: 's3:PutObject', resource: inLake('_meta/results/x') })).toBe(true);
    expect(isAllowed(of, { action: 's3:PutObject', resource: inLake('athena_events/x') })).toBe(false);
  });
});
