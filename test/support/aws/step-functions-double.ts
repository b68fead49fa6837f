import type {
  DescribeExecutionCommandInput,
  DescribeMapRunCommandInput,
  ListExecutionsCommandInput,
  ListMapRunsCommandInput,
  RedriveExecutionCommandInput,
  StartExecutionCommandInput,
} from '@aws-sdk/client-sfn';
import { AwsError } from './aws-error.ts';
import {
  batchesOf,
  type Child,
  type Fault,
  isTooMuch,
  type LambdaFunction,
  type MapRun,
  runChild,
} from './map-run.ts';
import { writeResults } from './map-run-writer.ts';
import { operation } from './operations.ts';
import type { S3Store } from './s3-store.ts';
import { type DistributedMap, filled, type LambdaTask, readDefinition } from './states-language.ts';

const DAY_MS = 86_400_000;
const REDRIVABLE_MS = 14 * DAY_MS;
const REMEMBERED_MS = 90 * DAY_MS;

type Machine = { readonly map: DistributedMap; readonly task: LambdaTask };

/** An execution of a state machine. */
export type Execution = {
  readonly arn: string;
  readonly name: string;
  readonly machine: string;
  readonly input: string;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  readonly startDate: Date;
  stopDate?: Date;
  output?: string;
  fault?: Fault;
  redriveCount: number;
  mapRun?: MapRun;
};

/**
 * Step Functions, as far as one Distributed Map over a JSON Lines object goes. Nothing runs by itself: `work` does it,
 * with the functions that tests put into `functions`.
 */
export class StepFunctionsDouble {
  /** By ARN. */
  readonly functions = new Map<string, LambdaFunction>();
  /** Seconds of each wait before another attempt; nobody waits here. */
  readonly waits: number[] = [];
  /** Names that listings do not show yet. */
  readonly unlisted = new Set<string>();
  pageSize = 1000;
  readonly #now: () => number;
  readonly #s3: S3Store;
  readonly #machines = new Map<string, Machine>();
  readonly #executions = new Map<string, Execution>();
  #mapRuns = 0;

  readonly operations = {
    StartExecution: operation<StartExecutionCommandInput>(['stateMachineArn', 'name', 'input'], (input) =>
      this.#start(input),
    ),
    DescribeExecution: operation<DescribeExecutionCommandInput>(['executionArn'], ({ executionArn }) =>
      this.#described(this.execution(executionArn)),
    ),
    ListExecutions: operation<ListExecutionsCommandInput>(
      ['stateMachineArn', 'nextToken', 'maxResults'],
      (input) => this.#list(input),
    ),
    ListMapRuns: operation<ListMapRunsCommandInput>(['executionArn'], ({ executionArn }) => {
      const { arn, machine: stateMachineArn, mapRun, startDate } = this.execution(executionArn);
      const run = { executionArn: arn, mapRunArn: mapRun?.arn, stateMachineArn, startDate };
      return { mapRuns: mapRun ? [run] : [] };
    }),
    DescribeMapRun: operation<DescribeMapRunCommandInput>(['mapRunArn'], ({ mapRunArn }) =>
      this.#describedMapRun(mapRunArn),
    ),
    RedriveExecution: operation<RedriveExecutionCommandInput>(['executionArn', 'clientToken'], (input) =>
      this.#redrive(this.execution(input.executionArn)),
    ),
  };

  constructor({ now, s3 }: { readonly now: () => number; readonly s3: S3Store }) {
    this.#now = now;
    this.#s3 = s3;
  }

  /** @throws Error for a definition that the double cannot run */
  createStateMachine(arn: string, definition: unknown): void {
    const machine = readDefinition(JSON.parse(JSON.stringify(definition)));
    const { map, task } = machine;
    const [, partition] = arn.split(':');
    for (const { Resource } of [map.ItemReader, map.ResultWriter, task]) {
      if (Resource.split(':')[1] !== partition)
        throw new Error(`${Resource} is of another partition than ${arn}`);
    }
    this.#machines.set(arn, machine);
  }

