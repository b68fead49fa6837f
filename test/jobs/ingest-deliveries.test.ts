import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { AuditLakeError } from '../../src/errors.js';
import { fileId } from '../../src/lake/names.js';
import { Chaos } from '../support/chaos.ts';
import { damaged, type MadeLogFile, makeLogFile, makeTrail, truthOf } from '../support/log-files.ts';
import { deliver, FailingReader, imbalancesOf, listedOf, oneEach } from '../support/memory-deliveries.ts';
import { BOTH, ingestInMemory, MemoryLake } from '../support/memory-ingest.ts';
import { MemoryLakeState } from '../support/memory-lake-state.ts';
import { MemoryLogSource } from '../support/memory-log-source.ts';
import { surplus } from '../support/multiset.ts';
import { SEED } from '../support/seed.ts';
import { watched } from '../support/watched-state.ts';

const ROW = [{ service: 'athena', day: 0 }];
const TEN = Array.from({ length: 10 }, (_, n) => makeLogFile(n, ROW));
const [FIRST, SECOND, THIRD] = [makeLogFile(1, ROW), makeLogFile(2, ROW), makeLogFile(3, ROW)];

let lake: MemoryLake;
beforeEach(() => {
  lake = new MemoryLake();
});

/** Rows of what was acknowledged, as the log files say; those of `unsound` have none. */
const owed = (files: readonly MadeLogFile[]) => truthOf([...new Set(files)], BOTH);

const bundleSizes = (sizes: number[]) =>
  watched(new MemoryLakeState(lake.items), ({ entries }) => void sizes.push(entries.length));

describe('each message has an outcome of its own', () => {
  test('D6: of ten with one that cannot be read to its end, nine are acknowledged at the first try', async () => {
    const files = TEN.map((file, n) => (n === 4 ? damaged(file) : file));
    const delivered = await deliver(lake, { messages: oneEach(files) });
    expect(delivered.returned).toEqual({ m4: 'BAD_GZIP' });
    expect(delivered.acknowledged).toHaveLength(9);
    expect(await lake.rows()).toEqual(owed(files));
    expect(imbalancesOf(delivered)).toEqual([]);
  });

  test('the log files of one batch are one bundle a dataset', async () => {
    const sizes: number[] = [];
    await deliver(lake, { messages: oneEach(TEN), ports: { state: bundleSizes(sizes) } });
    expect(sizes).toEqual([10, 10]);
  });

  test('D1: a log file that two messages name is read once and settles both', async () => {
    const messages = [
      { id: 'a', files: [FIRST] },
      { id: 'b', files: [FIRST, SECOND] },
    ];
    const source = new MemoryLogSource([FIRST, SECOND]);
    const delivered = await deliver(lake, { messages, reader: source });
    expect(delivered.acknowledged).toEqual(['a', 'b']);
    expect([...source.reads.values()]).toEqual([1, 1]);
    expect(delivered.counters.logFiles).toMatchObject({ listed: 2, ingested: 2 });
    expect(await lake.rows()).toEqual(owed([FIRST, SECOND]));
  });

  test('D1: delivered again, it is skipped without being read', async () => {
    await deliver(lake, { messages: oneEach([FIRST]) });
    const source = new MemoryLogSource([FIRST]);
    const delivered = await deliver(lake, { messages: oneEach([FIRST]), reader: source });
    expect(delivered.acknowledged).toEqual(['m0']);
    expect(delivered.counters.logFiles).toMatchObject({ listed: 1, skipped: 1 });
    expect(source.reads.size).toBe(0);
    expect(await lake.rows()).toEqual(owed([FIRST]));
  });

  test('a message of several log files is acknowledged only when all of them are settled', async () => {
    const messages = [{ id: 'all', files: [FIRST, damaged(SECOND), THIRD] }];
    const first = await deliver(lake, { messages });
    expect(first.returned).toEqual({ all: 'BAD_GZIP' });
    expect(await lake.rows()).toEqual(owed([FIRST, THIRD]));
    const mended = [{ id: 'all', files: [FIRST, SECOND, THIRD], receiveCount: 2 }];
    const second = await deliver(lake, { messages: mended });
    expect(second.acknowledged).toEqual(['all']);
    expect(second.counters.logFiles).toMatchObject({ listed: 3, ingested: 1, skipped: 2 });
    expect(await lake.rows()).toEqual(owed([FIRST, SECOND, THIRD]));
  });

  test('D8 D16: foreign objects are counted, and a message of nothing else is acknowledged', async () => {
    const messages = [
      { id: 'digest', files: [], foreign: 2 },
      { id: 'mixed', files: [FIRST], foreign: 1 },
      { id: 'test event', files: [] },
    ];
    const delivered = await deliver(lake, { messages });
    expect(delivered.acknowledged).toEqual(['digest', 'mixed', 'test event']);
    expect(delivered.counters.logFiles).toMatchObject({ listed: 4, ingested: 1, foreign: 3 });
    expect(imbalancesOf(delivered)).toEqual([]);
  });
});

