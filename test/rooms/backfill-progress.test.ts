import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PlannedSlice } from '../../src/backfill/plan.js';
import { ProgressCount, type Standing } from '../../src/backfill/progress-count.js';
import { isDone, type SliceEnd } from '../../src/backfill/slice-end.js';
import { plannedSlice, planOfDays } from '../support/plans.ts';
import { SEED } from '../support/seed.ts';

const NOW = Date.UTC(2026, 10, 21, 11, 46);
const MINUTE = 60_000;

function endOf(day: number, more: Partial<SliceEnd> = {}): SliceEnd {
  const { place, files } = plannedSlice(day);
  const counts = { listed: files, ingested: files, skipped: 0, failed: 0, foreign: 0, queued: 0, gone: 0 };
  return { place, isOpen: false, ...counts, unlisted: undefined, at: NOW - MINUTE, failures: [], ...more };
}

function standingOf(days: number, ends: readonly SliceEnd[], now = NOW): Standing {
  const count = new ProgressCount(now);
  for (const end of ends) count.end(end);
  for (const slice of planOfDays(days).slices) count.slice(slice);
  return count.standing();
}

describe('the standing of a plan', () => {
  test('is the sum of its slices, whichever have ended, and however (B1)', () => {
    const end = fc
      .record({
        day: fc.nat(9),
        ingested: fc.nat(9),
        skipped: fc.nat(9),
        failed: fc.nat(2),
        queued: fc.nat(2),
        gone: fc.nat(2),
        isOpen: fc.boolean(),
        unlisted: fc.constantFrom(undefined, { code: 'AWS_DENIED', message: 'no' }),
      })
      .map(({ day, ...counts }) => ({ day, end: endOf(day, counts) }));
    const ends = fc.uniqueArray(end, { selector: ({ day }) => day });
    const settled = fc.array(fc.boolean(), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(ends, settled, (given, coins) => {
        const planned = planOfDays(10).slices.map((it, at) => ({ ...it, isSettled: coins[at] ?? false }));
        const count = new ProgressCount(NOW);
        for (const it of given) count.end(it.end);
        for (const slice of planned) count.slice(slice);
        const oracle = { slices: { ...NOTHING }, logFiles: { ...NOTHING, gone: 0 } };
        for (const slice of planned) {
          const ended = given.find((it) => it.end.place === slice.place)?.end;
          const files = filesOf(slice, ended);
          for (const part of ['done', 'sent', 'failed', 'toDo'] as const) {
            oracle.logFiles[part] += files[part];
            oracle.logFiles.total += files[part];
          }
          oracle.logFiles.gone += ended?.gone ?? 0;
          oracle.slices[partOf(slice, ended)]++;
          oracle.slices.total++;
        }
        expect(count.standing()).toMatchObject(oracle);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('names a folder that could not be listed among the failures', () => {
    const unlisted = { code: 'AWS_DENIED', message: 'no' };
    const end = endOf(3, { listed: 0, ingested: 0, unlisted });
    expect(standingOf(10, [end]).failures).toEqual([{ file: end.place, ...unlisted }]);
  });

  test('has the speed of the last five minutes, and what is left at that speed', () => {
    const ends = [
      endOf(0, { at: NOW - 60 * MINUTE, ingested: 1_000_000 }),
      endOf(1, { at: NOW - 2 * MINUTE, ingested: 5 }),
      endOf(2, { at: NOW - MINUTE, ingested: 100, skipped: 20 }),
      endOf(3, { at: NOW, ingested: 110, failed: 10 }),
    ];
    const { rate, eta, lastEnd, logFiles } = standingOf(10, ends);
    // 240 files behind the end that opened the two minutes.
    expect(rate).toBe(2);
    expect(eta).toBe(logFiles.toDo / 2);
    expect(lastEnd).toBe(NOW);
  });

  test('counts what a slice on its way has done; when that was done nobody knows, and it has no speed', () => {
    const open = endOf(8, { isOpen: true, ingested: 4, skipped: 1, failed: 2 });
    const { slices, logFiles, rate, lastEnd, lastNote } = standingOf(9, [open]);
    expect([slices.toDo, slices.failed, logFiles.failed]).toEqual([9, 0, 2]);
    // Four of the slices before it have a settled log file each.
    expect([logFiles.done, logFiles.toDo]).toEqual([4 + 5, logFiles.total - 9 - 2]);
    expect([rate, lastEnd, lastNote]).toEqual([0, undefined, NOW - MINUTE]);
  });

  test('has no speed where nothing ended lately, and no time left where nothing is left', () => {
    const stopped = standingOf(2, [endOf(0, { at: NOW - 6 * MINUTE })]);
    expect([stopped.rate, stopped.eta]).toEqual([0, undefined]);
    expect(standingOf(2, [endOf(0), endOf(1)]).eta).toBeUndefined();
  });

  test('bears a clock that is ahead, and one end alone', () => {
    expect(standingOf(3, [endOf(0, { at: NOW + MINUTE, ingested: 300 })]).rate).toBe(5);
    expect(standingOf(3, [endOf(0, { at: NOW - MINUTE, ingested: 300 })]).rate).toBe(1);
  });
});

const NOTHING = { total: 0, done: 0, sent: 0, failed: 0, toDo: 0 };

function filesOf(slice: PlannedSlice, end: SliceEnd | undefined) {
  if (!end) return { done: slice.settled, sent: 0, failed: 0, toDo: slice.files - slice.settled };
  const { ingested, skipped, queued, failed, unlisted } = end;
  if (end.isOpen) {
    // What was settled before is known to be done, seen by this run or not.
    const done = ingested + skipped < slice.settled ? slice.settled : ingested + skipped;
    const left = slice.files - done - queued - failed;
    return { done, sent: queued, failed, toDo: left > 0 ? left : 0 };
  }
  const seen = ingested + skipped + queued + failed;
  const toDo = unlisted && slice.files > seen ? slice.files - seen : 0;
  return { done: ingested + skipped, sent: queued, failed, toDo };
}

function partOf({ isSettled }: PlannedSlice, end: SliceEnd | undefined) {
  if (!end) return isSettled ? 'done' : 'toDo';
  if (end.isOpen) return 'toDo';
  if (end.failed + end.gone > 0 || end.unlisted) return 'failed';
  return end.queued > 0 ? 'sent' : 'done';
}

test('an end that is whole is done; what was sent is done for the queue alone', () => {
  const ways = (more: Partial<SliceEnd>) => [
    isDone(endOf(0, more), 'ingest'),
    isDone(endOf(0, more), 'queue'),
  ];
  expect(ways({})).toEqual([true, true]);
  expect(ways({ queued: 1 })).toEqual([false, true]);
  const code = 'READ_FAILED';
  for (const more of [{ failed: 1 }, { gone: 1 }, { unlisted: { code, message: '' } }, { isOpen: true }]) {
    expect(ways(more)).toEqual([false, false]);
    expect(ways({ ...more, queued: 1 })).toEqual([false, false]);
  }
});
