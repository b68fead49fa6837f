import { Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { BucketNotificationDestinationType, EventType } from 'aws-cdk-lib/aws-s3';
import { type ITopic, Subscription, SubscriptionProtocol } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { IngestQueue } from './ingest-queue.js';
import type { Trail } from './lake.js';

/**
 * Who tells of new log files: the notifications of the trail's bucket; EventBridge, where the bucket's owner has
 * switched it on; a topic that the bucket, or CloudTrail itself, tells; or somebody else, who sends to the queue.
 */
export type Trigger =
  | { readonly by: 'bucket-notification' }
  | { readonly by: 'event-bridge' }
  | { readonly by: 'topic'; readonly topic: ITopic }
  | { readonly by: 'somebody-else' };

/** Log files end so; so do other things, which the handler leaves alone. */
const SUFFIX = '.json.gz';

/**
 * Leads news of log files into the queue.
 * @throws Error for a bucket of another account that nobody here can be told by
 */
export function pullTrigger(scope: Construct, trigger: Trigger, to: Ends): void {
  const isElsewhere = to.trail.bucket.env.account !== Stack.of(scope).account;
  if (isElsewhere && (trigger.by === 'bucket-notification' || trigger.by === 'event-bridge')) {
    throw new Error(
      `the bucket of the trail is of another account, whose ${trigger.by} nothing here can change or hear: take a topic`,
    );
  }
  if (trigger.by === 'bucket-notification') notify(to);
  else if (trigger.by === 'event-bridge') route(scope, to);
  else if (trigger.by === 'topic') subscribe(scope, trigger.topic, to.ingest);
}

type Ends = { readonly trail: Trail; readonly ingest: IngestQueue };

/** Adds to the notifications that the bucket has, by the CDK's own custom resource. */
function notify({ trail: { bucket, prefix }, ingest }: Ends): void {
  ingest.allow({
    service: 's3.amazonaws.com',
    sourceArn: bucket.bucketArn,
    sourceAccount: bucket.env.account,
    isAccountInArn: false,
  });
  const { queue } = ingest;
  const bind = () => ({
    type: BucketNotificationDestinationType.QUEUE,
    arn: queue.queueArn,
    dependencies: [ingest],
  });
  bucket.addEventNotification(EventType.OBJECT_CREATED, { bind }, { prefix, suffix: SUFFIX });
}

function route(scope: Construct, { trail: { bucket, prefix }, ingest }: Ends): void {
  const { queue } = ingest;
  const rule = new Rule(scope, 'LogFileRule', {
    description: 'audit-lake: log files that were delivered to the trail',
    eventPattern: {
      source: ['aws.s3'],
      detailType: ['Object Created'],
      detail: {
        bucket: { name: [bucket.bucketName] },
        object: { key: [{ wildcard: `${prefix}*${SUFFIX}` }] },
      },
    },
    targets: [{ bind: () => ({ arn: queue.queueArn }) }],
  });
  ingest.allow({
    service: 'events.amazonaws.com',
    sourceArn: rule.ruleArn,
    sourceAccount: Stack.of(scope).account,
    isAccountInArn: true,
  });
}

function subscribe(scope: Construct, topic: ITopic, ingest: IngestQueue): void {
  ingest.allow({
    service: 'sns.amazonaws.com',
    sourceArn: topic.topicArn,
    sourceAccount: topic.env.account,
    isAccountInArn: true,
  });
  const subscription = new Subscription(scope, 'LogFileSubscription', {
    topic,
    protocol: SubscriptionProtocol.SQS,
    endpoint: ingest.queue.queueArn,
    rawMessageDelivery: true,
  });
  subscription.node.addDependency(ingest);
}