describe('what no other delivery can mend is noted and acknowledged', () => {
  const parked = async () => {
    const entries = [];
    for await (const { status, source } of new MemoryLakeState(lake.items).parked()) {
      entries.push(`${status} ${source?.key}`);
    }
    return [...new Set(entries)].sort();
  };

  test('D15: an object that is gone and one in an archive; both are listed, and taken when they are back', async () => {
    const files = [FIRST, SECOND, THIRD];
    const reader = new FailingReader(files, (location) => {
      if (location === FIRST.key) return 'LOG_FILE_MISSING';
      return location === SECOND.key ? 'LOG_FILE_ARCHIVED' : undefined;
    });
    const delivered = await deliver(lake, { messages: oneEach(files), reader });
    expect(delivered.acknowledged).toEqual(['m0', 'm1', 'm2']);
    expect(delivered.counters.logFiles).toMatchObject({ listed: 3, ingested: 1, failed: 2 });
    expect(await parked()).toEqual([`DEFERRED ${SECOND.key}`, `MISSING ${FIRST.key}`]);
    expect(await lake.rows()).toEqual(owed([THIRD]));
    expect(imbalancesOf(delivered)).toEqual([]);
    const restored = await deliver(lake, { messages: oneEach(files) });
    expect(restored.counters.logFiles).toMatchObject({ ingested: 2, skipped: 1 });
    expect(await parked()).toEqual([]);
    expect(await lake.rows()).toEqual(owed(files));
  });

  test('O7: other content under a settled key: the first stays, the ledger notes the second', async () => {
    await deliver(lake, { messages: oneEach([FIRST, SECOND]) });
    const other = makeLogFile(1, [...ROW, ...ROW], { salt: 'other' });
    const delivered = await deliver(lake, { messages: oneEach([other, THIRD]) });
    expect(delivered.acknowledged).toEqual(['m0', 'm1']);
    expect(delivered.counters.logFiles).toMatchObject({ listed: 2, ingested: 1, failed: 1 });
    expect(delivered.report.tally.failures.map(({ code }) => code)).toEqual(['SOURCE_CONFLICT']);
    const noted = lake.items.files.get(fileId('athena_events', 'amzn-s3-demo-bucket', FIRST.key));
    expect(noted).toMatchObject({ status: 'COMMITTED', conflict: listedOf(other).etag });
    expect(await lake.rows()).toEqual(owed([FIRST, SECOND, THIRD]));
    expect(imbalancesOf(delivered)).toEqual([]);
  });

  test('O7: settled by somebody else for one dataset while ours was read: no row of ours for any', async () => {
    const other = makeLogFile(1, [...ROW, ...ROW], { salt: 'other' });
    let done = false;
    const state = watched(new MemoryLakeState(lake.items), async () => {
      if (!done) await ingestInMemory(lake, { objects: [FIRST], datasets: ['athena_events'] });
      done = true;
    });
    const delivered = await deliver(lake, { messages: oneEach([other, SECOND]), ports: { state } });
    expect(delivered.acknowledged).toEqual(['m0', 'm1']);
    expect(delivered.report.tally.failures.map(({ code }) => code)).toEqual(['SOURCE_CONFLICT']);
    await deliver(lake, { messages: oneEach([FIRST]) });
    expect(await lake.rows()).toEqual(owed([FIRST, SECOND]));
  });

  test('a quarantined log file is listed too, but comes again, to end where somebody looks', async () => {
    const delivered = await deliver(lake, { messages: oneEach([damaged(FIRST)]) });
    expect(delivered.returned).toEqual({ m0: 'BAD_GZIP' });
    expect(await parked()).toEqual([`QUARANTINED ${FIRST.key}`]);
  });
});

