import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { descend } from '../../src/backfill/layout.js';
import { isWanted, type Scope } from '../../src/backfill/scope.js';
import { isArchived } from '../../src/backfill/storage.js';
import { parseKey } from '../../src/cloudtrail/log-file-ref.js';
import { archiveStories } from '../support/archive-stories.ts';
import { EVERYTHING } from '../support/scopes.ts';
import { SEED } from '../support/seed.ts';

const ACCOUNT = 'AWSLogs/111122223333/';
const REGION = `${ACCOUNT}CloudTrail/us-east-1/`;

const of = (scope: Partial<Scope>) => (folder: string) => descend(folder, { ...EVERYTHING, ...scope });

describe('going down an archive', () => {
  test.each([
    ...['', 'logs/', 'AWSLogs/', 'AWSLogs/o-exampleorgid/', 'o-exampleorgid/AWSLogs/o-exampleorgid/'],
    ...[ACCOUNT, `${ACCOUNT}CloudTrail/`, REGION, `${REGION}2025/`, `${REGION}2025/01/05/`, `${REGION}more/`],
    ...['copy/AWSLogs/o-exampleorgid/111122223333/CloudTrail/', 'CloudTrail-Digest/', 'AWSLogs/11112222333/'],
  ])('without a scope, %j is listed', (folder) => {
    expect(of({})(folder)).toBe('list');
  });

  test.each([
    [`${ACCOUNT}CloudTrail-Digest/`, 'digest'],
    [`${ACCOUNT}CloudTrail-Digest/us-east-1/2025/`, 'digest'],
    [`copy/AWSLogs/o-exampleorgid/111122223333/CloudTrail-Insight/`, 'insight'],
    [`${ACCOUNT}CloudTrail-NetworkActivity/`, 'network-activity'],
    [`${ACCOUNT}CloudTrail-Aggregated/`, 'aggregated'],
    [`${ACCOUNT}Config/`, 'other-service'],
    [`${ACCOUNT}cloudtrail/`, 'other-service'],
  ])('%j is left out as %s', (folder, reason) => {
    expect(of({})(folder)).toBe(reason);
  });

  test('accounts that are not asked for are passed over, wherever their folder lies', () => {
    const descends = of({ accounts: ['111122223333'] });
    expect([ACCOUNT, REGION, 'AWSLogs/', 'logs/'].map(descends)).toEqual(Array(4).fill('list'));
    const others = ['AWSLogs/', 'copy/AWSLogs/o-exampleorgid/'].map((root) => `${root}444455556666/`);
    expect([...others, `${others[0]}CloudTrail-Digest/`].map(descends)).toEqual(Array(3).fill('skip'));
  });

  test('Regions that are not asked for are passed over; a folder beside them that is none is not', () => {
    const descends = of({ regions: ['us-east-1'] });
    const folders = ['us-east-1', 'archive', 'eu-central-1', 'us-gov-east-1', 'eusc-de-east-1'];
    expect(folders.map((name) => descends(`${ACCOUNT}CloudTrail/${name}/`))).toEqual([
      ...['list', 'list', 'skip', 'skip', 'skip'],
    ]);
    expect(descends(`${ACCOUNT}CloudTrail/eu-central-1/2025/01/05/`)).toBe('skip');
    // The key of what lies there says that its Region is `archive`.
    expect(descends(`${ACCOUNT}CloudTrail/archive/2025/01/05/`)).toBe('skip');
  });

  test('years, months and days out of scope are passed over, both ends of it included', () => {
    const descends = of({ from: '2024-11-30', to: '2025-02-01' });
    const listed = (names: readonly string[]) =>
      names.filter((name) => descends(`${REGION}${name}/`) === 'list');
    expect(listed(['2023', '2024', '2025', '2026'])).toEqual(['2024', '2025']);
    expect(listed(['2024/10', '2024/11', '2024/12', '2025/02', '2025/03'])).toEqual([
      ...['2024/11', '2024/12', '2025/02'],
    ]);
    expect(listed(['2024/11/29', '2024/11/30', '2025/02/01', '2025/02/02', '2025/02/01/more'])).toEqual([
      ...['2024/11/30', '2025/02/01', '2025/02/01/more'],
    ]);
    expect(of({ from: '2025-06-15' })(`${REGION}2025/05/`)).toBe('skip');
    expect(of({ to: '2025-06-15' })(`${REGION}2025/07/`)).toBe('skip');
  });

  test('never passes over a folder with a log file that is wanted, and lists no day with none', () => {
    const law = fc.property(archiveStories, ({ keys, scope }) => {
      for (const key of keys) {
        const kind = parseKey('', key);
        const folders = key.split('/').map((_, at, parts) => parts.slice(0, at).join('/'));
        const descents = folders.map((folder) => descend(folder === '' ? '' : `${folder}/`, scope));
        const isFound = kind.kind === 'log-file' && isWanted(scope, kind.ref);
        if (isFound) expect(new Set(descents), key).toEqual(new Set(['list']));
        const isOfDay = /\/CloudTrail\/[^/]+\/\d{4}\/\d\d\/\d\d\//.test(key);
        if (isOfDay && kind.kind === 'log-file' && !isFound) expect(descents, key).toContain('skip');
      }
    });
    fc.assert(law, { seed: SEED, numRuns: 500 });
  });
});

describe('what an archive class means', () => {
  test.each([
    [undefined, false],
    [{ storageClass: 'STANDARD_IA' }, false],
    [{ storageClass: 'GLACIER_IR' }, false],
    [{ storageClass: 'INTELLIGENT_TIERING' }, false],
    [{ storageClass: 'INTELLIGENT_TIERING', restore: 'restoring' as const }, true],
    [{ storageClass: 'GLACIER' }, true],
    [{ storageClass: 'DEEP_ARCHIVE' }, true],
    [{ storageClass: 'GLACIER', restore: 'restoring' as const }, true],
    [{ storageClass: 'DEEP_ARCHIVE', restore: 'restored' as const }, false],
  ])('%j: to be restored before it can be read is %s', (storage, is) => {
    expect(isArchived(storage)).toBe(is);
  });
});
