import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { AuditLake } from '../../infra/audit-lake.js';
import { tableInput } from '../../src/adapters/aws/glue-table-input.js';
import { TABLE_NAMES, TABLES } from '../../src/lake/tables.js';
import { ACCOUNT, ofType, resolved, the } from './support/resolved.ts';
import { newApp, templateWith } from './support/synthesized.ts';

const usual = templateWith();
const all = resolved(usual.toJSON());
const KEY = `arn:aws:kms:eu-central-1:${ACCOUNT}:key/0f0f0f0f-0000-4000-8000-000000000000`;
const has = (type: string, properties: object, template: Template = usual) =>
  template.hasResourceProperties(type, Match.objectLike(properties));

describe('the bucket of the lake', () => {
  test('is private, versioned, encrypted by S3, and refuses what is not TLS', () => {
    const yes = true;
    has('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        ...{
          BlockPublicAcls: yes,
          BlockPublicPolicy: yes,
          IgnorePublicAcls: yes,
          RestrictPublicBuckets: yes,
        },
      },
      VersioningConfiguration: { Status: 'Enabled' },
    });
    has('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Action: 's3:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      },
    });
  });

  test('ends what is noncurrent or incomplete, and nothing else', () => {
    const { LifecycleConfiguration } = the(all, 'AWS::S3::Bucket', 'LakeBucket');
    const { Rules } = LifecycleConfiguration as { Rules: Record<string, unknown>[] };
    const known = ['Id', 'Status', 'Prefix', 'AbortIncompleteMultipartUpload', 'NoncurrentVersionExpiration'];
    const odd = Rules.flatMap((rule) => Object.keys(rule)).filter((key) => !known.includes(key));
    expect(odd).toEqual(['ExpiredObjectDeleteMarker']);
    expect(Rules.find(({ Id }) => Id === 'EndStaged')).toMatchObject({ Prefix: 'audit/_meta/stage/' });
  });

  test('moves data files to Glacier Instant Retrieval when asked to, and leaves _meta where it is', () => {
    const archived = resolved(templateWith({ archiveAfterDays: 90 }).toJSON());
    const { LifecycleConfiguration } = the(archived, 'AWS::S3::Bucket', 'LakeBucket');
    const { Rules } = LifecycleConfiguration as { Rules: { Prefix?: string; Transitions?: object[] }[] };
    const moved = Rules.filter(({ Transitions }) => Transitions);
    expect(moved.map(({ Prefix }) => Prefix)).toEqual(TABLE_NAMES.map((name) => `audit/${name}/`));
    for (const { Transitions } of moved)
      expect(Transitions).toEqual([{ StorageClass: 'GLACIER_IR', TransitionInDays: 90 }]);
  });

  test('T16: with a key of its own, it denies every other key and every other encryption', () => {
    const template = templateWith({ encryptionKey: KEY });
    const denied = (key: string, value: string) =>
      Match.objectLike({
        Effect: 'Deny',
        Action: 's3:PutObject',
        Condition: { Null: { [key]: 'false' }, StringNotEquals: { [key]: value } },
      });
    has(
      'AWS::S3::BucketPolicy',
      {
        PolicyDocument: {
          Statement: Match.arrayWith([
            denied('s3:x-amz-server-side-encryption-aws-kms-key-id', KEY),
            denied('s3:x-amz-server-side-encryption', 'aws:kms'),
          ]),
        },
      },
      template,
    );
    has('AWS::DynamoDB::Table', { SSESpecification: { SSEEnabled: true, KMSMasterKeyId: KEY } }, template);
  });
});

describe('the state table', () => {
  test('T22: has point-in-time recovery, protection from deletion, no TTL, and the keys that the lake writes', () => {
    has('AWS::DynamoDB::Table', {
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
      TimeToLiveSpecification: Match.absent(),
    });
  });
});

