import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPlace, within } from '../../src/backfill/plan-places.js';
import { SEED } from '../support/seed.ts';

describe('the place of a slice', () => {
  test.each([
    '/',
    '/logs/',
    'C:\\logs\\',
    's3://amzn-s3-demo-bucket/',
    's3://amzn-s3-demo-bucket/a/../b/',
    '/a..b/',
  ])('is a folder with a slash at its end: %s', (place) => expect(isPlace(place)).toBe(true));

  test.each([
    '',
    '/logs',
    'logs',
    '/logs/../',
    '../',
    '/logs/../etc/',
    'C:\\logs\\..\\',
    's3://amzn-s3-demo-bucket/a',
  ])('is nothing else, and leads nowhere up: %j', (text) => expect(isPlace(text)).toBe(false));
});

describe('within the sources of a plan', () => {
  const CASES: readonly (readonly [source: string, inside: readonly string[], outside: readonly string[]])[] =
    [
      ['/logs', ['/logs/', '/logs/a/b/', '/'], ['/logs2/', '/etc/', 's3://amzn-s3-demo-bucket/logs/']],
      ['/logs/a.json.gz', ['/logs/'], ['/', '/logs/b/']],
      ['/', ['/', '/a/'], ['s3://amzn-s3-demo-bucket/']],
      ['/org/*/AWSLogs/*.gz', ['/org/', '/org/a/AWSLogs/'], ['/', '/other/']],
      ['/logs/{a,b}', ['/logs/a/'], ['/log/a/']],
      ['C:\\logs', ['C:\\logs\\a\\'], ['C:\\other\\']],
      [
        's3://amzn-s3-demo-bucket',
        ['s3://amzn-s3-demo-bucket/', 's3://amzn-s3-demo-bucket/a/'],
        ['s3://amzn-s3-demo-bucket2/'],
      ],
      [
        's3://amzn-s3-demo-bucket/a/',
        ['s3://amzn-s3-demo-bucket/a/', 's3://amzn-s3-demo-bucket/a//'],
        ['s3://amzn-s3-demo-bucket/', 's3://amzn-s3-demo-bucket/ab/'],
      ],
      // In S3 an asterisk is a letter of a key.
      [
        's3://amzn-s3-demo-bucket/a*/b/',
        ['s3://amzn-s3-demo-bucket/a*/b/c/'],
        ['s3://amzn-s3-demo-bucket/ab/b/'],
      ],
    ];
  test.each(CASES)('%s', (source, inside, outside) => {
    const isOurs = within(['/somewhere/else', source]);
    expect(inside.filter((place) => !isOurs(place))).toEqual([]);
    expect(outside.filter(isOurs)).toEqual([]);
  });

  test('is what begins with the folder of a source, or is the folder of a file (oracle)', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 4 })
      .map((names) => `/${names.join('/')}`);
    const folder = (source: string) => (source.endsWith('/') ? source : `${source}/`);
    fc.assert(
      fc.property(fc.array(path), path.map(folder), (sources, place) => {
        const isExpected = sources.some(
          (source) =>
            place.startsWith(folder(source)) || place === source.slice(0, source.lastIndexOf('/') + 1),
        );
        expect(within(sources)(place)).toBe(isExpected);
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });
});
