import type { SliceFailure } from '../backfill/slice-end.js';

/** How a fleet stands with a plan. */
export type FleetRun = {
  /** What the service calls it: the ARN of the execution. */
  readonly id: string;
  readonly state: 'running' | 'succeeded' | 'failed' | 'stopped';
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly ended: number | undefined;
  /** Batches of slices, as the fleet counts them. */
  readonly batches: {
    readonly total: number;
    readonly waiting: number;
    readonly running: number;
    readonly succeeded: number;
    readonly failed: number;
  };
  /** Why batches failed, from the result manifest: the first few. `file` names the first slice of the batch. */
  readonly failures: readonly SliceFailure[];
  /** Whether what failed can be taken up again as part of the same run. */
  readonly redrivable: boolean;
};

/** Many machines that work off the slices of a plan. Which of them takes which slices is theirs. */
export interface Fleet {
  /** The last run of a plan; undefined where none was started. @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED */
  last(planId: string): Promise<FleetRun | undefined>;
  /** Starts a run of the plan that lies at a location in S3. A second start while one runs is that one. */
  start(planId: string, location: string): Promise<FleetRun>;
  /** Takes up what failed in a run. */
  redrive(run: FleetRun): Promise<FleetRun>;
}
