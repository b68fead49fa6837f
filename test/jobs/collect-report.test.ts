import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AuditLakeError } from '../../src/errors.js';
import { collectReport, REPORT_QUESTIONS } from '../../src/jobs/collect-report.js';
import type { LogFileCount } from '../../src/lake/log-file-count.js';
import type { TableName } from '../../src/lake/tables.js';
import type { LakeEvidence, NotedFile, NotedPartition } from '../../src/ports/lake-evidence.js';
import type { Altered } from '../../src/report/report.js';
import { type CannedRows, cannedEngine } from '../support/report/canned-engine.ts';
import { reportOf } from '../support/report/sample-report.ts';

const { answers: _, held: __, changed: ___, altered: ____, ...FACTS } = reportOf('lake');
const NONE = async (): Promise<Altered> => ({ files: 0, first: [] });
/** The SQL of a question is its name. */
const SQL = new Map(REPORT_QUESTIONS.map((name) => [name, name]));

const file = (path: string, rows = 1): NotedFile => ({
  path,
  bytes: 10 * rows,
  rows,
  sha256: path.padEnd(64, '0'),
});

const day = (table: TableName, on: string, ...files: readonly NotedFile[]): NotedPartition => ({
  ...{ table, day: on, registration: 'REGISTERED', files },
});

type Kept = {
  partitions: readonly NotedPartition[];
  readonly logFiles?: () => Promise<readonly LogFileCount[]>;
};

const evidenceOf = (kept: Kept): LakeEvidence => ({
  partitions: async function* (table) {
    yield* kept.partitions.filter((it) => it.table === table);
  },
  logFiles: kept.logFiles ?? (async () => []),
  ledger: async function* () {},
});

const collected = (answers: { readonly [question: string]: CannedRows }, kept: Kept = { partitions: [] }) =>
  collectReport(FACTS, {
    ...{ engine: cannedEngine(answers), evidence: evidenceOf(kept), sql: SQL },
    altered: NONE,
  });

/** A period of 2026-11-01 to the middle of 2026-11-05. */
const DAYS = [1, 2, 3, 4, 5].map((date) => `2026-11-0${date}`);

