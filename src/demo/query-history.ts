import type { AsOf } from './calendar.js';
import type { Json, JsonObject } from './json.js';
import { type Query, resultsOf, textStatusOf } from './queries.js';

/** What `aws athena batch-get-query-execution` would have answered, gathered over accounts and Regions. */
export type QueryHistory = {
  readonly QueryExecutions: readonly JsonObject[];
  /** Ids that Athena did not show: no permission on their workgroup, or no such query. */
  readonly errors: readonly JsonObject[];
};

/** The answers about the queries of the trail, asked at `asOf`: nothing about those older than 45 days. */
export function queryHistoryOf(queries: readonly Query[], asOf: AsOf): QueryHistory {
  const having = (status: string): readonly Query[] =>
    queries.filter((query) => textStatusOf(query, asOf) === status);
  const refused = (code: 'denied' | 'not_found'): readonly JsonObject[] =>
    having(code).map(({ id, place }) => ({ id, account: place.account, region: place.region, code }));
  return {
    QueryExecutions: having('resolved').map(execution),
    errors: [...refused('denied'), ...refused('not_found')],
  };
}

/** One QueryExecution, as the command line of AWS prints it. */
function execution(query: Query): JsonObject {
  const { statementType, substatementType } = kindOf(query.sql);
  return {
    QueryExecutionId: query.id,
    Query: query.sql,
    StatementType: statementType,
    ResultConfiguration: { OutputLocation: `${resultsOf(query.workGroup)}${query.id}.csv` },
    ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: query.ending === 'reused' } },
    QueryExecutionContext: { Database: query.database, Catalog: 'awsdatacatalog' },
    Status: statusOf(query),
    Statistics: statisticsOf(query),
    WorkGroup: query.workGroup,
    EngineVersion: { SelectedEngineVersion: 'AUTO', EffectiveEngineVersion: 'Athena engine version 3' },
    SubstatementType: substatementType,
    account: query.place.account,
    region: query.place.region,
  };
}

const STATES = {
  succeeded: 'SUCCEEDED',
  reused: 'SUCCEEDED',
  cancelled: 'CANCELLED',
  failed: 'FAILED',
  denied: 'FAILED',
  running: 'RUNNING',
};

/** ErrorCategory 2: the user's doing. */
const ERRORS: { readonly [ending: string]: { readonly reason: string; readonly type: number } } = {
  failed: { reason: "line 1:1: mismatched input 'SELEC'. Expecting: 'SELECT', 'SHOW', <query>", type: 1000 },
  denied: { reason: 'Insufficient Lake Formation permission(s): Required Select on persons', type: 1301 },
};

function statusOf(query: Query): JsonObject {
  const ending = query.ending ?? 'succeeded';
  const error = ERRORS[ending];
  const athenaError = error && {
    ErrorCategory: 2,
    ErrorType: error.type,
    Retryable: false,
    ErrorMessage: error.reason,
  };
  const reason = error?.reason ?? (ending === 'cancelled' ? 'Query cancelled by user' : undefined);
  return {
    State: STATES[ending],
    ...(reason && { StateChangeReason: reason }),
    SubmissionDateTime: cliTime(query.at + 120),
    ...(ending !== 'running' && { CompletionDateTime: cliTime(query.at + 120 + totalMs(query)) }),
    ...(athenaError && { AthenaError: athenaError }),
  };
}

const QUEUE_MS = 90;
const SERVICE_MS = 35;

function totalMs(query: Query): number {
  return QUEUE_MS + query.engineMs + SERVICE_MS;
}

function statisticsOf(query: Query): JsonObject {
  const planning: { readonly [name: string]: Json } =
    query.ending === 'running' || query.ending === 'reused'
      ? {}
      : { QueryPlanningTimeInMillis: Math.floor(query.engineMs / 10) };
  return {
    EngineExecutionTimeInMillis: query.engineMs,
    DataScannedInBytes: query.scannedBytes,
    TotalExecutionTimeInMillis: totalMs(query),
    QueryQueueTimeInMillis: QUEUE_MS,
    ...planning,
    ServiceProcessingTimeInMillis: SERVICE_MS,
    ResultReuseInformation: { ReusedPreviousResult: query.ending === 'reused' },
  };
}

/** The kind of a statement by its first words, as far as the demo's SQL goes. */
function kindOf(sql: string): { statementType: string; substatementType: string } {
  if (/^CREATE TABLE .* AS/.test(sql))
    return { statementType: 'DDL', substatementType: 'CREATE_TABLE_AS_SELECT' };
  if (/^ALTER TABLE .* ADD/.test(sql))
    return { statementType: 'DDL', substatementType: 'ALTER_TABLE_ADD_PARTITION' };
  if (/^DROP TABLE/.test(sql)) return { statementType: 'DDL', substatementType: 'DROP_TABLE' };
  if (/^SHOW TABLES/.test(sql)) return { statementType: 'UTILITY', substatementType: 'SHOW_TABLES' };
  return {
    statementType: 'DML',
    substatementType: sql.split(' ', 1)[0] === 'SELEC' ? 'SELECT' : (sql.split(' ', 1)[0] ?? ''),
  };
}

/** As version 2 of the command line writes a time: microseconds and an offset. */
function cliTime(at: number): string {
  return new Date(at).toISOString().replace('Z', '000+00:00');
}
