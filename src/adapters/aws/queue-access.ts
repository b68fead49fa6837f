import { type CloudWatchClient, type Dimension, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Check, Step } from '../../ports/access-check.js';
import { awsStep } from './aws-step.js';
import { queueName, type ResourceArns } from './resource-arns.js';
import { minutesOfNew, type StackAge } from './stack-age.js';
import { stackFault } from './stack-fault.js';
import type { StackParts } from './stack-parts.js';

/** A metric of CloudWatch, by all that names it. */
export type MetricName = { readonly namespace: string; readonly name: string; readonly of: Dimension };

export type QueueAccessOptions = StackAge & {
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly cloudwatch: Pick<CloudWatchClient, 'send'>;
  readonly parts: Pick<StackParts, 'queue' | 'deadLetters'>;
  /** What counts log files that came in. */
  readonly cameIn: MetricName;
  readonly arns: ResourceArns;
};

const MINUTE_MS = 60_000;
const PERIOD_SECONDS = 300;
/** How long no log file may come in: CloudTrail delivers every few minutes where anything happens at all. */
const SILENCE_MINUTES = 180;
/** CloudWatch shows what was some minutes ago. */
const LATELY_MINUTES = 15;
/** As the alarm has it: infra/alarms.ts. */
const OLDEST_SECONDS = 3_600;
const RUNBOOK = 'infra/RUNBOOK.md';

/** Whether log files come in, in time, and none was given up. */
export function queueAccess(options: QueueAccessOptions): readonly Check[] {
  const check = (name: string, ...steps: Step[]): Check => ({ name, needs: ['stack'], steps });
  return [
    check('dead letters', deadLettersStep(options)),
    check('backlog', waitingStep(options), ageStep(options)),
    check('log files arrive', arrivalStep(options)),
  ];
}

function deadLettersStep(options: QueueAccessOptions): Step {
  const { deadLetters } = options.parts;
  return attributesStep(deadLetters, options, (messages) => {
    if (messages === 0) return 'none';
    throw stackFault(`${messages} messages were given up: ${RUNBOOK}#dead-letters`);
  });
}

const waitingStep = (options: QueueAccessOptions): Step =>
  attributesStep(options.parts.queue, options, (messages) => `${messages} messages`);

/** What a queue holds: waiting, being worked on, and put off. */
function attributesStep(
  url: string,
  { sqs, arns }: QueueAccessOptions,
  tell: (messages: number) => string,
): Step {
  const call = { action: 'sqs:GetQueueAttributes', on: queueName(url), resources: arns.queue(url) };
  return awsStep(call, async () => {
    const AttributeNames = [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    ] as const;
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...AttributeNames] });
    const { Attributes = {} } = await sqs.send(command);
    return tell(AttributeNames.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0));
  });
}

function ageStep(options: QueueAccessOptions): Step {
  return metricStep(options, async (values) => {
    const ages = await values(ofQueue(options, 'ApproximateAgeOfOldestMessage'), 'Maximum', LATELY_MINUTES);
    const oldest = Math.max(0, ...ages);
    if (oldest <= OLDEST_SECONDS) return `the oldest waits ${oldest} s`;
    throw stackFault(`the oldest message waits ${oldest} s: ${RUNBOOK}#log-files-wait-too-long`);
  });
}

/**
 * Messages alone tell nothing: digests come each hour, and in a bucket of Control Tower so does what AWS Config delivers,
 * whether there are log files or not.
 */
function arrivalStep(options: QueueAccessOptions): Step {
  return metricStep(options, async (values) => {
    const sumOf = async (metric: MetricName) =>
      (await values(metric, 'Sum', SILENCE_MINUTES)).reduce((sum, n) => sum + n, 0);
    const cameIn = await sumOf(options.cameIn);
    if (cameIn > 0) return `${cameIn} log files in ${SILENCE_MINUTES / 60} hours`;
    const minutes = minutesOfNew(options);
    if (minutes !== undefined)
      return `none yet, and the stack is ${minutes} minutes old: look again in half an hour`;
    const told = await sumOf(ofQueue(options, 'NumberOfMessagesSent'));
    const heard = told === 0 ? 'and nobody told the queue of any' : `of ${told} messages to the queue`;
    throw stackFault(
      `no log file came in for ${SILENCE_MINUTES / 60} hours, ${heard}: ${RUNBOOK}#log-files-stopped-coming`,
    );
  });
}

const ofQueue = ({ parts }: QueueAccessOptions, name: string): MetricName => ({
  ...{ namespace: 'AWS/SQS', name },
  of: { Name: 'QueueName', Value: queueName(parts.queue) },
});

type Values = (metric: MetricName, statistic: string, minutes: number) => Promise<readonly number[]>;

function metricStep(options: QueueAccessOptions, run: (values: Values) => Promise<string>): Step {
  const on = `metrics of ${queueName(options.parts.queue)}`;
  // There is nothing narrower to allow.
  const call = { action: 'cloudwatch:GetMetricData', on, resources: ['*'] };
  return awsStep(call, () => run((...asked) => metricValues(options, ...asked)));
}

async function metricValues(
  { cloudwatch, now }: QueueAccessOptions,
  ...[{ namespace, name, of }, Stat, minutes]: Parameters<Values>
): Promise<readonly number[]> {
  const Metric = { Namespace: namespace, MetricName: name, Dimensions: [of] };
  const command = new GetMetricDataCommand({
    StartTime: new Date(now() - minutes * MINUTE_MS),
    EndTime: new Date(now()),
    MetricDataQueries: [{ Id: 'values', MetricStat: { Metric, Stat, Period: PERIOD_SECONDS } }],
  });
  const { MetricDataResults = [] } = await cloudwatch.send(command);
  return MetricDataResults.flatMap(({ Values = [] }) => Values);
}
