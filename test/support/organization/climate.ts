import { createRandom } from '../../../src/demo/random.js';
import type { AwsCall } from '../aws/aws-call.ts';
import { internal, throttled } from '../aws/aws-error.ts';
import type { AwsWorld } from '../aws/aws-world.ts';

const HOUR = 3_600_000;

/** What goes wrong on the way to Athena. */
export type Climate = {
  readonly isCalm: boolean;
  /** The hour in which nine calls in ten are throttled. */
  readonly throttledFrom: number;
  /** Milliseconds that a call takes. */
  readonly latency: () => number;
};

/** The longest that a call takes; no more than the client allows. */
export const SLOWEST_MS = 8_000;

/** In a calm climate nothing goes wrong, and calls take 50 milliseconds. */
export function climateOf(world: AwsWorld, seed: number, { isCalm, start }: ClimateOptions): Climate {
  const random = createRandom(seed);
  const throttledFrom = start + random.between(2, 8) * HOUR;
  if (isCalm) return { isCalm, throttledFrom: Number.POSITIVE_INFINITY, latency: () => 50 };
  const isThrottled = () => world.now() >= throttledFrom && world.now() < throttledFrom + HOUR;
  const happens = (share: number) => random.fraction() < share;
  const ofAthena = (share: () => number) => (call: AwsCall) => call.service === 'athena' && happens(share());
  const always = { times: Number.POSITIVE_INFINITY };
  world.fail(
    ofAthena(() => (isThrottled() ? 0.9 : 0.005)),
    throttled,
    always,
  );
  world.fail(
    ofAthena(() => 0.005),
    internal,
    always,
  );
  world.fail(
    ofAthena(() => 0.005),
    'not done',
    always,
  );
  const isBatch = ({ operation }: AwsCall) => operation === 'BatchGetQueryExecution' && happens(0.02);
  world.fail(isBatch, { processed: 2 }, always);
  const latency = () => (happens(0.002) ? SLOWEST_MS : random.between(20, 300));
  return { isCalm, throttledFrom, latency };
}

type ClimateOptions = { readonly isCalm: boolean; readonly start: number };
