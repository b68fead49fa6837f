import { describe, expect, test } from 'vitest';
import { itemsOf } from '../support/aws-lake/lake-items.ts';
import { type FootstepsOptions, OwnFootsteps } from '../support/aws-lake/own-footsteps.ts';

const DAYS = 30;

/** Calls of Athena on each day, after the first, which makes the tables. */
async function callsADay(footsteps: OwnFootsteps): Promise<readonly number[]> {
  const calls: number[] = [];
  for (let day = 0; day < DAYS; day++) calls.push(await footsteps.live());
  return calls.slice(1);
}

const OWN: FootstepsOptions = { ownRoles: new Set([OwnFootsteps.role]) };
const UNKNOWN: FootstepsOptions = { ownRoles: new Set() };

describe('decision rule 2: what we ask of Athena does not make us ask more', () => {
  for (const [name, options] of Object.entries({ 'our role is set': OWN, 'our role is not set': UNKNOWN })) {
    test(`E7: the calls of a day come back as events of the next, ${name}, and do not grow in 30 days`, async () => {
      const calls = await callsADay(new OwnFootsteps(options));
      // The second day still finds the statements that made the tables.
      expect(new Set(calls.slice(1))).toEqual(new Set([calls.at(-1)]));
      expect(Math.max(...calls)).toBeLessThan(20);
    });
  }

  test('rows of our own calls are marked, and their texts are never to be asked', async () => {
    const footsteps = new OwnFootsteps(OWN);
    await callsADay(footsteps);
    const rows = await footsteps.rows(['event_id', 'is_own_call', 'query_text_status']);
    const own = rows.filter(({ event_id }) => String(event_id).startsWith('own-'));
    expect(own.length).toBeGreaterThan(100);
    expect(new Set(own.map(({ is_own_call }) => is_own_call))).toEqual(new Set([true]));
    expect(new Set(own.map(({ query_text_status }) => query_text_status))).toEqual(
      new Set(['not_applicable']),
    );
    const others = rows.filter(({ event_id }) => String(event_id).startsWith('user-'));
    expect(others.length).toBe(3 * DAYS);
    expect(new Set(others.map(({ is_own_call }) => is_own_call))).toEqual(new Set([false]));
    const open = [...itemsOf(footsteps.lake).raw.keys()].filter((key) => key.startsWith('ENR#'));
    expect(open.filter((key) => key.includes('own-'))).toEqual([]);
    expect(open).toHaveLength(3 * DAYS);
  });

  test('the law notices who asks about every event that names a query', async () => {
    const calls = await callsADay(new OwnFootsteps({ ...OWN, isNaive: true }));
    expect(calls.at(-1)).toBeGreaterThan(3 * (calls[0] ?? 0));
  });
});
