import { describe, expect, test } from 'vitest';
import type { AuditLakeStackProps } from '../../infra/audit-lake-stack.js';
import { decodeNotification } from '../../src/cloudtrail/notification.js';
import { asS3Encodes, eventBridge, PLAIN, queueMessage, s3Record } from '../support/envelopes.ts';
import { statementsOf } from './support/policies.ts';
import { ACCOUNT, ofType, REGION, resolved, the } from './support/resolved.ts';
import { isDelivered } from './support/sns-filter.ts';
import { stackWith, TRAIL, templateWith } from './support/synthesized.ts';

const TOPIC = `arn:aws:sns:${REGION}:444455556666:cloudtrail`;
const PREFIX = 'o-exampleorgid/AWSLogs/';

/** Who may send to the queue, without the refusal of what is not TLS. */
function senders(all: ReturnType<typeof resolved>) {
  const { PolicyDocument } = the(all, 'AWS::SQS::QueuePolicy', 'IngestQueuePolicy');
  return statementsOf(PolicyDocument).filter(({ effect }) => effect === 'Allow');
}

describe('log files are told of', () => {
  test('by the notifications of the bucket, added to those it has', () => {
    const all = resolved(templateWith({ trailPrefix: PREFIX }).toJSON());
    const [custom] = [...ofType(all, 'Custom::S3BucketNotifications').values()];
    const rules = [
      { Name: 'suffix', Value: '.json.gz' },
      { Name: 'prefix', Value: PREFIX },
    ];
    expect(custom).toMatchObject({
      BucketName: TRAIL,
      Managed: false,
      NotificationConfiguration: {
        QueueConfigurations: [{ Events: ['s3:ObjectCreated:*'], Filter: { Key: { FilterRules: rules } } }],
      },
    });
    expect(senders(all)).toMatchObject([
      {
        ...{ services: ['s3.amazonaws.com'], actions: ['sqs:SendMessage'] },
        conditions: {
          ArnEquals: { 'aws:SourceArn': `arn:aws:s3:::${TRAIL}` },
          StringEquals: { 'aws:SourceAccount': ACCOUNT },
        },
      },
    ]);
  });

  test.each(['bucket-notification', 'event-bridge'] as const)(
    'not by %s where the bucket is of another account: nothing here could change or hear it',
    (trigger) => {
      expect(() => stackWith({ trailAccount: '444455556666', trigger })).toThrow(/take a topic/);
      const all = resolved(
        templateWith({ trailAccount: '444455556666', trigger: { topic: TOPIC } }).toJSON(),
      );
      const [ingest] = [...ofType(all, 'AWS::Lambda::Function').values()];
      expect(ingest).toMatchObject({
        Environment: { Variables: { AUDIT_LAKE_SOURCE_OWNER: '444455556666' } },
      });
    },
  );

  test('by EventBridge, which changes nothing of the bucket', () => {
    const all = resolved(templateWith({ trigger: 'event-bridge' }).toJSON());
    expect(ofType(all, 'Custom::S3BucketNotifications').size).toBe(0);
    const rule = the(all, 'AWS::Events::Rule', 'LogFileRule');
    expect(rule['EventPattern']).toEqual({
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [TRAIL] }, object: { key: [{ wildcard: 'AWSLogs/*.json.gz' }] } },
    });
    expect(decodeNotification(eventBridge(PLAIN)).kind).not.toBe('unknown');
    expect(senders(all)).toMatchObject([{ services: ['events.amazonaws.com'] }]);
  });

  test('by a topic, also of another account', () => {
    const all = resolved(templateWith({ trigger: { topic: TOPIC } }).toJSON());
    const [subscription] = [...ofType(all, 'AWS::SNS::Subscription').values()];
    expect(subscription).toMatchObject({ Protocol: 'sqs', TopicArn: TOPIC, RawMessageDelivery: true });
    expect(senders(all)).toMatchObject([
      {
        services: ['sns.amazonaws.com'],
        conditions: {
          ArnEquals: { 'aws:SourceArn': TOPIC },
          StringEqualsIfExists: { 'aws:SourceAccount': '444455556666' },
        },
      },
    ]);
  });

  test('by a topic of another Region, in which the subscription is made', () => {
    const regionOf = (topic: string, env?: AuditLakeStackProps['env']) => {
      const all = resolved(templateWith({ trigger: { topic }, ...(env && { env }) }).toJSON());
      return [...ofType(all, 'AWS::SNS::Subscription').values()][0]?.['Region'];
    };
    const here = { account: ACCOUNT, region: REGION };
    expect(regionOf(TOPIC.replace(REGION, 'us-east-1'), here)).toBe('us-east-1');
    expect(regionOf(TOPIC, here)).toBeUndefined();
    // Nobody knows yet where this one will stand.
    expect(regionOf(TOPIC)).toBe(REGION);
  });

  test('by somebody else, who is let in by hand', () => {
    const all = resolved(templateWith({ trigger: 'somebody-else' }).toJSON());
    expect(senders(all)).toEqual([]);
  });
});

