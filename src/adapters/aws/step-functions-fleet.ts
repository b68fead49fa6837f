import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  DescribeMapRunCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  RedriveExecutionCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { SliceFailure } from '../../backfill/slice-end.js';
import type { FleetInput } from '../../backfill/state-machine.js';
import { AuditLakeError } from '../../errors.js';
import type { Fleet, FleetRun } from '../../ports/fleet.js';
import { type Attempt, awsError, nameOf } from './aws-error.js';
import { batchFailures, readInput } from './map-run-results.js';
import type { S3Access } from './s3-pages.js';
import { folderOf, mustBePlace, type S3Place } from './s3-place.js';

export type StepFunctionsFleetOptions = {
  readonly client: Pick<SFNClient, 'send'>;
  /** Reads the results that Step Functions writes. */
  readonly s3: S3Access;
  readonly stateMachineArn: string;
  /** Where results are written: below it a folder of each plan. */
  readonly results: S3Place;
};

const NO_BATCHES = { total: 0, waiting: 0, running: 0, succeeded: 0, failed: 0 };
const STATES: ReadonlyMap<string | undefined, FleetRun['state']> = new Map([
  ['SUCCEEDED', 'succeeded'],
  ['FAILED', 'failed'],
  ['TIMED_OUT', 'failed'],
  ['ABORTED', 'stopped'],
]);
/** Listings of executions lag behind: so many names are tried until one is free. */
const MOST_NAMES = 10;
const PAGE = 1000;

/**
 * A state machine of Step Functions with one Distributed Map (backfill/state-machine.ts). Its executions are named
 * `<plan>-<n>`; Step Functions forgets one 90 days after its end.
 */
export class StepFunctionsFleet implements Fleet {
  readonly #options: StepFunctionsFleetOptions;

  constructor(options: StepFunctionsFleetOptions) {
    this.#options = options;
  }

  async last(planId: string): Promise<FleetRun | undefined> {
    const number = await this.#lastNumber(planId);
    return number === 0 ? undefined : this.#describe(this.#arnOf(planId, number));
  }

  async start(planId: string, location: string): Promise<FleetRun> {
    const number = await this.#lastNumber(planId);
    if (number > 0) {
      const run = await this.#describe(this.#arnOf(planId, number));
      if (run.state === 'running') return run;
    }
    return this.#begin(this.#inputOf(planId, location), number + 1);
  }

