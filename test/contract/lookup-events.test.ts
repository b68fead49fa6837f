import type { Event } from '@aws-sdk/client-cloudtrail';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { LookupEventsReader } from '../../src/adapters/aws/lookup-events-reader.js';
import { LookupEventsSource } from '../../src/adapters/aws/lookup-events-source.js';
import {
  closedHours,
  hourOfLocation,
  locationOfHour,
  refOfHour,
} from '../../src/cloudtrail/event-history-ref.js';
import { readLogFile } from '../../src/cloudtrail/log-file.js';
import { ingestLogFiles } from '../../src/jobs/ingest-log-files.js';
import type { ListedObject } from '../../src/ports/log-source.js';
import { AwsError } from '../support/aws/aws-error.ts';
import { DAY, EventHistories, HOUR, historyEvent, NOON } from '../support/event-history.ts';
import { keyOf } from '../support/log-files.ts';
import { BOTH, MemoryLake, memoryLane } from '../support/memory-ingest.ts';
import { MemoryLakeState } from '../support/memory-lake-state.ts';
import { SEED } from '../support/seed.ts';

const ACCOUNT = '111122223333';
const OTHER = '444455556666';
const REGION = 'eu-west-1';
/** A whole day in the middle of the history. */
const MIDNIGHT = Date.UTC(2026, 2, 1);
const CLOSED = Date.UTC(2026, 3, 9, 10);

let history: EventHistories;
let reader: LookupEventsReader;
beforeEach(() => {
  history = new EventHistories();
  reader = new LookupEventsReader(history.access);
});

const locationAt = (start: number, account = ACCOUNT) => locationOfHour({ account, region: REGION, start });

/** The elements of Records of an hour, as they stand there. */
async function read(start: number, account = ACCOUNT): Promise<string[]> {
  const { chunks } = await reader.read(locationAt(start, account));
  const records: string[] = [];
  await readLogFile('x.json', chunks, {
    record: ({ chunk, start, end }) => void records.push(Buffer.from(chunk.subarray(start, end)).toString()),
    rejected: (code) => void records.push(code),
  });
  return records;
}
const idsIn = (records: readonly string[]) => records.map((record) => JSON.parse(record).eventID);
const hoursOf = (midnight: number) => Array.from({ length: 24 }, (_, hour) => midnight + hour * HOUR);
/** So many events of a day, one each 300 seconds. */
const eventsOf = (count: number, midnight = MIDNIGHT) =>
  Array.from({ length: count }, (_, n) => historyEvent(`event-${n}`, midnight + n * 300_000));

async function readDay(midnight = MIDNIGHT): Promise<string[]> {
  const ids: string[] = [];
  for (const hour of hoursOf(midnight)) ids.push(...idsIn(await read(hour)));
  return ids.sort();
}
const idsOf = (events: readonly Event[]) => events.map(({ EventId }) => EventId).sort();
const throttled = () => new AwsError('ThrottlingException', 'Rate exceeded');
const times = (count: number, make: () => Error) => Array.from({ length: count }, make);

