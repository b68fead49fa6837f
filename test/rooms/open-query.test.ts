import { describe, expect, test } from 'vitest';
import type { Cells } from '../../src/datasets/column.js';
import { hasText, nextTry, openReason, startedBefore } from '../../src/datasets/open-query.js';
import { withAnswer } from '../../src/datasets/query-cells.js';
import { cellsOfAsked, detailsRow } from '../../src/datasets/query-details.js';
import {
  type HistoryAnswer,
  NOTHING_TOLD,
  type OpenReason,
  type QueryExecution,
} from '../../src/datasets/query-execution.js';
import { WITHHELD } from '../../src/datasets/withheld.js';
import { TABLES } from '../../src/lake/tables.js';

const AT = Date.UTC(2026, 0, 9, 12);
const MINUTE = 60_000;
const QUERY = { account: '111122223333', region: 'us-east-1', id: 'q1', started: AT };

const execution = (told: Partial<QueryExecution>): HistoryAnswer => ({
  ...{ kind: 'execution', source: 'athena', execution: { ...NOTHING_TOLD, ...told } },
});
const answered = (answer: HistoryAnswer): Cells => withAnswer(cellsOfAsked(QUERY), answer);

describe('why a query is asked about again', () => {
  const cases: readonly [string, HistoryAnswer, string | undefined, boolean][] = [
    ['it ended', execution({ text: 'a', state: 'SUCCEEDED' }), undefined, true],
    ['it failed', execution({ text: 'a', state: 'FAILED' }), undefined, true],
    ['it was cancelled', execution({ text: 'a', state: 'CANCELLED' }), undefined, true],
    ['it runs', execution({ text: 'a', state: 'RUNNING' }), 'running', true],
    ['it is queued', execution({ text: 'a', state: 'QUEUED' }), 'running', true],
    ['its state is a word that nobody knows', execution({ text: 'a', state: 'PAUSED' }), 'running', true],
    ['its state was not told', execution({ text: 'a' }), 'running', true],
    ['it ended, and its text was not told', execution({ state: 'SUCCEEDED' }), undefined, false],
    ['it runs, and its text was not told', execution({ state: 'RUNNING' }), 'pending', false],
    ['its text is withheld', execution({ text: WITHHELD, state: 'SUCCEEDED' }), undefined, true],
    ['its text is withheld and it runs', execution({ text: WITHHELD, state: 'RUNNING' }), 'running', true],
    ['nobody let us ask', { kind: 'denied' }, 'denied', false],
    ['Athena does not know it', { kind: 'not_found' }, undefined, false],
    ['a kept text is there', { kind: 'current_text', text: 'a', source: 'athena' }, undefined, true],
    ['a kept text is not', { kind: 'current_text', text: null, source: 'athena' }, 'pending', false],
  ];
  for (const [what, answer, why, hasIt] of cases) {
    test(`${what}: ${why ?? 'nothing more can be learned'}`, () => {
      expect(openReason(answered(answer), answer)).toBe(why);
      expect(hasText(answered(answer))).toBe(hasIt);
    });
  }

  test('nobody answered yet', () => {
    expect(openReason(cellsOfAsked(QUERY), undefined)).toBe('pending');
    expect(hasText(cellsOfAsked(QUERY))).toBe(false);
  });

  test('an event that shows its text and whose query has ended leaves nothing open', () => {
    expect(openReason({ query_text: 'a', query_text_status: 'in_event' }, undefined)).toBeUndefined();
  });
});

describe('when a query is asked about again', () => {
  const waits = (why: OpenReason, ...tries: readonly number[]) =>
    tries.map((n) => (nextTry(AT, n, why) - AT) / MINUTE);

  const DAY = 24 * 60;

  test('after 2 minutes, doubled each time, never more than 6 hours within the first day', () => {
    const firstDay = waits('pending', 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    expect(firstDay).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
    expect(waits('running', 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)).toEqual(firstDay);
    const longestStatement = 10 * 60;
    expect(firstDay.reduce((sum, it) => sum + it)).toBeGreaterThan(2 * longestStatement);
  });

  test('where a day was not enough, after a day, doubled each time, never more than a week', () => {
    const inVain = [DAY, 2 * DAY, 4 * DAY, 7 * DAY, 7 * DAY, 7 * DAY];
    expect(waits('pending', 10, 11, 12, 13, 100, 5_000)).toEqual(inVain);
    expect(waits('running', 10, 11, 12, 13, 100, 5_000)).toEqual(inVain);
  });

  test('where it is denied, after a day at once, doubled each time, never more than a week', () => {
    expect(waits('denied', 1, 2, 3, 4, 100)).toEqual([DAY, 2 * DAY, 4 * DAY, 7 * DAY, 7 * DAY]);
  });

  test('a statement that may run for 10 hours was submitted on the day of its end or the one before', () => {
    for (const hours of [0, 1, 9.99]) {
      const submitted = AT - hours * 60 * MINUTE;
      const day = (at: number) => new Date(at).toISOString().slice(0, 10);
      expect(startedBefore(AT).map(day)).toContain(day(submitted));
    }
  });
});

describe('the row of athena_query_details', () => {
  const columns = new Set(TABLES.athena_query_details.columns.map(({ name }) => name));

  for (const [id, cells] of [
    ['q1', { query_execution_id: 'q1', submission_time: AT }],
    ['named_query/n1', { named_query_id: 'n1' }],
    ['prepared_statement/primary/s@1', { work_group: 'primary', statement_name: 's@1' }],
  ] as const) {
    test(`names what it is about: ${id}`, () => {
      const query = { ...QUERY, id };
      expect(cellsOfAsked(query)).toEqual({ query_text_status: 'pending', ...cells });
      const row = detailsRow(query, cellsOfAsked(query), AT + 5);
      expect(row).toMatchObject({
        event: { account_id: '111122223333', aws_region: 'us-east-1' },
        query: cells,
        evidence: { ingested_at: AT + 5 },
      });
      const names = Object.values(row).flatMap((group) => Object.keys(group));
      expect(names.filter((name) => !columns.has(name))).toEqual([]);
    });
  }

  test('tells the moment of submission as Athena does, else that of the event', () => {
    expect(answered(execution({ submitted: AT + 250 }))['submission_time']).toBe(AT + 250);
    expect(answered({ kind: 'not_found' })['submission_time']).toBe(AT);
  });
});
