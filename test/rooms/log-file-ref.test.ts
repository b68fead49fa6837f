import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fingerprint, keyOfLocalPath, namedKey, parseKey } from '../../src/cloudtrail/log-file-ref.js';
import { SEED } from '../support/seed.js';

const NAME = '111122223333_CloudTrail_us-east-1_20260109T0005Z_AbCdEfGhIjKlMnOp.json.gz';
const FOLDER = '111122223333/CloudTrail/us-east-1/2026/01/09';

function told(key: string) {
  const kind = parseKey('trail-bucket', key);
  if (kind.kind === 'foreign') return kind.reason;
  expect(kind.ref).toMatchObject({ bucket: 'trail-bucket', key });
  const { organization, account, region, deliveryDay } = kind.ref;
  return [organization, account, region, deliveryDay];
}

const HOME = ['111122223333', 'us-east-1', '2026-01-09'];

describe('the key of a log file', () => {
  test.each([
    ['a single account', `AWSLogs/${FOLDER}/${NAME}`, [undefined, ...HOME]],
    ['an organization', `AWSLogs/o-exampleorg1/${FOLDER}/${NAME}`, ['o-exampleorg1', ...HOME]],
    ['a prefix', `security/AWSLogs/${FOLDER}/${NAME}`, [undefined, ...HOME]],
    [
      'a prefix of several folders',
      `a/b c/ü/AWSLogs/o-exampleorg1/${FOLDER}/${NAME}`,
      ['o-exampleorg1', ...HOME],
    ],
    ['a prefix that ends like the layout', `my-AWSLogs/AWSLogs/${FOLDER}/${NAME}`, [undefined, ...HOME]],
    [
      'Control Tower, landing zone 3',
      `o-exampleorg1/AWSLogs/o-exampleorg1/${FOLDER}/${NAME}`,
      ['o-exampleorg1', ...HOME],
    ],
    [
      'a file name without the last underscore',
      `AWSLogs/${FOLDER}/111122223333_CloudTrail_us-east-1_20260109T0005ZAbCdEf.json.gz`,
      [undefined, ...HOME],
    ],
    [
      'a Region of another partition',
      NAME.replaceAll('us-east-1', 'us-gov-west-1'),
      [undefined, '111122223333', 'us-gov-west-1', '2026-01-09'],
    ],
    ['only a file name', NAME, [undefined, ...HOME]],
    ['a file name in a loose folder', `downloads/${NAME}`, [undefined, ...HOME]],
    ['plain JSON', `AWSLogs/${FOLDER}/${NAME.replace('.gz', '')}`, [undefined, ...HOME]],
    ['a name of no known form', 'events.json', [undefined, undefined, undefined, undefined]],
    ['upper case endings', 'EVENTS.JSON.GZ', [undefined, undefined, undefined, undefined]],
    ['only .gz', 'events.gz', [undefined, undefined, undefined, undefined]],
    [
      'an account that is too short',
      `AWSLogs/11112222333/CloudTrail/us-east-1/2026/01/09/x.json`,
      [undefined, undefined, undefined, undefined],
    ],
  ])('of %s tells what there is to tell', (_, key, expected) => expect(told(key)).toEqual(expected));

  test('of the older Control Tower layout tells the account, Region and day', () => {
    const [, ...place] = told(`o-exampleorg1/AWSLogs/${FOLDER}/${NAME}`);
    expect(place).toEqual(HOME);
  });

  test('tells the day of the folder where the file name has another', () => {
    expect(told(`AWSLogs/${FOLDER}/${NAME.replace('20260109', '20260110')}`)).toEqual([undefined, ...HOME]);
  });
});

describe('a key of something else', () => {
  const of = (family: string, name = NAME.replace('CloudTrail', family)) =>
    `AWSLogs/o-exampleorg1/111122223333/${family}/us-east-1/2026/01/09/${name}`;

  test.each([
    [
      'digest',
      of(
        'CloudTrail-Digest',
        '111122223333_CloudTrail-Digest_us-east-1_trail_us-east-1_20260109T000500Z.json.gz',
      ),
    ],
    ['digest', '111122223333_CloudTrail-Digest_us-east-1_my_trail_us-east-1_20260109T000500Z.json.gz'],
    ['insight', of('CloudTrail-Insight')],
    ['insight', NAME.replace('CloudTrail', 'CloudTrail-Insight')],
    ['network-activity', of('CloudTrail-NetworkActivity')],
    ['network-activity', `x/${NAME.replace('CloudTrail', 'CloudTrail-NetworkActivity')}`],
    ['aggregated', of('CloudTrail-Aggregated')],
    ['aggregated', NAME.replace('CloudTrail', 'CloudTrail-Aggregated')],
    ['other-service', of('CloudTrail-Future')],
    ['other-service', NAME.replace('CloudTrail', 'CloudTrail-Future')],
    [
      'other-service',
      'AWSLogs/111122223333/Config/us-east-1/2026/1/9/ConfigHistory/111122223333_Config_us-east-1.json.gz',
    ],
    ['other-service', 'AWSLogs/111122223333/elasticloadbalancing/us-east-1/2026/01/09/x.log.gz'],
    ['other-service', 'AWSLogs/111122223333/vpcflowlogs/us-east-1/2026/01/09/x.log.gz'],
    ['other-service', 'AWSLogs/111122223333/WAFLogs/us-east-1/x.json.gz'],
    ['digest', of('CloudTrail-Digest', NAME)],
    ['insight', of('CloudTrail', NAME.replace('CloudTrail', 'CloudTrail-Insight'))],
    ['not-json', `AWSLogs/${FOLDER}/`],
    ['not-json', 'AWSLogs/'],
    ['not-json', ''],
    ['not-json', 'readme.txt'],
    ['not-json', 'events.json.gz.tmp'],
    ['not-json', 'events.parquet'],
    ['not-json', 'json'],
  ])('is foreign, %s: %s', (reason, key) => expect(told(key)).toBe(reason));

  test('is tried where the user named the file himself, but not where it is of another family', () => {
    expect(namedKey('file', 'events.txt')).toMatchObject({ kind: 'log-file', ref: { key: 'events.txt' } });
    expect(namedKey('file', NAME)).toEqual(parseKey('file', NAME));
    const digest = NAME.replace('CloudTrail', 'CloudTrail-Digest');
    expect(namedKey('file', digest)).toEqual({ kind: 'foreign', reason: 'digest' });
  });
});

