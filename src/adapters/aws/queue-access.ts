import { type CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Check, Step } from '../../ports/access-check.js';
import { awsError } from './aws-error.js';
import { queueName, type ResourceArns } from './resource-arns.js';
import { stackFault } from './stack-fault.js';
import type { StackParts } from './stack-parts.js';

export type QueueAccessOptions = {
  readonly sqs: Pick<SQSClient, 'send'>;
  readonly cloudwatch: Pick<CloudWatchClient, 'send'>;
  readonly parts: Pick<StackParts, 'queue' | 'deadLetters'>;
  /** When the stack was made: milliseconds since 1970. */
  readonly madeAt: number;
  readonly now: () => number;
  readonly arns: ResourceArns;
};

const MINUTE_MS = 60_000;
const PERIOD_SECONDS = 300;
/** How long nothing may arrive: CloudTrail delivers every few minutes where anything happens at all. */
const SILENCE_MINUTES = 180;
/** Until the first log file of a new stack. */
const FIRST_MINUTES = 30;
/** CloudWatch shows what was some minutes ago. */
const LATELY_MINUTES = 15;
/** As the alarm has it: infra/alarms.ts. */
const OLDEST_SECONDS = 3_600;
const RUNBOOK = 'infra/RUNBOOK.md';

/** Whether log files are told of, are taken in time, and none was given up. */
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
  const action = 'sqs:GetQueueAttributes';
  const on = queueName(url);
  const run = async () => {
    const AttributeNames = [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    ] as const;
    const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...AttributeNames] });
    const { Attributes = {} } = await sqs.send(command).catch((error: unknown) => {
      throw awsError(error, { action, resource: on });
    });
    return tell(AttributeNames.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0));
  };
  return { call: { action, on, allowedBy: { actions: [action], resources: arns.queue(url) } }, run };
}

function ageStep(options: QueueAccessOptions): Step {
  return metricStep(options, async (values) => {
    const ages = await values('ApproximateAgeOfOldestMessage', 'Maximum', LATELY_MINUTES);
    const oldest = Math.max(0, ...ages);
    if (oldest <= OLDEST_SECONDS) return `the oldest waits ${oldest} s`;
    throw stackFault(`the oldest message waits ${oldest} s: ${RUNBOOK}#log-files-wait-too-long`);
  });
}

function arrivalStep(options: QueueAccessOptions): Step {
  return metricStep(options, async (values) => {
    const told = (await values('NumberOfMessagesSent', 'Sum', SILENCE_MINUTES)).reduce(
      (sum, n) => sum + n,
      0,
    );
    if (told > 0) return `${told} messages in ${SILENCE_MINUTES / 60} hours`;
    const minutes = Math.floor((options.now() - options.madeAt) / MINUTE_MS);
    if (minutes < FIRST_MINUTES)
      return `none yet, and the stack is ${minutes} minutes old: look again in half an hour`;
    const next = 'see "Who tells of log files" in infra/README.md for the trigger';
    throw stackFault(`nobody told the queue of a log file for ${SILENCE_MINUTES / 60} hours: ${next}`);
  });
}

type Values = (metric: string, statistic: string, minutes: number) => Promise<readonly number[]>;

function metricStep(options: QueueAccessOptions, run: (values: Values) => Promise<string>): Step {
  const action = 'cloudwatch:GetMetricData';
  // There is nothing narrower to allow.
  const allowedBy = { actions: [action], resources: ['*'] };
  const on = `metrics of ${queueName(options.parts.queue)}`;
  const values: Values = (...asked) =>
    metricValues(options, ...asked).catch((error: unknown) => {
      throw awsError(error, { action, resource: on });
    });
  return { call: { action, on, allowedBy }, run: () => run(values) };
}

async function metricValues(
  { cloudwatch, parts, now }: QueueAccessOptions,
  ...[MetricName, Stat, minutes]: Parameters<Values>
): Promise<readonly number[]> {
  const Dimensions = [{ Name: 'QueueName', Value: queueName(parts.queue) }];
  const Metric = { Namespace: 'AWS/SQS', MetricName, Dimensions };
  const command = new GetMetricDataCommand({
    StartTime: new Date(now() - minutes * MINUTE_MS),
    EndTime: new Date(now()),
    MetricDataQueries: [{ Id: 'values', MetricStat: { Metric, Stat, Period: PERIOD_SECONDS } }],
  });
  const { MetricDataResults = [] } = await cloudwatch.send(command);
  return MetricDataResults.flatMap(({ Values = [] }) => Values);
}
