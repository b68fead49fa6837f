import { DuckDBInstance } from '@duckdb/node-api';
import { ask } from '../../../src/adapters/local/duckdb-answer.js';
import { ATHENA_FUNCTIONS } from '../../../src/adapters/local/duckdb-functions.js';
import { createTableOver } from '../../../src/adapters/local/duckdb-tables.js';
import { createView } from '../../../src/lake/ddl.js';
import { TABLE_NAMES } from '../../../src/lake/tables.js';
import { VIEW_NAMES } from '../../../src/lake/views.js';
import type { QueryEngine } from '../../../src/ports/query-engine.js';
import type { SmallLake } from '../small-lake.ts';

/** What a view shows, as a table of its name. */
const kept = (name: string): readonly string[] => [
  `CREATE TABLE shown_${name} AS SELECT * FROM ${name}`,
  `DROP VIEW ${name}`,
  `ALTER TABLE shown_${name} RENAME TO ${name}`,
];

/**
 * What the tables and views of a lake show, as tables in memory: thousands of questions are answered in the time in which views
 * over files answer hundreds.
 */
export async function memoryEngine({ root, days }: SmallLake): Promise<QueryEngine> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const files = (table: string) =>
    days
      .filter((day) => day.table === table)
      .flatMap((day) => day.files.map(({ path }) => `${root}/${path}`));
  const statements = [
    ...["SET TimeZone = 'UTC'", 'SET integer_division = true', ...ATHENA_FUNCTIONS],
    ...TABLE_NAMES.map((name) => createTableOver(name, files(name))),
    ...VIEW_NAMES.flatMap((name) => [createView(name), ...kept(name)]),
    ...TABLE_NAMES.flatMap(kept),
  ];
  for (const sql of statements) await connection.run(sql);
  return {
    query: async (sql) => await ask(connection, sql, () => undefined),
    close: async () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
