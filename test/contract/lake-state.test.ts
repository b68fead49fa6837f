import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Commit, CommitPart, LakeState, LedgerEntry } from '../../src/ports/lake-state.js';
import { LAKE_STATES, LOCKED_STATES, type StateUnderTest } from '../support/lake-states.ts';

const DAY = { table: 'athena_events', day: '2026-01-05' } as const;
const NEXT = { table: 'athena_events', day: '2026-01-06' } as const;
const OTHER = { table: 'cloudtrail_events', day: '2026-01-05' } as const;

const entry = (fid: string, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  fid,
  status: 'COMMITTED',
  etag: '10-1',
  sha256: 'aa',
  rows: 2,
  read: 3,
  ignored: 1,
  rejected: 0,
  ...more,
});

const part = (key: { table: CommitPart['table']; day: string }, generation = 0): CommitPart => ({
  ...key,
  generation,
  files: 1,
  rows: 2,
  bytes: 100,
  sha256: 'bb',
  rowHashSum: '0000000000000001',
});

const bundle = (bid: string, more: Partial<Commit> = {}): Commit => ({
  bid,
  entries: [entry('one', { bid })],
  parts: [part(DAY)],
  openQueries: [],
  ...more,
});

const path = (table: string, generation: string, day: string, bid: string) =>
  `${table}/g=${generation}/year=2026/month=01/day=${day}/b-${bid}.parquet`;

async function parkedOf(state: LakeState): Promise<LedgerEntry[]> {
  const parked = [];
  for await (const entry of state.parked()) parked.push(entry);
  return parked;
}

const pathsOf = async (state: LakeState) =>
  (await state.committedList()).flatMap(({ files }) => files.map((file) => file.path));

