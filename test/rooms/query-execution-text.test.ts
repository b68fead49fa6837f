import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { better, isFinal, NOTHING_TOLD, type QueryExecution } from '../../src/datasets/query-execution.js';
import { executionOfText, executionToText } from '../../src/datasets/query-execution-text.js';
import { SEED } from '../support/seed.ts';

/** Any text, lone surrogates and NUL among them, and what looks like our own notation. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((codes) => String.fromCharCode(...codes)),
  fc.constantFrom('', '\0', '{"n":"1"}', '\ud800', '"', '\\', '***OMITTED***', '***WITHHELD***'),
);
const maybe = <T>(it: fc.Arbitrary<T>) => fc.option(it, { nil: null });
const state = fc.oneof(fc.constantFrom('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'), text);
const count = maybe(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }));
const millis = maybe(fc.integer({ min: -8.64e15, max: 8.64e15 }));

const execution: fc.Arbitrary<QueryExecution> = fc.record({
  ...{ tables: maybe(fc.dictionary(fc.constantFrom('statement_kind', 'referenced_tables'), text)) },
  ...{ text: maybe(text), statementType: maybe(text), substatementType: maybe(text), workGroup: maybe(text) },
  ...{ catalog: maybe(text), database: maybe(text), outputLocation: maybe(text), state: maybe(state) },
  ...{ stateChangeReason: maybe(text), submitted: millis, completed: millis, dataScannedBytes: count },
  ...{
    engineMs: count,
    queueMs: count,
    planningMs: count,
    totalMs: count,
    resultReused: maybe(fc.boolean()),
  },
  ...{ engineVersion: maybe(text), errorCategory: maybe(fc.integer()), errorType: maybe(fc.integer()) },
  ...{ errorMessage: maybe(text), executionParameters: maybe(fc.array(text)) },
});
const options = { seed: SEED, numRuns: 300 };

test('what the lake remembers of a query is what was told, whatever stands in it', () => {
  const members = Object.keys(NOTHING_TOLD).sort();
  fc.assert(
    fc.property(execution, (told) => {
      expect(Object.keys(told).sort()).toEqual(members);
      const written = executionToText(told);
      expect(executionOfText(written)).toEqual(told);
      expect(written).toBe(Buffer.from(written).toString());
    }),
    options,
  );
});

test('of one that says nothing, nothing is written', () => {
  expect(executionToText(NOTHING_TOLD)).toBe('{}');
  expect(executionOfText('{}')).toEqual(NOTHING_TOLD);
});

test('a number beyond 2^53 is written as digits, a smaller one too: its type stays', () => {
  const told = { ...NOTHING_TOLD, dataScannedBytes: 9_007_199_254_740_993n, queueMs: 5n, errorType: 5 };
  expect(executionToText(told)).toBe(
    '{"dataScannedBytes":{"n":"9007199254740993"},"queueMs":{"n":"5"},"errorType":5}',
  );
});

test('the better of two never loses a text and never leaves a final state', () => {
  fc.assert(
    fc.property(execution, execution, (known, told) => {
      const best = better(known, told);
      expect(better(undefined, told)).toEqual(told);
      if (known.text !== null || told.text !== null) expect(best.text).not.toBeNull();
      if (isFinal(known)) expect(withoutText(best)).toEqual(withoutText(known));
      else if (isSeenLater(known, told)) expect(best).toEqual(known);
      else expect(withoutText(best)).toEqual(withoutText(told));
      const ofOne = [known, told].some(
        (it) => it.text === best.text && isDeepStrictEqual(it.tables, best.tables),
      );
      expect(ofOne, 'tables of another text').toBe(true);
      if (isFinal(known) && known.text !== null) expect(best).toEqual(known);
      expect(better(best, told)).toEqual(best);
      expect(better(best, best)).toEqual(best);
    }),
    options,
  );
});

const withoutText = (it: QueryExecution) => ({ ...it, text: null, tables: null });

/** Of a named query or a prepared statement, which have no state. */
const isSeenLater = (known: QueryExecution, told: QueryExecution) =>
  known.state === null &&
  told.state === null &&
  known.text !== null &&
  Number(known.submitted) > Number(told.submitted);

test('of a text that may change the one that was seen later counts, whoever is heard first', () => {
  const seen = (text: string, submitted: number) => ({ ...NOTHING_TOLD, text, submitted });
  expect(better(seen('new', 10), seen('old', 5))).toEqual(seen('new', 10));
  expect(better(seen('old', 5), seen('new', 10))).toEqual(seen('new', 10));
});
