import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tableList } from '../../src/sql/table-list.js';
import { tablesOf } from '../../src/sql/tables-of.js';
import { run, summaryOf } from '../support/command-line.ts';
import { filesBelow, hasCorpus, inCorpus } from '../support/corpus.ts';
import { askDirectly, type DirectRow, dataFilesOf } from '../support/direct-query.ts';

const root = mkdtempSync(join(tmpdir(), 'tables-touched-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const inRoot = (name: string) => join(root, name);

const TABLES = ['statement_kind', 'referenced_tables', 'tables_read', 'tables_written'];
const COLUMNS = ['event_id', 'event_name', 'query_execution_id', 'query_text', 'query_text_status'];
const SELECTED = [...COLUMNS, 'catalog_name', 'database_name', 'schema_version', ...TABLES].join(', ');
const rowsOf = (lake: string) =>
  askDirectly(`SELECT ${SELECTED} FROM ${dataFilesOf(lake, 'athena_events')} ORDER BY event_id, source_key`);

const ingest = (source: string, lake: string, ...more: readonly string[]) =>
  run(['ingest', source, '--lake', lake, '--output', 'json', '--quiet', ...more]);

const textOrNull = (cell: unknown) => (typeof cell === 'string' ? cell : null);

/** The four columns of a row, and what the scanner finds in the text and the context that the row shows. */
function disagreements(rows: readonly DirectRow[]): unknown[] {
  return rows.flatMap((row) => {
    const found = TABLES.map((name) => row[name]);
    const expected = scanned(row);
    return JSON.stringify(found) === JSON.stringify(expected) ? [] : [{ row, expected }];
  });
}

function scanned({ query_text: text, catalog_name, database_name }: DirectRow): unknown[] {
  if (typeof text !== 'string') return [null, null, null, null];
  const told = tablesOf(text, { catalog: textOrNull(catalog_name), database: textOrNull(database_name) });
  const lists = [{}, { access: 'read' }, { access: 'write' }] as const;
  return [told.kind, ...lists.map((options) => tableList(told, options))];
}

/** A query of the demo, whose SQL says its tables in so few ways that five words find them. */
type Ran = { readonly QueryExecutionId: string; readonly Query: string };
const NAMED = /\b(FROM|JOIN|INTO|TABLE|TABLES IN)(?: IF EXISTS)? ([\w".]+)/g;
const READS = new Set(['FROM', 'JOIN']);

function tablesByHand(sql: string, isMeant: (word: string) => boolean): string[] {
  const named = [...sql.matchAll(NAMED)].filter(([, word = '']) => isMeant(word));
  const names = named.map(([, word, name = '']) => {
    const plain = name.replaceAll('"', '').toLowerCase();
    const whole = plain.startsWith('awsdatacatalog.') ? plain : `awsdatacatalog.${plain}`;
    return word === 'TABLES IN' ? `${whole}.*` : whole;
  });
  return [...new Set(names)].sort();
}

const namesIn = (list: unknown) =>
  String(list)
    .split(',')
    .filter((name) => name !== '' && name !== '?');

describe('the tables of the demo', () => {
  let rows: readonly DirectRow[];
  let ran: readonly Ran[];

  beforeAll(async () => {
    expect(await run(['demo', '--out', inRoot('demo')])).toMatchObject({ code: 0 });
    rows = await rowsOf(inRoot('demo/lake'));
    ran = JSON.parse(readFileSync(inRoot('demo/query-history.json'), 'utf8')).QueryExecutions;
  });

  test('are those of each row by its own text and context', () => {
    expect(rows.filter((row) => row['query_text'] !== null).length).toBeGreaterThan(130);
    expect(rows.filter((row) => row['query_text'] === null).length).toBeGreaterThan(300);
    expect(disagreements(rows)).toEqual([]);
    expect(new Set(rows.map((row) => row['schema_version']))).toEqual(new Set([2]));
  });

  test('are those that the planted queries touch', () => {
    const isAny = () => true;
    const starts = rows.filter((row) => row['event_name'] === 'StartQueryExecution');
    const known = new Map(starts.map((row) => [row['query_execution_id'], row]));
    for (const { QueryExecutionId, Query: sql } of ran) {
      const row = known.get(QueryExecutionId) ?? {};
      expect.soft(namesIn(row['referenced_tables']), sql).toEqual(tablesByHand(sql, isAny));
      const reads = tablesByHand(sql, (word) => READS.has(word));
      expect.soft(namesIn(row['tables_read']), sql).toEqual(reads);
      const isWritten = (word: string) => word === 'INTO' || word === 'TABLE';
      expect.soft(namesIn(row['tables_written']), sql).toEqual(tablesByHand(sql, isWritten));
    }
  });

  test('answer who read persons: the nights of john.doe, and diego who was refused', async () => {
    const read = ran.filter(({ Query: sql }) => /(FROM|JOIN) patients\.persons\b/.test(sql));
    expect(read).toHaveLength(4);
    const sql = `SELECT user_name, query_state, query_execution_id FROM athena_audit_logs
      WHERE concat(',', tables_read, ',') LIKE '%,awsdatacatalog.patients.persons,%'`;
    const { out } = await run(['query', '--lake', inRoot('demo/lake'), '--output', 'ndjson', sql]);
    const answer = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const ids = answer.map((row) => row.query_execution_id).sort();
    expect(ids).toEqual(read.map(({ QueryExecutionId: id }) => id).sort());
    expect(answer.map((row) => `${row.user_name} ${row.query_state}`).sort()).toEqual([
      'diego.ramirez FAILED',
      ...['john.doe SUCCEEDED', 'john.doe SUCCEEDED', 'john.doe SUCCEEDED'],
    ]);
  });

  test.each([
    ['masked', (cells: readonly unknown[]) => cells],
    ['off', (cells: readonly unknown[]) => cells.map(() => null)],
  ])('are the same in a lake that masks, and none where no text is kept: %s', async (mode, expected) => {
    const lake = inRoot(mode);
    const more = ['--query-history', inRoot('demo/query-history.json'), '--query-text', mode];
    await ingest(inRoot('demo/trail'), lake, ...more);
    const kept = await rowsOf(lake);
    expect(kept).toHaveLength(rows.length);
    const tables = (row: DirectRow | undefined) => TABLES.map((name) => row?.[name]);
    expect(kept.map(tables)).toEqual(rows.map((row) => expected(tables(row))));
  });
});

describe.skipIf(!hasCorpus)('the tables of the corpus', () => {
  test.each(['full', 'masked'])('are those of each row by its own text and context: %s', async (mode) => {
    const folder = inRoot(`corpus-${mode}`);
    mkdirSync(folder);
    const lines = filesBelow(inCorpus('.'), /athena\.jsonl$/).flatMap((path) =>
      readFileSync(path, 'utf8').split('\n').filter(Boolean),
    );
    writeFileSync(join(folder, 'athena.json'), `{"Records":[${lines.join(',')}]}`);
    const lake = inRoot(`corpus-lake-${mode}`);
    const { records } = summaryOf(await ingest(folder, lake, '--query-text', mode));
    expect(records.selected).toBeGreaterThan(10);
    const rows = await rowsOf(lake);
    expect(rows.filter((row) => row['referenced_tables'] !== null).length).toBeGreaterThan(5);
    if (mode === 'full') expect(disagreements(rows)).toEqual([]);
    else expect(rows.map((row) => row['referenced_tables'])).toEqual(await listsOf('corpus-lake-full'));
  });

  const listsOf = async (lake: string) => (await rowsOf(inRoot(lake))).map((row) => row['referenced_tables']);
});
