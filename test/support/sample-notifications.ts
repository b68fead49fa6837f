import { isoSeconds } from '../../src/demo/calendar.js';
import type { Json, JsonObject } from '../../src/demo/json.js';
import { ACCOUNTS, BUCKET } from '../../src/demo/places.js';
import { randomFor, SAMPLES_AS_OF } from './sample.js';

/** One envelope: the file below `samples/notifications`, what it is, and the event as the receiver gets it. */
export type Notification = { readonly path: string; readonly about: string; readonly event: Json };

const REGION = 'us-east-1';
const BUCKET_ARN = `arn:aws:s3:::${BUCKET}`;
const NOW = new Date(SAMPLES_AS_OF).toISOString();
/** `+`, a space and a letter of two bytes: what a key may hold, and what S3's own events write in another way. */
const DIFFICULT = 'central lögs/a+b/';

/** Every kind of envelope in which the key of a log file can arrive. */
export function notifications(logKey: string): readonly Notification[] {
  const difficult = DIFFICULT + logKey;
  return [...straight(logKey, difficult), ...queued(logKey, difficult)];
}

/** Events as the sender hands them to a Lambda. */
function straight(logKey: string, difficult: string): readonly Notification[] {
  const encoded = 'the same, its key form-encoded: `+` for a space, `%2B` for `+`, `%C3%B6` for ö';
  const removed = { ...created(logKey), eventName: 'ObjectRemoved:Delete' };
  const ownTopic = lambdaOfSns(cloudTrailMessage([logKey, difficult]));
  return [
    said('s3-event', 'S3 to Lambda', s3Event([created(logKey)])),
    said('s3-event-encoded-key', encoded, s3Event([created(difficult)])),
    said('s3-object-removed', 'an object was deleted: nothing to ingest', s3Event([removed])),
    said('s3-test-event', 'S3 tries the connection: no Records', testEvent()),
    said('sns-s3', 'S3 to SNS to Lambda', lambdaOfSns(snsMessage(s3Event([created(logKey)])))),
    said(
      'eventbridge',
      'EventBridge "Object Created": the key as it is, not encoded',
      eventBridge(difficult),
    ),
    said('cloudtrail-sns', "CloudTrail's own topic: a list of keys, not encoded", ownTopic),
    said('s3-batch-1.0', 'S3 Batch Operations, schema 1.0', batchTask('1.0', difficult)),
    said('s3-batch-2.0', 'S3 Batch Operations, schema 2.0', batchTask('2.0', difficult)),
  ];
}

/** The same through a queue: every body is the text of an event. */
function queued(logKey: string, difficult: string): readonly Notification[] {
  const event = s3Event([created(logKey)]);
  const viaSns = snsMessage(event);
  const ownTopic = cloudTrailMessage([logKey, difficult]);
  const raw = 'the same with raw message delivery: the body is the S3 event';
  const three = [JSON.stringify(event), '<html>no</html>', JSON.stringify(viaSns)];
  return [
    said('sqs-s3', 'S3 to SQS', sqsBatch([JSON.stringify(event)])),
    said('sqs-sns-s3', 'S3 to SNS to SQS', sqsBatch([JSON.stringify(viaSns)])),
    said('sqs-sns-s3-raw', raw, sqsBatch([JSON.stringify(event)], 'raw')),
    said('sqs-s3-test-event', 'the connection test, through SQS', sqsBatch([JSON.stringify(testEvent())])),
    said('sqs-eventbridge', 'EventBridge to SQS', sqsBatch([JSON.stringify(eventBridge(difficult))])),
    said('sqs-cloudtrail-sns', "CloudTrail's own topic, through SQS", sqsBatch([JSON.stringify(ownTopic)])),
    said(
      'sqs-garbage-sibling',
      'three messages, the second not JSON: only that one fails',
      sqsBatch(three, 'garbage'),
    ),
  ];
}

function said(name: string, about: string, event: Json): Notification {
  return { path: `notifications/${name}.json`, about, event };
}

function s3Event(records: readonly JsonObject[]): JsonObject {
  return { Records: records };
}

