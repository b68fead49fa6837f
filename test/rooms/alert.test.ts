import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nearestTo } from '../../src/nearest-setting.js';
import { type Alert, knownAlert, periodBefore, type Rhythm } from '../../src/questions/alert.js';
import { toldColumns } from '../../src/questions/told-columns.js';
import { QUESTIONS, question } from '../support/questions/asked.ts';

const library = { questions: QUESTIONS, nearest: nearestTo };
const known = (alert: unknown) => knownAlert(alert, library);
const day = (question: string, parameters: object = {}) => ({ question, parameters, every: 'day' });

describe('an alert', () => {
  test('is a question, its values, and how often', () => {
    const alert: Alert = {
      ...{ question: 'outside-networks', parameters: { networks: '10.0.0.0/8,fc00::/7' }, every: 'hour' },
    };
    expect(known(alert)).toEqual({
      ...{
        question: question('outside-networks'),
        given: { networks: '10.0.0.0/8,fc00::/7' },
        every: 'hour',
      },
    });
    expect(known(day('new-activity', { before: 7 })).given).toEqual({ before: '7' });
    expect(known({ question: 'queries', every: 'hour' }).given).toEqual({});
  });

  test.each([
    [day('outside-network'), 'no question is called "outside-network". Did you mean outside-networks?'],
    [day('colour of the sky'), 'There are access-denied, addresses, '],
    [day('outside-networks', { network: '10.0.0.0/8' }), 'takes no network. Did you mean networks?'],
    [day('queries', { user: 'x' }), 'alerts: queries takes no user'],
    [
      day('outside-networks', { networks: '10.0.0/8' }),
      'outside-networks: --networks: 10.0.0/8 is no network',
    ],
    [day('by-user'), 'by-user: <user> is missing'],
    [day('new-activity', { before: 'some' }), '--before: some is not a whole number of days'],
    [day('new-activity', { before: true }), 'before is true, and must be a text or a number'],
    [day('by-user', { user: 'a\nb' }), 'no control character'],
    [day('by-user', { user: '<time>' }), 'no < or >'],
    [{ question: 'queries', every: 'week' }, 'every is "week", and must be hour or day'],
    [{ question: 'queries' }, 'every is nothing, and must be hour or day'],
    [{ question: 'queries', evry: 'day' }, 'takes no evry. Did you mean every?'],
    [{ question: 'new-activity', every: 'hour' }, 'compares with the days before, so ask it every day'],
    [{ question: 'read-results', every: 'hour' }, 'compares with the days before, so ask it every day'],
    ['new-activity', 'an alert is "new-activity", and must be an object'],
    [day('by-user', { user: 'x'.repeat(7_000) }), 'do not fit into a schedule'],
    [day('queries', []), 'is [], and must be an object'],
  ])('is refused where it is none: %j', (alert, message) => {
    expect(() => known(alert)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringContaining(message) }),
    );
  });
});

const at = (time: string) => Date.parse(time);
const bounds = (every: Rhythm, time: number) => {
  const { from, to } = periodBefore(every, time);
  return [from, to].map((it) => (it.kind === 'at' ? new Date(it.epochMs).toISOString() : it));
};

describe('the period of an alert', () => {
  test.each([
    ['hour', '2026-11-21T10:45:00Z', '2026-11-21T09:00:00.000Z', '2026-11-21T10:00:00.000Z'],
    ['hour', '2026-11-21T10:59:59.999Z', '2026-11-21T09:00:00.000Z', '2026-11-21T10:00:00.000Z'],
    ['hour', '2026-12-01T00:45:00Z', '2026-11-30T23:00:00.000Z', '2026-12-01T00:00:00.000Z'],
    ['day', '2026-11-21T00:45:00Z', '2026-11-20T00:00:00.000Z', '2026-11-21T00:00:00.000Z'],
    ['day', '2026-11-21T23:59:59Z', '2026-11-20T00:00:00.000Z', '2026-11-21T00:00:00.000Z'],
    ['day', '2027-01-01T00:45:00Z', '2026-12-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['day', '2028-03-01T00:45:00Z', '2028-02-29T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
  ] as const)('is the last whole %s before %s', (every, time, from, to) => {
    expect(bounds(every, at(time))).toEqual([from, to]);
  });

  test.each(['hour', 'day'] as const)(
    'has no gap and no overlap with the next one, however late a %s is told',
    (every) => {
      const millis = { hour: 3_600_000, day: 86_400_000 }[every];
      // A quarter of an hour from the end of the period, at least.
      const late = fc.integer({ min: -30 * 60_000, max: 14 * 60_000 });
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 500_000 }), late, late, (n, one, next) => {
          const scheduled = n * millis + 45 * 60_000;
          expect(bounds(every, scheduled + one)[1]).toBe(bounds(every, scheduled + millis + next)[0]);
        }),
      );
    },
  );
});

describe('what a message shows', () => {
  test('is columns of the question, and no texts', () => {
    const columns = ['submission_time', 'user_name', 'query_text', 'reason'];
    expect(toldColumns(question('outside-networks'), columns)).toEqual([
      ...['submission_time', 'user_name', 'source_ip', 'state'],
    ]);
    expect(toldColumns(question('failed'), columns)).toEqual(['submission_time', 'user_name']);
    for (const { table, name } of QUESTIONS)
      expect(toldColumns(question(name), table).length, name).toBe(
        table.filter((it) => !/text|reason|message|parameters|elements/.test(it)).length,
      );
  });
});
