import { beforeEach, describe, expect, test } from 'vitest';
import { placeOf } from '../../src/backfill/slice.js';
import { AuditLakeError } from '../../src/errors.js';
import type { LogReader } from '../../src/ports/log-source.js';
import { imbalances } from '../../src/telemetry.js';
import { makeTrail, truthOf } from '../support/log-files.ts';
import { MemoryArchive } from '../support/memory-archive.ts';
import { backfillInMemory, planInMemory } from '../support/memory-backfill.ts';
import { BOTH, MemoryLake } from '../support/memory-ingest.ts';
import { MemoryLogSource } from '../support/memory-log-source.ts';
import { MemorySliceProgress } from '../support/memory-slice-progress.ts';

const TRAIL = makeTrail(20, 4);
const [FIRST, ...OTHERS] = TRAIL;
if (!FIRST) throw new Error('the trail is empty');
const PLACE = placeOf(FIRST.key);
const IN_PLACE = TRAIL.filter(({ key }) => placeOf(key) === PLACE);
const ELSEWHERE = TRAIL.filter(({ key }) => placeOf(key) !== PLACE);

let lake: MemoryLake;
let progress: MemorySliceProgress;
beforeEach(() => {
  lake = new MemoryLake();
  progress = new MemorySliceProgress();
});

const endOfPlace = () => progress.items.get('plan')?.get(PLACE);

/** Reads all but some, which S3 says are not there. */
function without(gone: readonly string[]): LogReader {
  const source = new MemoryLogSource(TRAIL);
  return {
    read: async (location) => {
      if (gone.includes(location)) throw new AuditLakeError('LOG_FILE_MISSING', 'there is no such object');
      return source.read(location);
    },
  };
}

describe('B1: objects that vanished since the plan', () => {
  test('one that goes between listing and reading is a failure with its name; the next run finds it gone', async () => {
    const archive = new MemoryArchive(TRAIL);
    const made = await planInMemory(archive);
    const backfill = (reader: LogReader) => backfillInMemory(lake, { made, archive, progress, reader });
    const first = await backfill(without([FIRST.key]));
    expect(first.failures).toMatchObject([{ file: FIRST.key, code: 'LOG_FILE_MISSING' }]);
    expect([first.gone, imbalances(first.counters)]).toEqual([0, []]);
    expect(endOfPlace()).toMatchObject({ failed: 1, failures: [{ code: 'LOG_FILE_MISSING' }] });
    expect(await lake.rows()).toEqual(truthOf(OTHERS, BOTH));
    archive.objects = OTHERS;
    archive.listed.length = 0;
    const second = await backfill(without([FIRST.key]));
    expect(archive.listed).toEqual([PLACE]);
    expect(second).toMatchObject({ gone: 1, failures: [], slices: { ended: 1 } });
    const left = IN_PLACE.length - 1;
    expect(endOfPlace()).toMatchObject({ listed: left, skipped: left, failed: 0, gone: 1, failures: [] });
    const { total } = (await planInMemory(archive, lake)).plan;
    expect(total).toMatchObject({ files: OTHERS.length, settled: OTHERS.length });
    expect(await lake.rows()).toEqual(truthOf(OTHERS, BOTH));
  });

  test('one that is back is read, though it was missing once', async () => {
    const archive = new MemoryArchive(TRAIL);
    const made = await planInMemory(archive);
    const options = { made, archive, progress };
    await backfillInMemory(lake, { ...options, reader: without([FIRST.key]) });
    const { counters } = await backfillInMemory(lake, options);
    expect(counters.logFiles).toMatchObject({ ingested: 1, failed: 0 });
    expect(await lake.rows()).toEqual(truthOf(TRAIL, BOTH));
  });

  test('a folder that went as a whole is worked off, what was in it is counted, and every run looks whether it is back', async () => {
    const archive = new MemoryArchive(TRAIL);
    const made = await planInMemory(archive);
    archive.objects = ELSEWHERE;
    const report = await backfillInMemory(lake, { made, archive, progress });
    expect(report).toMatchObject({ gone: IN_PLACE.length, failures: [], slices: { ended: 4 } });
    expect(endOfPlace()).toMatchObject({ listed: 0, failed: 0, gone: IN_PLACE.length });
    expect(await lake.rows()).toEqual(truthOf(ELSEWHERE, BOTH));
    archive.objects = TRAIL;
    archive.listed.length = 0;
    const again = await backfillInMemory(lake, { made, archive, progress });
    expect(archive.listed).toEqual([PLACE]);
    expect(again).toMatchObject({ gone: 0, slices: { ended: 1, passed: 3 } });
    expect(await lake.rows()).toEqual(truthOf(TRAIL, BOTH));
  });
});
