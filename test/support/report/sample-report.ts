import type { Listed, Report } from '../../../src/report/report.js';

/** A list that leaves nothing out. */
export const listed = <T>(...rows: readonly T[]): Listed<T> => ({ rows, more: { rows: 0, count: 0 } });

const FROM = Date.UTC(2026, 10, 1);
const DAY = 86_400_000;
const [FIRST, LAST] = ['2026-11-03 02:14:00', '2026-11-04 09:30:15.25'];

/** A report in which every text from outside is this one. */
export function reportOf(text: string): Report {
  return {
    ...{ lake: text, textMode: text, engine: text, version: text, networks: text, price: text },
    datasets: [
      { name: 'athena_events', eventSources: text, since: '2026-11-01' },
      { name: text, eventSources: text, since: text },
    ],
    generatedAt: FROM + 4.5 * DAY,
    period: { from: FROM, to: FROM + 4.5 * DAY },
    answers: answersOf(text),
    held: {
      tables: [
        {
          ...{ table: 'athena_events', days: 2, hidden: 1, files: 3, rows: 40, bytes: 12_345 },
          ...{ firstDay: '2026-11-03', lastDay: '2026-11-04' },
        },
      ],
      data: { sha256: 'a'.repeat(64), files: 3, rows: 40, bytes: 12_345 },
      silent: { ...listed({ from: '2026-11-01', to: '2026-11-02', days: 2 }), days: 2 },
      logFiles: [{ status: 'COMMITTED', files: 3, read: 50, ignored: 9, rejected: 1, rows: 40 }],
    },
    altered: { files: 7, first: [text] },
    changed: { sha256: 'b'.repeat(64), files: 4, rows: 41, bytes: 12_399 },
    commands: Object.fromEntries(
      ['addresses', 'cost', 'days', 'failed', 'hours', 'missing-texts', 'most-read'].map((name) => [
        name,
        text,
      ]),
    ),
  };
}

function answersOf(text: string): Report['answers'] {
  return {
    days: [
      {
        ...{ day: '2026-11-03', events: 20, queries: 8, failed: 1, scannedBytes: 1_000_000_000 },
        ...{ firstEvent: text, lastEvent: LAST },
      },
      {
        ...{ day: '2026-11-04', events: 20, queries: 2, failed: 0, scannedBytes: null },
        ...{ firstEvent: FIRST, lastEvent: text },
      },
    ],
    users: {
      ...listed(
        { user: text, queries: 8, scannedBytes: 1e9, largestBytes: 5e8, cost: 0.5, untold: 0 },
        { user: null, queries: 2, scannedBytes: null, largestBytes: null, cost: null, untold: 2 },
      ),
      ...{ cost: 0.5, scannedBytes: 1e9, untold: 2 },
    },
    hours: Array.from({ length: 7 }, (_, weekday) => new Array<number>(24).fill(weekday === 1 ? 1 : 0)),
    outside: {
      rows: [{ user: text, address: text, queries: 3, failed: 1, scannedBytes: 5, first: text, last: text }],
      more: { rows: 12, count: 34 },
    },
    places: { inside: 6, outside: 37, own: 1, unknown: 1 },
    tables: listed({ table: text, reading: 4, queries: 5, users: 2, last: text }),
    failures: {
      ...listed({
        ...{ user: text, outcome: text, call: text, reason: text },
        ...{ times: 2, first: text, last: text },
      }),
      ...{ denied: 2, failed: 0 },
    },
    missing: [{ status: text, queries: 3, oldest: text, newest: text }],
  };
}

/** A report of a lake without rows. */
export function emptyReport(): Report {
  const { changed: _, ...report } = reportOf('lake');
  const nothing = { rows: [], more: { rows: 0, count: 0 } };
  return {
    ...report,
    answers: {
      ...{ days: [], hours: [], outside: nothing, tables: nothing, missing: [] },
      users: { ...nothing, cost: null, scannedBytes: null, untold: 0 },
      places: { inside: 0, outside: 0, own: 0, unknown: 0 },
      failures: { ...nothing, denied: 0, failed: 0 },
    },
    held: {
      ...{ tables: [], logFiles: [] },
      data: { sha256: 'c'.repeat(64), files: 0, rows: 0, bytes: 0 },
      silent: { ...listed({ from: '2026-11-01', to: '2026-11-05', days: 5 }), days: 5 },
    },
  };
}