describe('a lake that is there already', () => {
  test('is taken over: no bucket and no table is made, and the functions know both', () => {
    const stack = new Stack(newApp(), 'Another');
    new AuditLake(stack, 'AuditLake', {
      trailBucket: Bucket.fromBucketName(stack, 'Trail', 'amzn-s3-demo-bucket'),
      lakeBucket: Bucket.fromBucketName(stack, 'Lake', 'amzn-s3-demo-lake'),
      stateTable: Table.fromTableName(stack, 'State', 'audit-lake-state'),
      code: Code.fromInline('// no handler'),
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::S3::Bucket', 0);
    template.resourceCountIs('AWS::DynamoDB::Table', 0);
    const variables = {
      AUDIT_LAKE_LAKE: 's3://amzn-s3-demo-lake/audit',
      AUDIT_LAKE_STATE_TABLE: 'audit-lake-state',
    };
    has('AWS::Lambda::Function', { Environment: { Variables: variables } }, template);
  });

  test('goes with the stack where somebody said so', () => {
    const template = templateWith({ removalPolicy: RemovalPolicy.DESTROY });
    has('AWS::DynamoDB::Table', { DeletionProtectionEnabled: false }, template);
    const gone = ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::Glue::Database', 'AWS::Athena::WorkGroup'];
    for (const type of gone) template.hasResource(type, { DeletionPolicy: 'Delete' });
    // Athena refuses to delete a workgroup that remembers queries.
    has('AWS::Athena::WorkGroup', { RecursiveDeleteOption: true }, template);
  });
});

describe('what people see', () => {
  test.each(TABLE_NAMES)('is the table %s as its writer knows it', (name) => {
    const tables = [...ofType(all, 'AWS::Glue::Table').values()].map(({ TableInput }) => TableInput);
    const lake = `s3://${[...ofType(all, 'AWS::S3::Bucket').keys()][0]?.toLowerCase()}/audit`;
    expect(tables).toContainEqual(tableInput(TABLES[name], lake.replace('s3://', 's3://')));
  });

  test('stays when the stack goes, and goes when the first deployment fails, since its names would bar the next', () => {
    const stays = [
      'AWS::S3::Bucket',
      'AWS::S3::BucketPolicy',
      'AWS::Glue::Database',
      'AWS::Glue::Table',
      'AWS::Athena::WorkGroup',
      'AWS::Logs::LogGroup',
    ];
    for (const type of stays) {
      const resources = Object.entries(usual.findResources(type)).filter(([id]) =>
        id.startsWith('AuditLake'),
      );
      expect(resources.length, type).toBeGreaterThan(0);
      for (const [, resource] of resources) {
        expect(resource, type).toMatchObject({
          DeletionPolicy: 'RetainExceptOnCreate',
          UpdateReplacePolicy: 'Retain',
        });
      }
    }
  });

  test('but the ledger stays in any case: it is protected, and has no name that would bar anything', () => {
    const [ledger] = Object.values(usual.findResources('AWS::DynamoDB::Table'));
    expect(ledger).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    expect(ledger?.['Properties']).not.toHaveProperty('TableName');
  });

  test('is asked in a workgroup that insists on its settings, its limit, and encrypted results in the lake', () => {
    has('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        BytesScannedCutoffPerQuery: 64 * 1024 ** 3,
        ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_S3' } },
      },
    });
    const group = the(all, 'AWS::Athena::WorkGroup', 'WorkGroup');
    expect(JSON.stringify(group)).toMatch(/s3:\/\/auditlakelakebucket\w+\/audit\/_meta\/results\/queries\//);
    has(
      'AWS::Athena::WorkGroup',
      {
        WorkGroupConfiguration: {
          ResultConfiguration: { EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: KEY } },
        },
      },
      templateWith({ encryptionKey: KEY }),
    );
  });
});

describe('the queue', () => {
  test('D11: hides a message for at least six times the time that its function has', () => {
    const { VisibilityTimeout } = the(all, 'AWS::SQS::Queue', 'IngestQueue0');
    const { Timeout } = the(all, 'AWS::Lambda::Function', 'IngestFunction');
    const mapping = [...ofType(all, 'AWS::Lambda::EventSourceMapping').values()][0];
    const window = Number(mapping?.['MaximumBatchingWindowInSeconds']);
    expect(Number(VisibilityTimeout)).toBeGreaterThanOrEqual(6 * Number(Timeout) + window);
  });

  test('has dead letters that outlive it, after five receives (D13)', () => {
    const queue = the(all, 'AWS::SQS::Queue', 'IngestQueue0');
    const dead = the(all, 'AWS::SQS::Queue', 'IngestQueueDeadLetters');
    expect(queue['RedrivePolicy']).toMatchObject({ maxReceiveCount: 5 });
    expect(Number(dead['MessageRetentionPeriod'])).toBeGreaterThan(Number(queue['MessageRetentionPeriod']));
  });

  test('hands single messages back, and lets only so many ingests run', () => {
    has('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 10 },
    });
    const few = templateWith({ maxConcurrency: 2 });
    has('AWS::Lambda::EventSourceMapping', { ScalingConfig: { MaximumConcurrency: 2 } }, few);
  });
});