function created(key: string): JsonObject {
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: REGION,
    eventTime: NOW,
    eventName: 'ObjectCreated:Put',
    userIdentity: { principalId: 'AWS:AROACLOUDTRAILEXAMPLE:regionalDeliverySession' },
    requestParameters: { sourceIPAddress: '192.0.2.3' },
    responseElements: {
      'x-amz-request-id': 'C3D13FE58DE4C810',
      'x-amz-id-2': 'EXAMPLE123/5678abcdefghijklambdaisawesome',
    },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'audit-lake',
      bucket: { name: BUCKET, ownerIdentity: { principalId: 'A3NL1KOZZKExample' }, arn: BUCKET_ARN },
      object: {
        key: formEncoded(key),
        size: 1024,
        eTag: 'd41d8cd98f00b204e9800998ecf8427e',
        sequencer: '0055AED6DCD90281E5',
      },
    },
  };
}

/** As S3 writes keys in its events: slashes as they are, spaces as `+`. */
function formEncoded(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
}

function testEvent(): JsonObject {
  return {
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: NOW,
    Bucket: BUCKET,
    RequestId: '5582815E1AEA5ADF',
    HostId: '8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+YstdA6Knx4Ip8EXAMPLE',
  };
}

function snsMessage(event: Json, subject = 'Amazon S3 Notification'): JsonObject {
  return {
    Type: 'Notification',
    MessageId: randomFor(subject).uuid(),
    TopicArn: `arn:aws:sns:${REGION}:${ACCOUNTS.security}:trail`,
    Subject: subject,
    Message: JSON.stringify(event),
    Timestamp: NOW,
    SignatureVersion: '1',
    Signature: 'EXAMPLE',
    SigningCertURL: 'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-example.pem',
    UnsubscribeURL: 'https://sns.us-east-1.amazonaws.com/?Action=Unsubscribe',
  };
}

function cloudTrailMessage(keys: readonly string[]): JsonObject {
  return snsMessage({ s3Bucket: BUCKET, s3ObjectKey: keys }, 'CloudTrail');
}

function lambdaOfSns(message: JsonObject): JsonObject {
  const { SigningCertURL, UnsubscribeURL, ...rest } = message;
  const sns = {
    ...rest,
    SigningCertUrl: SigningCertURL ?? '',
    UnsubscribeUrl: UnsubscribeURL ?? '',
    MessageAttributes: {},
  };
  const subscription = `arn:aws:sns:${REGION}:${ACCOUNTS.security}:trail:2bcfbf39-05c3-41de-beaa-fcfcc21c8f55`;
  return {
    Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn: subscription, Sns: sns }],
  };
}

function sqsBatch(bodies: readonly string[], name = 'batch'): JsonObject {
  const random = randomFor(name);
  return {
    Records: bodies.map((body) => ({
      messageId: random.uuid(),
      receiptHandle: `EXAMPLE${random.alphanumeric(16)}`,
      body,
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: String(SAMPLES_AS_OF),
        SenderId: 'AIDAISMY1SENDEREXAMPLE',
        ApproximateFirstReceiveTimestamp: String(SAMPLES_AS_OF + 5),
      },
      messageAttributes: {},
      md5OfBody: '7b270e59b47ff90a553787216d55d91d',
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:${REGION}:${ACCOUNTS.security}:audit-lake`,
      awsRegion: REGION,
    })),
  };
}

function eventBridge(key: string): JsonObject {
  return {
    version: '0',
    id: randomFor('eventbridge').uuid(),
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: ACCOUNTS.security,
    time: isoSeconds(SAMPLES_AS_OF),
    region: REGION,
    resources: [BUCKET_ARN],
    detail: {
      version: '0',
      bucket: { name: BUCKET },
      object: { key, size: 1024, etag: 'd41d8cd98f00b204e9800998ecf8427e', sequencer: '0055AED6DCD90281E5' },
      'request-id': 'C3D13FE58DE4C810',
      requester: 'cloudtrail.amazonaws.com',
      'source-ip-address': '192.0.2.3',
      reason: 'PutObject',
    },
  };
}

function batchTask(schema: '1.0' | '2.0', key: string): JsonObject {
  const where = schema === '1.0' ? { s3BucketArn: BUCKET_ARN } : { s3Bucket: BUCKET };
  return {
    invocationSchemaVersion: schema,
    invocationId: 'YXNkbGZqYWRmaiBhc2RmdW9hZHNmZGpmaGFzbGtkaGZza2RmaAo',
    job: {
      id: 'f3cc4f60-61f6-4a2b-8a21-d07600c373ce',
      ...(schema === '2.0' && { userArguments: { lake: 'demo' } }),
    },
    tasks: [{ taskId: 'dGFza2lkZ29lc2hlcmUK', s3Key: formEncoded(key), s3VersionId: null, ...where }],
  };
}
