import { BEFORE_QUERY, EXPRESSION } from './frame.js';
import type { ReadStatement, Statement } from './statement.js';
import type { StatementKind } from './statement-kind.js';
import { OPEN } from './token-kinds.js';

/** What may stand between CREATE and what is created. */
const BEFORE_OBJECT = [
  'EXTERNAL',
  'TEMPORARY',
  'MATERIALIZED',
  'PROTECTED',
  'MULTI',
  'DIALECT',
  'TRANSACTIONAL',
];
const DATABASES = ['DATABASE', 'SCHEMA'];

/** Statements that change tables, views and databases as such, by their first word. */
export const DEFINITIONS: readonly (readonly [string, ReadStatement])[] = [
  ['CREATE', create],
  ['ALTER', alter],
  ['DROP', drop],
  ['TRUNCATE', (it) => tableThenRest(it, 'TRUNCATE')],
  ['ANALYZE', (it) => tableThenRest(it, 'ANALYZE')],
  ['VACUUM', (it) => tableThenRest(it, 'VACUUM')],
  ['OPTIMIZE', optimize],
  ['MSCK', repair],
  ['LOAD', load],
  ['REFRESH', refresh],
  ['COMMENT', comment],
  ['GRANT', grant],
  ['REVOKE', grant],
  ['DENY', grant],
];

function create(statement: Statement): void {
  const begin = statement.at;
  statement.accept('OR', 'REPLACE');
  while (statement.acceptOne(BEFORE_OBJECT));
  if (statement.accept('TABLE')) createTable(statement);
  else if (statement.accept('VIEW')) createView(statement);
  else if (statement.acceptOne(DATABASES)) databaseThenRest(statement, 'CREATE_DATABASE');
  else {
    statement.at = begin;
    unknown(statement);
  }
}

function createTable(statement: Statement): void {
  statement.accept('IF', 'NOT', 'EXISTS');
  statement.table('write');
  if (!statement.goesOn) statement.found.complete = false;
  // `(LIKE other)` in Trino, `LIKE other` in Hive: its definition is taken over.
  const like = () => {
    if (statement.accept('LIKE')) statement.table('metadata');
  };
  if (!statement.opensQuery) statement.brackets(like);
  like();
  const hasQuery = statement.query(BEFORE_QUERY);
  statement.is(hasQuery ? 'CREATE_TABLE_AS_SELECT' : 'CREATE_TABLE');
  if (hasQuery && endsWithNoData(statement)) statement.found.readsNothing();
}

function endsWithNoData(statement: Statement): boolean {
  return ['WITH', 'NO', 'DATA'].every((word, index) => statement.word(index - 3) === word);
}

/** Its query is run by whoever reads the view. */
function createView(statement: Statement): void {
  statement.is('CREATE_VIEW');
  statement.accept('IF', 'NOT', 'EXISTS');
  statement.table('write');
  statement.brackets();
  statement.found.onlyLooks = true;
  if (!statement.query(BEFORE_QUERY)) statement.found.complete = false;
}

function alter(statement: Statement): void {
  if (statement.acceptOne(DATABASES)) databaseThenRest(statement, 'ALTER_DATABASE');
  else if (acceptView(statement)) alterView(statement);
  else if (statement.accept('TABLE')) alterTable(statement);
  else unknown(statement);
}

const acceptView = (statement: Statement) =>
  statement.accept('VIEW') || statement.accept('MATERIALIZED', 'VIEW');

function alterTable(statement: Statement): void {
  statement.is('ALTER_TABLE');
  statement.accept('IF', 'EXISTS');
  statement.table('write');
  if (statement.word() === 'EXECUTE') statement.query(EXPRESSION);
  else statement.rest(() => otherTable(statement));
}

/** `RENAME TO name`, `EXCHANGE PARTITION (...) WITH TABLE name`; not `RENAME TO PARTITION (...)`. */
function otherTable(statement: Statement): void {
  if (statement.accept('WITH', 'TABLE')) statement.table('write');
  else if (statement.accept('RENAME', 'TO') && !opensPartition(statement)) statement.table('write');
}

const opensPartition = (statement: Statement) =>
  statement.word() === 'PARTITION' && statement.tokens.kinds[statement.at + 1] === OPEN;

function alterView(statement: Statement): void {
  statement.is('ALTER_VIEW');
  statement.accept('IF', 'EXISTS');
  statement.table('write');
  if (statement.accept('RENAME', 'TO')) statement.table('write');
  statement.found.onlyLooks = true;
  statement.query(BEFORE_QUERY);
}

function drop(statement: Statement): void {
  if (statement.acceptOne(DATABASES)) databaseThenRest(statement, 'DROP_DATABASE');
  else if (statement.accept('TABLE')) tableThenRest(statement, 'DROP_TABLE');
  else if (acceptView(statement)) tableThenRest(statement, 'DROP_VIEW');
  else unknown(statement);
}

function tableThenRest(statement: Statement, kind: StatementKind): void {
  statement.is(kind);
  statement.acceptBeforeName(['TABLE']);
  statement.accept('IF', 'EXISTS');
  statement.table('write');
  statement.rest();
}

function databaseThenRest(statement: Statement, kind: StatementKind): void {
  statement.is(kind);
  if (!statement.accept('IF', 'NOT', 'EXISTS')) statement.accept('IF', 'EXISTS');
  statement.database('write');
  statement.rest();
}

function optimize(statement: Statement): void {
  statement.is('OPTIMIZE');
  statement.table('write');
  statement.query(EXPRESSION);
}

function repair(statement: Statement): void {
  statement.accept('REPAIR');
  tableThenRest(statement, 'MSCK_REPAIR');
}

function load(statement: Statement): void {
  statement.is('LOAD');
  let isNamed = false;
  statement.rest(() => {
    if (!statement.accept('INTO', 'TABLE')) return;
    isNamed = true;
    statement.table('write');
  });
  if (!isNamed) statement.found.complete = false;
}

function refresh(statement: Statement): void {
  if (statement.accept('MATERIALIZED', 'VIEW')) tableThenRest(statement, 'REFRESH_VIEW');
  else unknown(statement);
}

function comment(statement: Statement): void {
  statement.is('COMMENT');
  if (statement.accept('ON', 'COLUMN')) {
    const column = statement.name();
    if (column !== undefined && column.length > 1) statement.found.table(column.slice(0, -1), 'write');
    else statement.found.complete = false;
  } else if (statement.accept('ON', 'TABLE') || statement.accept('ON', 'VIEW')) statement.table('write');
  else statement.found.complete = false;
  statement.rest();
}

/** Who may touch a table from now on is part of its definition. */
function grant(statement: Statement): void {
  statement.is('GRANT');
  statement.rest(() => {
    if (!statement.accept('ON')) return;
    if (statement.acceptOne(DATABASES)) statement.database('write');
    else {
      statement.acceptBeforeName(['TABLE', 'VIEW']);
      statement.table('write');
    }
  });
}

/** A statement of a kind that is not known here. */
function unknown(statement: Statement): void {
  statement.is('OTHER');
  statement.found.complete = false;
  statement.query(BEFORE_QUERY);
}