describe('the functions', () => {
  const functions = ofType(all, 'AWS::Lambda::Function');
  const ours = [...functions].filter(([id]) => id.startsWith('AuditLake'));

  test('run on nodejs24.x and arm64, with source maps on', () => {
    expect(ours).toHaveLength(4);
    for (const [, it] of ours) {
      expect(it).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
      expect(it).toMatchObject({ Environment: { Variables: { NODE_OPTIONS: '--enable-source-maps' } } });
    }
  });

  test('of maintenance and the resolver are not called again by Lambda: the next call does it', () => {
    const attempts = [...ofType(all, 'AWS::Lambda::EventInvokeConfig').values()].map((it) => [
      String(it['FunctionName']).replace(/[0-9A-F]+$/, ''),
      it['MaximumRetryAttempts'],
    ]);
    expect(attempts.sort()).toEqual([
      ['AuditLakeMaintainFunction', 0],
      ['AuditLakeResolveFunction', 0],
    ]);
  });

  test('T18: reserve no concurrency, which a new account has too little of; what calls them is bounded', () => {
    for (const [, it] of ours) expect(it).not.toHaveProperty('ReservedConcurrentExecutions');
  });

  test('have a role each', () => {
    expect(new Set(ours.map(([, { Role }]) => Role)).size).toBe(4);
  });

  test('have no name of their own, nor has anything else but what people write in SQL', () => {
    const named = [...all].flatMap(([id, { type, properties }]) =>
      Object.keys(properties)
        .filter((key) => /^(\w*Name|Name)$/.test(key) && !/^(Policy|Metric|Function|Log)/.test(key))
        .map((key) => `${type} ${key} ${id}`),
    );
    const kinds = new Set(named.map((it) => it.split(' ').slice(0, 2).join(' ')));
    expect([...kinds].sort()).toEqual([
      'AWS::Athena::NamedQuery Name',
      'AWS::Athena::WorkGroup Name',
      'AWS::Glue::Table DatabaseName',
      'Custom::S3BucketNotifications BucketName',
    ]);
  });
});

describe('the schedules', () => {
  test('call the registrar each minute, the reconciler each hour, the resolver each quarter of an hour', () => {
    const rules = [...ofType(all, 'AWS::Events::Rule').values()].map(({ ScheduleExpression, Targets }) => {
      const [{ Input = '' } = {}] = Targets as { Input?: string }[];
      return [ScheduleExpression, Input];
    });
    expect(rules).toContainEqual(['rate(1 minute)', '{"task":"register"}']);
    expect(rules).toContainEqual(['rate(1 hour)', '{"task":"reconcile"}']);
    expect(rules).toContainEqual(['rate(15 minutes)', '{"task":"resolve"}']);
  });

  test('ask each alert of whole hours or days, three quarters of an hour later, with the time of the schedule', () => {
    const alerts = [
      { question: 'outside-networks', parameters: { networks: '10.0.0.0/8' }, every: 'hour' },
      { question: 'outside-networks', parameters: { about: 'patients' }, every: 'hour' },
      { question: 'new-activity', parameters: { before: 7 }, every: 'day' },
    ] as const;
    const with_ = resolved(templateWith({ alerts }).toJSON());
    const rules = [...ofType(with_, 'AWS::Events::Rule')].filter(([id]) => id.includes('Alert'));
    const asked = rules.map(([, { ScheduleExpression, Targets }]) => {
      const [{ InputTransformer }] = Targets as [{ InputTransformer: { InputTemplate: string } }];
      const { time, ...event } = JSON.parse(InputTransformer.InputTemplate.replace(/<[\w-]+>/, '"<>"'));
      return [ScheduleExpression, time, event];
    });
    const event = (alert: object) => ({ task: 'alert', alert });
    expect(asked).toEqual([
      ['cron(45 * * * ? *)', '<>', event(alerts[0])],
      ['cron(45 * * * ? *)', '<>', event(alerts[1])],
      ['cron(45 5 * * ? *)', '<>', event({ ...alerts[2], parameters: { before: '7' } })],
    ]);
    const permissions = [...ofType(with_, 'AWS::Lambda::Permission').values()];
    for (const [id] of rules)
      expect(
        permissions.filter(({ SourceArn }) => String(SourceArn).endsWith(`rule/${id}`)),
        id,
      ).toHaveLength(1);
  });

  test('wake the resolver when a query of Athena has ended', () => {
    has('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.athena'],
        'detail-type': ['Athena Query State Change'],
        detail: { currentState: ['SUCCEEDED', 'FAILED', 'CANCELLED'] },
      },
    });
  });
});
