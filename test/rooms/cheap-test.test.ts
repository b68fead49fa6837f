import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RecordSplitter } from '../../src/cloudtrail/record-splitter.js';
import { CheapTest } from '../../src/datasets/cheap-test.js';
import { ATHENA, type Dataset, takes } from '../../src/datasets/dataset.js';
import { inRandomPieces } from '../support/chunks.js';
import { SEED } from '../support/seed.js';

const athena: Dataset = { name: 'athena_events', eventSources: [ATHENA] };
const some: Dataset = { name: 'cloudtrail_events', eventSources: ['s3.amazonaws.com', 'ec2.amazonaws.com'] };
const all: Dataset = { name: 'cloudtrail_events', eventSources: 'all' };

type Verdict = { readonly mayTake: boolean; readonly taken: boolean; readonly text: string };

/** What the cheap test says of each record, and what the datasets say of the parsed one. */
function verdicts(records: readonly string[], datasets: readonly Dataset[], chunkSize = 1 << 20): Verdict[] {
  const found: Verdict[] = [];
  const cheap = new CheapTest(datasets);
  const splitter = new RecordSplitter({
    record: (slice) => {
      const bytes = Buffer.from(slice.chunk.subarray(slice.start, slice.end));
      const json = JSON.parse(bytes.toString());
      const taken = datasets.some((dataset) => takes(dataset, { bytes, json, index: found.length }));
      found.push({ mayTake: cheap.mayTake(slice), taken, text: bytes.toString() });
    },
    rejected: (code) => expect.fail(code),
  });
  const document = Buffer.from(`{"Records":[${records.join(',')}]}`);
  for (const chunk of inRandomPieces(document, SEED + records.length, chunkSize)) splitter.push(chunk);
  splitter.end();
  return found;
}

const may = (record: string, datasets: readonly Dataset[] = [athena]) => verdicts([record], datasets)[0];

/** A text as a JSON string with some of its characters as \u escapes, in either case of hex. */
const spelled = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.integer({ min: 0, max: 5 }), { minLength: text.length, maxLength: text.length })
    .map((ways) => `"${[...text].map((letter, at) => spelling(letter, ways[at] ?? 0)).join('')}"`);

function spelling(letter: string, way: number): string {
  const hex = letter.charCodeAt(0).toString(16).padStart(4, '0');
  return way === 0 ? `\\u${hex}` : way === 1 ? `\\u${hex.toUpperCase()}` : letter;
}

const source = fc.oneof(
  ...['athena', 's3', 'ec2', 'glue', 'athena.', 'xathena'].map((name) => {
    const text = `${name}.amazonaws.com`;
    return fc.oneof(fc.constant(`"${text}"`), spelled(text));
  }),
  fc.constantFrom('null', '7', '"athena"', '["athena.amazonaws.com"]', '{"a":"athena.amazonaws.com"}'),
);
const space = fc.constantFrom('', '', ' ', '\n\t');
const needle = fc.constantFrom(
  'athena.amazonaws.com',
  '\\"eventSource\\":\\"athena.amazonaws.com\\"',
  '\\u0041',
  'x',
  '\\\\u0061',
  '🎉',
);
const field = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.oneof(fc.constant('"eventSource"'), spelled('eventSource')), space, space, source),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constantFrom('"userAgent"', '"eventsource"'),
      space,
      space,
      needle.map((it) => `"${it}"`),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constant('"eventCategory"'),
      space,
      space,
      fc.constantFrom('"Management"', '"NetworkActivity"'),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constant('"nested"'),
      space,
      space,
      source.map((it) => `{"eventSource":${it}}`),
    ),
  },
);
const record = fc
  .array(field, { maxLength: 5 })
  .map(
    (fields) =>
      `{${fields.map(([key, before, after, value]) => `${key}${before}:${after}${value}`).join(',')}}`,
  );

