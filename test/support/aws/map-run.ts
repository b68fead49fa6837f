import { type DistributedMap, delayOf, filled, type LambdaTask, retrierOf } from './states-language.ts';

const MOST_PAYLOAD = 256 * 1024;

/** A function that a state machine may invoke. The name of what it throws is the name of the error. */
export type LambdaFunction = (event: unknown) => Promise<unknown>;

/** How an execution failed. */
export type Fault = { readonly error: string; readonly cause: string };

type ChildStatus = 'PENDING' | 'SUCCEEDED' | 'FAILED';

/** A child workflow execution: one batch of items. */
export type Child = {
  readonly name: string;
  /** JSON, as it is handed to the task. */
  readonly input: string;
  readonly items: number;
  status: ChildStatus;
  output?: string;
  fault?: Fault;
  redriveCount: number;
  startDate?: Date;
  stopDate?: Date;
};

/** One run of a Distributed Map: its children in the order of their items. */
export type MapRun = {
  readonly arn: string;
  readonly children: readonly Child[];
};

/** The items of a JSON Lines object in batches, as ItemReader and ItemBatcher make them. */
export function batchesOf({ ItemBatcher }: DistributedMap, lines: string, input: unknown): Child[] {
  const { MaxItemsPerBatch, MaxInputBytesPerBatch, BatchInput } = ItemBatcher;
  const batchInput = filled(BatchInput, input);
  const batches: unknown[][] = [];
  let bytes = 0;
  for (const line of lines.split('\n')) {
    if (line === '') continue;
    const size = Buffer.byteLength(line) + 1;
    if (size > MOST_PAYLOAD) throw new Error('An item is larger than 256 KiB');
    const last = batches.at(-1);
    bytes += size;
    if (last && last.length < MaxItemsPerBatch && bytes <= MaxInputBytesPerBatch) last.push(JSON.parse(line));
    else {
      batches.push([JSON.parse(line)]);
      bytes = size;
    }
  }
  return batches.map((Items, at) => ({
    name: `child-${at}`,
    input: JSON.stringify({ BatchInput: batchInput, Items }),
    items: Items.length,
    status: 'PENDING',
    redriveCount: 0,
  }));
}

/** Whether more items have failed than the Map tolerates. */
export function isTooMuch(
  { ToleratedFailurePercentage: most }: DistributedMap,
  { children }: MapRun,
): boolean {
  const itemsOf = (some: readonly Child[]) => some.reduce((sum, { items }) => sum + items, 0);
  const failed = children.filter(({ status }) => status === 'FAILED');
  return itemsOf(failed) > (itemsOf(children) * most) / 100;
}

export type ChildOptions = {
  readonly task: LambdaTask;
  readonly functions: ReadonlyMap<string, LambdaFunction>;
  readonly now: () => number;
  /** Told of each wait before another attempt, in seconds. */
  readonly onWait: (seconds: number) => void;
};

/** Runs one child to its end: the task, again as often as its retriers allow. */
export async function runChild(child: Child, options: ChildOptions): Promise<void> {
  const { task, now, onWait } = options;
  child.startDate ??= new Date(now());
  const retries = new Map<object, number>();
  for (;;) {
    const end = await invoke(child.input, options);
    if ('output' in end) {
      Object.assign(child, { status: 'SUCCEEDED', stopDate: new Date(now()), output: end.output });
      return;
    }
    const retrier = retrierOf(task, end.error);
    const made = (retrier && retries.get(retrier)) ?? 0;
    if (!retrier || made >= retrier.MaxAttempts) {
      Object.assign(child, { status: 'FAILED', stopDate: new Date(now()), fault: end });
      return;
    }
    retries.set(retrier, made + 1);
    onWait(delayOf(retrier, made));
  }
}

async function invoke(input: string, { task, functions }: ChildOptions): Promise<Fault | { output: string }> {
  const { FunctionName } = task.Parameters;
  const target = functions.get(FunctionName);
  if (!target)
    return { error: 'Lambda.ResourceNotFoundException', cause: `Function not found: ${FunctionName}` };
  if (Buffer.byteLength(input) > MOST_PAYLOAD) return tooLarge('input');
  try {
    const output = JSON.stringify((await target(JSON.parse(input))) ?? null);
    return Buffer.byteLength(output) > MOST_PAYLOAD ? tooLarge('output') : { output };
  } catch (thrown) {
    // As the runtime of Lambda for Node reports it: the type is the name.
    const { name: errorType, message: errorMessage } =
      thrown instanceof Error ? thrown : new Error(String(thrown));
    return { error: errorType, cause: JSON.stringify({ errorType, errorMessage, trace: [] }) };
  }
}

const tooLarge = (what: string): Fault => ({
  error: 'States.DataLimitExceeded',
  cause: `The state returned a result or got an ${what} with a size exceeding the maximum number of bytes service limit.`,
});
