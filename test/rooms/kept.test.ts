import { describe, expect, test } from 'vitest';
import { keptOf, keptText } from '../../src/backfill/kept.js';
import { ATHENA } from '../../src/datasets/dataset.js';

const athena = { name: 'athena_events', eventSources: [ATHENA] } as const;
const some = { name: 'cloudtrail_events', eventSources: ['s3.amazonaws.com', 'iam.amazonaws.com'] } as const;
const all = { name: 'cloudtrail_events', eventSources: 'all' } as const;

describe('what a plan counts for', () => {
  test.each([
    ['athena_events', [athena], { datasets: ['athena_events'], eventSources: 'all' }],
    ['both', [all, athena], { datasets: ['athena_events', 'cloudtrail_events'], eventSources: 'all' }],
    [
      'some services, in whatever order they were named',
      [some],
      { datasets: ['cloudtrail_events'], eventSources: ['iam.amazonaws.com', 's3.amazonaws.com'] },
    ],
  ])('is the same however it was named: %s', (_, datasets, kept) => {
    expect(keptOf(datasets)).toEqual(kept);
    expect(keptOf(datasets.toReversed())).toEqual(kept);
  });

  test('for people names the services where it does not take all', () => {
    expect(keptText(keptOf([athena, all]))).toBe('athena_events, cloudtrail_events');
    expect(keptText(keptOf([some, athena]))).toBe(
      'athena_events, cloudtrail_events of iam.amazonaws.com and s3.amazonaws.com',
    );
  });
});
