import { DEFINITIONS } from './definitions.js';
import { BEFORE_QUERY, EXPRESSION, RELATION, START } from './frame.js';
import { LOOKS } from './looks.js';
import type { ReadStatement, Statement } from './statement.js';
import { OPEN, WITH } from './token-kinds.js';

/** Options that stand between EXPLAIN and what it explains. */
const EXPLAINED_HOW = ['VERBOSE', 'EXTENDED', 'FORMATTED', 'DEPENDENCY'];
/** Where the statement behind USING EXTERNAL FUNCTION begins. */
const BEHIND_FUNCTIONS = new Set(['SELECT', 'VALUES', 'INSERT', 'CREATE', 'UNLOAD', 'MERGE', 'EXPLAIN']);

/** What stands before a statement, by its first word. */
const PREFIXES: ReadonlyMap<string, ReadStatement> = new Map([
  ['EXPLAIN', explain],
  ['PREPARE', prepare],
  ['USING', externalFunctions],
]);

const STATEMENTS: ReadonlyMap<string, ReadStatement> = new Map([
  ...DEFINITIONS,
  ...LOOKS,
  ['EXECUTE', execute],
  ['DEALLOCATE', deallocate],
  ['UNLOAD', unload],
  ['INSERT', insert],
  ['UPDATE', update],
  ['DELETE', remove],
  ['MERGE', merge],
]);

/** Reads one statement to its end. */
export function readStatement(statement: Statement): void {
  for (
    let prefix = readerIn(PREFIXES, statement);
    prefix !== undefined;
    prefix = readerIn(PREFIXES, statement)
  ) {
    prefix(statement);
  }
  const read = readerIn(STATEMENTS, statement);
  if (read !== undefined) read(statement);
  else if (statement.beginsQuery || statement.token === OPEN) select(statement);
  else other(statement);
}

/** Who reads what begins with the word that stands here; the word is stepped over. */
function readerIn(
  readers: ReadonlyMap<string, ReadStatement>,
  statement: Statement,
): ReadStatement | undefined {
  const read = readers.get(statement.word());
  if (read !== undefined) statement.at++;
  return read;
}

function select(statement: Statement): void {
  statement.is('SELECT');
  statement.query(START);
}

/** Unknown here; its queries are read all the same. */
function other(statement: Statement): void {
  statement.is('OTHER');
  statement.found.complete = false;
  statement.query(EXPRESSION);
}

function explain(statement: Statement): void {
  const runs = statement.accept('ANALYZE');
  statement.is(runs ? 'EXPLAIN_ANALYZE' : 'EXPLAIN');
  if (!runs) statement.found.onlyLooks = true;
  statement.acceptOne(EXPLAINED_HOW);
  if (!statement.opensQuery) statement.brackets();
}

/** Its tables are read by whoever executes it. */
function prepare(statement: Statement): void {
  statement.is('PREPARE');
  statement.found.onlyLooks = true;
  statement.found.prepared = statement.name()?.join('.') ?? null;
  if (!statement.accept('FROM')) statement.found.complete = false;
}

/** What it reads stands in another text. */
function execute(statement: Statement): void {
  statement.is('EXECUTE');
  statement.found.opaque = true;
  if (!statement.accept('IMMEDIATE')) statement.found.prepared = statement.name()?.join('.') ?? null;
  statement.query(EXPRESSION);
}

function deallocate(statement: Statement): void {
  statement.is('DEALLOCATE');
  if (!statement.accept('PREPARE')) statement.found.complete = false;
  statement.found.prepared = statement.name()?.join('.') ?? null;
  statement.rest();
}

function externalFunctions(statement: Statement): void {
  while (statement.goesOn && !BEHIND_FUNCTIONS.has(statement.word())) {
    if (statement.token === WITH && statement.tokens.kinds[statement.at + 1] !== OPEN) break;
    if (statement.token === OPEN) statement.brackets();
    else statement.at++;
  }
}

function unload(statement: Statement): void {
  statement.is('UNLOAD');
  if (statement.token !== OPEN) statement.found.complete = false;
  statement.query(START);
}

function insert(statement: Statement): void {
  statement.is('INSERT');
  if (!statement.acceptOne(['INTO', 'OVERWRITE'])) statement.found.complete = false;
  statement.accept('TABLE');
  statement.table('write');
  if (!statement.opensQuery) statement.brackets();
  if (!statement.query(BEFORE_QUERY)) statement.found.complete = false;
}

function update(statement: Statement): void {
  statement.is('UPDATE');
  statement.table('write');
  if (statement.word() !== 'SET') statement.found.complete = false;
  statement.query(EXPRESSION);
}

function remove(statement: Statement): void {
  statement.is('DELETE');
  if (!statement.accept('FROM')) statement.found.complete = false;
  statement.table('write');
  statement.query(EXPRESSION);
}

function merge(statement: Statement): void {
  statement.is('MERGE');
  if (!statement.accept('INTO')) statement.found.complete = false;
  statement.table('write');
  while (statement.goesOn && !statement.accept('USING')) statement.at++;
  statement.query(RELATION, true);
}