for (const [name, make] of Object.entries(LAKE_STATES)) {
  describe(`LakeState: ${name}`, () => {
    let made: StateUnderTest;
    let state: LakeState;
    beforeEach(async () => {
      made = await make();
      state = made.state;
    });
    afterEach(() => made.end());

    test('knows no log file and lists nothing at first', async () => {
      expect((await state.lookup(['one', 'two'])).size).toBe(0);
      expect(await state.committedList()).toEqual([]);
    });

    test('opens partitions in the order asked, again and again the same', async () => {
      const opened = { visible: 0, writing: 0 };
      expect(await state.openPartitions([DAY, NEXT])).toEqual([opened, opened]);
      await made.seal(DAY);
      const sealed = { visible: 0, writing: 1 };
      expect(await state.openPartitions([NEXT, DAY, OTHER])).toEqual([opened, sealed, opened]);
      expect(await state.openPartitions([DAY])).toEqual([sealed]);
    });

    test('an open partition without a commit is not listed', async () => {
      await state.openPartitions([DAY]);
      expect(await state.committedList()).toEqual([]);
    });

    test('a commit settles its log files and lists its parts, in one step', async () => {
      await state.openPartitions([DAY, NEXT]);
      const one = entry('one', { bid: 'b1' });
      const empty = entry('two', { status: 'EMPTY', rows: 0 });
      const commit = bundle('b1', { entries: [one, empty], parts: [part(DAY), part(NEXT)] });
      expect(await state.commit(commit)).toEqual({ kind: 'committed' });
      expect([...(await state.lookup(['one', 'two', 'none']))]).toEqual([
        ['one', one],
        ['two', empty],
      ]);
      const file = { rows: 2, bytes: 100 };
      expect(await state.committedList('athena_events')).toEqual([
        { ...DAY, files: [{ path: path('athena_events', '0000', '05', 'b1'), ...file }] },
        { ...NEXT, files: [{ path: path('athena_events', '0000', '06', 'b1'), ...file }] },
      ]);
      expect(await state.committedList('cloudtrail_events')).toEqual([]);
    });

    for (const status of ['COMMITTED', 'EMPTY'] as const) {
      test(`D1: refuses a log file that is settled (${status}), and changes nothing`, async () => {
        await state.openPartitions([DAY, NEXT]);
        await state.commit(bundle('b1', { entries: [entry('one', { status })] }));
        const before = await made.dump();
        const again = [entry('two'), entry('one', { etag: '11-2' })];
        const refused = await state.commit(bundle('b2', { entries: again, parts: [part(NEXT)] }));
        expect(refused).toMatchObject({ kind: 'files-settled', settled: [{ fid: 'one' }] });
        expect(await made.dump()).toEqual(before);
        expect((await state.lookup(['two'])).size).toBe(0);
      });
    }

    for (const status of ['MISSING', 'DEFERRED', 'QUARANTINED'] as const) {
      test(`a parked log file (${status}) is free: a later commit settles it`, async () => {
        await state.openPartitions([DAY]);
        const parked = entry('one', { status, rows: 0, code: 'BAD_GZIP' });
        expect(await state.commit(bundle('b1', { entries: [parked], parts: [] }))).toEqual({
          kind: 'committed',
        });
        expect((await state.lookup(['one'])).get('one')).toEqual(parked);
        expect(await state.commit(bundle('b2'))).toEqual({ kind: 'committed' });
        expect((await state.lookup(['one'])).get('one')?.status).toBe('COMMITTED');
        expect((await state.lookup(['one'])).get('one')?.code).toBeUndefined();
      });
    }

    for (const status of ['EMPTY', 'MISSING', 'DEFERRED', 'QUARANTINED'] as const) {
      test(`a settled log file never becomes ${status} again, and keeps nobody from committing`, async () => {
        await state.openPartitions([DAY]);
        await state.commit(bundle('b1'));
        const late = [entry('one', { status, rows: 0 }), entry('two', { bid: 'b2' })];
        expect(await state.commit(bundle('b2', { entries: late }))).toMatchObject({ kind: 'committed' });
        const known = await state.lookup(['one', 'two']);
        expect(known.get('one')).toEqual(entry('one', { bid: 'b1' }));
        expect(known.get('two')?.status).toBe('COMMITTED');
      });
    }

    test('D15: lists the log files that are parked, with where they lie, until they are settled', async () => {
      const source = { bucket: 'amzn-s3-demo-bucket', key: 'AWSLogs/a+b ö.json.gz' };
      const parked = (fid: string, status: 'MISSING' | 'DEFERRED') =>
        entry(fid, { status, rows: 0, code: 'LOG_FILE_MISSING', source });
      await state.openPartitions([DAY]);
      const both = [parked('one', 'MISSING'), parked('two', 'DEFERRED')];
      await state.commit(bundle('b1', { entries: both, parts: [] }));
      await state.commit(bundle('b2', { entries: [entry('one', { bid: 'b2' })] }));
      expect(await parkedOf(state)).toEqual([parked('two', 'DEFERRED')]);
      expect((await state.lookup(['two'])).get('two')).toEqual(parked('two', 'DEFERRED'));
    });

    test('a part that is shown in two generations is listed once', async () => {
      await state.openPartitions([DAY]);
      await made.seal(DAY);
      await state.commit(bundle('b1', { parts: [{ ...part(DAY, 1), copy: 0 }] }));
      expect(await pathsOf(state)).toEqual([path('athena_events', '0001', '05', 'b1')]);
    });

    test('D3: refuses a part of a generation that is not written to any more, and changes nothing', async () => {
      await state.openPartitions([DAY, NEXT]);
      await made.seal(NEXT);
      const before = await made.dump();
      const commit = bundle('b1', { parts: [part(DAY), part(NEXT)] });
      expect(await state.commit(commit)).toEqual({ kind: 'partition-moved' });
      expect(await made.dump()).toEqual(before);
      const moved = bundle('b1', { parts: [part(DAY), part(NEXT, 1)] });
      expect(await state.commit(moved)).toEqual({ kind: 'committed' });
    });

    test('refuses a part of a generation that does not exist yet', async () => {
      await state.openPartitions([DAY]);
      expect(await state.commit(bundle('b1', { parts: [part(DAY, 1)] }))).toEqual({
        kind: 'partition-moved',
      });
      expect(await state.commit(bundle('b1', { parts: [part(NEXT)] }))).toEqual({ kind: 'partition-moved' });
    });

    test('a settled log file is told before a moved partition: another bundle id is needed anyway', async () => {
      await state.openPartitions([DAY]);
      await state.commit(bundle('b1'));
      await made.seal(DAY);
      expect(await state.commit(bundle('b2'))).toMatchObject({
        kind: 'files-settled',
        settled: [{ fid: 'one' }],
      });
    });

    test('while a partition is sealed, both generations are listed, each data file once', async () => {
      await state.openPartitions([DAY]);
      await state.commit(bundle('b1'));
      await made.seal(DAY);
      const second = entry('two', { bid: 'b2' });
      await state.commit(bundle('b2', { entries: [second], parts: [part(DAY, 1)] }));
      expect(await pathsOf(state)).toEqual([
        path('athena_events', '0000', '05', 'b1'),
        path('athena_events', '0001', '05', 'b2'),
      ]);
      expect(await state.committedList('athena_events')).toHaveLength(1);
    });

    test('D17: the same commit again is our own lost response: committed, and nothing doubles', async () => {
      await state.openPartitions([DAY]);
      await state.commit(bundle('b1'));
      const before = await made.dump();
      expect(await state.commit(bundle('b1'))).toEqual({ kind: 'committed' });
      expect(await made.dump()).toEqual(before);
    });

    test('D17: also when the partition was sealed in between', async () => {
      await state.openPartitions([DAY]);
      await state.commit(bundle('b1'));
      await made.seal(DAY);
      expect(await state.commit(bundle('b1'))).toEqual({ kind: 'committed' });
      expect(await pathsOf(state)).toEqual([path('athena_events', '0000', '05', 'b1')]);
    });

    test('refuses a bundle that a sweep has aborted, and its log files stay free', async () => {
      await state.openPartitions([DAY]);
      await made.abort('b1');
      const before = await made.dump();
      expect(await state.commit(bundle('b1'))).toEqual({ kind: 'aborted' });
      expect(await made.dump()).toEqual(before);
      expect(await state.commit(bundle('b2'))).toEqual({ kind: 'committed' });
    });

    test('notes another etag of a settled log file, and a conflict, without unsettling it', async () => {
      await state.openPartitions([DAY]);
      await state.commit(bundle('b1'));
      await state.noteDelivery('one', { etag: '10-2', conflict: false });
      await state.noteDelivery('one', { etag: '12-3', conflict: true });
      await state.noteDelivery('none', { etag: '12-3', conflict: true });
      const noted = (await state.lookup(['one', 'none'])).get('one');
      expect(noted).toEqual(entry('one', { bid: 'b1', aliases: ['10-2'], conflict: '12-3' }));
      expect((await state.lookup(['none'])).size).toBe(0);
      expect(await state.commit(bundle('b2'))).toMatchObject({
        kind: 'files-settled',
        settled: [{ fid: 'one' }],
      });
    });

    test('keeps each query that is still open once; that of a refused bundle may be kept too', async () => {
      await state.openPartitions([DAY]);
      const query = (id: string) =>
        ({
          account: '111122223333',
          region: 'us-east-1',
          id,
          started: 5,
          why: 'pending',
          hasText: false,
        }) as const;
      await state.commit(bundle('b1', { openQueries: [query('q1'), query('q1'), query('q2')] }));
      await state.commit(bundle('b2', { openQueries: [query('q3')] }));
      await state.commit(bundle('b3', { entries: [entry('two')], openQueries: [query('q2')] }));
      const kept = (await made.openQueries()).filter((name) => !name.endsWith(' q3'));
      expect(kept).toEqual(['111122223333 us-east-1 q1', '111122223333 us-east-1 q2']);
    });

    // DynamoDB has no lock: many write to it at once.
    if (LOCKED_STATES.includes(name)) {
      test('L3: after another writer took over, nothing can be changed any more', async () => {
        await state.openPartitions([DAY]);
        await state.commit(bundle('b1'));
        await made.takeOver?.();
        const before = await made.dump();
        const lost = { code: 'LAKE_LOCK_LOST' };
        await expect(state.commit(bundle('b2', { entries: [entry('two')] }))).rejects.toMatchObject(lost);
        await expect(state.openPartitions([NEXT])).rejects.toMatchObject(lost);
        await expect(state.noteDelivery('one', { etag: '9', conflict: false })).rejects.toMatchObject(lost);
        expect(await made.dump()).toEqual(before);
        expect(await state.committedList()).toHaveLength(1);
      });
    }
  });
}
