import { describe, expect, test } from 'vitest';
import type { Cells } from '../../src/datasets/column.js';
import { queryCellsOfEvent, withAnswer } from '../../src/datasets/query-cells.js';
import { cellsOfAsked } from '../../src/datasets/query-details.js';
import { NOTHING_TOLD, type QueryExecution } from '../../src/datasets/query-execution.js';
import { maskSql } from '../../src/datasets/sql-mask.js';
import { tableCells } from '../../src/datasets/table-cells.js';
import { DIGEST, WITHHELD } from '../../src/datasets/withheld.js';
import { LABELLED } from '../support/sql/labelled.ts';

const LAB = { database: 'lab' };
const cells = (text: string) => tableCells(text, LAB);
const masked = (text: string) => tableCells(text, LAB, maskSql(text));
const inFull = (...names: readonly string[]) => names.map((name) => `awsdatacatalog.${name}`).join(',');

describe('the cells of a text', () => {
  test('tell what is read from what is written, and from what is only looked at', () => {
    expect(cells('INSERT INTO b SELECT * FROM x.a, "c$partitions"')).toEqual({
      statement_kind: 'INSERT',
      referenced_tables: inFull('lab.b', 'lab.c', 'x.a'),
      tables_read: inFull('x.a'),
      tables_written: inFull('lab.b'),
    });
    expect(cells('SHOW CREATE TABLE a')).toMatchObject({
      statement_kind: 'SHOW',
      referenced_tables: inFull('lab.a'),
      tables_read: '',
      tables_written: '',
    });
    expect(cells('DELETE FROM a WHERE x IN (SELECT y FROM a)')).toMatchObject({
      referenced_tables: inFull('lab.a'),
      tables_read: inFull('lab.a'),
      tables_written: inFull('lab.a'),
    });
    expect(cells('DROP DATABASE x')).toMatchObject({ tables_read: '', tables_written: inFull('x.*') });
  });

  test('are empty where a text names no table, and marked where it may touch others', () => {
    const lists = (list: string) => ({ referenced_tables: list, tables_read: list, tables_written: list });
    expect(cells('SELECT 1')).toEqual({ statement_kind: 'SELECT', ...lists('') });
    expect(cells('EXECUTE p')).toEqual({ statement_kind: 'EXECUTE', ...lists('?') });
    expect(cells('EXPLAIN (')).toEqual({ statement_kind: 'EXPLAIN', ...lists('?') });
  });

  test.each([WITHHELD, '***OMITTED***', 'HIDDEN_DUE_TO_SECURITY_REASONS', DIGEST + '0'.repeat(64)])(
    'are NULL where nothing is to be scanned: %s',
    (text) => {
      expect(cells(text)).toEqual({});
      expect(tableCells('SELECT * FROM t', LAB, text)).toEqual({});
    },
  );

  test('stay short, whatever a text names: those that it names first, and a mark', () => {
    const names = Array.from({ length: 40_000 }, (_, n) => `n_${n.toString(36)}`);
    const text = `SELECT * FROM ${names.join(',')}`;
    const { referenced_tables: list, tables_written: written } = tableCells(text, {
      database: 'd'.repeat(255),
    });
    const listed = String(list).split(',');
    expect(String(list).length).toBeLessThanOrEqual(65_538);
    expect(listed.at(-1)).toBe('?');
    const kept = listed.slice(0, -1).map((name) => name.split('.')[2] ?? '');
    expect(kept).toEqual(names.slice(0, kept.length).sort());
    expect(kept.length).toBeGreaterThan(200);
    expect(written).toBe('');
    expect(tableCells('SELECT * FROM t', { database: 'd'.repeat(70_000) })['tables_read']).toBe('?');
  });
});

