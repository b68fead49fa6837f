import {
  type DuckDBConnection,
  type DuckDBPreparedStatement,
  type DuckDBResult,
  DuckDBTimestampTZValue,
  type DuckDBValue,
  StatementType,
} from '@duckdb/node-api';
import { textDecoder } from '@duckdb/node-api/lib/vectors/dataAccessors.js';
import { AuditLakeError } from '../../errors.js';
import type { Answer, AnswerValue } from '../../ports/query-engine.js';

// The vendor prints moments in the zone of the machine unless told; every time of a lake is UTC.
DuckDBTimestampTZValue.timezoneOffsetInMinutes = 0;

// It would drop a U+FEFF that a text begins with: then two names could look like one.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
textDecoder.decode = (bytes?: Uint8Array) => decoder.decode(bytes);

/**
 * EXPLAIN ANALYZE runs what it explains, so the word after it must be one that only begins a question.
 * A WITH may end in an INSERT: explained, not run.
 */
const HARMLESS_EXPLAIN = /^\s*explain\s+(with|(analyze\s+)?(select|from|values))\b/i;

const failed = (message: string) => new AuditLakeError('QUERY_FAILED', message);

/** One question, prepared. @throws AuditLakeError QUERY_FAILED for none, several, or one that is no question */
async function prepare(connection: DuckDBConnection, sql: string): Promise<DuckDBPreparedStatement> {
  if (sql.replace(/--.*$/gm, '').trim() === '') throw failed('There is no SQL to run.');
  const statements = await connection.extractStatements(sql);
  if (statements.count !== 1) throw failed('One statement at a time, please.');
  const prepared = await statements.prepare(0);
  const { statementType, parameterCount } = prepared;
  const explains = statementType === StatementType.EXPLAIN && HARMLESS_EXPLAIN.test(sql);
  if (statementType !== StatementType.SELECT && !explains) {
    throw failed('A lake answers questions only: SELECT, DESCRIBE, SHOW and EXPLAIN of a SELECT.');
  }
  if (parameterCount > 0) throw failed('The SQL holds a parameter (? or $1); write the value itself.');
  return prepared;
}

/** DECIMAL, dates, times, lists and structs keep every digit as text; integers of 64 bits and more are bigint. */
function answerValue(value: DuckDBValue): AnswerValue {
  return typeof value === 'object' && value !== null ? value.toString() : value;
}

async function* chunksOf(
  result: DuckDBResult,
  done: () => void,
): AsyncGenerator<readonly (readonly AnswerValue[])[]> {
  try {
    for await (const rows of result.yieldConvertedRows<AnswerValue>(answerValue)) yield rows;
  } finally {
    done();
  }
}

/**
 * Asks one question over a connection of its own, which is given back (`done`) when the last chunk was read
 * or the reader stopped. Memory: one chunk of 2,048 rows, besides what the engine needs.
 */
export async function ask(connection: DuckDBConnection, sql: string, done: () => void): Promise<Answer> {
  const result = await (await prepare(connection, sql)).stream();
  const columns = result.deduplicatedColumnNames().map((name, index) => {
    return { name, type: result.columnType(index).toString() };
  });
  return { columns, chunks: chunksOf(result, done) };
}
