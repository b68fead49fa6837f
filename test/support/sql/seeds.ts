import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The documents that this product began with, beside the repository where they are; never a part of it. */
const SEEDS = fileURLToPath(new URL('../../../../shared/mission/seeds', import.meta.url));

export const hasSeeds = existsSync(SEEDS);

/** Each statement of the documents: which document, how it begins, its kind, and what it touches. */
const STATEMENTS: readonly (readonly [seed: string, begins: string, kind: string, touched: string])[] = [
  ['1', 'SELECT query_execution_id', 'SELECT', 'r:lab.athena_audit_logs'],
  ['1', 'SELECT user_name', 'SELECT', 'r:lab.athena_audit_logs'],
  ['4', 'CREATE EXTERNAL TABLE logs', 'CREATE_TABLE', 'w:lab.logs'],
  ['4', 'select\n', 'SELECT', 'r:lab.logs'],
  ['5', 'CREATE EXTERNAL TABLE default.cloudtrail_logs (', 'CREATE_TABLE', 'w:default.cloudtrail_logs'],
  ['5', 'SELECT sourceipaddress, eventname', 'SELECT', 'r:default.cloudtrail_logs'],
  ['5', 'DROP TABLE', 'DROP_TABLE', 'w:default.cloudtrail_logs'],
  [
    '5',
    'CREATE EXTERNAL TABLE default.cloudtrail_logs_p',
    'CREATE_TABLE',
    'w:default.cloudtrail_logs_partitioned',
  ],
  // It closes one bracket more than it opens.
  ['5', 'ALTER TABLE', 'ALTER_TABLE', 'incomplete w:default.cloudtrail_logs_partitioned'],
  // Athena would refuse the comma before AND; what it reads is plain.
  ['5', '-- scans s3:', 'SELECT', 'r:default.cloudtrail_logs_partitioned'],
  // CREATE TABLE stands where a query's name should: neither Trino's order nor ours.
  ['5', '-- declare a temporary', 'SELECT', 'incomplete r:default.bob_access_keys r:default.cloudtrail_logs'],
  ['5', 'SELECT eventtime, eventtype', 'SELECT', 'r:default.cloudtrail_logs_partitioned'],
  ['5', 'CREATE EXTERNAL TABLE default.bob_role_activity', 'CREATE_TABLE', 'w:default.bob_role_activity'],
  ['5', 'SELECT * FROM default', 'SELECT', 'r:default.bob_role_activity'],
  ['5', 'SELECT *\nWHERE', 'SELECT', 'r:default.bob_role_activity'],
];

/** The statements with their texts, as the labelled ones. */
export function seedStatements(): readonly (readonly [kind: string, text: string, touched: string])[] {
  return STATEMENTS.map(([seed, begins, kind, touched]) => [
    kind,
    statementOf(documentOf(seed), begins),
    touched,
  ]);
}

function documentOf(seed: string): string {
  const name = readdirSync(SEEDS).find((it) => it.startsWith(`${seed}-`)) ?? '';
  return readFileSync(join(SEEDS, name), 'utf8');
}

/** It ends with a semicolon, with the block that it stands in, or where prose goes on. */
function statementOf(document: string, begins: string): string {
  const start = document.indexOf(begins);
  if (start < 0) throw new Error(`no document has ${begins}`);
  const rest = document.slice(start);
  const end = rest.search(/;|```|"""|\n\nClick/);
  return rest.slice(0, end);
}
