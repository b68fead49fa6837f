import { describe, expect, test } from 'vitest';
import { flagOf, objectOf, textOf, within } from '../../src/cloudtrail/record.js';

const parse = (text: string) => objectOf(JSON.parse(text));

describe('a field as text', () => {
  test.each([
    ['"a"', 'a'],
    ['""', ''],
    ['true', 'true'],
    ['12', '12'],
    ['-1.5', '-1.5'],
    ['9007199254740991', '9007199254740991'],
    ['9007199254740993', null],
    ['-9007199254740993', null],
    ['1e300', null],
    ['1e999', null],
    ['-1e999', null],
    ['null', null],
    ['{}', null],
    ['["a"]', null],
  ])('%s is %j', (json, text) => expect(textOf(parse(`{"field":${json}}`), 'field')).toBe(text));

  test.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])(
    'is never what every object has: %s',
    (field) => {
      expect(textOf(parse('{}'), field)).toBeNull();
      expect(within(parse('{}'), field)).toBeUndefined();
      expect(textOf(within(parse('{"__proto__":{"a":"b"}}')), 'a')).toBeNull();
    },
  );
});

describe('a field as a flag', () => {
  test.each([
    ['true', true],
    ['"true"', true],
    ['"FALSE"', false],
    ['false', false],
    ['1', null],
    ['"yes"', null],
    ['null', null],
  ])('%s is %j', (json, flag) => expect(flagOf(parse(`{"field":${json}}`), 'field')).toBe(flag));
});
