import { describe, expect, test } from 'vitest';
import { ProgressCount, type Standing } from '../../src/backfill/progress-count.js';
import type { SliceEnd } from '../../src/backfill/slice-end.js';
import { isOver, isWanting, type StateWord, stateOf } from '../../src/cli/backfill/state.js';
import { type StatusFacts, statusObject, statusText } from '../../src/cli/backfill/status-text.js';
import type { FleetRun } from '../../src/ports/fleet.js';
import { EMPTY_PLAN, plannedSlice, planOfDays } from '../support/plans.ts';

const NOW = Date.UTC(2026, 10, 21, 11, 46);
const MINUTE = 60_000;
const RUN = 'audit-lake backfill run 20261121T113155Z-k3f9 --lake /lake';
const WATCH = 'audit-lake backfill watch 20261121T113155Z-k3f9 --lake /lake';

function endOf(day: number, more: Partial<SliceEnd> = {}): SliceEnd {
  const { place, files } = plannedSlice(day);
  const counts = { listed: files, ingested: files, skipped: 0, failed: 0, foreign: 0, queued: 0, gone: 0 };
  return { place, isOpen: false, ...counts, unlisted: undefined, at: NOW - MINUTE, failures: [], ...more };
}

/** A plan of two slices, of which these have ended. */
function facts(ends: readonly SliceEnd[], more: Partial<StatusFacts> = {}): StatusFacts {
  const plan = more.plan ?? { ...EMPTY_PLAN, slices: 2 };
  const count = new ProgressCount(NOW);
  for (const end of ends) count.end(end);
  for (const slice of planOfDays(plan.slices).slices) count.slice(slice);
  const standing: Standing = count.standing();
  const location = `/lake/_meta/plans/${plan.id}.jsonl`;
  const told = { location, plans: [plan.id], isNamed: false, keeps: EMPTY_PLAN };
  const given = () => ({ variables: [], flags: [] });
  return { plan, standing, fleet: undefined, isWritten: undefined, now: NOW, ...told, given, ...more };
}

const FLEET: FleetRun = {
  id: 'arn:aws:states:us-east-1:111122223333:execution:audit-lake-backfill:k3f9',
  ...{ state: 'running', started: NOW - MINUTE, ended: undefined, failures: [], redrivable: false },
  batches: { total: 3, waiting: 1, running: 1, succeeded: 1, failed: 0 },
};
const ENDED: FleetRun = {
  ...{ ...FLEET, state: 'failed', ended: NOW - MINUTE / 2 },
  failures: [{ file: '/logs/b/', code: 'TIMED_OUT', message: 'the function ran out of time' }],
};
const FAILED = endOf(1, {
  ...{ ingested: 2, failed: 1 },
  failures: [{ file: '/logs/a\u001b[2J.json.gz', code: 'BAD_GZIP', message: 'cut short' }],
});
const SENT = [0, 1].map((day) => endOf(day, { ingested: 0, queued: 2 + day }));
const OPEN = endOf(1, { isOpen: true, ingested: 2 });
const LONG_AGO = { at: NOW - 10 * MINUTE };

