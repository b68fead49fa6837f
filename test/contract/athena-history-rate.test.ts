import fc from 'fast-check';
import { expect, test } from 'vitest';
import { troubles } from '../../src/adapters/aws/circuit-breaker.js';
import { TokenBucket } from '../../src/adapters/aws/token-bucket.js';
import { SteppedTime } from '../support/stepped-time.ts';

const BURST = 2;
const forEver = () => Number.POSITIVE_INFINITY;

function bucketOf(rate: number) {
  const time = new SteppedTime(0);
  return { time, bucket: new TokenBucket({ rate, now: time.now, waiting: time }) };
}

type Step = {
  readonly rest: number;
  readonly takers: number;
  readonly outcome: 'fine' | 'throttled' | 'failed';
};

const steps = fc.array(
  fc.record<Step>({
    rest: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000 })),
    takers: fc.integer({ min: 1, max: 8 }),
    outcome: fc.constantFrom('fine' as const, 'fine' as const, 'throttled' as const, 'failed' as const),
  }),
  { maxLength: 40 },
);

/** The longest that a window of these moments exceeds what it may hold. */
function worstExcess(taken: readonly number[], rate: number): number {
  let worst = Number.NEGATIVE_INFINITY;
  for (const [from, start] of taken.entries()) {
    for (let to = from; to < taken.length; to++) {
      const seconds = ((taken[to] ?? 0) - start) / 1_000;
      worst = Math.max(worst, to - from + 1 - (BURST + rate * seconds));
    }
  }
  return worst;
}

test('lets through at most its burst and rate * T calls in any T seconds, whatever happens (E1)', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 20 }),
      steps,
      fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
      async (rate, all, chance) => {
        const { time, bucket } = bucketOf(rate);
        time.random = () => chance.next().value ?? 0;
        const taken: number[] = [];
        for (const { rest, takers, outcome } of all) {
          if (rest > 0) await time.settle(time.pause(rest));
          const ends = time.at + 3_000;
          const take = async () => {
            if (!(await bucket.take(() => ends))) return;
            taken.push(time.at);
            if (outcome === 'throttled') bucket.throttled();
            else if (outcome === 'failed') bucket.failed();
            else bucket.succeeded();
          };
          await time.settle(Promise.all(Array.from({ length: takers }, take)));
        }
        expect(worstExcess(taken, rate)).toBeLessThanOrEqual(1e-6);
      },
    ),
    { numRuns: 100 },
  );
});

test('gives the whole rate to who always wants it', async () => {
  const { time, bucket } = bucketOf(5);
  for (let taken = 0; taken < 52; taken++) await time.settle(bucket.take(forEver));
  expect(time.at).toBeGreaterThanOrEqual(10_000);
  expect(time.at).toBeLessThan(10_100);
});

test('says at once that there is no turn in time', async () => {
  const { time, bucket } = bucketOf(1);
  expect(await bucket.take(() => 0)).toBe(true);
  expect(await time.settle(bucket.take(() => 900))).toBe(false);
  expect(time.at).toBe(0);
});

test('halves its rate at each throttling, down to one call in five seconds, and recovers slowly', () => {
  const { time, bucket } = bucketOf(5);
  const rates = [];
  for (let times = 0; times < 6; times++) {
    bucket.throttled();
    rates.push(bucket.rate);
    time.at += 60_000;
  }
  expect(rates).toEqual([2.5, 1.25, 0.625, 0.3125, 0.2, 0.2]);
  bucket.succeeded();
  expect(bucket.rate).toBeCloseTo(0.3);
  for (let times = 0; times < 100; times++) bucket.succeeded();
  expect(bucket.rate).toBe(5);
});

test('takes throttlings of calls that were under way together as one', () => {
  const { bucket } = bucketOf(8);
  for (let times = 0; times < 5; times++) bucket.throttled();
  expect(bucket.rate).toBe(4);
});

test('pauses with full jitter, longer after each failure, 20 s at most', async () => {
  const { time, bucket } = bucketOf(100);
  time.random = () => 1;
  const pauses: number[] = [];
  for (let times = 0; times < 9; times++) {
    bucket.failed();
    const before = time.at;
    await time.settle(bucket.take(forEver));
    pauses.push(time.at - before);
  }
  expect(pauses).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 12_800, 20_000, 20_000]);
});

test('gives no tokens for a clock that is set back', async () => {
  const { time, bucket } = bucketOf(2);
  await bucket.take(forEver);
  await bucket.take(forEver);
  time.at -= 3_600_000;
  const begun = time.at;
  expect(await time.settle(bucket.take(() => begun + 100))).toBe(false);
  expect(await time.settle(bucket.take(() => begun + 500))).toBe(true);
});

test('pauses no longer than the longest where the clock is set back meanwhile (E1)', async () => {
  const { time, bucket } = bucketOf(100);
  time.random = () => 1;
  for (let times = 0; times < 9; times++) bucket.failed();
  time.at -= 3_600_000;
  const begun = time.at;
  expect(await time.settle(bucket.take(() => begun + 20_000))).toBe(true);
  expect(time.at).toBe(begun + 20_000);
});

test('gives up within a second when its end comes nearer while it waits', async () => {
  const { time, bucket } = bucketOf(0.1);
  await bucket.take(forEver);
  let ends = Number.POSITIVE_INFINITY;
  const taken = bucket.take(() => ends);
  ends = 0;
  expect(await time.settle(taken)).toBe(false);
  expect(time.at).toBeLessThanOrEqual(1_000);
});

test('a breaker stays open no longer than its longest where the clock is set back meanwhile', () => {
  const time = new SteppedTime(0);
  const breaker = troubles(time.now, 1);
  breaker.failed();
  expect([breaker.isOpen, breaker.closesAt]).toEqual([true, 1_000]);
  time.at -= 3_600_000;
  expect([breaker.isOpen, breaker.closesAt]).toEqual([true, time.at + 60_000]);
  time.at += 59_999;
  expect(breaker.isOpen).toBe(true);
  time.at += 1;
  expect(breaker.isOpen).toBe(false);
});
