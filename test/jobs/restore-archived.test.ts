import { describe, expect, test } from 'vitest';
import type { Storage } from '../../src/backfill/storage.js';
import { AuditLakeError, type ErrorCode } from '../../src/errors.js';
import { type RestoreOptions, type RestoreReport, restoreArchived } from '../../src/jobs/restore-archived.js';
import { type MadeLogFile, makeLogFile } from '../support/log-files.ts';
import { type ArchivedObject, MemoryArchive } from '../support/memory-archive.ts';
import { planInMemory } from '../support/memory-backfill.ts';
import { BOTH, ingestInMemory, MemoryLake } from '../support/memory-ingest.ts';
import { MemoryLakeState } from '../support/memory-lake-state.ts';
import { EVERYTHING } from '../support/scopes.ts';

const fileIn = (storageClass: string, n: number, restore?: Storage['restore']): ArchivedObject => ({
  ...made(n),
  storage: { storageClass, ...(restore && { restore }) },
});
const made = (n: number): MadeLogFile => makeLogFile(n, [{ service: 'athena', day: n % 3 }]);
const many = (storageClass: string, count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => fileIn(storageClass, from + at));

type Restored = RestoreReport & { readonly requests: readonly string[] };

/** The real job; `refuse` says by which code a request fails. */
async function restored(
  objects: readonly ArchivedObject[],
  options: Partial<RestoreOptions> & {
    refuse?: (location: string, at: number) => ErrorCode | undefined;
  } = {},
): Promise<Restored> {
  const archive = new MemoryArchive(objects);
  const { slices } = await planInMemory(archive);
  const requests: string[] = [];
  const report = await restoreArchived({
    slices: (async function* () {
      yield* slices;
    })(),
    restorer: {
      restore: async (location) => {
        const at = requests.push(location);
        const code = options.refuse?.(location, at);
        if (code) throw new AuditLakeError(code, 'refused');
        return 'asked';
      },
    },
    ...{ archive, scope: EVERYTHING, listAhead: 2, terms: { days: 7, tier: 'Bulk' }, datasets: BOTH },
    ...{ ledger: undefined, isStopped: () => false, ...options },
  });
  return { ...report, requests };
}

describe('B3: restoring asks S3', () => {
  test('for what lies in an archive class: nothing that can be read, or is on its way', async () => {
    const objects = [
      ...[fileIn('GLACIER', 1), fileIn('DEEP_ARCHIVE', 2), fileIn('GLACIER', 3, 'restored')],
      ...[fileIn('GLACIER', 4, 'restoring'), fileIn('GLACIER_IR', 5), made(6)],
    ];
    const { asked, requests, failed, notOffered } = await restored(objects);
    expect({ asked, failed, notOffered }).toEqual({ asked: 2, failed: 0, notOffered: 0 });
    expect(requests).toEqual([1, 2].map((n) => expect.stringContaining(made(n).key)));
  });

  test('for nothing that the ledger has settled: its rows are in the lake', async () => {
    const lake = new MemoryLake();
    const done = [made(1), made(2)];
    await ingestInMemory(lake, { objects: done });
    const objects = many('GLACIER', 5);
    const archive = new MemoryArchive(objects);
    // The plan of before: the ledger knows better.
    const ledger = new MemoryLakeState(lake.items);
    const { asked, requests } = await restored(objects, { archive, ledger });
    expect(asked).toBe(3);
    for (const { key } of done) expect(requests.join()).not.toContain(key);
    expect((await restored(objects, { ledger: undefined })).asked).toBe(5);
  });

  test('for nothing that the tier does not restore: Expedited does not reach Deep Archive', async () => {
    const objects = [...many('DEEP_ARCHIVE', 4), ...many('GLACIER', 3, 10)];
    const { asked, notOffered, failed } = await restored(objects, { terms: { days: 1, tier: 'Expedited' } });
    expect({ asked, notOffered, failed }).toEqual({ asked: 3, notOffered: 4, failed: 0 });
    expect(await restored(objects)).toMatchObject({ asked: 7, notOffered: 0 });
  });

  test.each(['AWS_DENIED', 'LOG_FILE_MISSING', 'LOG_FILE_ARCHIVED'] as const)(
    'for the others where one is refused: %s',
    async (code) => {
      const refuse = (_: string, at: number) => (at === 2 ? code : undefined);
      const { asked, failed, failures } = await restored(many('GLACIER', 6), { refuse });
      expect({ asked, failed }).toEqual({ asked: 5, failed: 1 });
      expect(failures).toMatchObject([{ code, place: expect.stringContaining('.json.gz') }]);
    },
  );

  test.each(['AWS_CREDENTIALS', 'AWS_FAILED'] as const)(
    'for no more where every request would meet the same: %s',
    async (code) => {
      await expect(restored(many('GLACIER', 6), { refuse: () => code })).rejects.toMatchObject({ code });
    },
  );

  test('and names the first thousand that failed, and counts all', async () => {
    const { asked, failed, failures } = await restored(many('GLACIER', 1_205), {
      refuse: () => 'AWS_DENIED',
    });
    expect([asked, failed, failures.length]).toEqual([0, 1_205, 1_000]);
  });

  test('until it is stopped', async () => {
    let looks = 0;
    const { interrupted, asked } = await restored(many('GLACIER', 300), { isStopped: () => ++looks > 10 });
    expect(interrupted).toBe(true);
    expect(asked).toBeLessThan(150);
  });
});
