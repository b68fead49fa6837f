import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseEventTime } from '../../src/cloudtrail/event-time.js';
import { SEED } from '../support/seed.js';

/** A calendar that counts days one by one: slow, and plain to see right. */
const isLeap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
const monthLengths = (year: number) => [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Days from 1 January 0000 to 1 January of each year, and to 1 January 1970. */
const YEAR_STARTS: number[] = [];
for (let year = 0, days = 0; year <= 10_000; year++) {
  YEAR_STARTS.push(days);
  days += isLeap(year) ? 366 : 365;
}
const EPOCH = YEAR_STARTS[1970] ?? 0;

type Parts = { year: number; month: number; day: number; hour: number; minute: number; second: number };

function slowly({ year, month, day, hour, minute, second }: Parts): number | undefined {
  const lengths = monthLengths(year);
  const length = lengths[month - 1];
  if (length === undefined || day < 1 || day > length) return undefined;
  if (hour >= 24 || minute >= 60 || second >= 60) return undefined;
  let days = (YEAR_STARTS[year] ?? 0) - EPOCH + day - 1;
  for (const before of lengths.slice(0, month - 1)) days += before;
  return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000;
}

const two = (value: number) => String(value).padStart(2, '0');
const written = (p: Parts) =>
  `${String(p.year).padStart(4, '0')}-${two(p.month)}-${two(p.day)}T${two(p.hour)}:${two(p.minute)}:${two(p.second)}Z`;

const parts = fc.record({
  year: fc.oneof(fc.integer({ min: 0, max: 9999 }), fc.integer({ min: 1990, max: 2040 })),
  month: fc.integer({ min: 0, max: 13 }),
  day: fc.oneof(fc.integer({ min: 0, max: 32 }), fc.integer({ min: 28, max: 31 })),
  hour: fc.oneof(fc.integer({ min: 0, max: 25 }), fc.integer({ min: 22, max: 24 })),
  minute: fc.integer({ min: 0, max: 61 }),
  second: fc.oneof(fc.integer({ min: 0, max: 61 }), fc.integer({ min: 58, max: 61 })),
});

describe('an eventTime', () => {
  test(`is what a slow calendar says, on 30,000 dates and what looks like one (seed ${SEED})`, () => {
    let possible = 0;
    fc.assert(
      fc.property(parts, (p) => {
        const expected = slowly(p);
        if (expected !== undefined) possible++;
        expect(parseEventTime(written(p)), written(p)).toBe(expected);
      }),
      { seed: SEED, numRuns: 30_000 },
    );
    expect(possible).toBeGreaterThan(5_000);
  });

  test('is right on every last day of February, and the day behind it, of 10,000 years', () => {
    const noon = { month: 2, hour: 12, minute: 0, second: 0 };
    for (let year = 0; year <= 9999; year++) {
      for (const day of [28, 29, 30]) {
        const p = { ...noon, year, day };
        if (parseEventTime(written(p)) !== slowly(p)) expect.fail(written(p));
      }
    }
  });

  test.each([
    ['2026-01-09T00:05:00Z', Date.UTC(2026, 0, 9, 0, 5)],
    ['2026-01-09t00:05:00z', Date.UTC(2026, 0, 9, 0, 5)],
    ['2026-01-09 00:05:00', Date.UTC(2026, 0, 9, 0, 5)],
    ['2026-01-09T00:05:00', Date.UTC(2026, 0, 9, 0, 5)],
    ['2026-01-09T00:05:00.5Z', Date.UTC(2026, 0, 9, 0, 5, 0, 500)],
    ['2026-01-09T00:05:00.123Z', Date.UTC(2026, 0, 9, 0, 5, 0, 123)],
    ['2026-01-09T00:05:00.999999999Z', Date.UTC(2026, 0, 9, 0, 5, 0, 999)],
    ['1969-12-31T23:59:59Z', -1000],
    ['0000-01-01T00:00:00Z', -62_167_219_200_000],
    ['9999-12-31T23:59:59Z', 253_402_300_799_000],
    ['2000-02-29T00:00:00Z', Date.UTC(2000, 1, 29)],
  ])('%s is taken', (text, millis) => expect(parseEventTime(text)).toBe(millis));

  test.each([
    ...['2026-02-29T10:00:00Z', '2026-02-30T10:00:00Z', '1900-02-29T10:00:00Z', '2026-04-31T10:00:00Z'],
    ...['2026-00-10T10:00:00Z', '2026-13-10T10:00:00Z', '2026-01-00T10:00:00Z', '2026-01-32T10:00:00Z'],
    ...['2026-01-09T24:00:00Z', '2026-01-09T23:60:00Z', '2016-12-31T23:59:60Z', '2026-01-09T99:99:99Z'],
    ...['', ' ', '2026-01-09', '2026-01-09T00:05Z', '26-01-09T00:05:00Z', '12026-01-09T00:05:00Z'],
    ...['+002026-01-09T00:05:00Z', '-2026-01-09T00:05:00Z', '2026-1-9T00:05:00Z', '2026/01/09T00:05:00Z'],
    ...[
      '2026-01-09T00:05:00+01:00',
      '2026-01-09T00:05:00-00:00',
      '2026-01-09T00:05:00.Z',
      '2026-01-09T00:05:00,5Z',
    ],
    ...['2026-01-09T00:05:00Z\n', ' 2026-01-09T00:05:00Z', '2026-01-09T00:05:00Z x', '2026-01-09T00:05:00ZZ'],
    ...[
      '２０２６-01-09T00:05:00Z',
      '2026-01-09T00:05:00.1234567890Z',
      'Fri, 09 Jan 2026 00:05:00 GMT',
      'now',
    ],
    ...[
      '1767917100',
      'Infinity',
      'NaN',
      '2026-W02-5',
      '20260109T000500Z',
      `2026-01-09T00:05:00.${'0'.repeat(100_000)}Z`,
    ],
  ])('%j is no time', (text) => expect(parseEventTime(text)).toBeUndefined());

  test.each([
    [undefined],
    [null],
    [1_767_917_100],
    [true],
    [['2026-01-09T00:05:00Z']],
    [{ eventTime: '2026-01-09T00:05:00Z' }],
    [new Date()],
  ])('%j is no text, so no time', (value) => expect(parseEventTime(value)).toBeUndefined());
});