  /**
   * A run that succeeded in spite of some failures cannot be redriven, nor can one that ended 14 days ago: then the
   * whole plan is run again, and what is settled is skipped.
   */
  async redrive(run: FleetRun): Promise<FleetRun> {
    const command = new RedriveExecutionCommand({ executionArn: run.id });
    const attempt = { action: 'states:RedriveExecution', resource: run.id };
    const send = () => this.#options.client.send(command);
    if (run.redrivable && (await unless('ExecutionNotRedrivable', attempt, send)) !== undefined) {
      return { ...run, state: 'running', ended: undefined, failures: [], redrivable: false };
    }
    const { bucket, key, plan } = readInput((await this.#execution(run.id)).input, run.id);
    return this.start(plan, `s3://${bucket}/${key}`);
  }

  async #begin(input: FleetInput, first: number): Promise<FleetRun> {
    const { client, stateMachineArn } = this.#options;
    const attempt = { action: 'states:StartExecution', resource: stateMachineArn };
    for (let number = first; number < first + MOST_NAMES; number++) {
      const name = `${input.plan}-${number}`;
      const command = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
      const began = await unless('ExecutionAlreadyExists', attempt, () => client.send(command));
      // To be described it may take a moment.
      if (began) return justBegun(this.#arnOf(input.plan, number), began.startDate);
      const run = await this.#describe(this.#arnOf(input.plan, number));
      if (run.state === 'running') return run;
    }
    const message = `states:StartExecution on ${stateMachineArn}: ${MOST_NAMES} names are taken`;
    throw new AuditLakeError(
      'AWS_FAILED',
      `${message} from ${input.plan}-${first} on; try again in a minute`,
    );
  }

  /** The number of the newest execution of a plan; 0 where there is none. */
  async #lastNumber(planId: string): Promise<number> {
    const { client, stateMachineArn } = this.#options;
    let nextToken: string | undefined;
    do {
      const command = new ListExecutionsCommand({ stateMachineArn, nextToken, maxResults: PAGE });
      const page = await tried({ action: 'states:ListExecutions', resource: stateMachineArn }, () =>
        client.send(command),
      );
      // Newest first: on the first page that knows the plan lies its last run.
      const numbers = page.executions?.map(({ name = '' }) => numberIn(name, planId)) ?? [];
      const last = Math.max(0, ...numbers);
      if (last > 0) return last;
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return 0;
  }

  async #describe(arn: string): Promise<FleetRun> {
    const { status, startDate, stopDate, redriveStatus, input, error, cause } = await this.#execution(arn);
    const mapRun = await this.#mapRunOf(arn);
    const state = STATES.get(status) ?? 'running';
    const batches = mapRun === undefined ? NO_BATCHES : await this.#batchesOf(mapRun);
    const failures: SliceFailure[] = [];
    if (state !== 'running' && mapRun !== undefined && batches.failed > 0) {
      const { results } = readInput(input, arn);
      failures.push(...(await batchFailures(this.#options.s3, results, mapRun)));
    }
    // What ended the run as a whole: its plan cannot be read, or too many batches failed.
    if (error !== undefined) failures.push({ file: arn, code: error, message: cause ?? '' });
    return {
      ...{ id: arn, state, batches, failures },
      started: startDate?.getTime() ?? 0,
      ended: state === 'running' ? undefined : stopDate?.getTime(),
      redrivable: redriveStatus === 'REDRIVABLE',
    };
  }

  #execution(executionArn: string): Promise<DescribeExecutionCommandOutput> {
    const command = new DescribeExecutionCommand({ executionArn });
    return tried({ action: 'states:DescribeExecution', resource: executionArn }, () =>
      this.#options.client.send(command),
    );
  }

  /** The definition has one Map, so an execution has one Map Run, or none yet. */
  async #mapRunOf(executionArn: string): Promise<string | undefined> {
    const command = new ListMapRunsCommand({ executionArn });
    const { mapRuns } = await tried({ action: 'states:ListMapRuns', resource: executionArn }, () =>
      this.#options.client.send(command),
    );
    return mapRuns?.[0]?.mapRunArn;
  }

  async #batchesOf(mapRunArn: string): Promise<FleetRun['batches']> {
    const command = new DescribeMapRunCommand({ mapRunArn });
    const { executionCounts } = await tried({ action: 'states:DescribeMapRun', resource: mapRunArn }, () =>
      this.#options.client.send(command),
    );
    const { total = 0, pending = 0, pendingRedrive = 0, running = 0 } = executionCounts ?? {};
    const { succeeded = 0, failed = 0, timedOut = 0, aborted = 0 } = executionCounts ?? {};
    const ended = { succeeded, failed: failed + timedOut + aborted };
    return { total, waiting: pending + pendingRedrive, running, ...ended };
  }

  #inputOf(plan: string, location: string): FleetInput {
    const { bucket, prefix: key } = mustBePlace(location);
    const { results } = this.#options;
    return {
      ...{ bucket, key, plan },
      results: { bucket: results.bucket, prefix: `${folderOf(results.prefix)}${plan}` },
    };
  }

  #arnOf(planId: string, number: number): string {
    return `${this.#options.stateMachineArn.replace(':stateMachine:', ':execution:')}:${planId}-${number}`;
  }
}

function numberIn(name: string, planId: string): number {
  const number = name.startsWith(`${planId}-`) ? name.slice(planId.length + 1) : '';
  return /^[1-9]\d{0,8}$/.test(number) ? Number(number) : 0;
}

function justBegun(id: string, started: Date | undefined): FleetRun {
  const nothing = { ended: undefined, batches: NO_BATCHES, failures: [], redrivable: false };
  return { id, state: 'running', started: started?.getTime() ?? 0, ...nothing };
}

async function tried<T>(attempt: Attempt, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw awsError(error, attempt);
  }
}

/** The answer of a call; undefined where it is refused by this name. */
function unless<T>(name: string, attempt: Attempt, call: () => Promise<T>): Promise<T | undefined> {
  return tried(attempt, async () => {
    try {
      return await call();
    } catch (error) {
      if (nameOf(error) === name) return undefined;
      throw error;
    }
  });
}
