import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeStateChange } from '../../src/cloudtrail/query-state-change.js';
import { SEED } from '../support/seed.ts';

const ID = '11111111-2222-3333-4444-555555555555';
/** As the Athena user guide shows it. */
const EVENT = {
  ...{ version: '0', id: 'abcdef00-1234-5678-9abc-def012345678', 'detail-type': 'Athena Query State Change' },
  ...{ source: 'aws.athena', account: '123456789012', time: '2026-01-09T12:00:00Z', region: 'us-east-1' },
  resources: [],
  detail: {
    ...{ versionId: '0', currentState: 'SUCCEEDED', previousState: 'RUNNING', statementType: 'DDL' },
    ...{ queryExecutionId: ID, workgroupName: 'primary', sequenceNumber: '3' },
  },
};
const withDetail = (detail: object) => ({ ...EVENT, detail: { ...EVENT.detail, ...detail } });

describe('the event of a query that changed its state', () => {
  test.each([
    ['SUCCEEDED', true],
    ['FAILED', true],
    ['CANCELLED', true],
    ['RUNNING', false],
    ['QUEUED', false],
    [7, false],
  ])('names the query and the moment; in state %s it has ended: %s', (currentState, isFinal) => {
    expect(decodeStateChange(withDetail({ currentState }))).toEqual({
      ...{ account: '123456789012', region: 'us-east-1', id: ID, at: Date.UTC(2026, 0, 9, 12), isFinal },
    });
  });

  test.each([
    ['source', ['aws.glue', 'example.com', '', undefined, null]],
    ['detail-type', ['Scheduled Event', '', undefined, {}]],
    [
      'account',
      ['12345678901', '1234567890123', '12345678901x', `123456789012\n`, '', null, 123_456_789_012.5],
    ],
    ['region', ['', 'us-east-1\n', 'US-EAST-1', 'us-east-1#', '../us-east-1', 'example.com', undefined]],
    [
      'time',
      ['', '2015-12-31T23:59:59Z', '10000-01-01T00:00:00Z', '+275760-09-13T00:00:00Z', 'now', 5, null],
    ],
    [
      'time',
      ['2026-02-30T00:00:00Z', '1969-12-31T23:59:59Z', '0001-01-01T00:00:00Z', '-000001-01-01T00:00:00Z'],
    ],
    ['detail', [undefined, null, 'text', [], { queryExecutionId: null }]],
  ])('is none without its %s', (field, values) => {
    for (const value of values) expect(decodeStateChange({ ...EVENT, [field]: value })).toBeUndefined();
  });

  test.each([
    '',
    'a#b',
    `${ID}#OPEN`,
    'prepared_statement/primary/s',
    'a b',
    'ö',
    `${ID}\n`,
    'x'.repeat(129),
  ])('is none of a query that has no such name: %j', (queryExecutionId) =>
    expect(decodeStateChange(withDetail({ queryExecutionId }))).toBeUndefined(),
  );

  test('may be as early as Athena, and as late as dates of four digits', () => {
    const at = (time: string) => decodeStateChange({ ...EVENT, time })?.at;
    expect(at('2016-01-01T00:00:00Z')).toBe(Date.UTC(2016, 0));
    expect(at('9999-12-31T23:59:59.999Z')).toBe(Date.UTC(10_000, 0) - 1);
  });

  test(`is nothing else, and nothing makes it throw (seed ${SEED})`, () => {
    const field = fc.oneof(fc.anything(), fc.constantFrom(...Object.values(EVENT)));
    const events = fc.oneof(
      fc.anything(),
      fc.record({ ...Object.fromEntries(Object.keys(EVENT).map((key) => [key, field])) }),
      fc.record({ detail: fc.oneof(field, fc.record({ queryExecutionId: field })) }).map((it) => ({
        ...EVENT,
        ...it,
      })),
    );
    fc.assert(
      fc.property(events, (event) => {
        const change = decodeStateChange(event);
        if (change === undefined) return;
        expect(change.account).toMatch(/^\d{12}$/);
        expect(change.id).toMatch(/^[\w-]{1,128}$/);
        expect(new Date(change.at).toISOString()).toMatch(/^\d{4}-/);
      }),
      { seed: SEED, numRuns: 5_000 },
    );
  });
});
