import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { alarmAccess } from '../adapters/aws/alarm-access.js';
import { athenaAccess } from '../adapters/aws/athena-access.js';
import { feedAccess, functionAccess } from '../adapters/aws/function-access.js';
import { type HandlerAnswer, handlerStep } from '../adapters/aws/handler-check.js';
import { queueAccess } from '../adapters/aws/queue-access.js';
import { type StackSeen, stackAccess } from '../adapters/aws/stack-access.js';
import { type HandlerName, handlersOf, stackParts } from '../adapters/aws/stack-parts.js';
import { type Finding, runChecks } from '../jobs/run-checks.js';
import type { Check } from '../ports/access-check.js';
import { type METRICS, METRICS_NAMESPACE } from '../telemetry.js';
import { type Calling, whoCalls, workGroupOf } from './aws-checks.js';
import { type AwsSettings, clientOptions } from './client-options.js';
import { realTime } from './real-time.js';

export type StackDoctorSettings = AwsSettings & {
  /** Its name. */
  readonly stack: string;
};

/** The longest that a function may run; its answer comes at the end. */
const LONGEST_INVOCATION_MS = 15 * 60_000;
/** Counts log files; messages may be about anything. As the alarm has it: infra/alarms.ts. */
const COMES_IN: keyof typeof METRICS = 'FilesIngested';

/**
 * Looks at a deployed stack from end to end, and lets each of its functions try what it needs under its own role. It
 * tells each finding as it is made; those of a function have its name before theirs. Nothing is left behind, but that a topic
 * of alerts is sent one message.
 */
export async function* examineStack(settings: StackDoctorSettings): AsyncGenerator<Finding> {
  const failed = new Set<string>();
  const who = whoCalls(settings);
  yield* runChecks([who.check], failed);
  const calling = who.known();
  const lambda = patientLambda(settings);
  const seen: Seen = { parts: stackParts([]), madeAt: 0, logFile: undefined };
  yield* runChecks(partChecks(settings, { calling, lambda, seen }), failed);
  for (const name of handlersOf(seen.parts)) yield* askedHandler(name, { calling, lambda, seen, failed });
  yield* runChecks(questionChecks(settings, { calling, seen }), failed);
}

type Seen = StackSeen & {
  /** A log file that may be read, `s3://bucket/key`. */
  logFile: string | undefined;
};
type Stack = { readonly calling: Calling; readonly lambda: LambdaClient; readonly seen: Seen };

/** The stack, then what it is made of. */
function* partChecks(
  settings: StackDoctorSettings,
  { calling: { arns, caller }, lambda, seen }: Stack,
): Generator<Check> {
  const { stack } = settings;
  const cloudformation = new CloudFormationClient(clientOptions(settings));
  yield* stackAccess({ cloudformation, stack, region: caller.region, arns, seen });
  const { parts, madeAt } = seen;
  for (const name of handlersOf(parts))
    yield functionAccess({ lambda, name, id: parts.functions[name], arns });
  yield feedAccess({ lambda, id: parts.feed, arns });
  const sqs = new SQSClient(clientOptions(settings));
  const cloudwatch = new CloudWatchClient(clientOptions(settings));
  const age = { madeAt, now: realTime.now };
  // Metrics bear the name of the database, and so does the workgroup (infra/settings.ts).
  const of = { Name: 'service', Value: parts.workGroup };
  const cameIn = { namespace: METRICS_NAMESPACE, name: COMES_IN, of };
  yield* queueAccess({ sqs, cloudwatch, parts, cameIn, arns, ...age });
  yield alarmAccess({ cloudwatch, alarms: parts.alarms, arns, ...age });
}

async function* askedHandler(
  name: HandlerName,
  { calling: { arns }, lambda, seen, failed }: Stack & { readonly failed: Set<string> },
): AsyncGenerator<Finding> {
  const answers: HandlerAnswer[] = [];
  const onAnswer = (answer: HandlerAnswer) => void answers.push(answer);
  const step = handlerStep({ lambda, id: seen.parts.functions[name], logFile: seen.logFile, arns, onAnswer });
  const check = { name, needs: [`function ${name}`], steps: [step] };
  for await (const finding of runChecks([check], failed)) {
    // What it answers says more than that it did.
    if (finding.result !== 'ok') yield finding;
  }
  for (const { checks, logFile } of answers) {
    seen.logFile ??= logFile;
    yield* checks.map((finding) => ({ ...finding, name: `${name}: ${finding.name}` }));
  }
}

/** What a person does: asks in the workgroup, which says where results go. */
function questionChecks(
  settings: StackDoctorSettings,
  { calling: { arns }, seen }: Omit<Stack, 'lambda'>,
): readonly Check[] {
  const place = { ...settings, workGroup: seen.parts.workGroup, results: 'workgroup', lake: '' };
  return athenaAccess(workGroupOf(place, arns)).map((it) => ({ ...it, needs: [...it.needs, 'stack'] }));
}

function patientLambda(settings: AwsSettings): LambdaClient {
  const options = clientOptions(settings);
  const patience = { requestTimeout: LONGEST_INVOCATION_MS, socketTimeout: LONGEST_INVOCATION_MS };
  return new LambdaClient({ ...options, requestHandler: { ...options.requestHandler, ...patience } });
}