describe('the cells of a text that is kept masked', () => {
  test.each(LABELLED)('%s: %s', (_, text) => {
    const [whole, shown] = [cells(text), masked(text)];
    expect(shown['statement_kind']).toBe(whole['statement_kind']);
    const same = shown['referenced_tables'] === whole['referenced_tables'];
    expect(
      same || String(shown['referenced_tables']).endsWith(',?') || shown['referenced_tables'] === '?',
    ).toBe(true);
  });

  test('are those of the whole text: what masking cuts off is not lost', () => {
    const text = "SELECT * FROM a WHERE x = 'it\\'s' UNION SELECT * FROM a UNION SELECT * FROM b";
    expect(maskSql(text)).toBe('SELECT * FROM a WHERE x = ?');
    const doubtful = "SELECT * FROM x.a WHERE c = 'Łódź' -- it's\n";
    expect(masked(doubtful)).toEqual(cells(doubtful));
  });

  test.each([
    ['a name that the masked text hides', 'SELECT * FROM x."Jane Doe", "a"', 'lab.a,?', 'x.?'],
    ['a number, or what begins like one', 'SELECT * FROM 2024_sales', '?', 'lab.?'],
    ['a database', 'SELECT * FROM "Jane Doe".a', '?', '?.a'],
    ['two names between one pair of backquotes', 'DROP TABLE `x.a`', '?', '?.?'],
    ['a name that Hive may read as a string', 'DROP TABLE "a"', '?', 'lab.?'],
    ['a database for itself', 'SHOW TABLES IN `x y`', '?', '?.*'],
  ])('show `?` in place of %s', (_, text, rest, hidden) => {
    const list = [hidden, ...rest.split(',')].map((it) => (it === '?' ? it : `awsdatacatalog.${it}`));
    const [mark, ...names] = [...list].reverse();
    expect(masked(text)['referenced_tables']).toBe([...names.sort(), mark].join(','));
  });

  test('show a table whose name stands there with what is told of it', () => {
    const text = `SELECT * FROM "a$partitions" WHERE x = 'y'`;
    expect(masked(text)).toEqual(cells(text));
    expect(masked(text)['referenced_tables']).toBe(inFull('lab.a'));
  });

  test('complete names by the context, even where the text does not show it', () => {
    const text = "SELECT * FROM a WHERE x = 'y'";
    const context = { catalog: 'My-Catalog', database: 'Jane Doe' };
    expect(tableCells(text, context, maskSql(text))['tables_read']).toBe('my-catalog."jane doe".a');
  });
});

const AT = Date.UTC(2026, 0, 9);
const started = (
  queryString: string,
  context: object | null = { database: 'lab', catalog: 'AwsDataCatalog' },
) => ({
  eventName: 'StartQueryExecution',
  requestParameters: { queryString, queryExecutionContext: context },
  responseElements: { queryExecutionId: 'q1' },
});
const answered = (query: Cells, told: Partial<QueryExecution>) =>
  withAnswer(query, {
    kind: 'execution',
    source: 'athena',
    execution: { ...NOTHING_TOLD, state: 'SUCCEEDED', ...told },
  });
const TEXT = "SELECT * FROM a WHERE name = 'Jane'";
const HIDDEN = queryCellsOfEvent(started('***OMITTED***'), AT);

