import { parquetMetadata } from 'hyparquet';
import { describe, expect, test } from 'vitest';
import type { Cells, Row } from '../../src/datasets/column.js';
import {
  type AskedQuery,
  type HistoryAnswer,
  NOTHING_TOLD,
  queryKey,
} from '../../src/datasets/query-execution.js';
import { DatasetRows, type DecodedDataset } from '../../src/jobs/dataset-rows.js';
import type { QueryHistory } from '../../src/ports/query-history.js';
import { addCounts } from '../../src/telemetry.js';
import { type ParquetRow, parquetRows } from '../support/parquet-rows.ts';

const AT = Date.UTC(2026, 0, 9, 12);
const NOW = AT + 60_000;
const PRIVACY = { mode: 'full' } as const;

/** A start whose text is hidden; `raw` bytes of its record. */
function row(id: string, { event = {}, query = {}, evidence = {} }: Partial<Row> = {}, raw = 10): Row {
  return {
    event: {
      ...{ event_time: AT, event_name: 'StartQueryExecution', event_id: id, is_own_call: false },
      ...{ account_id: '111122223333', aws_region: 'us-east-1' },
      ...event,
    },
    query: { query_execution_id: id, query_text: null, query_text_status: 'pending', ...query },
    evidence: { source_key: 'a.json.gz', record_index: 0, raw_event: 'r'.repeat(raw), ...evidence },
  };
}

const hidden = (event_name: string, query: Cells) =>
  row('', { event: { event_name }, query: { query_execution_id: null, ...query } });

/** A history that tells each text, so many characters long, and remembers what it was asked. */
class Telling implements QueryHistory {
  readonly asked: (readonly AskedQuery[])[] = [];
  readonly #text: string | undefined;

  constructor(length?: number) {
    this.#text = length === undefined ? undefined : 'x'.repeat(length);
  }

  async lookup(queries: readonly AskedQuery[]): Promise<ReadonlyMap<string, HistoryAnswer>> {
    this.asked.push(queries);
    const text = this.#text;
    if (text === undefined) return new Map();
    const execution = { ...NOTHING_TOLD, text, state: 'SUCCEEDED' };
    const answer = { kind: 'execution', execution, source: 'athena' } as const;
    return new Map(queries.map((query) => [queryKey(query), answer]));
  }

  /** How many calls of fifty the look-ups come to, by place. */
  get calls(): { readonly [place: string]: number } {
    const calls: { [place: string]: number } = {};
    for (const queries of this.asked) {
      const counts: { [place: string]: number } = {};
      for (const { account, region } of queries) addCounts(counts, { [`${account} ${region}`]: 1 });
      for (const [place, count] of Object.entries(counts))
        addCounts(calls, { [place]: Math.ceil(count / 50) });
    }
    return calls;
  }
}

async function written(rows: readonly Row[], history: QueryHistory, now = NOW): Promise<DecodedDataset> {
  const collected = new DatasetRows('athena_events', { history, now, privacy: PRIVACY });
  await collected.append(rows);
  return collected.finish();
}

async function rowsOf({ parts }: DecodedDataset): Promise<readonly ParquetRow[]> {
  const names = ['event_id', 'query_text', 'query_text_status'];
  return (await Promise.all(parts.map(({ bytes }) => parquetRows(bytes, names)))).flat();
}

const rowGroups = ({ parts }: DecodedDataset) =>
  parts.flatMap(({ bytes }) =>
    parquetMetadata(bytes.slice().buffer).row_groups.map(({ num_rows: rows }) => Number(rows)),
  );