describe('the cheap test', () => {
  test.each([
    ['Athena', [athena]],
    ['two other services', [some]],
    ['Athena and two others', [athena, some]],
    ['Athena and everything', [athena, all]],
  ] as const)(`never says no to a record that is taken: %s (seed ${SEED})`, (_, datasets) => {
    let [taken, refused] = [0, 0];
    fc.assert(
      fc.property(
        fc.array(record, { maxLength: 12 }),
        fc.constantFrom(3, 17, 200, 1 << 20),
        (records, size) => {
          for (const verdict of verdicts(records, datasets, size)) {
            if (verdict.taken) taken++;
            if (!verdict.mayTake) refused++;
            if (verdict.taken && !verdict.mayTake) expect.fail(`refused: ${verdict.text}`);
          }
        },
      ),
      { seed: SEED, numRuns: 2_500 },
    );
    expect(taken).toBeGreaterThan(500);
    if (!datasets.includes(all as never)) expect(refused).toBeGreaterThan(500);
  });

  test('finds each letter of a name when it alone is escaped', () => {
    for (let at = 0; at < ATHENA.length; at++) {
      for (const way of [0, 1]) {
        const name = [...ATHENA]
          .map((letter, place) => (place === at ? spelling(letter, way) : letter))
          .join('');
        expect(may(`{"eventSource":"${name}"}`), name).toMatchObject({ taken: true, mayTake: true });
      }
    }
  });

  test.each([
    ['escapes throughout', `{"eventSource":"${[...ATHENA].map((letter) => spelling(letter, 0)).join('')}"}`],
    ['an escaped key', '{"event\\u0053ource":"athena.amazonaws.com"}'],
    ['white space around the colon', '{"eventSource" \t:\r\n "athena.amazonaws.com"}'],
    ['the last of two', '{"eventSource":"s3.amazonaws.com","eventSource":"athena.amazonaws.com"}'],
    ['a field before it that names another', '{"a":"s3.amazonaws.com","eventSource":"athena.amazonaws.com"}'],
  ])('says yes to %s', (_, text) => expect(may(text)).toMatchObject({ taken: true, mayTake: true }));

  test.each([
    ['the name in another field', '{"eventSource":"s3.amazonaws.com","userAgent":"athena.amazonaws.com"}'],
    [
      'the name in a text that looks like the field',
      '{"note":"\\"eventSource\\":\\"athena.amazonaws.com\\""}',
    ],
    ['the first of two', '{"eventSource":"athena.amazonaws.com","eventSource":"s3.amazonaws.com"}'],
    ['the name in a deeper field', '{"a":{"eventSource":"athena.amazonaws.com"}}'],
    ['the name in __proto__', '{"__proto__":{"eventSource":"athena.amazonaws.com"}}'],
    ['a name that goes on', '{"eventSource":"athena.amazonaws.com.example.com"}'],
    ['the name in capitals', '{"eventSource":"ATHENA.AMAZONAWS.COM"}'],
    ['network activity', '{"eventSource":"athena.amazonaws.com","eventCategory":"NetworkActivity"}'],
    ['the name escaped with a backslash of its own', '{"eventSource":"\\\\u0061thena.amazonaws.com"}'],
  ])('and the dataset then refuses %s', (_, text) => expect(may(text)).toMatchObject({ taken: false }));

  test('says no to what cannot be taken, or it would be of no use', () => {
    for (const text of [
      '{}',
      '{"eventSource":"s3.amazonaws.com"}',
      '{"userAgent":"\\u00e9\\u003d\\u0026"}',
      '{"a":"\\u4e2d"}',
    ]) {
      expect(may(text), text).toMatchObject({ taken: false, mayTake: false });
    }
  });

  test('asks each record for itself, many to a chunk and one to many chunks', () => {
    const records = Array.from({ length: 500 }, (_, at) =>
      at % 7 === 0
        ? '{"eventSource":"athena.amazonaws.com"}'
        : `{"eventSource":"s3.amazonaws.com","n":${at}}`,
    );
    for (const size of [1, 10, 30, 100, 5_000, 1 << 20]) {
      for (const { mayTake, taken, text } of verdicts(records, [athena], size))
        expect(mayTake, text).toBe(taken);
    }
  });
});
