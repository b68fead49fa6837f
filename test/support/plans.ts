import fc from 'fast-check';
import type { Amount, Plan, PlannedSlice } from '../../src/backfill/plan.js';
import { EVERYTHING } from './scopes.ts';

/** A plan without any log file. */
export const EMPTY_PLAN: Plan = {
  ...{ id: '20261121T113155Z-k3f9', made: Date.UTC(2026, 10, 21, 11, 31, 55), lake: '/lake' },
  ...{ sources: ['/logs'], scope: EVERYTHING, datasets: ['athena_events'], eventSources: 'all', slices: 0 },
  extent: { accounts: [], regions: [], days: 0, first: undefined, last: undefined },
  total: { files: 0, bytes: 0, settled: 0, archived: 0 },
  ...{ foreign: {}, classes: {}, months: [], textDays: [], gaps: [], unlisted: [] },
  ...{ inventory: undefined, inventoryMade: undefined },
};

/** A slice of one Region, so many days behind the first of January 2024. */
export function plannedSlice(day: number, root = '/logs/'): PlannedSlice {
  const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
  const place = `${root}AWSLogs/111122223333/CloudTrail/us-east-1/${date.replaceAll('-', '/')}/`;
  const what = { account: '111122223333', region: 'us-east-1', day: date };
  return {
    place,
    ...what,
    files: 2 + day,
    bytes: 1_000 + day,
    settled: day % 2,
    archived: 0,
    isSettled: false,
  };
}

/** A plan of so many slices, one a day. */
export function planOfDays(days: number, named: Partial<Plan> = {}) {
  const slices = Array.from({ length: days }, (_, at) => plannedSlice(at));
  return { plan: { ...EMPTY_PLAN, ...named, slices: days }, slices };
}

const text = fc.string({ unit: 'binary' });
const count = fc.maxSafeNat();
const amount: fc.Arbitrary<Amount> = fc.record({ files: count, bytes: count });
const perhaps = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined });
const day = fc
  .date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const month = day.map((date) => date.slice(0, 7));

const anySlice: fc.Arbitrary<PlannedSlice> = fc
  .tuple(
    fc.record({ place: text.filter((name) => !/\.\./.test(name)).map((name) => `/logs/${name}/`) }),
    fc.record({ account: perhaps(text), region: perhaps(text), day: perhaps(day) }),
    fc.record({ files: count, bytes: count, settled: count, archived: count, isSettled: fc.boolean() }),
  )
  .map(([place, told, counts]) => ({ ...place, ...told, ...counts }));

const word = fc.stringMatching(/^[A-Z][A-Z_-]{0,20}$/);
const amounts = fc.record({ files: count, bytes: count, settled: count, archived: count });

const anyHead: fc.Arbitrary<Omit<Plan, 'slices'>> = fc.record({
  id: fc.stringMatching(/^\d{8}T\d{6}Z-[a-z0-9]{4}$/),
  made: fc.integer({ min: 0, max: Date.UTC(9999, 0) }),
  lake: text,
  sources: fc.array(text).map((others) => [...others, '/logs']),
  scope: fc.record({
    from: perhaps(day),
    to: perhaps(day),
    accounts: fc.array(text),
    regions: fc.array(text),
  }),
  datasets: fc.subarray(['athena_events', 'cloudtrail_events']),
  eventSources: fc.oneof(
    fc.constant('all' as const),
    fc.array(fc.stringMatching(/^[a-z0-9][a-z0-9.-]*$/), { minLength: 1 }),
  ),
  extent: fc.record({
    accounts: fc.array(text),
    regions: fc.array(text),
    days: count,
    first: perhaps(day),
    last: perhaps(day),
  }),
  total: amounts,
  foreign: fc.dictionary(word, count),
  classes: fc.dictionary(
    word,
    fc.record({ files: count, bytes: count, restored: count, restoring: count, toRestore: amount }),
  ),
  months: fc.array(
    fc
      .tuple(
        amounts,
        fc.record({
          account: perhaps(text),
          month: perhaps(month),
          queryText: fc.constantFrom('all', 'some', 'none'),
        }),
      )
      .map(([counts, told]) => ({ ...counts, ...told })),
  ),
  textDays: fc.array(fc.record({ day, toRead: count })),
  gaps: fc.array(fc.record({ account: text, region: text, from: day, to: day, days: count })),
  unlisted: fc.array(fc.record({ place: text, code: text, message: text })),
  inventory: perhaps(text),
  inventoryMade: perhaps(fc.integer({ min: 0, max: Date.UTC(9999, 0) })),
});

/** Any plan, and its slices. */
export const anyPlan: fc.Arbitrary<{ readonly plan: Plan; readonly slices: readonly PlannedSlice[] }> = fc
  .tuple(anyHead, fc.array(anySlice))
  .map(([head, slices]) => structuredClone({ plan: { ...head, slices: slices.length }, slices }));
