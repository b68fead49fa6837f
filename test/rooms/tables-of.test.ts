import { describe, expect, test } from 'vitest';
import { tableList } from '../../src/sql/table-list.js';
import type { NameDefaults } from '../../src/sql/table-name.js';
import { tablesOf } from '../../src/sql/tables-of.js';
import { LABELLED } from '../support/sql/labelled.ts';
import { touchedBy } from '../support/sql/touched.ts';

describe('the tables of a statement', () => {
  const count = LABELLED.length;
  test(`are labelled by hand for ${count} statements`, () => expect(count).toBeGreaterThan(220));

  test.each(LABELLED)('%s: %s', (kind, text, touched) => {
    const found = tablesOf(text, { database: 'lab' });
    expect(found.kind).toBe(kind);
    expect(touchedBy(found)).toEqual(touched === '' ? [] : wordsOf(touched));
  });
});

/** A name may hold spaces: only a mark or an access begins a new word. */
function wordsOf(touched: string): string[] {
  return touched.split(/ (?=[rwm]:|opaque|incomplete|prepared:)/).sort();
}

describe('a name', () => {
  const nameOf = (text: string, defaults: NameDefaults) =>
    tableList(tablesOf(`SELECT * FROM ${text}`, defaults));

  test('is completed by the context of the query', () => {
    expect(nameOf('a', { catalog: 'DDB', database: 'Clinic' })).toBe('ddb.clinic.a');
    expect(nameOf('x.a', { catalog: 'DDB', database: 'Clinic' })).toBe('ddb.x.a');
    expect(nameOf('y.x.a', { catalog: 'DDB', database: 'Clinic' })).toBe('y.x.a');
    expect(nameOf('a', { catalog: '', database: 'clinic' })).toBe('awsdatacatalog.clinic.a');
  });

  test('without a known database has none, and says so', () => {
    for (const database of [null, undefined, '']) {
      expect(tablesOf('SELECT * FROM a', { database }).tables).toEqual([
        { catalog: 'awsdatacatalog', database: null, table: 'a', access: 'read' },
      ]);
      expect(nameOf('a', { database })).toBe('awsdatacatalog.?.a');
    }
    expect(tablesOf('SHOW TABLES').databases).toEqual([
      { catalog: 'awsdatacatalog', database: null, access: 'metadata' },
    ]);
  });
});

describe('the list of tables', () => {
  const listOf = (text: string) => tableList(tablesOf(text, { database: 'lab' }));

  test('is sorted, and names each table once', () => {
    expect(listOf('INSERT INTO b SELECT * FROM c, b, a, A, "b$files"')).toBe(
      'awsdatacatalog.lab.a,awsdatacatalog.lab.b,awsdatacatalog.lab.c',
    );
  });

  test('quotes what could be misread', () => {
    expect(listOf('SELECT * FROM "a,b", "c.d", "say ""x""", "?", "患者"')).toBe(
      [
        ...['awsdatacatalog.lab."?"', 'awsdatacatalog.lab."a,b"', 'awsdatacatalog.lab."c.d"'],
        ...['awsdatacatalog.lab."say ""x"""', 'awsdatacatalog.lab.患者'],
      ].join(','),
    );
  });

  test('has databases that are named for themselves', () => {
    expect(listOf('DROP DATABASE clinic CASCADE')).toBe('awsdatacatalog.clinic.*');
  });

  test('says that it may lack tables', () => {
    expect(listOf('EXECUTE by_id')).toBe('?');
    expect(listOf('SELECT * FROM a, (SELECT')).toBe('awsdatacatalog.lab.a,?');
    expect(listOf('SELECT 1')).toBe('');
  });
});