describe('what the rows of a bundle are asked about', () => {
  test('at most 200 queries a look-up; those of a place in whole calls of fifty, whatever their order is', async () => {
    const places = [
      ['111122223333', 'us-east-1', 230],
      ['111122223333', 'eu-west-1', 51],
      ['444455556666', 'us-east-1', 120],
      ['123456789012', 'us-east-1', 1],
    ] as const;
    const rows = places.flatMap(([account_id, aws_region, count]) =>
      Array.from({ length: count }, (_, n) => row(`q${n}`, { event: { account_id, aws_region } })),
    );
    // Every seventh: places are mixed as in a log file of an organization.
    const mixed = Array.from({ length: 7 }, (_, at) => rows.filter((_, n) => n % 7 === at)).flat();
    const history = new Telling(5);
    const done = await written(mixed, history);
    expect(Math.max(...history.asked.map((queries) => queries.length))).toBeLessThanOrEqual(200);
    expect(history.asked.length).toBeGreaterThan(1);
    expect(new Set(history.asked.flat().map(queryKey)).size).toBe(rows.length);
    expect(history.asked.flat()).toHaveLength(rows.length);
    expect(history.calls).toEqual({
      ...{ '111122223333 us-east-1': 5, '111122223333 eu-west-1': 2 },
      ...{ '444455556666 us-east-1': 3, '123456789012 us-east-1': 1 },
    });
    expect(done.queryTexts).toEqual({ resolved: rows.length });
    expect(await rowsOf(done)).toHaveLength(rows.length);
  });

  test('each once, however many rows name it; nothing where there is nothing to ask', async () => {
    const history = new Telling(5);
    await written([row('q'), row('q'), row('q', { evidence: { source_key: 'b.json.gz' } })], history);
    expect(history.asked.map((queries) => queries.map(({ id }) => id))).toEqual([['q']]);
    const silent = new Telling(5);
    const read = hidden('GetQueryResults', { query_text_status: 'not_applicable' });
    const done = await written([read, row('q', { event: { is_own_call: true } })], silent);
    expect(silent.asked).toEqual([]);
    expect(done.queryTexts).toEqual({ not_applicable: 2 });
    expect(await rowsOf(await written([], silent))).toEqual([]);
  });

  test.each([
    ['a start without a name of a query', row('../q')],
    ['a start of an account that is none', row('q', { event: { account_id: '1#2' } })],
    ['a start of no account', row('q', { event: { account_id: null } })],
    ['a start in a Region that is none', row('q', { event: { aws_region: 'us east 1' } })],
    ['a named query whose id is not told', hidden('CreateNamedQuery', { named_query_id: null })],
    ['a prepared statement without a workgroup', hidden('CreatePreparedStatement', { statement_name: 's' })],
  ])('%s: not_found at once, and never open', async (_, odd) => {
    const history = new Telling(5);
    const done = await written([odd], history);
    expect(history.asked).toEqual([]);
    expect(done).toMatchObject({ openQueries: [], queryTexts: { not_found: 1 } });
    expect(await rowsOf(done)).toMatchObject([{ query_text: null, query_text_status: 'not_found' }]);
  });

  test('what nobody told stays open, and what Athena has forgotten does not', async () => {
    const open = await written([row('q')], new Telling());
    expect(open).toMatchObject({ openQueries: [{ id: 'q', why: 'pending' }], queryTexts: { pending: 1 } });
    const late = await written(
      [row('q', { query: { submission_time: AT } })],
      new Telling(),
      AT + 46 * 86_400_000,
    );
    expect(late).toMatchObject({ openQueries: [], queryTexts: { expired: 1 } });
  });
});

describe('how much of a bundle waits in memory', () => {
  const MIB = 1 << 20;

  test('a row group is written when rows with their texts come to 12 MiB', async () => {
    const rows = Array.from({ length: 600 }, (_, n) => row(`q${n}`));
    // 200 texts of 50 KB are less than 12 MiB, and 400 are more.
    const done = await written(rows, new Telling(50_000));
    expect(rowGroups(done)).toEqual([400, 200]);
    // 200 texts of 100 KB are more.
    expect(rowGroups(await written(rows, new Telling(100_000)))).toEqual([200, 200, 200]);
    expect(rowGroups(await written(rows, new Telling(5)))).toEqual([600]);
    const all = await rowsOf(done);
    expect(new Set(all.map((it) => it['event_id'])).size).toBe(600);
    expect(all.every((it) => String(it['query_text']).length === 50_000)).toBe(true);
  });

  test('records count as well: rows wait no longer than they come to 12 MiB', async () => {
    const rows = Array.from({ length: 30 }, (_, n) => row(`q${n}`, {}, MIB));
    const history = new Telling(5);
    expect(rowGroups(await written(rows, history))).toEqual([12, 12, 6]);
    expect(history.asked.map((queries) => queries.length)).toEqual([12, 12, 6]);
  });
});