  /** Works on all executions that run, until they have ended or so many more batches have. */
  async work({ batches = Number.POSITIVE_INFINITY } = {}): Promise<void> {
    let left = batches;
    for (const execution of this.#executions.values()) {
      if (execution.status === 'RUNNING' && left > 0) left -= await this.#workOn(execution, left);
    }
  }

  /** As StopExecution does: what has begun stays as it is. */
  stop(executionArn: string): void {
    this.#end(this.execution(executionArn), 'ABORTED');
  }

  /** @throws AwsError ExecutionDoesNotExist, also 90 days after its end */
  execution(arn = ''): Execution {
    const found = this.#executions.get(arn);
    if (found && this.#age(found) <= REMEMBERED_MS) return found;
    throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  }

  #start({ stateMachineArn = '', name = '', input = '{}' }: StartExecutionCommandInput) {
    this.#machine(stateMachineArn);
    if (!/^[\w-]{1,80}$/.test(name)) throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
    const arn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const known = this.#executions.get(arn);
    if (known && this.#age(known) <= REMEMBERED_MS) {
      if (known.status !== 'RUNNING' || known.input !== input)
        throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
      return { executionArn: arn, startDate: known.startDate };
    }
    const startDate = new Date(this.#now());
    const machine = { machine: stateMachineArn, status: 'RUNNING' } as const;
    this.#executions.set(arn, { arn, name, input, startDate, redriveCount: 0, ...machine });
    return { executionArn: arn, startDate };
  }

  #list({ stateMachineArn = '', nextToken, maxResults = 100 }: ListExecutionsCommandInput) {
    this.#machine(stateMachineArn);
    const all = [...this.#executions.values()]
      .filter(({ machine, name }) => machine === stateMachineArn && !this.unlisted.has(name))
      .filter((execution) => this.#age(execution) <= REMEMBERED_MS)
      .reverse();
    const from = Number(nextToken ?? 0);
    const end = from + Math.min(maxResults, this.pageSize);
    const executions = all.slice(from, end).map(({ arn, name, status, startDate, stopDate }) => ({
      ...{ executionArn: arn, stateMachineArn, name, status, startDate, stopDate },
    }));
    return { executions, ...(end < all.length && { nextToken: String(end) }) };
  }

  #described(execution: Execution) {
    const { arn: executionArn, machine: stateMachineArn, name, status, startDate, stopDate } = execution;
    const { input, output, fault, redriveCount } = execution;
    return {
      ...{ executionArn, stateMachineArn, name, status, startDate, stopDate, input, output, redriveCount },
      ...fault,
      redriveStatus: this.#isRedrivable(execution) ? 'REDRIVABLE' : 'NOT_REDRIVABLE',
    };
  }

  #describedMapRun(mapRunArn = '') {
    const execution = [...this.#executions.values()].find(({ mapRun }) => mapRun?.arn === mapRunArn);
    if (!execution?.mapRun) throw new AwsError('ResourceNotFound', `Map Run does not exist: '${mapRunArn}'`);
    const { children } = execution.mapRun;
    const { map } = this.#machine(execution.machine);
    return {
      ...{ mapRunArn, executionArn: execution.arn, status: execution.status, startDate: execution.startDate },
      maxConcurrency: map.MaxConcurrency,
      toleratedFailurePercentage: map.ToleratedFailurePercentage,
      itemCounts: countsOf(children, ({ items }) => items),
      executionCounts: countsOf(children, () => 1),
    };
  }

  #redrive(execution: Execution) {
    if (!this.#isRedrivable(execution))
      throw new AwsError('ExecutionNotRedrivable', `Execution is ${execution.status} and cannot be redriven`);
    const { mapRun } = execution;
    for (const child of mapRun?.children ?? []) {
      if (child.status !== 'FAILED') continue;
      Object.assign(child, { status: 'PENDING', redriveCount: child.redriveCount + 1 });
      delete child.fault;
    }
    execution.status = 'RUNNING';
    execution.redriveCount += 1;
    delete execution.stopDate;
    delete execution.fault;
    return { redriveDate: new Date(this.#now()) };
  }

  /** How many batches were worked on. */
  async #workOn(execution: Execution, most: number): Promise<number> {
    const { map, task } = this.#machine(execution.machine);
    const mapRun = this.#mapRunOf(execution, map);
    if (!mapRun) return 0;
    const onWait = (seconds: number) => this.waits.push(seconds);
    let done = 0;
    for (const child of mapRun.children) {
      if (child.status !== 'PENDING') continue;
      if (done >= most || execution.status !== 'RUNNING') return done;
      await runChild(child, { task, functions: this.functions, now: this.#now, onWait });
      done += 1;
      if (!isTooMuch(map, mapRun)) continue;
      const cause = 'The specified tolerated failure threshold was exceeded';
      this.#end(execution, 'FAILED', { error: 'States.ExceedToleratedFailureThreshold', cause });
      return done;
    }
    this.#end(execution, 'SUCCEEDED');
    return done;
  }

  /** The Map Run of an execution, begun where there is none; undefined where its items cannot be read. */
  #mapRunOf(execution: Execution, map: DistributedMap): MapRun | undefined {
    if (execution.mapRun) return execution.mapRun;
    const input: unknown = JSON.parse(execution.input);
    try {
      const { Bucket, Key } = filled(map.ItemReader.Parameters, input);
      const { bytes } = this.#s3.object({ Bucket: String(Bucket) }, String(Key));
      const children = batchesOf(map, Buffer.from(bytes).toString(), input);
      const id = `00000000-0000-3000-8000-${String(++this.#mapRuns).padStart(12, '0')}`;
      const arn = `${execution.machine.replace(':stateMachine:', ':mapRun:')}/${map.Label}:${id}`;
      execution.mapRun = { arn, children };
      return execution.mapRun;
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      this.#end(execution, 'FAILED', { error: 'States.ItemReaderFailed', cause });
      return undefined;
    }
  }

  #end(execution: Execution, status: 'SUCCEEDED' | 'FAILED' | 'ABORTED', fault?: Fault): void {
    const { map } = this.#machine(execution.machine);
    Object.assign(execution, { status, stopDate: new Date(this.#now()) }, fault && { fault });
    if (!execution.mapRun) return;
    const { Bucket, Prefix } = filled(map.ResultWriter.Parameters, JSON.parse(execution.input));
    const place = { bucket: String(Bucket), prefix: String(Prefix) };
    const details = writeResults(this.#s3, place, { ...execution, mapRun: execution.mapRun });
    if (status === 'SUCCEEDED') execution.output = JSON.stringify(details);
  }

  #machine(arn: string): Machine {
    const machine = this.#machines.get(arn);
    if (machine) return machine;
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  }

  #isRedrivable(execution: Execution): boolean {
    const isOver = execution.status === 'FAILED' || execution.status === 'ABORTED';
    return isOver && this.#age(execution) <= REDRIVABLE_MS;
  }

  /** Milliseconds since its end. */
  #age({ stopDate }: Execution): number {
    return stopDate === undefined ? 0 : this.#now() - stopDate.getTime();
  }
}

function countsOf(children: readonly Child[], weight: (child: Child) => number) {
  const sum = (fits: (child: Child) => boolean) =>
    children.filter(fits).reduce((total, child) => total + weight(child), 0);
  return {
    pending: sum(({ status, redriveCount }) => status === 'PENDING' && redriveCount === 0),
    pendingRedrive: sum(({ status, redriveCount }) => status === 'PENDING' && redriveCount > 0),
    succeeded: sum(({ status }) => status === 'SUCCEEDED'),
    failed: sum(({ status }) => status === 'FAILED'),
    ...{ running: 0, timedOut: 0, aborted: 0, resultsWritten: 0 },
    total: sum(() => true),
  };
}
