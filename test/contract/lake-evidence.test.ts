import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TableName } from '../../src/lake/tables.js';
import type { LakeEvidence, NotedPartition } from '../../src/ports/lake-evidence.js';
import type { Commit, CommitPart, LakeState, LedgerEntry } from '../../src/ports/lake-state.js';
import { LAKE_STATES, type StateUnderTest } from '../support/lake-states.ts';

const DAY = { table: 'athena_events', day: '2026-01-05' } as const;
const NEXT = { table: 'athena_events', day: '2026-01-06' } as const;
const OTHER = { table: 'cloudtrail_events', day: '2026-01-05' } as const;

const entry = (fid: string, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  ...{ fid, status: 'EMPTY', etag: '10-1', sha256: 'aa', rows: 0, read: 3, ignored: 3, rejected: 0, ...more },
});

const part = (
  key: { readonly table: TableName; readonly day: string },
  sha: string,
  generation = 0,
): CommitPart => ({
  ...{
    ...key,
    generation,
    files: 1,
    rows: 2,
    bytes: 100,
    sha256: sha.repeat(32),
    rowHashSum: '0'.repeat(16),
  },
});

async function commit(state: LakeState, bid: string, { entries = [], parts = [] }: Partial<Commit>) {
  await state.openPartitions(parts);
  expect((await state.commit({ bid, entries, parts, openQueries: [] })).kind).toBe('committed');
}

async function partitionsOf(evidence: LakeEvidence, table: TableName): Promise<NotedPartition[]> {
  const all: NotedPartition[] = [];
  for await (const partition of evidence.partitions(table)) all.push(partition);
  return all;
}

async function ledgerOf(evidence: LakeEvidence): Promise<LedgerEntry[]> {
  const all: LedgerEntry[] = [];
  for await (const entry of evidence.ledger()) all.push(entry);
  return all.sort((a, b) => (a.fid < b.fid ? -1 : 1));
}

const path = (day: string, bid: string, table = 'athena_events', g = '0000') =>
  `${table}/g=${g}/year=2026/month=01/day=${day}/b-${bid}.parquet`;

for (const [name, make] of Object.entries(LAKE_STATES).filter(([it]) => it !== 'memory')) {
  describe(`LakeEvidence: ${name}`, () => {
    let made: StateUnderTest;
    let evidence: LakeEvidence;
    beforeEach(async () => {
      made = await make();
      if (!made.evidence) throw new Error('no evidence');
      evidence = made.evidence;
    });
    afterEach(() => made.end());

    test('has nothing of a new lake', async () => {
      expect(await partitionsOf(evidence, 'athena_events')).toEqual([]);
      expect(await evidence.logFiles()).toEqual([]);
      expect(await ledgerOf(evidence)).toEqual([]);
    });

    test('has each data file of a table by day, with what was noted at its commit', async () => {
      await commit(made.state, 'b1', {
        entries: [entry('one', { status: 'COMMITTED', bid: 'b1', rows: 4 })],
        parts: [part(DAY, 'a1'), part(NEXT, 'a2')],
      });
      await commit(made.state, 'b2', {
        entries: [entry('two', { status: 'COMMITTED', bid: 'b2', rows: 4 })],
        parts: [part(DAY, 'b1'), part(OTHER, 'b2')],
      });
      const registration = name === 'LMDB' ? 'REGISTERED' : 'PENDING';
      const noted = { bytes: 100, rows: 2 };
      expect(await partitionsOf(evidence, 'athena_events')).toEqual([
        {
          ...{ ...DAY, registration },
          files: [
            { path: path('05', 'b1'), ...noted, sha256: 'a1'.repeat(32) },
            { path: path('05', 'b2'), ...noted, sha256: 'b1'.repeat(32) },
          ],
        },
        { ...NEXT, registration, files: [{ path: path('06', 'b1'), ...noted, sha256: 'a2'.repeat(32) }] },
      ]);
      // The same files as the committed list has.
      const listed = (await made.state.committedList()).flatMap(({ files }) => files.map((it) => it.path));
      const tables = ['athena_events', 'athena_query_details', 'cloudtrail_events'] as const;
      const all = await Promise.all(tables.map((table) => partitionsOf(evidence, table)));
      expect(
        all
          .flat()
          .flatMap(({ files }) => files.map((it) => it.path))
          .sort(),
      ).toEqual(listed.sort());
    });

    test('has the files of both generations while a partition moves on', async () => {
      await commit(made.state, 'b1', { parts: [part(DAY, 'a1')] });
      await made.seal(DAY);
      await commit(made.state, 'b2', { parts: [part(DAY, 'b1', 1)] });
      const [partition] = await partitionsOf(evidence, 'athena_events');
      expect(partition?.files.map((it) => it.path)).toEqual([
        path('05', 'b1'),
        path('05', 'b2', 'athena_events', '0001'),
      ]);
    });

    test('adds up the log files of the ledger by how they stand, over many pages', async () => {
      if (made.world) made.world.dynamodb.pageBytes = 500;
      const parked = { status: 'QUARANTINED', code: 'BAD_GZIP', read: 0, ignored: 0 } as const;
      await commit(made.state, 'b1', {
        entries: [
          ...Array.from({ length: 9 }, (_, at) => entry(`e${at}`)),
          ...['p1', 'p2'].map((fid) => entry(fid, { ...parked, source: { bucket: 'b', key: fid } })),
          entry('one', { status: 'COMMITTED', bid: 'b1', rows: 2, read: 4, ignored: 1, rejected: 1 }),
        ],
        parts: [part(DAY, 'a1')],
      });
      const counts = await evidence.logFiles();
      expect([...counts].sort((a, b) => (a.status < b.status ? -1 : 1))).toEqual([
        { status: 'COMMITTED', files: 1, read: 4, ignored: 1, rejected: 1, rows: 2 },
        { status: 'EMPTY', files: 9, read: 27, ignored: 27, rejected: 0, rows: 0 },
        { status: 'QUARANTINED', files: 2, read: 0, ignored: 0, rejected: 0, rows: 0 },
      ]);
    });

    test('has each log file of the ledger with all that was noted, over many pages, and nothing else', async () => {
      if (made.world) made.world.dynamodb.pageBytes = 500;
      const source = { bucket: 'amzn-s3-demo-bucket', key: 'AWSLogs/p.json.gz' };
      const { sha256: _, ...unread } = entry('p', {
        status: 'QUARANTINED',
        code: 'BAD_GZIP',
        read: 0,
        ignored: 0,
      });
      const all = [
        ...Array.from({ length: 9 }, (_, at) => entry(`e${at}`)),
        entry('one', { status: 'COMMITTED', bid: 'b1', rows: 2, read: 4, ignored: 1, rejected: 1 }),
        { ...unread, source },
      ];
      await commit(made.state, 'b1', { entries: all, parts: [part(DAY, 'a1')] });
      await made.state.noteDelivery('e1', { etag: '11-2', conflict: false });
      await made.state.noteDelivery('e2', { etag: '12-2', conflict: true });
      expect(await ledgerOf(evidence)).toEqual(
        all.map((it) => {
          if (it.fid === 'e1') return { ...it, aliases: ['11-2'] };
          return it.fid === 'e2' ? { ...it, conflict: '12-2' } : it;
        }),
      );
    });
  });
}
