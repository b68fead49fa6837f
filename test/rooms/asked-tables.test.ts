import { expect, test } from 'vitest';
import { askedTables } from '../../src/lake/asked-tables.js';
import { TABLE_NAMES } from '../../src/lake/tables.js';

test.each([
  ['a table', 'SELECT * FROM athena_events', ['athena_events']],
  ['a table in other letters and quotes', 'select * from "ATHENA_EVENTS" e', ['athena_events']],
  ['a view, and so its tables', 'SELECT * FROM athena_audit_logs', ['athena_events', 'athena_query_details']],
  ['the other view', 'SELECT 1 FROM\ncloudtrail_audit_logs', ['cloudtrail_events']],
  ['both views', 'TABLE athena_audit_logs UNION TABLE cloudtrail_audit_logs', TABLE_NAMES],
  ['a name in the schema', 'SELECT * FROM main.athena_query_details', ['athena_query_details']],
  ['none', 'SHOW TABLES', []],
  ['longer words', 'SELECT my_athena_events, athena_events2 FROM range(3)', []],
  ['a table in a text that is SQL', "FROM query('SELECT * FROM athena_' || 'events')", TABLE_NAMES],
  ['a table by its name in a text', "FROM query_table('cloudtrail_' || 'events')", TABLE_NAMES],
])('a question that names %s', (_, sql, tables) => {
  expect(askedTables(sql)).toEqual(tables);
});