describe('an hour of the event history', () => {
  test('is closed an hour after its end, and forgotten 90 days later: nothing outside is listed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * DAY }), (since) => {
        const now = NOON + since;
        const hours = closedHours(now);
        const last = (hours.at(-1) ?? 0) + HOUR;
        expect(hours.every((start, at) => start % HOUR === 0 && start === (hours[0] ?? 0) + at * HOUR)).toBe(
          true,
        );
        // One more would be too many, on either side; an hour is left for reading the oldest.
        expect(now - last >= HOUR && now - last < 2 * HOUR).toBe(true);
        const age = now - (hours[0] ?? 0);
        expect(age <= 90 * DAY - HOUR && age > 90 * DAY - 2 * HOUR).toBe(true);
      }),
      { seed: SEED },
    );
  });

  test('has a location that leads back to it; nothing else is one', () => {
    for (const start of closedHours(NOON)) {
      expect(hourOfLocation(locationAt(start))).toEqual({ account: ACCOUNT, region: REGION, start });
    }
    const place = `cloudtrail:lookup-events/${ACCOUNT}/${REGION}`;
    for (const text of [
      `${place}/2026/02/30/05`,
      `${place}/2026/02/03/24`,
      `${place}/2026/02/03`,
      place,
      '',
      's3://x/y',
    ]) {
      expect([text, hourOfLocation(text)]).toEqual([text, undefined]);
    }
  });

  test('has a key behind the keys of all log files, so that views show those first', () => {
    const { bucket, key, ...told } = refOfHour({
      account: ACCOUNT,
      region: REGION,
      start: MIDNIGHT + 5 * HOUR,
    });
    expect([bucket, key]).toEqual([
      'cloudtrail:lookup-events',
      `~lookup-events/${ACCOUNT}/${REGION}/2026/03/01/05.json`,
    ]);
    expect(told).toEqual({
      organization: undefined,
      account: ACCOUNT,
      region: REGION,
      deliveryDay: '2026-03-01',
    });
    for (const other of [keyOf(0, 0), 'zzz/AWSLogs/x.json.gz', 'loose.json', '}x.json'])
      expect(key > other).toBe(true);
  });
});

describe('LookupEventsSource', () => {
  const source = new LookupEventsSource({ accounts: [ACCOUNT, OTHER], region: REGION, now: NOON });

  test('lists each closed hour of each account once: the oldest day first, the accounts in turn', async () => {
    const listed: ListedObject[] = [];
    for await (const object of source.list()) listed.push(object);
    const hours = closedHours(NOON);
    expect(new Set(listed.map(({ location }) => location)).size).toBe(2 * hours.length);
    expect(await source.count()).toBe(listed.length);
    const order = listed.map(({ what }) =>
      what === 'foreign' ? what : `${what.deliveryDay} ${what.account} ${what.key}`,
    );
    expect(order).toEqual([...order].sort());
    expect(new Set(listed.map(({ etag }) => etag)).size).toBe(1);
  });
});

