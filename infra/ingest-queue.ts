import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

type IngestQueueProps = {
  /** Of the function that works off the queue. */
  readonly timeout: Duration;
  /** How long messages are gathered before the function is called. */
  readonly window: Duration;
};

/** A service that may send, and for whom. Not every service tells its account: where the ARN holds it, that is enough. */
export type Sender = {
  readonly service: string;
  readonly sourceArn: string;
} & (
  | { readonly isAccountInArn: true; readonly sourceAccount?: string }
  | { readonly isAccountInArn: false; readonly sourceAccount: string }
);

/** Longer than work can take, so that nobody else gets a message that is being worked on (D11). */
const VISIBILITY_TIMES = 6;
/** From the third on a log file goes alone; then it has had three tries by itself (D13). */
const RECEIVES = 5;
const KEPT = Duration.days(7);
/** A message keeps the time at which it was first sent: longer than in the queue before. */
const KEPT_DEAD = Duration.days(14);

/** Names of log files to be ingested; what cannot be ends among the dead letters. */
export class IngestQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, { timeout, window }: IngestQueueProps) {
    super(scope, id);
    const safe = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    this.deadLetterQueue = new Queue(this, 'DeadLetters', { ...safe, retentionPeriod: KEPT_DEAD });
    this.queue = new Queue(this, 'Queue', {
      ...safe,
      visibilityTimeout: Duration.seconds(VISIBILITY_TIMES * timeout.toSeconds() + window.toSeconds()),
      retentionPeriod: KEPT,
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: RECEIVES },
    });
  }

  /** Lets a service send, in the name of this one resource of this one account (threat T12). */
  allow({ service, sourceArn, sourceAccount, isAccountInArn }: Sender): void {
    this.queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(service)],
        actions: ['sqs:SendMessage'],
        resources: [this.queue.queueArn],
        conditions: {
          ArnEquals: { 'aws:SourceArn': sourceArn },
          ...(sourceAccount !== undefined && {
            [isAccountInArn ? 'StringEqualsIfExists' : 'StringEquals']: {
              'aws:SourceAccount': sourceAccount,
            },
          }),
        },
      }),
    );
  }
}
