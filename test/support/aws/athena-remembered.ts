import type { QueryExecution, QueryExecutionStatistics } from '@aws-sdk/client-athena';

/** A query that somebody ran, as a test tells it. Times are milliseconds since 1970. */
export type RememberedQuery = {
  readonly id: string;
  readonly sql: string;
  readonly submittedAt: number;
  /** QUEUED before. Default: `submittedAt`. */
  readonly runsAt?: number;
  /** RUNNING before; `Infinity`: never ends. Default: `runsAt`. */
  readonly endsAt?: number;
  /** How it ends, also in a word that nobody knows. Default: SUCCEEDED. */
  readonly state?: string;
  readonly error?: { readonly message: string; readonly category?: number; readonly type?: number };
  /** Shown when it has ended. */
  readonly statistics?: QueryExecutionStatistics;
  readonly workGroup?: string;
  readonly database?: string;
  readonly catalog?: string;
  readonly executionParameters?: readonly string[];
  /** Replaces members of what is shown; undefined takes one away. */
  readonly shows?: { readonly [Member in keyof QueryExecution]?: QueryExecution[Member] | undefined };
};

/** A query as GetQueryExecution shows it at a moment. */
export function rememberedAt(query: RememberedQuery, now: number) {
  const { id, sql, workGroup = 'primary', database, catalog, executionParameters, shows } = query;
  const all = {
    QueryExecutionId: id,
    Query: sql,
    StatementType: 'DML',
    SubstatementType: 'SELECT',
    ResultConfiguration: { OutputLocation: `s3://amzn-s3-demo-bucket/results/${id}.csv` },
    QueryExecutionContext: {
      ...(database !== undefined && { Database: database }),
      ...(catalog !== undefined && { Catalog: catalog }),
    },
    Status: statusOf(query, now),
    Statistics: statisticsOf(query, now),
    WorkGroup: workGroup,
    EngineVersion: { SelectedEngineVersion: 'AUTO', EffectiveEngineVersion: 'Athena engine version 3' },
    ...(executionParameters && { ExecutionParameters: executionParameters }),
    ...shows,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function timesOf({ submittedAt, runsAt = submittedAt, endsAt = runsAt }: RememberedQuery) {
  return { submittedAt, runsAt, endsAt };
}

function statusOf(query: RememberedQuery, now: number) {
  const { submittedAt, runsAt, endsAt } = timesOf(query);
  const SubmissionDateTime = new Date(submittedAt);
  if (now < endsAt) return { State: now < runsAt ? 'QUEUED' : 'RUNNING', SubmissionDateTime };
  const { state = 'SUCCEEDED', error } = query;
  const { category = 2, type = 1006, message } = error ?? {};
  return {
    State: state,
    SubmissionDateTime,
    CompletionDateTime: new Date(endsAt),
    ...(message !== undefined && { StateChangeReason: message }),
    ...(message !== undefined &&
      state === 'FAILED' && {
        AthenaError: { ErrorCategory: category, ErrorType: type, Retryable: false, ErrorMessage: message },
      }),
  };
}

function statisticsOf(query: RememberedQuery, now: number) {
  const { submittedAt, runsAt, endsAt } = timesOf(query);
  if (now < endsAt) return { DataScannedInBytes: 0, TotalExecutionTimeInMillis: now - submittedAt };
  return {
    DataScannedInBytes: 0,
    QueryQueueTimeInMillis: runsAt - submittedAt,
    EngineExecutionTimeInMillis: endsAt - runsAt,
    TotalExecutionTimeInMillis: endsAt - submittedAt,
    ...query.statistics,
  };
}
