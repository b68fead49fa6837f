import type { AwsError } from './aws-error.ts';

type OfData = 's3' | 'dynamodb' | 'athena' | 'glue' | 'cloudtrail';
type OfWork = 'sts' | 'sfn' | 'sqs' | 'sns' | 'lambda' | 'cloudformation' | 'cloudwatch';
export type ServiceName = OfData | OfWork;

/** What a request is signed with. Secrets are not looked at. */
export type Keys = { readonly accessKeyId: string; readonly sessionToken?: string | undefined };

/** What the signature of a request tells; home where it tells nothing. */
export type Signature = { readonly region?: string | undefined; readonly keys?: Keys | undefined };

/** A request on its way. */
export type AwsRequest = {
  readonly service: ServiceName;
  readonly operation: string;
  readonly input: { readonly [member: string]: unknown };
  readonly signed?: Signature;
};

/** One call as it arrived, in the account and Region that it was signed for. `input` is without bodies of objects. */
export type AwsCall = Omit<AwsRequest, 'signed'> & { readonly account: string; readonly region: string };

/** Who calls, and from where. */
export type Caller = Pick<AwsCall, 'account' | 'region'> & { readonly keys: Keys | undefined };

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
