import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPlanId, planId, planIds } from '../../src/backfill/plan-id.js';
import { ProgressCount } from '../../src/backfill/progress-count.js';
import type { SliceEnd } from '../../src/backfill/slice-end.js';
import { stateOf } from '../../src/cli/backfill/state.js';
import { EMPTY_PLAN, plannedSlice, planOfDays } from '../support/plans.ts';
import { SEED } from '../support/seed.ts';

const NOW = Date.UTC(2026, 10, 21, 11, 46);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SLICES = 10;

function endOf(day: number, at: number): SliceEnd {
  const { place, files } = plannedSlice(day);
  const counts = { listed: files, ingested: files, skipped: 0, failed: 0, foreign: 0, queued: 0, gone: 0 };
  return { place, isOpen: false, ...counts, unlisted: undefined, at, failures: [] };
}

function standingOf(ends: readonly SliceEnd[], now = NOW) {
  const count = new ProgressCount(now);
  for (const end of ends) count.end(end);
  for (const slice of planOfDays(SLICES).slices) count.slice(slice);
  return count.standing();
}

/** In S3 nobody knows who writes: a plan is running where slices end. */
const stateIn = (standing: ReturnType<typeof standingOf>) =>
  stateOf({
    ...{
      plan: { ...EMPTY_PLAN, slices: SLICES },
      standing,
      fleet: undefined,
      isWritten: undefined,
      now: NOW,
    },
  });

/** Milliseconds since 1970 as any clock may tell them, many of them close to now. */
const anyMoment = fc.oneof(
  fc.integer({ min: NOW - 600_000, max: NOW + 600_000 }),
  fc.integer({ min: NOW - 400 * DAY, max: NOW + 400 * DAY }),
  fc.constantFrom(0, NOW - 1, NOW, NOW + 1, 8.64e15),
);
const anyEnds = fc.uniqueArray(fc.tuple(fc.nat(SLICES - 1), anyMoment), { selector: ([day]) => day });

describe('the standing of a plan whose slices ended by clocks that were set', () => {
  test('has sums that no clock changes, and a speed and a time left that are numbers from 0', () => {
    fc.assert(
      fc.property(anyEnds, (given) => {
        const standing = standingOf(given.map(([day, at]) => endOf(day, at)));
        const { slices, logFiles, failures } = standing;
        expect({ slices, logFiles, failures }).toEqual(
          (({ slices, logFiles, failures }) => ({ slices, logFiles, failures }))(
            standingOf(given.map(([day]) => endOf(day, NOW - HOUR))),
          ),
        );
        const { rate, eta = 0 } = standing;
        expect([rate, eta].every((it) => Number.isFinite(it) && it >= 0)).toBe(true);
        // Not faster than if all had ended within a second.
        expect(rate).toBeLessThanOrEqual(logFiles.done);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  test('after a clock that was set back, what ended long ago is not the speed of now', () => {
    const standing = standingOf([endOf(0, NOW + DAY), endOf(1, NOW + 60 * DAY)]);
    expect([standing.rate, standing.eta]).toEqual([0, undefined]);
    expect(stateIn(standing)).toBe('stopped');
    expect(stateIn(standingOf([endOf(0, NOW + 60_000)]))).toBe('running');
  });

  test('a machine that is a minute ahead makes it no faster', () => {
    const ends = (ahead: number) =>
      [0, 20, 40, 60].map((s, day) => endOf(day, NOW - 60_000 + s * 1_000 + ahead));
    const { rate } = standingOf(ends(0));
    expect(rate).toBeGreaterThan(0);
    expect(standingOf(ends(60_000)).rate).toBeLessThan(2 * rate);
  });
});

describe('the name of a new plan', () => {
  const anyClock = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2100, 0) });

  test('sorts behind those that are there, whatever the clock says, and in one second too', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyClock, fc.nat(2)), { minLength: 1, maxLength: 8 }), (moments) => {
        const made: string[] = [];
        for (const [now, again] of moments) {
          for (let at = 0; at <= again; at++) made.push(planId(now, Math.random, made.at(-1)));
        }
        expect(made.every(isPlanId)).toBe(true);
        expect(planIds(made.map((id) => `${id}.jsonl`))).toEqual(made.toReversed());
      }),
      { seed: SEED },
    );
  });

  test('is that of the moment where the clock goes on', () => {
    const at = Date.UTC(2026, 10, 21, 11, 31, 55, 999);
    expect(planId(at, () => 0, '20261121T113154Z-9999')).toBe('20261121T113155Z-aaaa');
    expect(planId(at, () => 0, '20261121T113155Z-9999')).toBe('20261121T113156Z-aaaa');
    expect(planId(at, () => 0, '20270101T000000Z-zzzz')).toBe('20270101T000001Z-aaaa');
  });
});
