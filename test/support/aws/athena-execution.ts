import type {
  QueryExecution,
  QueryExecutionState,
  StartQueryExecutionCommandInput,
} from '@aws-sdk/client-athena';
import type { Ddl } from './athena-ddl.ts';
import type { Selected, Write } from './athena-writes.ts';
import type { Mishap } from './aws-call.ts';

export type AthenaAnswer = {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly (string | null)[])[];
};

/** How long queries take: so many polls of their state, or so many milliseconds, queued and then running. */
export type Pace = { readonly by: 'polls' | 'ms'; readonly queued: number; readonly running: number };

/** A query on its way. */
export type Execution = {
  readonly id: string;
  readonly input: StartQueryExecutionCommandInput;
  readonly workGroup: string;
  /** Undefined where Athena keeps the results itself. */
  readonly outputLocation: string | undefined;
  readonly ddl: Ddl | undefined;
  readonly write: Write | undefined;
  /** What the data behind the tables gave for its SELECT, or why they gave nothing. */
  readonly selected: Selected | Error | undefined;
  readonly pace: Pace;
  readonly mishap: Mishap;
  readonly submittedAt: number;
  polls: number;
  ended?: { readonly state: QueryExecutionState; readonly at: number; readonly reason?: string };
  answer?: AthenaAnswer;
};

/** How far a query has come, in the measure of its pace. */
const progress = ({ pace, polls, submittedAt }: Execution, now: number) =>
  pace.by === 'polls' ? polls : now - submittedAt;

/** Whether it is time for a query to end. */
export function isDue(execution: Execution, now: number): boolean {
  return progress(execution, now) >= execution.pace.queued + execution.pace.running;
}

export function stateOf(execution: Execution, now: number): QueryExecutionState {
  if (execution.ended) return execution.ended.state;
  return progress(execution, now) < execution.pace.queued ? 'QUEUED' : 'RUNNING';
}

/** A query as GetQueryExecution shows it. */
export function shown(execution: Execution, now: number): QueryExecution {
  const { id, input, ddl, write, ended, submittedAt, outputLocation } = execution;
  const { reason } = ended ?? {};
  return {
    QueryExecutionId: id,
    Query: input.QueryString,
    StatementType: ddl === undefined && write?.kind !== 'create' ? 'DML' : 'DDL',
    SubstatementType: substatementOf(execution),
    ResultConfiguration: {
      ...input.ResultConfiguration,
      ...(outputLocation !== undefined && {
        OutputLocation: `${outputLocation}${id}.${ddl ? 'txt' : 'csv'}`,
      }),
    },
    QueryExecutionContext: input.QueryExecutionContext ?? {},
    Status: {
      State: stateOf(execution, now),
      SubmissionDateTime: new Date(submittedAt),
      ...(ended && { CompletionDateTime: new Date(ended.at) }),
      ...(reason !== undefined && { StateChangeReason: reason }),
      ...(ended?.state === 'FAILED' && {
        AthenaError: { ErrorCategory: 2, ErrorType: 1006, Retryable: false, ErrorMessage: reason },
      }),
    },
    Statistics: {
      DataScannedInBytes: scannedBy(execution),
      EngineExecutionTimeInMillis: (ended?.at ?? now) - submittedAt,
    },
    WorkGroup: execution.workGroup,
    EngineVersion: { SelectedEngineVersion: 'AUTO', EffectiveEngineVersion: 'Athena engine version 3' },
  };
}

function substatementOf({ ddl, write }: Execution): string {
  if (write) return write.kind === 'create' ? 'CREATE_TABLE_AS_SELECT' : 'INSERT';
  return ddl === undefined ? 'SELECT' : ddl.kind.toUpperCase().replaceAll(' ', '_');
}

/** WITH NO DATA reads none. */
function scannedBy({ selected, write }: Execution): number {
  if (selected === undefined || selected instanceof Error) return 0;
  return write?.kind === 'create' && write.isEmpty ? 0 : selected.bytesScanned;
}

/** One page of an answer. The first row of the first page holds the names of the columns. */
export function resultPage({ columns, rows }: AthenaAnswer, from: number, most: number) {
  const header = columns.length === 0 ? [] : [columns.map(({ name }) => name)];
  const all = [...header, ...rows];
  const page = all.slice(from, from + most);
  return {
    UpdateCount: 0,
    ResultSet: {
      Rows: page.map((row) => ({ Data: row.map((cell) => (cell === null ? {} : { VarCharValue: cell })) })),
      ResultSetMetadata: {
        ColumnInfo: columns.map(({ name, type }) => ({
          CatalogName: 'hive',
          Name: name,
          Label: name,
          Type: type,
        })),
      },
    },
    ...(from + most < all.length && { NextToken: String(from + most) }),
  };
}
