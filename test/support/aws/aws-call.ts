import type { AwsError } from './aws-error.ts';

export type ServiceName = 's3' | 'dynamodb' | 'athena' | 'glue' | 'sts';

/** One call as it arrived. Bodies of objects are left out of `input`. */
export type AwsCall = {
  readonly service: ServiceName;
  readonly operation: string;
  readonly input: { readonly [member: string]: unknown };
};

/** How an operation that was let through shall go wrong half-way; which part applies depends on the operation. */
export type Mishap = {
  /** Only so many of a batch are processed: the others come back as unprocessed, or with an error each. */
  readonly processed?: number;
  /** The query that is started will end so. */
  readonly ends?: 'FAILED' | 'CANCELLED';
  readonly reason?: string;
  /** The body that is answered breaks after so many bytes. */
  readonly breaksAfter?: number;
};

/**
 * What becomes of a call. `not done` and `done, response lost` look alike from outside: the connection broke.
 * An error is thrown without any effect.
 */
export type Outcome = 'not done' | 'done, response lost' | AwsError | ((call: AwsCall) => AwsError) | Mishap;

/** A fault that waits for calls. */
export type Fault = {
  /** Ends a standing fault. */
  stop(): void;
  /** How many calls it has met. */
  readonly met: number;
};

type Waiting = {
  readonly fits: (call: AwsCall) => boolean;
  readonly outcome: Outcome;
  left: number;
  met: number;
};

/** The faults that tests have asked for; the oldest that fits meets a call. */
export class Faults {
  readonly #waiting: Waiting[] = [];

  add(fits: (call: AwsCall) => boolean, outcome: Outcome, times: number): Fault {
    const fault: Waiting = { fits, outcome, left: times, met: 0 };
    this.#waiting.push(fault);
    return {
      stop: () => {
        fault.left = 0;
      },
      get met() {
        return fault.met;
      },
    };
  }

  meet(call: AwsCall): Outcome | undefined {
    const fault = this.#waiting.find(({ left, fits }) => left > 0 && fits(call));
    if (fault === undefined) return undefined;
    fault.left -= 1;
    fault.met += 1;
    return fault.outcome;
  }
}
