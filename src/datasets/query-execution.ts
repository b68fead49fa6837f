/** What Athena's query history tells of one query (Athena API reference, QueryExecution), in our words. */
export type QueryExecution = {
  readonly text: string | null;
  readonly statementType: string | null;
  readonly substatementType: string | null;
  readonly workGroup: string | null;
  readonly catalog: string | null;
  readonly database: string | null;
  readonly outputLocation: string | null;
  readonly state: string | null;
  readonly stateChangeReason: string | null;
  /** Milliseconds since 1970. */
  readonly submitted: number | null;
  readonly completed: number | null;
  readonly dataScannedBytes: bigint | null;
  readonly engineMs: bigint | null;
  readonly queueMs: bigint | null;
  readonly planningMs: bigint | null;
  readonly totalMs: bigint | null;
  readonly resultReused: boolean | null;
  readonly engineVersion: string | null;
  readonly errorCategory: number | null;
  readonly errorType: number | null;
  readonly errorMessage: string | null;
  readonly executionParameters: readonly string[] | null;
};

/** A query by name: ids are unique within an account and Region only. */
export type QueryName = { readonly account: string; readonly region: string; readonly id: string };

/** What the history answered. Where it says nothing of a query, the answer is absent. */
export type HistoryAnswer =
  | { readonly kind: 'execution'; readonly execution: QueryExecution }
  | { readonly kind: 'denied' }
  | { readonly kind: 'not_found' };

/** A state that will not change any more. */
export function isFinal(execution: QueryExecution): boolean {
  return execution.state === 'SUCCEEDED' || execution.state === 'FAILED' || execution.state === 'CANCELLED';
}

/** One text for a query's name: key of maps and of ledger items. */
export function queryKey({ account, region, id }: QueryName): string {
  return `${account}#${region}#${id}`;
}
