import * as z from 'zod';

/** As much of Amazon States Language as a Distributed Map with one Lambda task needs. Anything else is refused. */

const Template = z.record(z.string(), z.unknown());

const Retrier = z.strictObject({
  ErrorEquals: z.array(z.string()).min(1),
  IntervalSeconds: z.int().min(1).max(99_999_999).default(1),
  MaxAttempts: z.int().min(0).max(99_999_999).default(3),
  BackoffRate: z.number().min(1).default(2),
  MaxDelaySeconds: z.int().min(1).max(31_622_400).optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).default('NONE'),
});
export type Retrier = z.infer<typeof Retrier>;

const LambdaTask = z.strictObject({
  Type: z.literal('Task'),
  Resource: z.string().regex(/^arn:aws[a-z-]*:states:::lambda:invoke$/),
  Parameters: z.strictObject({
    FunctionName: z.string().regex(/^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(:[\w-]+)?$/),
    'Payload.$': z.literal('$'),
  }),
  OutputPath: z.literal('$.Payload'),
  TimeoutSeconds: z.int().min(1),
  Retry: z.array(Retrier),
  End: z.literal(true),
});

const DistributedMap = z.strictObject({
  Type: z.literal('Map'),
  Label: z.string().regex(/^\w{1,40}$/),
  ItemReader: z.strictObject({
    Resource: z.string().regex(/^arn:aws[a-z-]*:states:::s3:getObject$/),
    ReaderConfig: z.strictObject({ InputType: z.literal('JSONL') }),
    Parameters: Template,
  }),
  ItemBatcher: z.strictObject({
    MaxItemsPerBatch: z.int().min(1),
    MaxInputBytesPerBatch: z.int().min(1).max(262_144),
    BatchInput: Template,
  }),
  MaxConcurrency: z.int().min(0).max(10_000),
  ToleratedFailurePercentage: z.number().min(0).max(100).default(0),
  ItemProcessor: z.strictObject({
    ProcessorConfig: z.strictObject({ Mode: z.literal('DISTRIBUTED'), ExecutionType: z.literal('STANDARD') }),
    StartAt: z.string(),
    States: z.record(z.string(), LambdaTask),
  }),
  ResultWriter: z.strictObject({
    Resource: z.string().regex(/^arn:aws[a-z-]*:states:::s3:putObject$/),
    Parameters: Template,
  }),
  End: z.literal(true),
});
export type DistributedMap = z.infer<typeof DistributedMap>;
export type LambdaTask = z.infer<typeof LambdaTask>;

const Definition = z.strictObject({
  Comment: z.string().optional(),
  StartAt: z.string(),
  States: z.record(z.string(), DistributedMap),
});

/** The one Map of a definition, and the one task of its children. @throws Error for whatever else it holds */
export function readDefinition(definition: unknown): { map: DistributedMap; task: LambdaTask } {
  const { StartAt, States } = Definition.parse(definition);
  const map = States[StartAt];
  const { ItemProcessor: children } = map ?? {};
  const task = children?.States[children.StartAt];
  if (!map || !task) throw new Error('StartAt names no state');
  if (Object.keys(States).length + Object.keys(children?.States ?? {}).length > 2)
    throw new Error('The AWS double runs one Map with one task');
  return { map, task };
}

/** A payload template: members that end in `.$` are paths into the input. @throws Error where a path leads nowhere */
export function filled(template: Record<string, unknown>, input: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) =>
      name.endsWith('.$') ? [name.slice(0, -2), valueAt(String(value), input)] : [name, value],
    ),
  );
}

function valueAt(path: string, input: unknown): unknown {
  const [root, ...names] = path.split('.');
  if (root !== '$') throw new Error(`The AWS double does not know the path ${path}`);
  return names.reduce((value, name) => {
    const inner = Object(value)[name];
    if (inner === undefined) throw new Error(`The path ${path} leads nowhere`);
    return inner;
  }, input);
}

/** The retrier that an error counts against: the first that names it. */
export function retrierOf({ Retry }: LambdaTask, error: string): Retrier | undefined {
  return Retry.find(({ ErrorEquals: names }) => {
    const isTaskFailed = names.includes('States.TaskFailed') && error !== 'States.Timeout';
    return names.includes(error) || names.includes('States.ALL') || isTaskFailed;
  });
}

/** Seconds until the next attempt, at most: jitter makes them fewer. `retries`: how many there were. */
export function delayOf({ IntervalSeconds, BackoffRate, MaxDelaySeconds }: Retrier, retries: number): number {
  return Math.min(IntervalSeconds * BackoffRate ** retries, MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
}
