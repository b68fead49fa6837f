import type { QueryExecution } from './query-execution.js';

type Maybe<T> = T | null | undefined;

/** QueryExecution of the Athena API reference, as the SDK gives it or as somebody saved it; every member is optional. */
export type ToldExecution = {
  readonly Query?: Maybe<string>;
  readonly StatementType?: Maybe<string>;
  readonly SubstatementType?: Maybe<string>;
  readonly WorkGroup?: Maybe<string>;
  readonly ResultConfiguration?: Maybe<{ readonly OutputLocation?: Maybe<string> }>;
  readonly QueryExecutionContext?: Maybe<{
    readonly Database?: Maybe<string>;
    readonly Catalog?: Maybe<string>;
  }>;
  readonly ExecutionParameters?: Maybe<readonly string[]>;
  readonly EngineVersion?: Maybe<{ readonly EffectiveEngineVersion?: Maybe<string> }>;
  readonly Status?: Maybe<{
    readonly State?: Maybe<string>;
    readonly StateChangeReason?: Maybe<string>;
    /** A number counts milliseconds since 1970. */
    readonly SubmissionDateTime?: Maybe<Date | number>;
    readonly CompletionDateTime?: Maybe<Date | number>;
    readonly AthenaError?: Maybe<{
      readonly ErrorCategory?: Maybe<number>;
      readonly ErrorType?: Maybe<number>;
      readonly ErrorMessage?: Maybe<string>;
    }>;
  }>;
  readonly Statistics?: Maybe<{
    readonly DataScannedInBytes?: Maybe<number>;
    readonly EngineExecutionTimeInMillis?: Maybe<number>;
    readonly QueryQueueTimeInMillis?: Maybe<number>;
    readonly QueryPlanningTimeInMillis?: Maybe<number>;
    readonly TotalExecutionTimeInMillis?: Maybe<number>;
    readonly ResultReuseInformation?: Maybe<{ readonly ReusedPreviousResult?: Maybe<boolean> }>;
  }>;
};

/** An execution in our words. What does not fit its column is left out; states are kept as told. */
export function executionOf(told: ToldExecution): QueryExecution {
  const { Status: status, Statistics: statistics, QueryExecutionContext: context } = told;
  const error = status?.AthenaError;
  return {
    text: textOf(told.Query),
    tables: null,
    statementType: textOf(told.StatementType),
    substatementType: textOf(told.SubstatementType),
    workGroup: textOf(told.WorkGroup),
    catalog: textOf(context?.Catalog),
    database: textOf(context?.Database),
    outputLocation: textOf(told.ResultConfiguration?.OutputLocation),
    state: textOf(status?.State),
    stateChangeReason: textOf(status?.StateChangeReason),
    submitted: millisOf(status?.SubmissionDateTime),
    completed: millisOf(status?.CompletionDateTime),
    dataScannedBytes: countOf(statistics?.DataScannedInBytes),
    engineMs: countOf(statistics?.EngineExecutionTimeInMillis),
    queueMs: countOf(statistics?.QueryQueueTimeInMillis),
    planningMs: countOf(statistics?.QueryPlanningTimeInMillis),
    totalMs: countOf(statistics?.TotalExecutionTimeInMillis),
    resultReused: statistics?.ResultReuseInformation?.ReusedPreviousResult ?? null,
    engineVersion: textOf(told.EngineVersion?.EffectiveEngineVersion),
    errorCategory: smallOf(error?.ErrorCategory),
    errorType: smallOf(error?.ErrorType),
    errorMessage: textOf(error?.ErrorMessage),
    executionParameters: told.ExecutionParameters?.map(wellFormed) ?? null,
  };
}

export function textOf(text: Maybe<string>): string | null {
  return text === undefined || text === null ? null : wellFormed(text);
}

/** No encoding of Unicode can hold half a surrogate pair. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** What no calendar knows is left out. */
function millisOf(moment: Maybe<Date | number>): number | null {
  const millis = new Date(moment ?? Number.NaN).getTime();
  return Number.isNaN(millis) ? null : millis;
}

/** Beyond 2^53 JSON has rounded it already: left out rather than wrong. */
function countOf(value: Maybe<number>): bigint | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : null;
}

/** A number that an INT32 column holds. */
function smallOf(value: Maybe<number>): number | null {
  return typeof value === 'number' && value === (value | 0) ? value : null;
}
