import { describe, expect, test } from 'vitest';
import { parseRawName } from '../../src/lake/raw-partition.js';
import { checkProjection, isProjected, projectionProperties } from '../../src/lake/raw-projection.js';

const ROOT = 's3://amzn-s3-demo-bucket/AWSLogs/o-exampleorgid/';
const PROJECTION = {
  accounts: ['111122223333', '444455556666'],
  regions: ['us-east-1', 'eu-central-1'],
  fromYear: '2021',
};
const SOUND = projectionProperties(ROOT, PROJECTION);

function covers(name: string, properties = SOUND): boolean {
  const folder = parseRawName(name);
  if (!folder) throw new Error(name);
  return checkProjection(ROOT, properties).covers(folder);
}

/**
 * What Athena computes, by its documentation: every value of each column, put into the template. Slow and plain:
 * the oracle of `covers`.
 */
function computed(properties: { readonly [name: string]: string }, now: number): ReadonlySet<string> {
  const valuesOf = (column: string): string[] => {
    const of = (name: string) => properties[`projection.${column}.${name}`] ?? '';
    if (of('type') === 'enum') return of('values').split(',');
    const [from = '', to = ''] = of('range').split(',');
    const [first, last] = [Number(from), to === 'NOW' ? now : Number(to)];
    const width = of('type') === 'date' ? 4 : Number(of('digits') || 1);
    return Array.from({ length: last - first + 1 }, (_, at) => String(first + at).padStart(width, '0'));
  };
  let made = [properties['storage.location.template'] ?? ''];
  for (const column of ['account', 'region', 'year', 'month', 'day'])
    made = made.flatMap((text) => valuesOf(column).map((value) => text.replace(`\${${column}}`, value)));
  return new Set(made);
}

describe('a projection that we make', () => {
  test('has no faults, and computes every day of its accounts and Regions from its first year on', () => {
    expect(isProjected(SOUND)).toBe(true);
    expect(checkProjection(ROOT, SOUND).faults).toEqual([]);
    const places = computed(SOUND, 2026);
    for (const account of ['111122223333', '123456789012'])
      for (const region of ['us-east-1', 'ap-south-1'])
        for (const day of ['2020-12-31', '2021-01-01', '2024-02-29', '2026-11-21']) {
          const place = `${ROOT}${account}/CloudTrail/${region}/${day.replaceAll('-', '/')}/`;
          expect(covers(`${account}/${region}/${day}`), place).toBe(places.has(place));
        }
  });

  test('injects what is not named: each query has to name it', () => {
    const injected = projectionProperties(ROOT, { ...PROJECTION, accounts: [], regions: [] });
    expect(injected['projection.account.type']).toBe('injected');
    expect(checkProjection(ROOT, injected).faults).toEqual([]);
    expect(covers('123456789012/ap-south-1/2026-01-01', injected)).toBe(true);
  });
});

/** Each of them gives no rows, or too few, and no error. */
const BROKEN: { readonly [fault: string]: readonly [string, string | undefined, RegExp] } = {
  'a blank in an enum (MoJ#13907)': [
    'projection.account.values',
    '111122223333, 444455556666',
    /holds " 444455556666"/,
  ],
  'no slash at the end of the template (MoJ#13907)': [
    'storage.location.template',
    `${ROOT}\${account}/CloudTrail/\${region}/\${year}/\${month}/\${day}`,
    /does not end in a slash/,
  ],
  'a column that the template leaves out': [
    'storage.location.template',
    `${ROOT}\${account}/CloudTrail/us-east-1/\${year}/\${month}/\${day}/`,
    /does not name region/,
  ],
  'a template over another root': [
    'storage.location.template',
    `s3://amzn-s3-demo-bucket/AWSLogs/\${account}/CloudTrail/\${region}/\${year}/\${month}/\${day}/`,
    /expected s3:\/\/amzn-s3-demo-bucket\/AWSLogs\/o-exampleorgid/,
  ],
  'no template': ['storage.location.template', undefined, /template is missing/],
  'months without a leading zero': ['projection.month.digits', undefined, /digits is missing: expected 2/],
  'a column without a type': ['projection.day.type', undefined, /Athena refuses/],
  'a range that is none': ['projection.year.range', '2021', /expected two ends/],
  'a step that leaves days out': ['projection.day.interval', '7', /interval is 7: expected 1/],
  'another format of years': ['projection.year.format', 'yy', /expected yyyy/],
};

describe('a projection that somebody wrote', () => {
  test.each(Object.entries(BROKEN))('%s is found', (_, [name, value, words]) => {
    const { [name]: _removed, ...rest } = SOUND;
    const { faults } = checkProjection(ROOT, value === undefined ? rest : { ...rest, [name]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(words);
  });

  test('whose ranges end is held against them', () => {
    const ended = { ...SOUND, 'projection.year.range': '2021,2025', 'projection.month.range': '1,11' };
    expect(checkProjection(ROOT, ended).faults).toEqual([]);
    expect(covers('111122223333/us-east-1/2025-11-30', ended)).toBe(true);
    expect(covers('111122223333/us-east-1/2025-12-01', ended)).toBe(false);
    expect(covers('111122223333/us-east-1/2026-01-01', ended)).toBe(false);
  });
});
