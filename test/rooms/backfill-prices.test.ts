import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parsePrices } from '../../src/backfill/price-file.js';
import { ASSUMPTIONS, DEFAULT_PRICES, isOld, PRICES } from '../../src/backfill/price-table.js';
import { inRepository } from '../support/repository.ts';

const refusal = (value: unknown): string => {
  try {
    parsePrices(value, 'prices.yaml');
  } catch (error) {
    return `${(error as { code?: string }).code} ${(error as Error).message}`;
  }
  return 'taken';
};

describe('a file of prices', () => {
  test('in the samples is our own table, figure by figure', () => {
    const sample: unknown = parse(readFileSync(inRepository('samples/prices.yaml'), 'utf8'));
    expect(parsePrices(sample, 'samples/prices.yaml')).toEqual(DEFAULT_PRICES);
    expect(sample).toEqual(DEFAULT_PRICES);
    expect(Object.keys(DEFAULT_PRICES.prices)).toEqual(Object.keys(PRICES));
    expect(Object.keys(DEFAULT_PRICES.assumptions)).toEqual(Object.keys(ASSUMPTIONS));
  });

  test.each([
    ['an empty file', null],
    ['nothing in it', {}],
    ['empty parts', { prices: {}, assumptions: {} }],
  ])('leaves ours as they are: %s', (_, value) => {
    expect(parsePrices(value, 'prices.yaml')).toEqual(DEFAULT_PRICES);
  });

  test('changes what it names, and no other figure', () => {
    const own = {
      date: '2026-12-01',
      currency: 'EUR',
      prices: { s3_get: 0.1 },
      assumptions: { hit_share: 0 },
    };
    expect(parsePrices(own, 'prices.yaml')).toEqual({
      ...{ date: '2026-12-01', region: 'us-east-1', currency: 'EUR' },
      prices: { ...DEFAULT_PRICES.prices, s3_get: 0.1 },
      assumptions: { ...DEFAULT_PRICES.assumptions, hit_share: 0 },
    });
  });

  test.each([
    ['an unknown price', { prices: { s3_gte: 1 } }, /s3_gte/],
    ['an unknown part', { price: {} }, /"price"/],
    ['a price below nothing', { prices: { s3_get: -1 } }, /prices\.s3_get/],
    ['a price that is a text', { prices: { s3_get: '0.1' } }, /prices\.s3_get/],
    ['a price without end', { prices: { s3_get: Number.POSITIVE_INFINITY } }, /prices\.s3_get/],
    [
      'a speed of nothing, by which time would be divided',
      { assumptions: { s3_files_per_second: 0 } },
      /s3_files_per_second/,
    ],
    ['more hits than log files', { assumptions: { hit_share: 1.1 } }, /hit_share/],
    ['a day that no calendar knows', { date: '2026-02-30' }, /date/],
    ['a currency that steers the terminal', { currency: '\u001b[2J' }, /currency/],
    ['a list', [], /./],
    ['a text', 'cheap', /./],
  ])('is refused with its place and the figure: %s', (_, value, named) => {
    expect(refusal(value)).toMatch(/^USAGE prices\.yaml: /);
    expect(refusal(value)).toMatch(named);
  });

  test('of more than a year ago is old', () => {
    const at = (date: string) => isOld({ ...DEFAULT_PRICES, date }, Date.UTC(2026, 10, 21));
    expect([at('2026-11-20'), at('2025-11-21'), at('2025-11-19'), at('2020-01-01')]).toEqual([
      ...[false, false, true, true],
    ]);
  });
});
