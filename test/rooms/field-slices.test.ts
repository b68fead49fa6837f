import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fieldSlices } from '../../src/cloudtrail/field-slices.js';
import { shifted } from '../support/chunks.js';
import { objectText } from '../support/log-document.js';
import { SEED } from '../support/seed.js';

const FIELDS = new Set(['requestParameters', 'responseElements', 'additionalEventData']);

function slicesOf(record: string, fields: ReadonlySet<string> = FIELDS): Record<string, string> {
  const slices = fieldSlices(Buffer.from(record), fields);
  return Object.fromEntries([...slices].map(([field, slice]) => [field, Buffer.from(slice).toString()]));
}

describe('the slices of a record', () => {
  test(`say what the parsed record says, field by field (20,000 records, seed ${SEED})`, () => {
    let found = 0;
    const key = fc.constantFrom(
      '"requestParameters"',
      '"request\\u0050arameters"',
      '"responseElements"',
      '"additionalEventData"',
      '"requestparameters"',
      '"eventID"',
      '"\\"requestParameters\\""',
      '"__proto__"',
    );
    const space = fc.constantFrom('', '', ' ', '\t\r\n');
    const value = fc.oneof(
      objectText,
      fc.constantFrom(
        'null',
        'true',
        '-1.5e3',
        '9007199254740993',
        '""',
        '[]',
        '"a\\"}"',
        '[null,"]"]',
        '"\\\\"',
        '"é🎉"',
      ),
    );
    const field = fc.tuple(space, key, space, space, value, space).map((it) => {
      const [before, name, afterName, beforeValue, inner, after] = it;
      return `${before}${name}${afterName}:${beforeValue}${inner}${after}`;
    });
    const record = fc.array(field, { maxLength: 7 }).map((fields) => `{${fields.join(',')}}`);
    fc.assert(
      fc.property(record, fc.integer({ min: 0, max: 5 }), (text, offset) => {
        const parsed = JSON.parse(text);
        const slices = fieldSlices(shifted(Buffer.from(text), offset), FIELDS);
        for (const name of FIELDS) {
          const slice = slices.get(name);
          const expected = Object.hasOwn(parsed, name) ? parsed[name] : null;
          expect(slice === undefined ? null : JSON.parse(Buffer.from(slice).toString()), text).toEqual(
            expected,
          );
          if (slice) found++;
        }
        expect([...slices.keys()].every((name) => FIELDS.has(name))).toBe(true);
      }),
      { seed: SEED, numRuns: 20_000 },
    );
    expect(found).toBeGreaterThan(5_000);
  });

  test('are the bytes as they stand, white space, big numbers and escapes included', () => {
    const inner = '{ "a" : 9007199254740993,\n"b":1.50, "c":"\\u0041\\/" , "d":[ ]}';
    expect(slicesOf(`{"eventID":"e", "requestParameters" : ${inner} , "x":1}`)).toEqual({
      requestParameters: inner,
    });
  });

  test.each([
    ['the last of two', '{"requestParameters":1,"requestParameters":2}', { requestParameters: '2' }],
    ['nothing where the last of two is null', '{"requestParameters":{"a":1},"requestParameters":null}', {}],
    [
      'the value behind a null',
      '{"requestParameters":null,"requestParameters":[]}',
      { requestParameters: '[]' },
    ],
    ['nothing for null', '{"requestParameters":null}', {}],
    ['a string', '{"requestParameters":"{\\n}"}', { requestParameters: '"{\\n}"' }],
    ['a number at the very end', '{"requestParameters":12}', { requestParameters: '12' }],
    ['a number before white space', '{"requestParameters":12 \n}', { requestParameters: '12' }],
    ['false', '{"requestParameters":false,"a":1}', { requestParameters: 'false' }],
    ['an escaped key', '{"\\u0072equestParameters":[1]}', { requestParameters: '[1]' }],
    ['no field of a deeper object', '{"a":{"requestParameters":1},"b":[{"requestParameters":2}]}', {}],
    ['no field that a string names', '{"a":"\\"requestParameters\\":1","b":"requestParameters"}', {}],
    ['nothing of an empty record', '{}', {}],
    ['nothing of an empty record with space', '{ \n }', {}],
    [
      'three at once',
      '{"additionalEventData":1,"responseElements":2,"requestParameters":3}',
      { additionalEventData: '1', responseElements: '2', requestParameters: '3' },
    ],
  ])('are %s', (_, record, slices) => expect(slicesOf(record)).toEqual(slices));

  test('of __proto__ are an ordinary field', () => {
    const slices = fieldSlices(Buffer.from('{"__proto__":{"a":1}}'), new Set(['__proto__']));
    expect(Buffer.from(slices.get('__proto__') ?? []).toString()).toBe('{"a":1}');
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });

  test('of a record of 5 MB with 200,000 fields take linear time', () => {
    const fields = Array.from({ length: 200_000 }, (_, at) => `"field number ${at}":{"a":"b"}`);
    const start = performance.now();
    expect(slicesOf(`{${fields.join(',')},"requestParameters":{"last":1}}`)).toEqual({
      requestParameters: '{"last":1}',
    });
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
