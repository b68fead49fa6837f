import { DEFINITIONS } from './definitions.js';
import { BEFORE_QUERY, EXPRESSION, RELATION, START } from './frame.js';
import { LOOKS } from './looks.js';
import type { Statement } from './statement.js';
import { OPEN, WITH } from './token-kinds.js';

/** Reads a statement from behind its first word. True where another statement follows, as behind EXPLAIN. */
export type ReadStatement = (statement: Statement) => boolean;

/** Options that stand between EXPLAIN and what it explains. */
const EXPLAINED_HOW = ['VERBOSE', 'EXTENDED', 'FORMATTED', 'DEPENDENCY'];
/** Where the statement behind USING EXTERNAL FUNCTION begins. */
const BEHIND_FUNCTIONS = new Set(['SELECT', 'VALUES', 'INSERT', 'CREATE', 'UNLOAD', 'MERGE', 'EXPLAIN']);

const STATEMENTS: ReadonlyMap<string, ReadStatement> = new Map<string, ReadStatement>([
  ...DEFINITIONS,
  ...LOOKS,
  ['EXPLAIN', explain],
  ['PREPARE', prepare],
  ['EXECUTE', execute],
  ['DEALLOCATE', deallocate],
  ['USING', externalFunctions],
  ['UNLOAD', unload],
  ['INSERT', insert],
  ['UPDATE', update],
  ['DELETE', remove],
  ['MERGE', merge],
]);

/** Reads one statement to its end. */
export function readStatement(statement: Statement): void {
  for (let isNext = true; isNext; ) isNext = readNext(statement);
}

function readNext(statement: Statement): boolean {
  if (statement.beginsQuery || statement.token === OPEN) {
    statement.is('SELECT');
    statement.query(START);
    return false;
  }
  const read = STATEMENTS.get(statement.word());
  if (read === undefined) return other(statement);
  statement.at++;
  return read(statement);
}

/** Unknown here; its queries are read all the same. */
function other(statement: Statement): boolean {
  statement.is('OTHER');
  statement.found.complete = false;
  statement.query(EXPRESSION);
  return false;
}

function explain(statement: Statement): boolean {
  const runs = statement.accept('ANALYZE');
  statement.is(runs ? 'EXPLAIN_ANALYZE' : 'EXPLAIN');
  if (!runs) statement.found.onlyLooks = true;
  statement.acceptOne(EXPLAINED_HOW);
  if (!statement.opensQuery) statement.brackets();
  return true;
}

/** Its tables are read by whoever executes it. */
function prepare(statement: Statement): boolean {
  statement.is('PREPARE');
  statement.found.onlyLooks = true;
  statement.found.prepared = statement.name()?.join('.') ?? null;
  if (!statement.accept('FROM')) statement.found.complete = false;
  return true;
}

/** What it reads stands in another text. */
function execute(statement: Statement): boolean {
  statement.is('EXECUTE');
  statement.found.opaque = true;
  if (!statement.accept('IMMEDIATE')) statement.found.prepared = statement.name()?.join('.') ?? null;
  statement.query(EXPRESSION);
  return false;
}

function deallocate(statement: Statement): boolean {
  statement.is('DEALLOCATE');
  if (!statement.accept('PREPARE')) statement.found.complete = false;
  statement.found.prepared = statement.name()?.join('.') ?? null;
  statement.rest();
  return false;
}

function externalFunctions(statement: Statement): boolean {
  while (statement.goesOn && !BEHIND_FUNCTIONS.has(statement.word())) {
    if (statement.token === WITH && statement.tokens.kinds[statement.at + 1] !== OPEN) break;
    if (statement.token === OPEN) statement.brackets();
    else statement.at++;
  }
  return true;
}

function unload(statement: Statement): boolean {
  statement.is('UNLOAD');
  if (statement.token !== OPEN) statement.found.complete = false;
  statement.query(START);
  return false;
}

function insert(statement: Statement): boolean {
  statement.is('INSERT');
  if (!statement.acceptOne(['INTO', 'OVERWRITE'])) statement.found.complete = false;
  statement.accept('TABLE');
  statement.table('write');
  if (!statement.opensQuery) statement.brackets();
  if (!statement.query(BEFORE_QUERY)) statement.found.complete = false;
  return false;
}

function update(statement: Statement): boolean {
  statement.is('UPDATE');
  statement.table('write');
  if (statement.word() !== 'SET') statement.found.complete = false;
  statement.query(EXPRESSION);
  return false;
}

function remove(statement: Statement): boolean {
  statement.is('DELETE');
  if (!statement.accept('FROM')) statement.found.complete = false;
  statement.table('write');
  statement.query(EXPRESSION);
  return false;
}

function merge(statement: Statement): boolean {
  statement.is('MERGE');
  if (!statement.accept('INTO')) statement.found.complete = false;
  statement.table('write');
  while (statement.goesOn && !statement.accept('USING')) statement.at++;
  statement.query(RELATION, true);
  return false;
}
