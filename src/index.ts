/** The library door: the names that we promise to keep. */

export { readLogFile } from './cloudtrail/log-file.js';
export { type KeyKind, type LogFileRef, parseKey } from './cloudtrail/log-file-ref.js';
export type { RecordSink, RecordSlice } from './cloudtrail/record-splitter.js';
export { AuditLakeError, ERROR_CODES, type ErrorCode } from './errors.js';
export { allStatements } from './lake/ddl.js';
export { TABLES, type Table, type TableName } from './lake/tables.js';
