import { CfnCondition, Fn, Stack, Token } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { BucketNotificationDestinationType, EventType } from 'aws-cdk-lib/aws-s3';
import { CfnSubscription, type ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { IngestQueue } from './ingest-queue.js';
import type { Trail } from './lake.js';
import { onlyIf } from './only-if.js';

/**
 * Who tells of new log files: the notifications of the trail's bucket; EventBridge, where the bucket's owner has
 * switched it on; a topic that the bucket, or CloudTrail itself, tells; a topic of this Region or EventBridge, as
 * whoever deploys the template says (`none` for no topic); or somebody else, who sends to the queue.
 */
export type Trigger =
  | { readonly by: 'bucket-notification' }
  | { readonly by: 'event-bridge' }
  | { readonly by: 'topic'; readonly topic: ITopic }
  | { readonly by: 'topic-or-event-bridge'; readonly topicArn: string }
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
  else if (trigger.by === 'event-bridge') hearEventBridge(scope, to);
  else if (trigger.by === 'topic') hearTopic(scope, trigger.topic, to);
  else if (trigger.by === 'topic-or-event-bridge') hearEither(scope, trigger.topicArn, to);
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

const EVENTS = 'events.amazonaws.com';

function hearEventBridge(scope: Construct, to: Ends): void {
  const { ruleArn: sourceArn } = rule(scope, to);
  const { account: sourceAccount } = Stack.of(scope);
  to.ingest.allow({ service: EVENTS, sourceArn, sourceAccount, isAccountInArn: true });
}

function rule(scope: Construct, { trail: { bucket, prefix }, ingest: { queue } }: Ends): Rule {
  return new Rule(scope, 'LogFileRule', {
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
}

const SNS = 'sns.amazonaws.com';

function hearTopic(scope: Construct, { topicArn, env }: ITopic, to: Ends): void {
  const { account: sourceAccount, region } = env;
  to.ingest.allow({ service: SNS, sourceArn: topicArn, sourceAccount, isAccountInArn: true });
  const isElsewhere = !Token.isUnresolved(region) && region !== Stack.of(scope).region;
  subscription(scope, to, isElsewhere ? { topicArn, region } : { topicArn });
}

type Heard = { readonly topicArn: string; readonly region?: string };

/** A subscription is made in the Region of its topic. */
function subscription(scope: Construct, { trail, ingest }: Ends, heard: Heard): CfnSubscription {
  const made = new CfnSubscription(scope, 'LogFileSubscription', {
    ...heard,
    protocol: 'sqs',
    endpoint: ingest.queue.queueArn,
    rawMessageDelivery: true,
    filterPolicyScope: 'MessageBody',
    filterPolicy: newsOfLogFiles(trail),
  });
  made.node.addDependency(ingest);
  return made;
}

/**
 * Which messages of a topic are for us: S3's, and CloudTrail's own, about objects below the prefix of the trail. Whoever else
 * speaks there (AWS Config does, on the topic of Control Tower) would end among the dead letters. Filters on bodies take
 * nested keys, `prefix` and a `$or` of several objects, look into arrays, and hold at most five keys; what is no JSON does not
 * pass (Amazon SNS Developer Guide: "AND/OR logic", "Filter policy constraints"; AWS Compute Blog: "Introducing payload-based
 * message filtering for Amazon SNS" filters S3's messages so).
 */
function newsOfLogFiles({ bucket: { bucketName }, prefix }: Trail) {
  const named = (prefixes: readonly string[]) => prefixes.map((it) => ({ prefix: it }));
  const ofS3 = { bucket: { name: [bucketName] }, object: { key: named(asS3Writes(prefix)) } };
  return { $or: [{ Records: { s3: ofS3 } }, { s3Bucket: [bucketName], s3ObjectKey: named([prefix]) }] };
}

/**
 * S3 writes keys encoded, but for slashes; which of ! ( ) are, nobody says. A prefix that is known only when it is deployed
 * stays as it is.
 */
function asS3Writes(prefix: string): string[] {
  if (Token.isUnresolved(prefix)) return [prefix];
  const some = encodeURIComponent(prefix).replaceAll('%2F', '/');
  const all = some.replace(/[!()]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
  return [...new Set([prefix, some, all])];
}

/** One of the two is made, and that one may send. */
function hearEither(scope: Construct, topicArn: string, to: Ends): void {
  const topicTells = new CfnCondition(scope, 'TopicTells', {
    expression: Fn.conditionNot(Fn.conditionEquals(topicArn, 'none')),
  });
  const eventBridgeTells = new CfnCondition(scope, 'EventBridgeTells', {
    expression: Fn.conditionNot(topicTells),
  });
  const events = rule(scope, to);
  onlyIf(eventBridgeTells, events);
  onlyIf(topicTells, subscription(scope, to, { topicArn }));
  const either = (ofTopic: string, ofRule: string) =>
    Fn.conditionIf(topicTells.logicalId, ofTopic, ofRule).toString();
  to.ingest.allow({
    service: either(SNS, EVENTS),
    sourceArn: either(topicArn, events.ruleArn),
    isAccountInArn: true,
  });
}