describe('the state of a plan', () => {
  const cases: readonly (readonly [StateWord, 'over' | 'waits', string, StatusFacts])[] = [
    ['not started', 'waits', 'nothing has ended', facts([])],
    ['not started', 'waits', 'nobody writes to the folder yet', facts([], { isWritten: false })],
    ['running', 'waits', 'somebody writes to the folder', facts([], { isWritten: true })],
    ['running', 'waits', 'a slice of a lake in S3 ended lately', facts([endOf(0)])],
    ['running', 'waits', 'a fleet is under way', facts([], { fleet: FLEET })],
    ['running', 'waits', 'a slice ended after the fleet', facts([endOf(0, { at: NOW })], { fleet: ENDED })],
    ['running', 'waits', 'what failed is taken again', facts([endOf(0), FAILED], { isWritten: true })],
    ['running', 'waits', 'a large slice is on its way', facts([OPEN])],
    ['stopped', 'over', 'a large slice was left on its way', facts([OPEN], { isWritten: false })],
    ['stopped', 'over', 'nobody writes to the folder any more', facts([endOf(0)], { isWritten: false })],
    ['stopped', 'waits', 'a lake in S3 was silent, whoever writes', facts([endOf(0, LONG_AGO)])],
    ['stopped', 'over', 'the fleet has ended before the end', facts([], { fleet: ENDED })],
    ['stopped', 'over', 'the last slice was of the fleet', facts([endOf(0)], { fleet: ENDED })],
    ['done', 'over', 'all is settled', facts([endOf(0), endOf(1)])],
    ['done', 'over', 'done here after the fleet', facts([endOf(0), endOf(1)], { fleet: ENDED })],
    ['sent', 'over', 'all is in the queue', facts(SENT)],
    ['sent', 'over', 'the rest is in the queue', facts([endOf(0), ...SENT.slice(1)])],
    ['done with failures', 'over', 'a log file failed', facts([endOf(0), FAILED])],
    ['done with failures', 'over', 'log files have gone', facts([endOf(0), endOf(1, { gone: 3 })])],
  ];

  test.each(cases)('is %s and %s: %s', (word, end, _, of) => {
    expect([stateOf(of), isOver(of)]).toEqual([word, end === 'over']);
    expect(statusText(of)).toMatch(new RegExp(`\nState      ${word}(: the last slice ended .* ago)?\n`));
    expect(statusObject(of).state).toBe(word.replaceAll(' ', '_'));
  });

  test('is a failure where something was left out; what a fleet failed at, only while slices are left', () => {
    const whole = facts([endOf(0), endOf(1)], { fleet: ENDED });
    expect([isWanting(whole), statusObject(whole).failures]).toEqual([false, []]);
    const left = facts([endOf(0)], { fleet: ENDED });
    expect([isWanting(left), statusObject(left).failures]).toEqual([true, ENDED.failures]);
    expect([facts([]), facts(SENT)].map(isWanting)).toEqual([false, false]);
    expect(isWanting(facts([endOf(0, { gone: 1 })]))).toBe(true);
    const unlisted = [{ place: 's3://x/', code: 'AWS_DENIED', message: 'denied' }];
    const denied = { ...whole, plan: { ...whole.plan, unlisted } };
    expect([isWanting(denied), statusText(denied)]).toEqual([true, expect.stringMatching(/^Plan anew /m)]);
  });
});

