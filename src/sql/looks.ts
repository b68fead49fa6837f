import { EXPRESSION } from './frame.js';
import type { ReadStatement, Statement } from './statement.js';
import { OPEN } from './token-kinds.js';

/** Statements that only look, by their first word, and those that set something for a session. */
export const LOOKS: readonly (readonly [string, ReadStatement])[] = [
  ['SHOW', show],
  ['DESCRIBE', describe],
  ['DESC', describe],
  ['USE', use],
  ['SET', session],
  ['RESET', session],
  ['START', session],
  ['COMMIT', session],
  ['ROLLBACK', session],
];

/** What SHOW may show of a table, and of a database. */
const OF_TABLE = ['PARTITIONS', 'TBLPROPERTIES'];
const OF_DATABASE = ['TABLES', 'VIEWS'];
/** Of nothing that is ours. */
const OF_NOTHING = new Set([
  ...['DATABASES', 'SCHEMAS', 'CATALOGS', 'FUNCTIONS', 'SESSION', 'ROLES', 'CURRENT', 'ROLE', 'GRANTS'],
]);

function show(statement: Statement): void {
  statement.is('SHOW');
  if (statement.accept('CREATE')) showCreate(statement);
  else if (statement.accept('STATS', 'FOR')) showStatistics(statement);
  else if (statement.accept('COLUMNS')) showColumns(statement);
  else if (statement.acceptOne(OF_TABLE)) statement.table('metadata');
  else if (statement.acceptOne(OF_DATABASE) || statement.accept('TABLE', 'EXTENDED')) showDatabase(statement);
  else if (!OF_NOTHING.has(statement.word())) statement.found.complete = false;
  statement.rest();
}

function showCreate(statement: Statement): void {
  if (statement.acceptOne(['DATABASE', 'SCHEMA'])) {
    statement.database('metadata');
    return;
  }
  statement.accept('MATERIALIZED');
  if (!statement.acceptOne(['TABLE', 'VIEW'])) statement.found.complete = false;
  statement.table('metadata');
}

function showStatistics(statement: Statement): void {
  statement.found.onlyLooks = true;
  if (statement.token === OPEN) statement.query(EXPRESSION);
  else statement.table('metadata');
}

/** `IN database.table`, or `IN table IN database`. */
function showColumns(statement: Statement): void {
  if (!statement.acceptOne(['FROM', 'IN'])) statement.found.complete = false;
  const table = statement.name();
  if (table === undefined) return;
  const database = statement.acceptOne(['FROM', 'IN']) ? (statement.name() ?? []) : [];
  statement.found.table([...database, ...table], 'metadata');
}

/** Without a name it is the database of the context. */
function showDatabase(statement: Statement): void {
  if (statement.acceptOne(['FROM', 'IN'])) statement.database('metadata');
  else statement.found.database([], 'metadata');
}

function describe(statement: Statement): void {
  statement.is('DESCRIBE');
  if (statement.acceptBeforeName(['DATABASE', 'SCHEMA'])) {
    statement.acceptBeforeName(['EXTENDED']);
    statement.database('metadata');
  } else if (statement.acceptBeforeName(['INPUT', 'OUTPUT'])) {
    statement.found.prepared = statement.name()?.join('.') ?? null;
    statement.found.opaque = true;
  } else if (statement.acceptBeforeName(['FUNCTION'])) statement.at++;
  else {
    statement.acceptBeforeName(['EXTENDED', 'FORMATTED', 'VIEW', 'TABLE']);
    statement.table('metadata');
  }
  statement.rest();
}

function use(statement: Statement): void {
  statement.is('SESSION');
  statement.database('metadata');
  statement.rest();
}

function session(statement: Statement): void {
  statement.is('SESSION');
  statement.rest();
}
