import { beforeEach, describe, expect, test } from 'vitest';
import { ingestLogFiles } from '../../src/jobs/ingest-log-files.js';
import type { LogFileBody } from '../../src/ports/log-source.js';
import { registerNow } from '../../src/wiring/register-now.js';
import { type MadeLogFile, makeLogFile } from '../support/log-files.ts';
import { MemoryBundleStore } from '../support/memory-bundle-store.ts';
import { memoryLane } from '../support/memory-ingest.ts';
import { MemoryItems, MemoryLakeState } from '../support/memory-lake-state.ts';
import { MemoryLogSource } from '../support/memory-log-source.ts';
import { RegistrarWorld } from '../support/registrar-world.ts';

/** A log file a day, so that each is a batch of its own. */
const DAYS = [0, 1, 2].map((day) => makeLogFile(day, [{ service: 'athena', day }]));

/** A stop comes while the body of this log file is read. */
class StoppingSource extends MemoryLogSource {
  isStopped = false;
  stopAt: string | undefined;

  override async read(location: string): Promise<LogFileBody> {
    if (location === this.stopAt) this.isStopped = true;
    return super.read(location);
  }
}

let items: MemoryItems;
let followed: number;
beforeEach(() => {
  items = new MemoryItems();
  followed = 0;
});

/** Ingests in one lane, a log file a bundle. `stopAt`: the log file at which a stop comes, or before all. */
async function ingest(files: readonly MadeLogFile[], stopAt?: MadeLogFile | 'begin') {
  const source = new StoppingSource(files);
  if (stopAt === 'begin') source.isStopped = true;
  else source.stopAt = stopAt?.key;
  let bundles = 0;
  return ingestLogFiles({
    source,
    datasets: ['athena_events'],
    lanes: [memoryLane(source, 1)],
    ports: {
      state: new MemoryLakeState(items),
      bundles: new MemoryBundleStore(),
      newBundleId: () => `b${String(bundles++).padStart(25, '0')}`,
    },
    follow: async () => void followed++,
    isStopped: () => source.isStopped,
  });
}

describe('an ingest that is stopped', () => {
  test('is interrupted where log files are left, and what was committed is followed', async () => {
    const { interrupted, counters } = await ingest(DAYS, DAYS[1]);
    expect(interrupted).toBe(true);
    expect(counters.logFiles).toMatchObject({ listed: 2, ingested: 2 });
    expect(followed).toBe(1);
  });

  test('while the last one is read is not interrupted: nothing is left to continue with', async () => {
    const { interrupted, counters } = await ingest(DAYS, DAYS[2]);
    expect(interrupted).toBe(false);
    expect(counters.logFiles).toMatchObject({ listed: 3, ingested: 3 });
    expect(followed).toBe(1);
  });

  test('while a twin waits for the one that is read is interrupted', async () => {
    const [only] = DAYS.slice(2);
    const twin = only && { ...only, location: `copy/${only.key}` };
    const { interrupted, counters } = await ingest(only && twin ? [only, twin] : [], only);
    expect(interrupted).toBe(true);
    expect(counters.logFiles).toMatchObject({ listed: 1, ingested: 1 });
  });

  test('before anything was committed makes no engine wait', async () => {
    expect((await ingest(DAYS, 'begin')).interrupted).toBe(true);
    expect(followed).toBe(0);
  });

  test('where it is not stopped, engines catch up though nothing is new', async () => {
    await ingest(DAYS);
    const { interrupted, counters } = await ingest(DAYS);
    expect(interrupted).toBe(false);
    expect(counters.logFiles).toMatchObject({ listed: 3, skipped: 3 });
    expect(followed).toBe(2);
  });
});

describe('registering at the end of an ingest', () => {
  const days = ['2026-01-08', '2026-01-07'] as const;

  test.each([
    [false, { registered: 2, pending: 0 }],
    [true, { registered: 0, pending: 2, issued: 0 }],
  ])('stopped: %s', async (stopped, expected) => {
    const world = new RegistrarWorld(days.map((day) => ({ table: 'athena_events', day })));
    const { register, catalog } = world;
    const pause = async (millis: number) => {
      world.now += millis;
    };
    const ports = { register, catalog, now: () => world.now, pause, owner: 'ingest' };
    expect((await registerNow(ports, () => stopped)).registrar).toMatchObject(expected);
  });
});