describe('LookupEventsReader', () => {
  test('a quiet day costs one call for all its hours, and one of 250 events five', async () => {
    expect(await readDay()).toEqual([]);
    expect(history.calls).toHaveLength(1);
    const events = eventsOf(250, MIDNIGHT + DAY);
    history.add(ACCOUNT, ...events);
    expect(await readDay(MIDNIGHT + DAY)).toEqual(idsOf(events));
    expect(history.calls).toHaveLength(6);
  });

  test('a busy day is read hour by hour', async () => {
    const events = eventsOf(288).flatMap((event) => [
      event,
      { ...event, CloudTrailEvent: event.CloudTrailEvent?.replace('event-', 'again-') ?? '' },
    ]);
    history.add(ACCOUNT, ...events);
    expect(await readDay()).toHaveLength(576);
    // Five in vain, then one for the 24 events of each hour.
    expect(history.calls).toHaveLength(5 + 24);
  });

  test('memory holds one day: hours of two accounts in turn are right, only dearer', async () => {
    history.add(ACCOUNT, historyEvent('mine', MIDNIGHT + HOUR));
    history.add(OTHER, historyEvent('theirs', MIDNIGHT + HOUR));
    for (const hour of [MIDNIGHT, MIDNIGHT + HOUR]) {
      const isFirst = hour === MIDNIGHT;
      expect(idsIn(await read(hour))).toEqual(isFirst ? [] : ['mine']);
      expect(idsIn(await read(hour, OTHER))).toEqual(isFirst ? [] : ['theirs']);
    }
    expect(history.calls.map(({ account }) => account)).toEqual([ACCOUNT, OTHER, ACCOUNT, OTHER]);
  });

  test.each([
    { start: true, end: true },
    { start: true, end: false },
    { start: false, end: true },
    { start: false, end: false },
  ])('each event is in exactly one hour, whatever CloudTrail makes of the ends: %j', async (ends) => {
    const moment = fc.oneof(
      // At the edges of hours, and anywhere; seconds, and were there ever any, fractions.
      fc
        .tuple(fc.integer({ min: 0, max: 24 }), fc.constantFrom(-1000, -1, 0, 1, 999, 1000))
        .map(([hour, by]) => hour * HOUR + by),
      fc.integer({ min: -HOUR, max: 25 * HOUR }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(moment, { maxLength: 30 }),
        fc.constantFrom(1, 2, 50),
        async (moments, pageSize) => {
          history = new EventHistories();
          reader = new LookupEventsReader(history.access);
          Object.assign(history, { ends, pageSize });
          const events = moments.map((at, n) => historyEvent(`event-${n}`, MIDNIGHT + at));
          history.add(ACCOUNT, ...events);
          const hours = hoursOf(MIDNIGHT);
          for (const hour of hours) {
            const truth = events.filter(
              ({ EventTime }) => Math.floor((EventTime?.getTime() ?? 0) / HOUR) * HOUR === hour,
            );
            expect(idsIn(await read(hour)).sort()).toEqual(idsOf(truth));
          }
        },
      ),
      { seed: SEED, numRuns: 60 },
    );
  });

  test('never more than two calls a second of an account, however long a call takes', async () => {
    for (const millis of [0, 1, 130, 499, 700]) {
      history = new EventHistories();
      history.latency = () => millis * (history.calls.length % 3);
      history.failures = [undefined, throttled(), throttled(), undefined, throttled()];
      reader = new LookupEventsReader(history.access);
      history.add(ACCOUNT, ...eventsOf(288), ...eventsOf(288).map((event) => ({ ...event })));
      await readDay();
      const at = history.calls.map((call) => call.at);
      const fastest = Math.min(...at.slice(2).map((time, n) => time - (at[n] ?? 0)));
      expect([millis, fastest >= 1000]).toEqual([millis, true]);
    }
  });

  test('accounts do not wait for the pace of one another', async () => {
    for (const account of [ACCOUNT, OTHER]) await read(MIDNIGHT, account);
    expect(history.now).toBe(NOON);
    await read(MIDNIGHT, ACCOUNT);
    expect(history.now).toBe(NOON + 500);
  });

  test('a clock that is set back costs one turn', async () => {
    await read(MIDNIGHT);
    history.now -= DAY;
    const before = history.now;
    await read(MIDNIGHT + DAY);
    expect(history.now - before).toBe(500);
  });

  test('of today only closed hours are known: what comes later is asked for again', async () => {
    const today = Date.UTC(2026, 3, 9);
    expect(await read(today)).toEqual([]);
    expect(history.calls[0]?.input.EndTime).toEqual(new Date(CLOSED));
    history.add(ACCOUNT, historyEvent('late', CLOSED + 60_000));
    history.now += 3 * HOUR;
    expect(idsIn(await read(CLOSED))).toEqual(['late']);
    expect(history.calls).toHaveLength(2);
  });

  test('an hour before the one that was asked for first is asked for again', async () => {
    const events = eventsOf(36);
    history.add(ACCOUNT, ...events);
    for (const hour of [2, 0, 1]) {
      expect(idsIn(await read(MIDNIGHT + hour * HOUR)).sort()).toEqual(
        idsOf(events.slice(hour * 12, hour * 12 + 12)),
      );
    }
    expect(history.calls).toHaveLength(2);
  });

  test('what CloudTrail forgets while it is read is not taken for empty', async () => {
    const oldest = closedHours(NOON)[0] ?? 0;
    expect(await read(oldest)).toEqual([]);
    history.now += 2 * HOUR;
    reader = new LookupEventsReader(history.access);
    await expect(read(oldest)).rejects.toMatchObject({
      code: 'READ_FAILED',
      message: expect.stringMatching(/90 days/),
    });
  });

  test('G6: records come byte for byte, and what is no record is counted, not dropped', async () => {
    const odd =
      '{ "eventTime" : "2026-03-01T00:00:10Z", "x":1e400, "big":9007199254740993,\n"esc":"\\u0000\\ud800\\/é" }';
    const at = (second: number) => new Date(MIDNIGHT + second * 1000);
    history.add(
      ACCOUNT,
      { EventTime: at(10), CloudTrailEvent: odd },
      { EventTime: at(9), CloudTrailEvent: '{"cut' },
      { EventTime: at(8), CloudTrailEvent: '[]' },
      { EventTime: at(7), CloudTrailEvent: 'null],"Records":[{}' },
      { EventTime: at(6) },
      { EventTime: at(5), CloudTrailEvent: '{"eventID":"last"}' },
    );
    const bad = 'RECORD_NOT_OBJECT';
    expect(await read(MIDNIGHT)).toEqual([odd, bad, bad, bad, bad, '{"eventID":"last"}']);
  });

  test('an event without a time of its own goes by that of its record, else to the first hour that is asked', async () => {
    const { EventTime: _, ...timeless } = historyEvent('timeless', MIDNIGHT + HOUR);
    history.add(ACCOUNT, timeless, { CloudTrailEvent: '{"eventID":"nowhen"}' });
    expect(idsIn(await read(MIDNIGHT))).toEqual(['nowhen']);
    expect(idsIn(await read(MIDNIGHT + HOUR))).toEqual(['timeless']);
  });

  test('asks for one service where one is wanted, on every page', async () => {
    history.pageSize = 1;
    history.add(ACCOUNT, ...eventsOf(3));
    reader = new LookupEventsReader({ ...history.access, eventSource: 'athena.amazonaws.com' });
    expect(await read(MIDNIGHT)).toHaveLength(3);
    expect(history.calls.map(({ input }) => input.LookupAttributes)).toEqual(
      Array(3).fill([{ AttributeKey: 'EventSource', AttributeValue: 'athena.amazonaws.com' }]),
    );
  });

  test('E1: throttled calls are made again, with patience', async () => {
    history.add(ACCOUNT, ...eventsOf(1));
    history.failures = times(14, throttled);
    expect(await read(MIDNIGHT)).toHaveLength(1);
    expect(history.calls).toHaveLength(15);
    expect(history.now - NOON).toBeGreaterThan(20_000);
  });

  test('failures that last fail the hour, the third in a row ends the run', async () => {
    const invalid = () => new AwsError('InvalidTimeRangeException', 'no such range');
    const code = async () =>
      read(MIDNIGHT).then(
        () => 'read',
        (error) => error.code,
      );
    history.failures = [...times(15, throttled), invalid()];
    expect([await code(), await code(), await code()]).toEqual(['READ_FAILED', 'READ_FAILED', 'read']);
    reader = new LookupEventsReader(history.access);
    history.failures = times(3, invalid);
    expect([await code(), await code(), await code()]).toEqual(['READ_FAILED', 'READ_FAILED', 'AWS_FAILED']);
  });

  test('who may not, is told the action, the account and the Region at once', async () => {
    history.failures = [new AwsError('AccessDeniedException', 'not authorized')];
    await expect(read(MIDNIGHT)).rejects.toMatchObject({
      code: 'AWS_DENIED',
      message: expect.stringContaining(
        `cloudtrail:LookupEvents on the event history of ${ACCOUNT} in ${REGION}`,
      ),
    });
    history.failures = [new AwsError('ExpiredTokenException', 'expired')];
    await expect(read(MIDNIGHT)).rejects.toMatchObject({ code: 'AWS_CREDENTIALS' });
    expect(history.calls).toHaveLength(2);
  });

  test('pages that never end do end', async () => {
    for (const token of [() => 'same', () => `${history.calls.length}`]) {
      const send = async () => {
        history.calls.push({ account: ACCOUNT, at: 0, input: {} });
        return { Events: [], NextToken: token() };
      };
      reader = new LookupEventsReader({
        ...history.access,
        clientOf: () => Object.assign(history.access.clientOf(ACCOUNT), { send }),
      });
      await expect(read(MIDNIGHT)).rejects.toMatchObject({
        code: 'READ_FAILED',
        message: expect.stringMatching(/do not end/),
      });
      if (token() === 'same') expect(history.calls).toHaveLength(2);
    }
  });

  test('reads nothing but hours', async () => {
    await expect(reader.read('s3://amzn-s3-demo-bucket/x')).rejects.toMatchObject({ code: 'READ_FAILED' });
  });
});

