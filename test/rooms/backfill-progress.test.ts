import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProgressCount, type Standing } from '../../src/backfill/progress-count.js';
import type { SliceEnd } from '../../src/backfill/slice-end.js';
import {
  type StatusFacts,
  type StatusWord,
  stateOf,
  statusObject,
  statusText,
} from '../../src/cli/backfill/status-text.js';
import type { FleetRun } from '../../src/ports/fleet.js';
import { EMPTY_PLAN, plannedSlice, planOfDays } from '../support/plans.ts';
import { SEED } from '../support/seed.ts';

const NOW = Date.UTC(2026, 10, 21, 11, 46);
const MINUTE = 60_000;

function endOf(day: number, more: Partial<SliceEnd> = {}): SliceEnd {
  const { place, files } = plannedSlice(day);
  const counts = { listed: files, ingested: files, skipped: 0, failed: 0, foreign: 0, queued: 0 };
  return { place, ...counts, at: NOW - MINUTE, failures: [], ...more };
}

function standingOf(days: number, ends: readonly SliceEnd[], now = NOW): Standing {
  const count = new ProgressCount(now);
  for (const end of ends) count.end(end);
  for (const slice of planOfDays(days).slices) count.slice(slice);
  return count.standing();
}

describe('the standing of a plan', () => {
  test('is the sum of its slices, whichever have ended (B1)', () => {
    const end = fc
      .record({
        day: fc.nat(9),
        ingested: fc.nat(9),
        skipped: fc.nat(9),
        failed: fc.nat(2),
        queued: fc.nat(9),
      })
      .map(({ day, ...counts }) => ({ day, end: endOf(day, counts) }));
    const ends = fc.uniqueArray(end, { selector: ({ day }) => day });
    fc.assert(
      fc.property(ends, (given) => {
        const { slices, logFiles } = standingOf(
          10,
          given.map((it) => it.end),
        );
        expect(logFiles.total).toBe(logFiles.done + logFiles.failed + logFiles.toDo);
        const oracle = { done: 0, failed: 0, toDo: 0, slicesDone: 0, slicesFailed: 0 };
        for (const { place, files, settled } of planOfDays(10).slices) {
          const ended = given.find((it) => it.end.place === place)?.end;
          oracle.done += ended ? ended.ingested + ended.skipped + ended.queued : settled;
          oracle.failed += ended?.failed ?? 0;
          oracle.toDo += ended ? 0 : files - settled;
          if (ended && ended.failed > 0) oracle.slicesFailed++;
          if (ended ? ended.failed === 0 : settled === files) oracle.slicesDone++;
        }
        const { done, failed, toDo } = logFiles;
        expect({ done, failed, toDo, slicesDone: slices.done, slicesFailed: slices.failed }).toEqual(oracle);
      }),
      { seed: SEED },
    );
  });

  test('counts a slice that was settled when the plan was made as done, though it has no end', () => {
    const count = new ProgressCount(NOW);
    count.slice({ ...plannedSlice(0), files: 2, settled: 2 });
    expect(count.standing()).toMatchObject({ slices: { total: 1, done: 1 }, logFiles: { done: 2, toDo: 0 } });
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

  test('has no speed where nothing ended lately, and no time left where nothing is left', () => {
    const stopped = standingOf(2, [endOf(0, { at: NOW - 6 * MINUTE })]);
    expect([stopped.rate, stopped.eta]).toEqual([0, undefined]);
    expect(standingOf(2, [endOf(0), endOf(1)]).eta).toBeUndefined();
  });

  test('bears a clock that is ahead, and one end alone', () => {
    expect(standingOf(3, [endOf(0, { at: NOW + MINUTE, ingested: 300 })]).rate).toBe(300);
    expect(standingOf(3, [endOf(0, { at: NOW - MINUTE, ingested: 300 })]).rate).toBe(1);
  });
});

const FLEET: FleetRun = {
  id: 'arn:aws:states:us-east-1:111122223333:execution:audit-lake-backfill:k3f9',
  ...{ state: 'running', started: NOW - MINUTE, ended: undefined, failures: [], redrivable: false },
  batches: { total: 3, waiting: 1, running: 1, succeeded: 1, failed: 0 },
};

function facts(standing: Standing, more: Partial<StatusFacts> = {}): StatusFacts {
  const plan = { ...EMPTY_PLAN, sources: ['/logs'], slices: standing.slices.total };
  return { plan, standing, fleet: undefined, isRunning: undefined, ...more };
}

const FAILED = endOf(1, {
  ...{ ingested: 2, failed: 1 },
  failures: [{ file: '/logs/a\u001b[2J.json.gz', code: 'BAD_GZIP', message: 'cut short' }],
});

describe('the status of a plan', () => {
  const cases: readonly (readonly [StatusWord, StatusFacts])[] = [
    ['not started', facts(standingOf(2, []))],
    ['running', facts(standingOf(2, [endOf(0)]))],
    ['running', facts(standingOf(2, []), { isRunning: true })],
    ['running', facts(standingOf(2, []), { fleet: FLEET })],
    ['stopped', facts(standingOf(2, [endOf(0)]), { isRunning: false })],
    ['stopped', facts(standingOf(2, [endOf(0, { at: NOW - 10 * MINUTE })]))],
    ['stopped', facts(standingOf(2, []), { fleet: { ...FLEET, state: 'failed' } })],
    ['done', facts(standingOf(2, [endOf(0), endOf(1)]))],
    ['done with failures', facts(standingOf(2, [endOf(0), FAILED]))],
  ];

  test.each(cases)('is one word: %s', (word, of) => {
    expect(stateOf(of)).toBe(word);
    expect(statusText(of)).toContain(`\nState      ${word}\n`);
    expect(statusObject(of).state).toBe(word.replaceAll(' ', '_'));
  });

  test('names the command that goes on, and none where all is done', () => {
    const next = cases.map(([, of]) => statusText(of).split('\n').at(-2));
    const run = 'audit-lake backfill run 20261121T113155Z-k3f9 --lake /lake';
    const watch = 'Watch      audit-lake backfill watch 20261121T113155Z-k3f9 --lake /lake';
    expect([next[0], next[1], next[3], next[4]]).toEqual([
      `Start      ${run}`,
      watch,
      watch,
      `Go on      ${run}`,
    ]);
    expect(next[6]).toBe(`Go on      ${run} --on fleet`);
    expect(next[7]).toMatch(/^Speed/);
    expect(next[8]).toBe(`Try again  ${run}`);
    expect(statusText(facts(standingOf(2, [endOf(0, { at: 0, ingested: 0, queued: 2 })])))).toContain(
      `Go on      ${run} --on queue\n`,
    );
  });

  test('is told in sums, with what failed, harmless to a terminal', () => {
    expect(statusText(facts(standingOf(4, [endOf(0), FAILED]), { fleet: FLEET }))).toBe(
      `Plan       20261121T113155Z-k3f9 of /logs
State      running
Slices     1 of 4 done (25 %), 1 with failures
Log files  14 = 5 done + 1 failed + 8 to do
Speed      <0.1 files/s over the last 5 minutes, 8 m 0 s left
Fleet      running: 3 batches = 1 done + 0 failed + 1 running + 1 waiting
           arn:aws:states:us-east-1:111122223333:execution:audit-lake-backfill:k3f9
failed     BAD_GZIP  /logs/a\\u001b[2J.json.gz: cut short
Watch      audit-lake backfill watch 20261121T113155Z-k3f9 --lake /lake
`,
    );
  });

  test('as an object has names in snake_case, at every depth', () => {
    const object = statusObject(facts(standingOf(4, [endOf(0), FAILED]), { fleet: FLEET }));
    expect(namesOf(object).filter((name) => !/^[a-z0-9_]+$/.test(name))).toEqual([]);
    expect(object).toMatchObject({ log_files: { total: 14, to_do: 8 }, fleet: { batches: { total: 3 } } });
  });
});

function namesOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...own, ...Object.values(value).flatMap(namesOf)];
}
