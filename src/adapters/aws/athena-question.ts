import { AuditLakeError } from '../../errors.js';

const COMMENTS = /--[^\r\n]*|\/\*[\s\S]*?\*\//g;
const READS = /^[\s(]*(select|with|values|table|show|describe|desc)\b/i;
/** EXPLAIN ANALYZE runs what it explains. */
const EXPLAINS =
  /^explain\s+(\([^)]*\)\s*)?(analyze\s+)?(verbose\s+)?(?=[\s(]*(select|with|values|table)\b)/i;

/**
 * A lake is asked, not changed: INSERT would write rows that no ledger knows, DROP take tables away. What follows the
 * first word Athena judges itself. @throws AuditLakeError QUERY_FAILED
 */
export function mustBeQuestion(sql: string): void {
  const bare = sql.replace(COMMENTS, ' ').trim();
  if (bare === '') throw new AuditLakeError('QUERY_FAILED', 'There is no SQL to run.');
  if (READS.test(bare) || EXPLAINS.test(bare)) return;
  const message = 'A lake answers questions only: SELECT, DESCRIBE, SHOW and EXPLAIN of a SELECT.';
  throw new AuditLakeError('QUERY_FAILED', message);
}
