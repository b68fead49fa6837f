import { CfnParameter, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { AuditLake } from './audit-lake.js';
import type { AuditLakeProps } from './audit-lake-props.js';
import { tellOutputs } from './outputs.js';
import type { Trigger } from './trigger.js';

/** What exists already, by name or ARN; what is taken as it is. */
type Named = {
  /** Absent: a parameter of the template asks for it. */
  readonly trailBucket?: string | undefined;
  /** Where it is another account than that of the stack. */
  readonly trailAccount?: string | undefined;
  readonly trailKey?: string | undefined;
  readonly trigger?:
    | Exclude<Trigger['by'], 'topic' | 'topic-or-event-bridge'>
    | { readonly topic: string }
    | undefined;
  readonly encryptionKey?: string | undefined;
  readonly archiveAfterDays?: number | undefined;
  readonly alarmTopic?: string | undefined;
  readonly alertTopic?: string | undefined;
};

export type AuditLakeStackProps = StackProps &
  Named &
  Omit<AuditLakeProps, keyof Named | 'archiveAfter' | 'lakeBucket' | 'stateTable' | 'queryTextKey'>;

/** An audit lake, with what the command line wants to know of it as outputs. */
export class AuditLakeStack extends Stack {
  readonly auditLake: AuditLake;

  constructor(scope: Construct, id: string, props: AuditLakeStackProps) {
    super(scope, id, props);
    this.auditLake = new AuditLake(this, 'AuditLake', { ...props, ...this.#found(props) });
    tellOutputs(this, this.auditLake);
  }

  #found(props: Named) {
    const {
      trailAccount: account,
      trailKey,
      encryptionKey,
      alarmTopic,
      alertTopic,
      archiveAfterDays,
    } = props;
    const bucketName =
      props.trailBucket ?? this.#asked('TrailBucketName', 'The bucket that CloudTrail delivers to');
    const key = (id: string, arn: string | undefined) =>
      arn === undefined ? undefined : Key.fromKeyArn(this, id, arn);
    const topic = (id: string, arn: string | undefined) =>
      arn === undefined ? undefined : Topic.fromTopicArn(this, id, arn);
    return {
      trailBucket: Bucket.fromBucketAttributes(this, 'TrailBucket', { bucketName, account }),
      trailKey: key('TrailKey', trailKey),
      trigger: this.#trigger(props.trigger),
      encryptionKey: key('EncryptionKey', encryptionKey),
      archiveAfter: archiveAfterDays === undefined ? undefined : Duration.days(archiveAfterDays),
      alarmTopic: topic('AlarmTopic', alarmTopic),
      alertTopic: topic('TopicOfAlerts', alertTopic),
    };
  }

  #asked(name: string, description: string): string {
    return new CfnParameter(this, name, { description }).valueAsString;
  }

  #trigger(named: Named['trigger']): Trigger | undefined {
    if (named === undefined) return undefined;
    if (typeof named === 'string') return { by: named };
    return { by: 'topic', topic: Topic.fromTopicArn(this, 'TrailTopic', named.topic) };
  }
}
