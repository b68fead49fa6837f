import type { ErrorCode } from '../errors.js';
import { META } from '../lake/names.js';

/** What a state machine is made of. */
export type FleetOptions = {
  /** The function that works off batches of slices (lambda/backfill.ts). All other ARNs are of its partition. */
  readonly functionArn: string;
  /** How many batches at once. Lambda's own limit is shared with every other function of the account. */
  readonly concurrency: number;
  /** Slices a batch: some minutes of work, so that a batch that has to be repeated is no loss. */
  readonly batchSlices?: number;
  /**
   * How many of the lines of the plan may be of batches that failed, in percent. What is wrong with some, such as one
   * account, is told while the others go on. What is wrong with most is wrong with the function or the lake: the run
   * ends, half of the plan is not tried in vain, and a run that ended so can be redriven.
   */
  readonly toleratedFailures?: number;
};

/** What an execution is started with. */
export type FleetInput = {
  /** Where the plan lies. */
  readonly bucket: string;
  readonly key: string;
  readonly plan: string;
  /** Where results are written: below the prefix a folder of each Map Run, with its `manifest.json`. */
  readonly results: { readonly bucket: string; readonly prefix: string };
};

/** Below the root of the lake; a folder of each plan. */
export const FLEET_RESULTS = `${META.resultsFolder}/backfill`;

const BATCH_SLICES = 50;
const TOLERATED = 50;
/** Step Functions takes 256 KiB; some is left for what stands around the items. */
const BATCH_BYTES = 240_000;
/** Lambda ends by itself after 15 minutes; who waits longer waits for an answer that is lost. */
const TASK_SECONDS = 960;
/** Of 15 minutes each: more than a day for one batch. The history of an execution would hold 8,000. */
const CONTINUATIONS = 200;

/** Same in every attempt: a setting, a file or a permission is wrong. */
const FOR_GOOD: readonly ErrorCode[] = [
  'AWS_DENIED',
  'USAGE',
  'PLAN_FORMAT',
  'LAKE_FORMAT',
  'DATASET_SELECTION',
  'TEXT_MODE',
];
const UNFINISHED: ErrorCode = 'SLICES_UNFINISHED';

/**
 * The definition of a state machine that works off a plan, in Amazon States Language: one Distributed Map over the
 * lines of the plan file, which must lie in the account and Region of the state machine. The head of the plan is an
 * item like the slices.
 */
export function backfillStateMachine(options: FleetOptions) {
  const { functionArn, concurrency, batchSlices = BATCH_SLICES, toleratedFailures = TOLERATED } = options;
  const service = `arn:${functionArn.split(':')[1]}:states:::`;
  return {
    Comment: 'audit-lake: works off the slices of a backfill plan',
    StartAt: 'Slices',
    States: {
      Slices: {
        Type: 'Map',
        Label: 'Slices',
        ItemReader: {
          Resource: `${service}s3:getObject`,
          ReaderConfig: { InputType: 'JSONL' },
          Parameters: { 'Bucket.$': '$.bucket', 'Key.$': '$.key' },
        },
        ItemBatcher: {
          MaxItemsPerBatch: batchSlices,
          MaxInputBytesPerBatch: BATCH_BYTES,
          BatchInput: { 'plan.$': '$.plan' },
        },
        MaxConcurrency: concurrency,
        ToleratedFailurePercentage: toleratedFailures,
        ItemProcessor: {
          // Express children end after five minutes, and a redrive repeats them from the start.
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Ingest',
          States: { Ingest: ingestTask(functionArn, `${service}lambda:invoke`) },
        },
        ResultWriter: {
          Resource: `${service}s3:putObject`,
          Parameters: { 'Bucket.$': '$.results.bucket', 'Prefix.$': '$.results.prefix' },
        },
        End: true,
      },
    },
  };
}

function ingestTask(functionArn: string, resource: string) {
  const growing = { BackoffRate: 2, JitterStrategy: 'FULL' };
  return {
    Type: 'Task',
    Resource: resource,
    Parameters: { FunctionName: functionArn, 'Payload.$': '$' },
    OutputPath: '$.Payload',
    TimeoutSeconds: TASK_SECONDS,
    // The first that fits counts. A function is known by the name of its error: see lambda/backfill.ts.
    Retry: [
      { ErrorEquals: FOR_GOOD, MaxAttempts: 0 },
      // No failure, but the next piece of the work: at once, and each time.
      { ErrorEquals: [UNFINISHED], IntervalSeconds: 1, BackoffRate: 1, MaxAttempts: CONTINUATIONS },
      {
        ErrorEquals: ['Lambda.TooManyRequestsException'],
        ...{ IntervalSeconds: 2, MaxDelaySeconds: 120, MaxAttempts: 20, ...growing },
      },
      {
        ErrorEquals: [
          ...['Lambda.ServiceException', 'Lambda.AWSLambdaException', 'Lambda.SdkClientException'],
          ...['Lambda.ClientExecutionTimeoutException', 'States.Timeout', 'States.TaskFailed'],
        ],
        ...{ IntervalSeconds: 5, MaxDelaySeconds: 300, MaxAttempts: 5, ...growing },
      },
    ],
    End: true,
  };
}
