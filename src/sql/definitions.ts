import { BEFORE_QUERY, EXPRESSION } from './frame.js';
import type { Statement } from './statement.js';
import type { StatementKind } from './statement-kind.js';
import { OPEN, SEMICOLON } from './token-kinds.js';

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

/** Statements that change tables, views and databases as such, by their first word. None has another behind it. */
export const DEFINITIONS: readonly (readonly [string, (statement: Statement) => false])[] = [
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

function create(statement: Statement): false {
  const begin = statement.at;
  statement.accept('OR', 'REPLACE');
  while (statement.acceptOne(BEFORE_OBJECT));
  if (statement.accept('TABLE')) return createTable(statement);
  if (statement.accept('VIEW')) return createView(statement);
  if (statement.acceptOne(DATABASES)) return databaseThenRest(statement, 'CREATE_DATABASE');
  statement.at = begin;
  return unknown(statement);
}

function createTable(statement: Statement): false {
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
  return false;
}

function endsWithNoData(statement: Statement): boolean {
  return ['WITH', 'NO', 'DATA'].every((word, index) => statement.word(index - 3) === word);
}

/** Its query is run by whoever reads the view. */
function createView(statement: Statement): false {
  statement.is('CREATE_VIEW');
  statement.accept('IF', 'NOT', 'EXISTS');
  statement.table('write');
  statement.brackets();
  statement.found.onlyLooks = true;
  if (!statement.query(BEFORE_QUERY)) statement.found.complete = false;
  return false;
}

function alter(statement: Statement): false {
  if (statement.acceptOne(DATABASES)) return databaseThenRest(statement, 'ALTER_DATABASE');
  if (statement.accept('VIEW') || statement.accept('MATERIALIZED', 'VIEW')) return alterView(statement);
  if (!statement.accept('TABLE')) return unknown(statement);
  statement.is('ALTER_TABLE');
  statement.accept('IF', 'EXISTS');
  statement.table('write');
  if (statement.word() === 'EXECUTE') statement.query(EXPRESSION);
  else statement.rest(() => otherTable(statement));
  return false;
}

/** `RENAME TO name`, `EXCHANGE PARTITION (...) WITH TABLE name`; not `RENAME TO PARTITION (...)`. */
function otherTable(statement: Statement): void {
  if (statement.accept('WITH', 'TABLE')) statement.table('write');
  else if (statement.accept('RENAME', 'TO') && !opensPartition(statement)) statement.table('write');
}

const opensPartition = (statement: Statement) =>
  statement.word() === 'PARTITION' && statement.tokens.kinds[statement.at + 1] === OPEN;

function alterView(statement: Statement): false {
  statement.is('ALTER_VIEW');
  statement.accept('IF', 'EXISTS');
  statement.table('write');
  if (statement.accept('RENAME', 'TO')) statement.table('write');
  statement.found.onlyLooks = true;
  statement.query(BEFORE_QUERY);
  return false;
}

function drop(statement: Statement): false {
  if (statement.acceptOne(DATABASES)) return databaseThenRest(statement, 'DROP_DATABASE');
  if (statement.accept('TABLE')) return tableThenRest(statement, 'DROP_TABLE');
  if (statement.accept('VIEW') || statement.accept('MATERIALIZED', 'VIEW')) {
    return tableThenRest(statement, 'DROP_VIEW');
  }
  return unknown(statement);
}

function tableThenRest(statement: Statement, kind: StatementKind): false {
  statement.is(kind);
  statement.acceptBeforeName(['TABLE']);
  statement.accept('IF', 'EXISTS');
  statement.table('write');
  statement.rest();
  return false;
}

function databaseThenRest(statement: Statement, kind: StatementKind): false {
  statement.is(kind);
  if (!statement.accept('IF', 'NOT', 'EXISTS')) statement.accept('IF', 'EXISTS');
  statement.database('write');
  statement.rest();
  return false;
}

function optimize(statement: Statement): false {
  statement.is('OPTIMIZE');
  statement.table('write');
  statement.query(EXPRESSION);
  return false;
}

function repair(statement: Statement): false {
  statement.accept('REPAIR');
  return tableThenRest(statement, 'MSCK_REPAIR');
}

function load(statement: Statement): false {
  statement.is('LOAD');
  let isNamed = false;
  statement.rest(() => {
    if (!statement.accept('INTO', 'TABLE')) return;
    isNamed = true;
    statement.table('write');
  });
  if (!isNamed) statement.found.complete = false;
  return false;
}

function refresh(statement: Statement): false {
  if (!statement.accept('MATERIALIZED', 'VIEW')) return unknown(statement);
  return tableThenRest(statement, 'REFRESH_VIEW');
}

function comment(statement: Statement): false {
  statement.is('COMMENT');
  if (statement.accept('ON', 'COLUMN')) {
    const column = statement.name();
    if (column !== undefined && column.length > 1) statement.found.table(column.slice(0, -1), 'write');
    else statement.found.complete = false;
  } else if (statement.accept('ON', 'TABLE') || statement.accept('ON', 'VIEW')) statement.table('write');
  else statement.found.complete = false;
  statement.rest();
  return false;
}

/** Who may touch a table from now on is part of its definition. */
function grant(statement: Statement): false {
  statement.is('GRANT');
  statement.rest(() => {
    if (!statement.accept('ON')) return;
    if (statement.acceptOne(DATABASES)) statement.database('write');
    else {
      statement.acceptBeforeName(['TABLE', 'VIEW']);
      statement.table('write');
    }
  });
  return false;
}

/** A statement of a kind that is not known here. */
function unknown(statement: Statement): false {
  statement.is('OTHER');
  statement.found.complete = false;
  if (statement.token !== SEMICOLON) statement.query(BEFORE_QUERY);
  return false;
}
