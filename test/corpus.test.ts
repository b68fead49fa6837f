import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, run, summaryOf } from './support/command-line.ts';
import { filesBelow, hasCorpus, inCorpus } from './support/corpus.ts';
import { askDirectly, type DirectRow, dataFilesOf } from './support/direct-query.ts';
import { accountOfKey, recordsOfFile, textAt, timeOf } from './support/independent-count.ts';

const root = mkdtempSync(join(tmpdir(), 'corpus-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const inRoot = (name: string) => join(root, name);
const BOTH = ['--dataset', 'cloudtrail_events', '--dataset', 'athena_events'];

function ingest(source: string, lake: string, ...more: readonly string[]): Promise<Ended> {
  return run(['ingest', source, '--lake', lake, ...BOTH, '--output', 'json', '--quiet', ...more]);
}

/** A row by where it came from. */
const place = (key: unknown, index: unknown) => `${key} ${index}`;

/** The first few that differ: a whole corpus in one assertion would be printed whole. */
const some = (differences: readonly string[]) => differences.slice(0, 5);

describe.skipIf(!hasCorpus)('the log files of the corpus', () => {
  const source = inCorpus('raw-files');
  const lake = inRoot('raw');
  const isLogFile = (path: string) => /\.(json|gz)$/.test(path);
  const listed = filesBelow(source, /./);
  const logFiles = listed.filter(isLogFile).map((path) => ({
    path,
    key: path.slice(source.length + 1),
    records: recordsOfFile(path),
  }));
  /** Every record with a possible eventTime, by the place that its row must name. */
  const truth = new Map(
    logFiles.flatMap(({ key, records = [] }) =>
      records.flatMap((record, index) =>
        timeOf(record) === undefined ? [] : [[place(key, index), { key, record }] as const],
      ),
    ),
  );
  let ended: Ended;
  let rows: readonly DirectRow[];

  beforeAll(async () => {
    ended = await ingest(source, lake);
    rows = await askDirectly(
      `SELECT source_key, record_index, raw_event, year, month, day FROM ${dataFilesOf(lake, 'cloudtrail_events')}`,
    );
  });

  test('become exactly the records with a possible eventTime that an independent count finds', () => {
    expect(truth.size).toBeGreaterThan(20_000);
    const found = rows.map((row) => place(row['source_key'], row['record_index'])).sort();
    expect(found.length).toBe(truth.size);
    expect(isDeepStrictEqual(found, [...truth.keys()].sort())).toBe(true);
  });

  test('are counted as the independent count counts them', () => {
    const { log_files, records, rows_written } = summaryOf(ended);
    const failed = logFiles.filter((file) => file.records === undefined).length;
    const read = logFiles.reduce((sum, file) => sum + (file.records?.length ?? 0), 0);
    expect(log_files).toEqual({
      listed: listed.length,
      ingested: logFiles.length - failed,
      skipped: 0,
      failed,
      foreign: listed.length - logFiles.length,
    });
    expect(records).toEqual({ read, selected: truth.size, ignored: 0, rejected: read - truth.size });
    expect(rows_written['cloudtrail_events']).toBe(truth.size);
    expect(ended.code).toBe(failed > 0 ? 1 : 0);
  });

  test('keep every record whole: raw_event parses to the original', () => {
    const changed = rows.filter((row) => {
      const original = truth.get(place(row['source_key'], row['record_index']))?.record;
      return !isDeepStrictEqual(JSON.parse(String(row['raw_event'])), original);
    });
    expect(some(changed.map((row) => String(row['source_key'])))).toEqual([]);
  });

  test('lie in the partition of the UTC day of the event', () => {
    const elsewhere = rows.filter((row) => {
      const time = timeOf(truth.get(place(row['source_key'], row['record_index']))?.record) ?? 0;
      const day = `${row['year']}-${row['month']}-${row['day']}`;
      return day !== new Date(time).toISOString().slice(0, 10);
    });
    expect(some(elsewhere.map((row) => String(row['source_key'])))).toEqual([]);
  });

  describe('through the view', () => {
    const nameOf = (account: unknown, region: unknown, id: unknown) => `${account} ${region} ${id}`;
    const events = [...truth.values()].flatMap(({ key, record }) => {
      const id = textAt(record, 'eventID');
      if (id === null) return [];
      const account = textAt(record, 'recipientAccountId') ?? accountOfKey(key);
      const day = new Date(timeOf(record) ?? 0).toISOString().slice(0, 10);
      return [{ name: nameOf(account, textAt(record, 'awsRegion'), id), day }];
    });
    let shown: readonly string[];

    beforeAll(async () => {
      const sql =
        'SELECT account_id, aws_region, event_id FROM cloudtrail_audit_logs WHERE event_id IS NOT NULL';
      const { out } = await run(['query', '--lake', lake, '--output', 'ndjson', sql]);
      shown = out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
        .map((row) => nameOf(row.account_id, row.aws_region, row.event_id));
    });

    test('show every event', () => {
      expect([...new Set(shown)].sort()).toEqual([...new Set(events.map(({ name }) => name))].sort());
    });

    test('show each event once per account, Region and UTC day', () => {
      const each = [...new Set(events.map(({ name, day }) => `${name} ${day}`))];
      const withoutDay = each.map((name) => name.slice(0, -11)).sort();
      expect([...shown].sort()).toEqual(withoutDay);
    });

    // The window of the views is a day, so that partitions are pruned: an event has one time, hence one day. Two ids of
    // hand-edited fixtures stand on two events of two days, and both events are kept.
    test('show an event id twice only where two events of two days bear it', () => {
      const twice = shown.filter((id, at) => shown.indexOf(id) !== at);
      expect(twice.map((name) => name.split(' ').at(-1)?.slice(0, 8)).sort()).toEqual([
        'a0ed971f',
        'b25ff7e3',
      ]);
    });

    test('show the records without an event id, all of them', async () => {
      const without = [...truth.values()].filter(({ record }) => textAt(record, 'eventID') === null);
      const sql = 'SELECT count(*) AS n FROM cloudtrail_audit_logs WHERE event_id IS NULL';
      const { out } = await run(['query', '--lake', lake, '--output', 'ndjson', sql]);
      expect(JSON.parse(out)).toEqual({ n: without.length });
    });
  });

  test('are not read a second time, and nothing is written', async () => {
    const dataFiles = () => filesBelow(lake, /\.parquet$/).map((path) => `${path} ${statSync(path).mtimeMs}`);
    const before = dataFiles();
    const again = summaryOf(await ingest(source, lake));
    const { ingested, failed, foreign } = summaryOf(ended).log_files;
    expect(again.log_files).toEqual({
      listed: listed.length,
      ingested: 0,
      skipped: ingested,
      failed,
      foreign,
    });
    expect(again.data_files).toBe(0);
    expect(dataFiles()).toEqual(before);
  });

  test('become the same rows in another order, grouping and concurrency', async () => {
    const flat = inRoot('flat');
    mkdirSync(flat);
    for (const [at, { path }] of logFiles.toReversed().entries()) {
      const [, name = '', ending = ''] = /^(.*?)(\.json\.gz|\.json|\.gz)$/.exec(basename(path)) ?? [];
      copyFileSync(path, join(flat, `${name}-${String(at).padStart(4, '0')}${ending}`));
    }
    const other = inRoot('flat-lake');
    await ingest(flat, other, '--concurrency', '1');
    const rowsOf = (of: string) =>
      `(SELECT * EXCLUDE (source_key, ingested_at) FROM ${dataFilesOf(of, 'cloudtrail_events')})`;
    const differ = await askDirectly(
      `(FROM ${rowsOf(lake)} EXCEPT ALL FROM ${rowsOf(other)}) UNION ALL (FROM ${rowsOf(other)} EXCEPT ALL FROM ${rowsOf(lake)})`,
    );
    expect(some(differ.map((row) => String(row['raw_event'])))).toEqual([]);
    const [count] = await askDirectly(`SELECT count(*) AS n FROM ${rowsOf(other)}`);
    expect(count).toEqual({ n: BigInt(truth.size) });
  });
});