describe('of a topic', () => {
  const policyFor = (trailPrefix: string) => {
    const all = resolved(templateWith({ trigger: { topic: TOPIC }, trailPrefix }).toJSON());
    const [subscription] = [...ofType(all, 'AWS::SNS::Subscription').values()];
    expect(subscription?.['FilterPolicyScope']).toBe('MessageBody');
    return subscription?.['FilterPolicy'];
  };
  const ofS3 = (key: string, bucket = TRAIL) => {
    const { s3, ...record } = s3Record(asS3Encodes(key));
    return JSON.stringify({ Records: [{ ...record, s3: { ...s3, bucket: { name: bucket } } }] });
  };
  const ofTrail = (...s3ObjectKey: string[]) => JSON.stringify({ s3Bucket: TRAIL, s3ObjectKey });

  test.each(['AWSLogs/', PREFIX, 'logs=2026(a)/AWSLogs/'])(
    'messages about log files are taken, whoever sends them: %s',
    (prefix) => {
      const policy = policyFor(prefix);
      const key = `${prefix}${ACCOUNT}/CloudTrail/${REGION}/2026/11/20/x.json.gz`;
      const inFull = ofS3(key).replaceAll('(', '%28').replaceAll(')', '%29');
      for (const body of [ofS3(key), inFull, ofTrail(key), ofTrail(key, `${key}2`)]) {
        expect(isDelivered(policy, body), body).toBe(true);
        expect(decodeNotification({ Records: [queueMessage('m', body)] }).kind).toBe('queue');
      }
    },
  );

  test.each([
    ['an object elsewhere in the bucket', ofS3('config/AWSLogs/x.json.gz')],
    ['an object of another bucket', ofS3('AWSLogs/x.json.gz', 'amzn-s3-demo-bucket2')],
    ['a log file of a trail with another prefix', ofTrail('other/AWSLogs/x.json.gz')],
    ["CloudTrail's test of the topic, which is no JSON", 'CloudTrail validation message.'],
    [
      "S3's test of the topic",
      JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: TRAIL }),
    ],
    ['a message of AWS Config', JSON.stringify({ messageType: 'ConfigurationItemChangeNotification' })],
  ])('everything else stays outside, and out of the dead letters: %s', (_, body) => {
    expect(isDelivered(policyFor('AWSLogs/'), body)).toBe(false);
  });
});

describe('T18: a lake that would hear itself', () => {
  test('is refused before anything is deployed', async () => {
    const { AuditLake } = await import('../../infra/audit-lake.js');
    const stack = stackWith();
    const { lakeBucket: bucket } = stack.auditLake;
    const both = { trailBucket: bucket, lakeBucket: bucket };
    const make = (id: string, more: object) => () => new AuditLake(stack, id, { ...both, ...more });
    expect(make('A', { lakePrefix: 'AWSLogs/audit' })).toThrow(/would be notified as a log file/);
    expect(make('B', { lakePrefix: '' })).toThrow(/would be notified as a log file/);
    expect(make('C', { lakePrefix: 'audit/' })).toThrow(/slash/);
  });
});