describe('a hostile key', () => {
  const hostile = [
    ...[
      '../../etc/passwd.json',
      '/etc/passwd.json',
      '..',
      '.',
      '/',
      '//',
      'a//b.json',
      'C:\\con.json',
      'nul\0.json',
    ],
    ...[
      ' .json',
      'two words.json',
      'ünï 中 🎉.json.gz',
      'a\nb.json',
      '\u202ejson.evil.json',
      '%2e%2e/x.json',
      '\ud83d.json',
    ],
    ...['__proto__.json', 'constructor/AWSLogs/', 'AWSLogs/__proto__/x.json', 'AWSLogs/../AWSLogs/x.json'],
    `AWSLogs/111122223333/__proto__/us-east-1/x.json.gz`,
    `AWSLogs/111122223333/constructor/us-east-1/x.json.gz`,
  ];

  test.each(hostile)('gives an answer and is kept as it is: %j', (key) => {
    const kind = parseKey('b', key);
    if (kind.kind === 'log-file') expect(kind.ref.key).toBe(key);
    else expect(typeof kind.reason).toBe('string');
    expect(typeof keyOfLocalPath(key)).toBe('string');
  });

  test(`never makes it throw, and account and day are digits or nothing (seed ${SEED})`, () => {
    const part = fc.constantFrom(
      ...[
        'AWSLogs',
        '/',
        '/',
        'o-exampleorg1',
        '111122223333',
        'CloudTrail',
        'us-east-1',
        '2026',
        '01',
        '_',
        '..',
      ],
      ...['\0', ' ', '.json', '.gz', 'é', '20260109T0005Z', '-Digest', '\n', '\\'],
    );
    const key = fc.oneof(
      fc.array(part, { maxLength: 25 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(key, (text) => {
        const kind = namedKey('b', text);
        if (kind.kind === 'foreign') return;
        expect(kind.ref.key).toBe(text);
        expect(kind.ref.account ?? '111122223333').toMatch(/^\d{12}$/);
        expect(kind.ref.deliveryDay ?? '2026-01-09').toMatch(/^\d{4}-\d\d-\d\d$/);
        expect(kind.ref.region ?? 'us-east-1').toMatch(/^[a-z0-9-]+$/);
      }),
      { seed: SEED, numRuns: 20_000 },
    );
  });

  test.each([
    ['slashes', '/'],
    ['folders of the layout', 'AWSLogs/'],
    ['almost whole layouts', 'AWSLogs/111122223333/'],
    ['organizations', 'AWSLogs/o-exampleorg1/'],
    ['beginnings of file names', '111122223333_CloudTrail_us-east-1_'],
    ['stamps', '20260109T0005'],
    ['digits', '1'],
    ['underscores', '_'],
    ['a letter', 'a'],
  ])('of a megabyte of %s takes linear time', (_, piece) => {
    for (const head of ['', '111122223333_CloudTrail_us-east-1_', 'AWSLogs/111122223333/']) {
      const key = head + piece.repeat(Math.ceil((1 << 20) / piece.length));
      const start = performance.now();
      parseKey('b', key);
      parseKey('b', `${key}.json.gz`);
      keyOfLocalPath(key);
      expect(performance.now() - start).toBeLessThan(500);
    }
  });
});

describe('the key of a local path', () => {
  test.each([
    [
      '/home/me/trail/AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/09/x.json.gz',
      'AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/09/x.json.gz',
    ],
    [`AWSLogs/o-exampleorg1/${FOLDER}/${NAME}`, `AWSLogs/o-exampleorg1/${FOLDER}/${NAME}`],
    [`/a/o-exampleorg1/AWSLogs/o-exampleorg1/${FOLDER}/${NAME}`, `AWSLogs/o-exampleorg1/${FOLDER}/${NAME}`],
    [`/my-AWSLogs/AWSLogs/${FOLDER}/${NAME}`, `AWSLogs/${FOLDER}/${NAME}`],
    [`/AWSLogs/x/AWSLogs/${FOLDER}/${NAME}`, `AWSLogs/${FOLDER}/${NAME}`],
    ['loose/events.json', 'loose/events.json'],
    ['AWSLogs/readme.json', 'AWSLogs/readme.json'],
    ['', ''],
  ])('%s', (path, key) => expect(keyOfLocalPath(path)).toBe(key));

  test('is the same key, and so the same fingerprint, wherever the trail was copied to', () => {
    const refs = ['/mnt/a', '/home/me/b c', ''].map((root) => {
      const kind = parseKey('file', keyOfLocalPath(`${root}/AWSLogs/${FOLDER}/${NAME}`));
      return kind.kind === 'log-file' ? fingerprint(kind.ref) : kind.reason;
    });
    expect(new Set(refs).size).toBe(1);
  });
});
