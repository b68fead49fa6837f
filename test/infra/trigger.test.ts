import { describe, expect, test } from 'vitest';
import { decodeNotification } from '../../src/cloudtrail/notification.js';
import { eventBridge, PLAIN } from '../support/envelopes.ts';
import { statementsOf } from './support/policies.ts';
import { ACCOUNT, ofType, REGION, resolved, the } from './support/resolved.ts';
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

  test('by somebody else, who is let in by hand', () => {
    const all = resolved(templateWith({ trigger: 'somebody-else' }).toJSON());
    expect(senders(all)).toEqual([]);
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
