import { beforeEach, describe, expect, test } from 'vitest';
import type { LogFileBody } from '../../src/ports/log-source.js';
import { damaged, makeLogFile, truthOf } from '../support/log-files.ts';
import { BOTH, ingestInMemory, MemoryLake } from '../support/memory-ingest.ts';
import { MemoryLogSource } from '../support/memory-log-source.ts';

/** More rows than one log file may hold in memory before it proved sound (32 MiB). */
const MANY = Array.from({ length: 16_000 }, (_, at) => ({
  service: at % 50 === 0 ? 'athena' : 's3',
  day: at % 2,
}));
const LARGE = makeLogFile(1, MANY);
const SMALL = makeLogFile(2, [{ service: 'athena', day: 0 }]);
const OTHER = makeLogFile(1, MANY, { salt: 'other' });

/** Gives the n-th reading of the large log file as another body. */
class ChangingSource extends MemoryLogSource {
  #reading = 0;

  constructor(private readonly changedAt: number) {
    super([SMALL, LARGE]);
  }

  override async read(location: string): Promise<LogFileBody> {
    if (location === LARGE.key && ++this.#reading === this.changedAt) {
      return new MemoryLogSource([OTHER]).read(location);
    }
    return super.read(location);
  }
}

describe('a log file with more rows than may wait for its end', () => {
  let lake: MemoryLake;
  beforeEach(() => {
    lake = new MemoryLake();
  });

  test('is read to its end before a row of it is kept, then read for its rows', async () => {
    const source = new MemoryLogSource([SMALL, LARGE]);
    const { counters } = await ingestInMemory(lake, { objects: [], source });
    expect(await lake.rows()).toEqual(truthOf([LARGE, SMALL], BOTH));
    expect(counters.records).toMatchObject({ read: 16_001, selected: 16_001, ignored: 0, rejected: 0 });
    // Once until there were too many rows, once to see that it is sound, once for the rows.
    expect(source.reads.get(LARGE.key)).toBe(3);
  });

  test('leaves no row where it turns out damaged at its end', async () => {
    const { failures } = await ingestInMemory(lake, { objects: [SMALL, damaged(LARGE)] });
    expect(failures.map(({ code }) => code)).toEqual(['BAD_GZIP']);
    expect(await lake.rows()).toEqual(truthOf([SMALL], BOTH));
  });

  test('gives up its bundle where it changes between its readings, and the next run takes all', async () => {
    const { failures, counters } = await ingestInMemory(lake, { objects: [], source: new ChangingSource(3) });
    expect(failures.map(({ code }) => code)).toEqual(['READ_FAILED', 'READ_FAILED']);
    expect(counters.logFiles).toMatchObject({ listed: 2, ingested: 0, failed: 2 });
    expect(await lake.rows()).toEqual([]);
    await ingestInMemory(lake, { objects: [SMALL, LARGE] });
    expect(await lake.rows()).toEqual(truthOf([LARGE, SMALL], BOTH));
  });
});