describe('the status of a plan', () => {
  const lastOf = (of: StatusFacts) => statusText(of).split('\n').at(-2);

  test('names the command that goes on, and none where all is done', () => {
    expect(lastOf(facts([]))).toBe(`Start      ${RUN}`);
    expect(lastOf(facts([endOf(0)]))).toBe(`Watch      ${WATCH}`);
    expect(lastOf(facts([endOf(0)], { isWritten: false }))).toBe(`Go on      ${RUN}`);
    expect(lastOf(facts([OPEN], { isWritten: false }))).toBe(`Go on      ${RUN}`);
    expect(lastOf(facts([], { fleet: ENDED }))).toBe(`Go on      ${RUN} --on fleet`);
    expect(lastOf(facts([endOf(0), FAILED]))).toBe(`Try again  ${RUN}`);
    expect(lastOf(facts([endOf(0, { ingested: 0, queued: 2, ...LONG_AGO })]))).toBe(
      `Go on      ${RUN} --on queue`,
    );
    expect(lastOf(facts([endOf(0), endOf(1)]))).toMatch(/^Log files/);
  });

  test('is told in sums, with what failed, harmless to a terminal', () => {
    const plan = { ...EMPTY_PLAN, slices: 4 };
    expect(statusText(facts([endOf(0), FAILED], { plan, fleet: FLEET }))).toBe(
      `Plan       20261121T113155Z-k3f9 of /logs
State      running: the last slice ended 1 m 0 s ago
Slices     1 of 4 done (25 %), 1 with failures
Log files  14 = 5 done + 1 failed + 8 to do
Speed      <0.1 files/s over the last 5 minutes, 8 m 0 s left
Fleet      running: 3 batches = 1 done + 0 failed + 1 running + 1 waiting
           arn:aws:states:us-east-1:111122223333:execution:audit-lake-backfill:k3f9
failed     BAD_GZIP  /logs/a\\u001b[2J.json.gz: cut short
Watch      ${WATCH}
`,
    );
  });

  test('says what was sent to the queue, who reads it, and how it is counted', () => {
    expect(statusText(facts([endOf(0), ...SENT.slice(1)]))).toBe(
      `Plan       20261121T113155Z-k3f9 of /logs
State      sent
Slices     1 of 2 done (50 %), 1 sent to the queue
Log files  5 = 2 done + 3 sent + 0 failed + 0 to do
Next       The ingest Lambda reads what was sent. This counts what it has settled:
           audit-lake backfill plan /logs --lake /lake
`,
    );
  });

  test('says what has gone, and what to do about it, before the command that looks again', () => {
    expect(
      statusText(facts([endOf(0), endOf(1, { gone: 3 })]))
        .split('\n')
        .slice(-4),
    ).toEqual([
      'Gone       3 log files of the plan lie there no more: deleted since, or their disk',
      '           is not there. The same command looks again; a new plan leaves them out.',
      `Try again  ${RUN}`,
      '',
    ]);
  });

  test('names older plans where none was asked for', () => {
    const plans = ['20261121T113155Z-k3f9', ...[1, 2, 3, 4].map((n) => `20261120T11315${n}Z-aaaa`)];
    const older = 'Older      20261120T113151Z-aaaa 20261120T113152Z-aaaa 20261120T113153Z-aaaa and 1 more';
    expect(statusText(facts([], { plans }))).toContain(`\n${older}\n`);
    expect(statusText(facts([], { plans, isNamed: true }))).not.toContain('Older');
    expect(statusObject(facts([], { plans })).plans).toEqual(plans);
  });

  test('has a speed only while it is running', () => {
    const of = (isWritten: boolean) => facts([endOf(0, { ingested: 600 })], { isWritten });
    expect(statusText(of(true))).toMatch(/^Speed .* left$/m);
    expect(statusObject(of(true)).eta_seconds).toBeGreaterThan(0);
    expect(statusText(of(false))).not.toMatch(/^Speed/m);
    expect(statusObject(of(false))).toMatchObject({ files_per_second: 0, eta_seconds: null });
  });

  test('counts the failures that slices do not name', () => {
    const many = Array.from({ length: 5 }, (_, at) => ({ file: `/logs/${at}`, code: 'X', message: 'y' }));
    const ends = [0, 1].map((day) => endOf(day, { failed: 30, failures: [...many, ...many] }));
    expect(statusText(facts(ends))).toMatch(/^ {11}and 50 more$/m);
  });

  test('as an object has names in snake_case, at every depth', () => {
    const object = statusObject(facts([endOf(0), FAILED], { fleet: ENDED }));
    expect(namesOf(object).filter((name) => !/^[a-z0-9_]+$/.test(name))).toEqual([]);
    expect(object).toMatchObject({ log_files: { total: 5 }, fleet: { batches: { total: 3 } } });
    expect(Object.keys(object)).toEqual([
      ...['schema_version', 'plan', 'location', 'lake', 'sources', 'state', 'slices', 'log_files', 'gone'],
      ...[
        'files_per_second',
        'eta_seconds',
        'last_slice_at',
        'fleet',
        'failures',
        'unlisted',
        'next',
        'plans',
      ],
    ]);
  });
});

function namesOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...own, ...Object.values(value).flatMap(namesOf)];
}
