import { describe, expect, test } from 'vitest';
import type { Plan } from '../../src/backfill/plan.js';
import { DEFAULT_PRICES, type PriceTable } from '../../src/backfill/price-table.js';
import { estimateText } from '../../src/cli/backfill/cost-text.js';
import { EMPTY_PLAN } from '../support/plans.ts';
import { textOf } from '../support/repository.ts';

/** The worked example of the README. */
const TEN_MILLION: Plan = {
  ...EMPTY_PLAN,
  ...{ lake: 's3://amzn-s3-demo-lake/audit', sources: ['s3://amzn-s3-demo-bucket'], slices: 10_000 },
  total: { files: 10_000_000, bytes: 200e9, settled: 0, archived: 0 },
  extent: { ...EMPTY_PLAN.extent, days: 1_000 },
};

function told(plan: Partial<Plan> = {}, prices: Partial<PriceTable> = {}): string {
  const facts = { plan: { ...TEN_MILLION, ...plan }, prices: { ...DEFAULT_PRICES, ...prices }, cores: 2 };
  return estimateText(facts, 80);
}

const inOneLine = (text: string) => text.replaceAll('\n', ' ');

describe('the estimate of 10 million log files, for people', () => {
  test('is the one in the README, line by line', () => {
    const [, ...lines] = told().split('\n');
    const table = lines.slice(
      0,
      lines.findIndex((line) => line.startsWith('Prices')),
    );
    expect(textOf('README.md')).toContain(table.join('\n'));
  });

  test('fits 80 columns', () => {
    for (const line of told().split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('says so where log files must be restored before: all of them, or some', () => {
    const total = { ...TEN_MILLION.total, archived: 10_000_000 };
    expect(inOneLine(told({ total }))).toContain('Counts the 10,000,000 archived, as if they were restored.');
    expect(told()).not.toContain('archived');
  });

  test('says so where prices were looked up more than a year before', () => {
    expect(inOneLine(told({}, { date: '2025-11-01' }))).toContain(
      'as of 2025-11-01 (more than a year ago: look them up), without free tiers',
    );
    expect(told()).not.toContain('more than a year ago');
  });
});
