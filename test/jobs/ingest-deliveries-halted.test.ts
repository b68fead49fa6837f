import { beforeEach, describe, expect, test } from 'vitest';
import { AuditLakeError } from '../../src/errors.js';
import { Chaos, Crash, HAPPENINGS } from '../support/chaos.ts';
import { damaged, type MadeLogFile, makeLogFile, makeTrail, truthOf } from '../support/log-files.ts';
import { deliver, FailingReader, imbalancesOf, oneEach } from '../support/memory-deliveries.ts';
import { BOTH, MemoryLake } from '../support/memory-ingest.ts';
import { MemoryLakeState } from '../support/memory-lake-state.ts';
import { surplus } from '../support/multiset.ts';
import { watched } from '../support/watched-state.ts';

const ROW = [{ service: 'athena', day: 0 }];
const TEN = Array.from({ length: 10 }, (_, n) => makeLogFile(n, ROW));
const owed = (files: readonly MadeLogFile[]) => truthOf([...new Set(files)], BOTH);

let lake: MemoryLake;
beforeEach(() => {
  lake = new MemoryLake();
});

describe('D10: when time runs short, nothing new is started', () => {
  const many = makeTrail(40, 2);

  test('the rest is handed back, whenever the clock runs out', async () => {
    const chaos = new Chaos();
    await deliver(new MemoryLake(), { messages: oneEach(many), full: 16, chaos });
    for (let deadline = 0; deadline <= chaos.effects.length; deadline += 3) {
      lake = new MemoryLake();
      const clock = new Chaos();
      const mayStart = () => clock.effects.length < deadline;
      const early = await deliver(lake, { messages: oneEach(many), full: 16, chaos: clock, mayStart });
      expect(imbalancesOf(early)).toEqual([]);
      expect(early.counters.logFiles.listed).toBe(early.acknowledged.length);
      const settled = early.acknowledged.flatMap((id) => many[Number(id.slice(1))] ?? []);
      expect(await lake.rows(), `at ${deadline}`).toEqual(owed(settled));
      const late = await deliver(lake, { messages: oneEach(many, 2) });
      expect(late.returned).toEqual({});
      expect(await lake.rows()).toEqual(owed(many));
    }
  });

  test('no log file is read and no bundle begun after that', async () => {
    const reader = new FailingReader(many, () => undefined);
    let asked = 0;
    const mayStart = () => asked++ < 1;
    const { acknowledged, returned, report } = await deliver(lake, {
      messages: oneEach(many),
      reader,
      mayStart,
    });
    expect(reader.asked).toBe(8);
    expect(acknowledged).toHaveLength(8);
    expect(Object.values(returned)).toHaveLength(32);
    expect(report.halted).toBeUndefined();
  });
});

describe('D14: while access to the source is denied', () => {
  const many = makeTrail(60, 2);

  for (const receiveCount of [1, 3]) {
    test(`nothing is acknowledged, little is tried, later all gets in (delivery ${receiveCount})`, async () => {
      const shut = new FailingReader(many, () => 'READ_FAILED');
      const denied = await deliver(lake, { messages: oneEach(many, receiveCount), reader: shut });
      expect(denied.acknowledged).toEqual([]);
      expect(Object.values(denied.returned).filter((why) => why === 'READ_FAILED').length).toBe(shut.asked);
      expect(shut.asked).toBeLessThanOrEqual(16);
      expect(imbalancesOf(denied)).toEqual([]);
      const later = await deliver(lake, { messages: oneEach(many, receiveCount + 1) });
      expect(later.acknowledged).toHaveLength(60);
      expect(await lake.rows()).toEqual(owed(many));
    });
  }

  test('four log files that cannot be read do not shut the source for the others', async () => {
    const bad = new Set(TEN.slice(0, 4).map(({ key }) => key));
    const reader = new FailingReader(TEN, (location) => (bad.has(location) ? 'READ_FAILED' : undefined));
    const delivered = await deliver(lake, { messages: oneEach(TEN, 3), reader });
    expect(delivered.acknowledged).toHaveLength(6);
    expect(Object.keys(delivered.returned)).toEqual(['m0', 'm1', 'm2', 'm3']);
  });

  test('many that cannot be read do not shut it either, while others between them can', async () => {
    const bad = new Set(many.filter((_, n) => n % 5 !== 4).map(({ key }) => key));
    const reader = new FailingReader(many, (location) => (bad.has(location) ? 'READ_FAILED' : undefined));
    const delivered = await deliver(lake, { messages: oneEach(many, 3), reader });
    expect(delivered.acknowledged).toHaveLength(12);
    expect(reader.asked).toBe(60);
  });

  test('the state of the lake is not tried for ever where it refuses everything', async () => {
    let asked = 0;
    const state = watched(new MemoryLakeState(lake.items), () => {
      asked++;
      throw new AuditLakeError('AWS_DENIED', 'dynamodb:TransactWriteItems');
    });
    const delivered = await deliver(lake, { messages: oneEach(many, 3), ports: { state } });
    expect(delivered.acknowledged).toEqual([]);
    expect(delivered.report.halted?.code).toBe('AWS_DENIED');
    expect(asked).toBeLessThanOrEqual(5);
  });
});

describe('D17: when store or state fail midway', () => {
  const files = [...makeTrail(6, 2), damaged(makeLogFile(6, ROW)), makeLogFile(7, [])];
  const messages = [
    ...oneEach(files.slice(0, 5)),
    { id: 'late', files: files.slice(5, 8), receiveCount: 3 },
    { id: 'twin', files: files.slice(0, 2), receiveCount: 2 },
  ];
  const filesOf = (ids: readonly string[]) =>
    messages.filter(({ id }) => ids.includes(id)).flatMap((message) => message.files);

  for (const happening of HAPPENINGS) {
    test(`${happening} at any effect: what is acknowledged is in the lake, the rest comes again`, async () => {
      const chaos = new Chaos();
      await deliver(new MemoryLake(), { messages, full: 3, chaos });
      expect(chaos.effects.length).toBeGreaterThan(20);
      for (let at = 0; at < chaos.effects.length; at++) {
        const where = `${happening} ${at} ${chaos.effects[at]}`;
        lake = new MemoryLake();
        const first = await deliver(lake, {
          messages,
          full: 3,
          chaos: new Chaos({ fault: { at, happening } }),
        }).catch((error: unknown) => {
          if (!(error instanceof Crash)) throw error;
          return undefined;
        });
        expect(first === undefined, where).toBe(happening.startsWith('crash'));
        if (first) expect(imbalancesOf(first), where).toEqual([]);
        const rows = await lake.rows();
        expect(surplus(rows, owed(files)), where).toEqual([]);
        expect(surplus(owed(filesOf(first?.acknowledged ?? [])), rows), where).toEqual([]);
        const again = await deliver(lake, { messages });
        expect(again.returned, where).toEqual({ late: 'BAD_GZIP' });
        expect(await lake.rows(), where).toEqual(owed(files));
      }
    });
  }

  test('anything but an error of ours is thrown: the queue hands out the whole batch again', async () => {
    const state = watched(new MemoryLakeState(lake.items), () => {
      throw new TypeError('a defect');
    });
    await expect(deliver(lake, { messages, ports: { state } })).rejects.toThrow('a defect');
  });
});
