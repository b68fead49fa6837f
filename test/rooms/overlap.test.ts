import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AuditLakeError } from '../../src/errors.js';
import { mustNotOverlap } from '../../src/lake/overlap.js';
import { SEED } from '../support/seed.ts';

function isRefused(written: string, ...sources: readonly string[]): boolean {
  try {
    mustNotOverlap(written, sources);
    return false;
  } catch (thrown) {
    if (thrown instanceof AuditLakeError && thrown.code === 'USAGE') return true;
    throw thrown;
  }
}

const BUCKET = 's3://amzn-s3-demo-bucket';

describe('a lake and a watched source (O5, T18)', () => {
  test.each([
    // Lake, source, and whether S3 would notify us of our own objects.
    ['', '', true],
    ['', '/', true],
    ['', '/AWSLogs/', true],
    ['/lake', '', true],
    ['/lake', '/', true],
    ['/lake/', '/lake', true],
    ['/lake', '/lake', true],
    ['/lake', '/lake/', true],
    ['/lake', '/lake/athena_events/', true],
    ['/lake', '/lake/athena_events/g=0000/year=2026', true],
    ['/lake', '/la', true],
    ['/lake', '/LAKE', false],
    ['/lake', '/lake2', false],
    ['/lake', '/lake-of-others/', false],
    ['/logs2', '/logs', true],
    ['/logs2', '/logs/', false],
    ['/logs', '/logs2', false],
    ['/a/lake', '/a/', true],
    ['/a/lake', '/a/logs/', false],
    ['/day=1', '/day=10', false],
    ['/day=10', '/day=1', true],
    ['/day=10', '/day=1/', false],
  ])('of one bucket: lake "%s", source "%s", refused: %s', (lake, source, refused) => {
    expect(isRefused(`${BUCKET}${lake}`, `${BUCKET}${source}`)).toBe(refused);
  });

  test('of two buckets never overlap, though one name begins with the other', () => {
    expect(isRefused('s3://amzn-s3-demo-bucket1/lake', 's3://amzn-s3-demo-bucket/', `${BUCKET}2`)).toBe(
      false,
    );
  });

  test('overlap if any of the sources does, and the message names both', () => {
    const sources = [`${BUCKET}/AWSLogs/`, `${BUCKET}/la`];
    expect(() => mustNotOverlap(`${BUCKET}/lake`, sources)).toThrow(
      /amzn-s3-demo-bucket\/lake .*source s3:\/\/amzn-s3-demo-bucket\/la\./,
    );
  });

  test('do not overlap where the lake is a folder, or nothing is watched', () => {
    expect(isRefused('./lake', `${BUCKET}/`)).toBe(false);
    expect(isRefused(`${BUCKET}/lake`)).toBe(false);
  });

  const noBuckets = ['s3://UPPER/x', 's3://ab/x', 's3://b__score/x', `s3://${'a'.repeat(64)}/x`];
  test.each(['', 'AWSLogs/', 's3://', 's3:///AWSLogs', 'arn:aws:s3:::amzn-s3-demo-bucket', ...noBuckets])(
    'a source that is no location is refused, not passed over: %j',
    (source) => {
      expect(isRefused(`${BUCKET}/lake`, source)).toBe(true);
      expect(isRefused('./lake', source)).toBe(true);
    },
  );

  test('overlap exactly where there is a key that we may write and S3 would notify', () => {
    const prefix = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 4 });
    const oneKeyOfBoth = (lake: string, watched: string) => {
      const below = lake === '' || lake.endsWith('/') ? lake : `${lake}/`;
      // If there is such a key, then the longer of the two beginnings is one.
      return [below, watched].some((key) => key.startsWith(below) && key.startsWith(watched));
    };
    fc.assert(
      fc.property(prefix, prefix, (lake, watched) => {
        expect(isRefused(`${BUCKET}/${lake}`, `${BUCKET}/${watched}`)).toBe(oneKeyOfBoth(lake, watched));
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });
});