describe('D13: from the third delivery on, a log file goes alone', () => {
  test('while those of the first two deliveries go together', async () => {
    const sizes: number[] = [];
    const messages = [
      ...oneEach(TEN.slice(0, 4), 2),
      ...oneEach(TEN.slice(4, 7), 3).map((it) => ({ ...it, id: `late ${it.id}` })),
    ];
    const delivered = await deliver(lake, { messages, ports: { state: bundleSizes(sizes) } });
    expect(sizes).toEqual([4, 4, 1, 1, 1, 1, 1, 1]);
    expect(delivered.acknowledged).toHaveLength(7);
    expect(await lake.rows()).toEqual(owed(TEN.slice(0, 7)));
  });

  test('a log file that two messages name goes alone when one of them does, and is taken once', async () => {
    const sizes: number[] = [];
    const messages = [...oneEach([FIRST, SECOND]), { id: 'late', files: [FIRST], receiveCount: 3 }];
    const delivered = await deliver(lake, { messages, ports: { state: bundleSizes(sizes) } });
    expect(sizes).toEqual([1, 1, 1, 1]);
    expect(delivered.acknowledged).toEqual(['m0', 'm1', 'late']);
    expect(await lake.rows()).toEqual(owed([FIRST, SECOND]));
  });

  /** A state that cannot commit whatever holds this log file. */
  const poisoned = (...poison: readonly MadeLogFile[]) => {
    const fids = BOTH.flatMap((name) => poison.map(({ key }) => fileId(name, 'amzn-s3-demo-bucket', key)));
    return watched(new MemoryLakeState(lake.items), ({ entries }) => {
      if (entries.some(({ fid }) => fids.includes(fid))) throw new AuditLakeError('AWS_FAILED', 'refused');
    });
  };

  test('poison that fails its whole bundle fails only itself by then, wherever it stands', async () => {
    for (const at of [0, 5, 9]) {
      lake = new MemoryLake();
      const poison = TEN[at] ?? FIRST;
      const ports = { state: poisoned(poison) };
      const together = await deliver(lake, { messages: oneEach(TEN, 2), ports });
      expect(together.acknowledged, 'the poison fails all').toEqual([]);
      const alone = await deliver(lake, { messages: oneEach(TEN, 3), ports });
      expect(alone.returned).toEqual({ [`m${at}`]: 'AWS_FAILED' });
      expect(await lake.rows()).toEqual(owed(TEN.filter((file) => file !== poison)));
      expect(imbalancesOf(alone)).toEqual([]);
    }
  });

  test('poison among fresh messages does not hold up those that go alone', async () => {
    const messages = [...oneEach([FIRST]), { id: 'late', files: [SECOND], receiveCount: 3 }];
    const delivered = await deliver(lake, { messages, ports: { state: poisoned(FIRST) } });
    expect(delivered.acknowledged).toEqual(['late']);
    expect(delivered.report.halted?.code).toBe('AWS_FAILED');
  });

  test('nothing of a bundle that failed gets into the next one', async () => {
    const files = TEN.slice(0, 4);
    const reader = () =>
      new FailingReader(TEN, (location) => (location === TEN[1]?.key ? 'AWS_FAILED' : undefined));
    const alone = await deliver(lake, { messages: oneEach(files, 3), reader: reader() });
    expect(alone.returned).toEqual({ m1: 'AWS_FAILED' });
    lake = new MemoryLake();
    const late = TEN.slice(9);
    const messages = [...oneEach(files), { id: 'late', files: late, receiveCount: 3 }];
    const mixed = await deliver(lake, { messages, reader: reader() });
    expect(mixed.acknowledged).toEqual(['late']);
    expect(mixed.counters.logFiles).toMatchObject({ listed: 1, ingested: 1 });
    expect(await lake.rows()).toEqual(owed(late));
  });
});

describe('however messages come', () => {
  const trail = makeTrail(12, 3);
  const messages = fc.array(
    fc.record({
      numbers: fc.array(fc.nat(11), { maxLength: 4 }),
      receiveCount: fc.integer({ min: 1, max: 5 }),
      foreign: fc.nat(2),
    }),
    { maxLength: 8 },
  );
  const batches = fc.array(fc.record({ messages, full: fc.integer({ min: 1, max: 8 }), time: fc.nat(30) }), {
    maxLength: 5,
  });

  test('O1 D1 D4: duplicates, any grouping, any receive count, time or none: exact rows, balanced counters', async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (invocations) => {
        const made = new MemoryLake();
        const settled = new Set<MadeLogFile>();
        let told = 0;
        for (const { messages: drawn, full, time } of invocations) {
          const sent = drawn.map(({ numbers, ...more }, at) => {
            return { id: `m${at}`, files: numbers.flatMap((n) => trail[n] ?? []), ...more };
          });
          const chaos = new Chaos();
          const mayStart = () => chaos.effects.length < time * 3;
          const delivered = await deliver(made, { messages: sent, full, chaos, mayStart });
          expect(imbalancesOf(delivered)).toEqual([]);
          const distinct = new Set(sent.flatMap(({ files }) => files)).size;
          const foreign = sent.reduce((sum, it) => sum + it.foreign, 0);
          expect(delivered.counters.logFiles.listed).toBeLessThanOrEqual(distinct + foreign);
          expect(delivered.report.outcomes.size).toBe(sent.length);
          for (const { id, files } of sent) {
            if (delivered.acknowledged.includes(id)) for (const file of files) settled.add(file);
          }
          told += Object.values(delivered.counters.rowsWritten).reduce((sum, rows) => sum + rows, 0);
          const rows = await made.rows();
          expect(rows).toHaveLength(told);
          expect(surplus(rows, truthOf(trail, BOTH))).toEqual([]);
          expect(surplus(truthOf([...settled], BOTH), rows)).toEqual([]);
        }
        await ingestInMemory(made, { objects: trail });
        expect(await made.rows()).toEqual(truthOf(trail, BOTH));
      }),
      { seed: SEED, numRuns: 60 },
    );
  });
});