describe('an ingest of the event history', () => {
  const newLake = () => ({ lake: new MemoryLake(), now: NOON });

  async function ingest({ lake, now }: ReturnType<typeof newLake>, accounts = [ACCOUNT]) {
    history.calls.length = 0;
    history.now = now;
    return ingestLogFiles({
      source: new LookupEventsSource({ accounts, region: REGION, now }),
      datasets: BOTH,
      lanes: [memoryLane(new LookupEventsReader(history.access), 100)],
      ports: { state: new MemoryLakeState(lake.items), bundles: lake.store, newBundleId: lake.newBundleId },
      follow: async () => undefined,
      isStopped: () => false,
    });
  }

  test('of 90 quiet days takes 91 calls in 45 seconds, and the same run again none', async () => {
    const to = newLake();
    history.add(ACCOUNT, ...eventsOf(40), ...eventsOf(7, MIDNIGHT + DAY));
    const { counters } = await ingest(to);
    expect(counters.logFiles).toMatchObject({ listed: closedHours(NOON).length, failed: 0, skipped: 0 });
    expect(counters.rowsWritten).toEqual({ athena_events: 47, cloudtrail_events: 47 });
    expect([history.calls.length, history.now - NOON]).toEqual([91, 45_000]);
    expect((await ingest(to)).counters.logFiles).toMatchObject({
      ingested: 0,
      skipped: closedHours(NOON).length,
    });
    expect(history.calls).toEqual([]);
  });

  test('a day later asks for the hours that were closed since, and for no other', async () => {
    const to = newLake();
    await ingest(to);
    const { counters } = await ingest({ ...to, now: NOON + DAY });
    expect(counters.logFiles.ingested).toBe(24);
    expect(history.calls.map(({ input }) => [input.StartTime, input.EndTime])).toEqual([
      [new Date(CLOSED - 1000), new Date(CLOSED + 14 * HOUR)],
      [new Date(CLOSED + 14 * HOUR - 1000), new Date(CLOSED + DAY)],
    ]);
  });

  test('a failure in the middle settles nothing of its hour: the next run reads it, and no row is there twice', async () => {
    const to = newLake();
    history.pageSize = 2;
    const events = [...eventsOf(288), ...eventsOf(12, MIDNIGHT + DAY)];
    history.add(ACCOUNT, ...events);
    const day = closedHours(NOON).indexOf(MIDNIGHT) / 24;
    // Some days are quiet, then five calls for nothing; the third page of an hour fails.
    history.failures = [
      ...Array(Math.ceil(day) + 5 + 2).fill(undefined),
      new AwsError('InvalidNextTokenException', 'x'),
    ];
    const first = await ingest(to);
    expect(first.failures).toEqual([
      {
        file: locationAt(MIDNIGHT),
        code: 'READ_FAILED',
        message: expect.stringContaining('InvalidNextToken'),
      },
    ]);
    expect(first.counters.rowsWritten['athena_events']).toBe(300 - 12);
    const second = await ingest(to);
    expect(second.counters.logFiles).toMatchObject({ ingested: 1, failed: 0 });
    expect(await to.lake.rows()).toHaveLength(2 * 300);
    expect(new Set(await to.lake.rows()).size).toBe(2 * 300);
  });

  test('several accounts do not wait for one another', async () => {
    history.latency = () => 200;
    const accounts = [ACCOUNT, OTHER, '123456789012'];
    const { counters } = await ingest(newLake(), accounts);
    expect(counters.logFiles).toMatchObject({ listed: 3 * closedHours(NOON).length, failed: 0 });
    expect(history.calls).toHaveLength(3 * 91);
    expect(history.now - NOON).toBeLessThan(3 * 91 * 210);
  });
});