describe('a report is collected', () => {
  test('from a lake without anything', async () => {
    const { answers, held, changed } = await collected({});
    expect(answers.users).toEqual({
      rows: [],
      more: { rows: 0, count: 0 },
      cost: null,
      scannedBytes: null,
      untold: 0,
    });
    expect(answers.hours.flat()).toEqual(new Array(168).fill(0));
    expect(held.data).toEqual({ sha256: createHash('sha256').digest('hex'), files: 0, rows: 0, bytes: 0 });
    expect(held.silent).toMatchObject({ rows: [{ from: DAYS[0], to: DAYS[4], days: 5 }], days: 5 });
    expect([held.logFiles, changed]).toEqual([[], undefined]);
  });

  test('in memory that does not grow with its lists: a million users, 20 of them shown, all of them counted', async () => {
    function* users() {
      for (let at = 0; at < 1_000_000; at++)
        yield {
          ...{ user_name: `user-${at}`, queries: 2n, scanned_bytes: 3n, largest_bytes: 2 },
          ...{ cost_usd: 0.5, queries_without_statistics: 0 },
        };
    }
    const many = { [Symbol.iterator]: users };
    const before = process.memoryUsage().heapUsed;
    const { answers } = await collected({ cost: many });
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100_000_000);
    expect(answers.users.rows.map(({ user }) => user)).toEqual(
      Array.from({ length: 20 }, (_, at) => `user-${at}`),
    );
    expect(answers.users).toMatchObject({
      more: { rows: 999_980, count: 1_999_960 },
      ...{ cost: 500_000, scannedBytes: 3_000_000 },
    });
  });

  test('with the queries of each place, and of them those from outside', async () => {
    const row = (place: string, queries: number) => ({
      ...{ place, user_name: 'a', source_ip: place, queries, failed_queries: 0, scanned_bytes: null },
      ...{ first_time: 'f', last_time: 'l' },
    });
    const { answers } = await collected({
      addresses: [
        row('outside', 3),
        row('outside', 2),
        row('no address', 4),
        row('audit-lake', 7),
        row('inside', 9),
        row('inside', 1),
      ],
    });
    expect(answers.places).toEqual({ inside: 10, outside: 5, own: 7, unknown: 4 });
    expect(answers.outside.rows.map(({ queries }) => queries)).toEqual([3, 2]);
  });

  test('with reasons added up over accounts and Regions, the most frequent first', async () => {
    const row = (query_text_status: string | null, queries: number, oldest: string | null) => ({
      ...{ account_id: '1', aws_region: 'r', query_text_status, queries, oldest, newest: oldest },
    });
    const { answers } = await collected({
      'missing-texts': [
        row('denied', 4, '2026-11-03'),
        row(null, 1, null),
        row('pending', 3, '2026-11-02'),
        row('pending', 3, '2026-11-01'),
      ],
    });
    expect(answers.missing).toEqual([
      { status: 'pending', queries: 6, oldest: '2026-11-01', newest: '2026-11-02' },
      { status: 'denied', queries: 4, oldest: '2026-11-03', newest: '2026-11-03' },
      { status: '', queries: 1, oldest: null, newest: null },
    ]);
  });

  test('with the hash of its data: events of the period, details of all days, in order, other tables not at all', async () => {
    const partitions = [
      day('athena_events', '2026-10-31', file('before')),
      day('athena_events', '2026-11-01', file('b', 3), file('a', 2), file('aa')),
      day('athena_events', '2026-11-05', file('c')),
      day('athena_events', '2026-11-06', file('after')),
      day('athena_query_details', '2026-12-24', file('d')),
      day('cloudtrail_events', '2026-11-02', file('other')),
    ];
    const { held } = await collected({}, { partitions });
    const lines = ['a\t20\t2', 'aa\t10\t1', 'b\t30\t3', 'c\t10\t1', 'd\t10\t1'].map(
      (start) => `${start}\t${start.split('\t')[0]?.padEnd(64, '0')}\n`,
    );
    const sha256 = createHash('sha256').update(lines.join('')).digest('hex');
    expect(held.data).toEqual({ sha256, files: 5, rows: 8, bytes: 80 });
    expect(
      held.tables.map(({ table, files, firstDay, lastDay }) => [table, files, firstDay, lastDay]),
    ).toEqual([
      ['athena_events', 6, '2026-10-31', '2026-11-06'],
      ['athena_query_details', 1, '2026-12-24', '2026-12-24'],
      ['cloudtrail_events', 1, '2026-11-02', '2026-11-02'],
    ]);
    expect(held.silent.rows).toEqual([{ from: '2026-11-03', to: '2026-11-04', days: 2 }]);
  });

  test('and tells of days that the catalog does not show, and of data that came meanwhile', async () => {
    const hidden: NotedPartition = {
      ...day('athena_events', '2026-11-02', file('b')),
      registration: 'PENDING',
    };
    const kept: Kept = { partitions: [day('athena_events', '2026-11-01', file('a'))] };
    const engine = cannedEngine({});
    const later = {
      ...engine,
      query: async (sql: string) => {
        kept.partitions = [...kept.partitions.slice(0, 1), hidden];
        return await engine.query(sql);
      },
    };
    const report = await collectReport(FACTS, {
      engine: later,
      evidence: evidenceOf(kept),
      sql: SQL,
      altered: NONE,
    });
    expect([report.held.data.files, report.changed?.files]).toEqual([1, 2]);
    const { held, changed } = await collected({}, kept);
    expect(held.tables[0]).toMatchObject({ days: 2, hidden: 1 });
    expect(changed).toBeUndefined();
  });

  test('without the ledger where that may not be read, and not at all where it cannot be', async () => {
    const failing = (code: 'AWS_DENIED' | 'AWS_FAILED') => ({
      partitions: [],
      logFiles: () => Promise.reject(new AuditLakeError(code, 'dynamodb:Scan')),
    });
    expect((await collected({}, failing('AWS_DENIED'))).held).not.toHaveProperty('logFiles');
    await expect(collected({}, failing('AWS_FAILED'))).rejects.toMatchObject({ code: 'AWS_FAILED' });
  });

  test('by each of its questions, once', async () => {
    const engine = cannedEngine({});
    await collectReport(FACTS, { engine, evidence: evidenceOf({ partitions: [] }), sql: SQL, altered: NONE });
    expect(engine.asked.sort()).toEqual([...REPORT_QUESTIONS]);
  });
});