describe('wherever a text becomes cells', () => {
  test('of an event: by the context of its request', () => {
    expect(queryCellsOfEvent(started(TEXT), AT)).toMatchObject(cells(TEXT));
    const without = queryCellsOfEvent(started(TEXT, null), AT);
    expect(without['tables_read']).toBe('awsdatacatalog.?.a');
    const named = { eventName: 'CreateNamedQuery', requestParameters: { queryString: TEXT, database: 'X' } };
    expect(queryCellsOfEvent(named, AT)['tables_read']).toBe(inFull('x.a'));
  });

  test('of an event that was made private: from what was delivered, no more than the private text shows', () => {
    const [delivered, text] = [
      started(`${TEXT} AND it IN (SELECT it FROM "b c")`),
      'SELECT * FROM a WHERE ?',
    ];
    expect(queryCellsOfEvent(started(text), AT, delivered)).toMatchObject({
      query_text: text,
      tables_read: `${inFull('lab.?', 'lab.a')},?`,
    });
    for (const gone of [WITHHELD, DIGEST + 'a'.repeat(64), '***OMITTED***']) {
      const query = queryCellsOfEvent(started(gone), AT, delivered);
      expect(Object.keys(query).filter((name) => /table|kind/.test(name))).toEqual([]);
    }
  });

  test('of an answer: by the context that it tells, else by that of the event', () => {
    expect(HIDDEN['tables_read']).toBeUndefined();
    expect(answered(HIDDEN, { text: TEXT })).toMatchObject(cells(TEXT));
    expect(answered(HIDDEN, { text: TEXT, database: 'x', catalog: 'ddb' })['tables_read']).toBe('ddb.x.a');
  });

  test('of an answer that was made private: what was told of its text before', () => {
    const tables = { statement_kind: 'SELECT', tables_read: 'awsdatacatalog.lab.kept' };
    expect(answered(HIDDEN, { text: 'SELECT ?', tables })).toMatchObject(tables);
    expect(answered(HIDDEN, { text: 'SELECT ?', tables })['referenced_tables']).toBeUndefined();
    const none = answered(HIDDEN, { text: 'SELECT ? FROM a', tables: {} });
    expect([none['statement_kind'], none['tables_read']]).toEqual([undefined, undefined]);
  });

  test('of a named query or prepared statement: by the context of the event that made it', () => {
    const answer = { kind: 'current_text', text: TEXT, source: 'current_named_query' } as const;
    const request = { queryString: '***OMITTED***', database: 'x' };
    const query = queryCellsOfEvent({ eventName: 'CreateNamedQuery', requestParameters: request }, AT);
    expect(withAnswer(query, answer)['tables_read']).toBe(inFull('x.a'));
    expect(withAnswer(query, { ...answer, tables: { tables_read: 'b' } })['tables_read']).toBe('b');
  });

  test('of a named query without a database in its event: by its own, which the row gets too', () => {
    const source = 'current_named_query';
    const answer = { kind: 'current_text', text: TEXT, database: 'Own', source } as const;
    const of = (requestParameters: object) =>
      queryCellsOfEvent({ eventName: 'UpdateNamedQuery', requestParameters: { ...requestParameters } }, AT);
    const changed = of({ queryString: '***OMITTED***', namedQueryId: 'n1' });
    expect(withAnswer(changed, answer)).toMatchObject({ tables_read: inFull('own.a'), database_name: 'Own' });
    const named = of({ queryString: '***OMITTED***', database: 'x' });
    expect(withAnswer(named, answer)).toMatchObject({ tables_read: inFull('x.a'), database_name: 'x' });
    const asked = cellsOfAsked({
      account: '111122223333',
      region: 'eu-west-1',
      id: 'named_query/n1',
      started: AT,
    });
    expect(withAnswer(asked, answer)).toMatchObject({ tables_read: inFull('own.a'), database_name: 'Own' });
    const shown = of({ queryString: 'SELECT * FROM b', namedQueryId: 'n1' });
    expect(withAnswer(shown, answer)).toEqual(shown);
  });

  test('of a prepared statement, which has no database of its own: a question mark', () => {
    const answer = { kind: 'current_text', text: TEXT, source: 'current_prepared_statement' } as const;
    const id = 'prepared_statement/primary/s';
    const asked = cellsOfAsked({ account: '111122223333', region: 'eu-west-1', id, started: AT });
    expect(withAnswer(asked, answer)).toMatchObject({
      tables_read: 'awsdatacatalog.?.a',
      database_name: null,
    });
  });

  test('of an event that shows its text: as it ran, where the history names another database or catalog', () => {
    const query = queryCellsOfEvent(started(TEXT), AT);
    expect(query['tables_read']).toBe(inFull('lab.a'));
    expect(answered(query, { text: TEXT, database: 'x' })).toMatchObject({
      ...{ query_text: TEXT, query_text_source: 'event', database_name: 'x', tables_read: inFull('x.a') },
    });
    expect(answered(query, { text: TEXT, catalog: 'ddb' })['tables_read']).toBe('ddb.lab.a');
    expect(answered(query, { text: 'SELECT * FROM b', database: 'x' })['tables_read']).toBe(inFull('x.a'));
    for (const same of [{ text: TEXT }, { text: null, database: 'x' }, { text: 'SELECT * FROM b' }])
      expect(answered(query, same)['tables_read']).toBe(inFull('lab.a'));
  });

  test('and of a masked one only what was found in the same text before it was masked', () => {
    const [delivered, text] = [started(`${TEXT} WHERE b = 'c'`), `${TEXT} WHERE b = ?`];
    const query = queryCellsOfEvent(started(text), AT, delivered);
    const tables = { statement_kind: 'SELECT', tables_read: inFull('x.a'), referenced_tables: inFull('x.a') };
    expect(answered(query, { text, database: 'x', tables })).toMatchObject(tables);
    expect(answered(query, { text: 'SELECT ?', database: 'x', tables })['tables_read']).toBe(
      query['tables_read'],
    );
    expect(answered(query, { text, database: 'x', tables: {} })['tables_read']).toBe(query['tables_read']);
  });
});
