import { DAY_MS } from '../cloudtrail/event-time.js';
import type { Cells } from './column.js';

/** What Athena's query history tells of one query (Athena API reference, QueryExecution), in our words. */
export type QueryExecution = {
  readonly text: string | null;
  /** What the text told of tables before it was made private, as cells; null where it can be scanned still. */
  readonly tables: Cells | null;
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

/** As a history that knows nothing would tell it. */
export const NOTHING_TOLD: QueryExecution = {
  text: null,
  tables: null,
  statementType: null,
  substatementType: null,
  workGroup: null,
  catalog: null,
  database: null,
  outputLocation: null,
  state: null,
  stateChangeReason: null,
  submitted: null,
  completed: null,
  dataScannedBytes: null,
  engineMs: null,
  queueMs: null,
  planningMs: null,
  totalMs: null,
  resultReused: null,
  engineVersion: null,
  errorCategory: null,
  errorType: null,
  errorMessage: null,
  executionParameters: null,
};

/**
 * A query by name: ids are unique within an account and Region only. `id` is that of an execution; or, since both are
 * asked in the same places, `named_query/<id>` or `prepared_statement/<workgroup>/<name>`.
 */
export type QueryName = { readonly account: string; readonly region: string; readonly id: string };

/** A query to be asked about. `started`: the time of the event that names it, milliseconds since 1970. */
export type AskedQuery = QueryName & { readonly started: number };

/** Where a text came from: `query_text_source`. The last two show the text of now, not that of the event's moment. */
export type TextSource =
  | 'event'
  | 'lake'
  | 'athena'
  | 'history_file'
  | 'current_named_query'
  | 'current_prepared_statement';

/** What a history answered. Where it says nothing of a query, the answer is absent. */
export type HistoryAnswer =
  | { readonly kind: 'execution'; readonly execution: QueryExecution; readonly source: TextSource }
  /** A named query or a prepared statement, as it is now. */
  | {
      readonly kind: 'current_text';
      readonly text: string | null;
      /** As of an execution. */
      readonly tables?: Cells | null;
      /** In which a named query runs; a prepared statement has none of its own. */
      readonly database?: string | null;
      readonly source: TextSource;
    }
  /** Nobody let us ask. */
  | { readonly kind: 'denied' }
  | { readonly kind: 'not_found' };

/** Why a query is to be asked about again: nobody could be asked yet, asking is denied, or it has not ended. */
export const OPEN_REASONS = ['pending', 'denied', 'running'] as const;
export type OpenReason = (typeof OPEN_REASONS)[number];

/** Athena forgets a query after this many days ("View recent queries", Athena user guide). */
export const HISTORY_DAYS = 45;
export const HISTORY_MS = HISTORY_DAYS * DAY_MS;

/** A state that will not change any more. */
export function isFinal(execution: QueryExecution): boolean {
  return execution.state === 'SUCCEEDED' || execution.state === 'FAILED' || execution.state === 'CANCELLED';
}

/** Of two answers about the same query what is worth more: a text is never replaced by none, a final state by another. */
export function better(known: QueryExecution | undefined, told: QueryExecution): QueryExecution {
  if (known === undefined || isOlder(told, known)) return known ?? told;
  const newest = isFinal(known) ? known : told;
  const { text, tables } = newest === known ? told : known;
  return newest.text === null && text !== null ? { ...newest, text, tables } : newest;
}

/** Of texts that may change (they have no state) the one that was seen later counts, whoever tells of it first. */
function isOlder(told: QueryExecution, known: QueryExecution): boolean {
  const mayChange = told.state === null && known.state === null;
  return mayChange && known.text !== null && (told.submitted ?? 0) < (known.submitted ?? 0);
}

/** One text for a query's name: key of maps and of ledger items. */
export function queryKey({ account, region, id }: QueryName): string {
  return `${account}#${region}#${id}`;
}

/** The inverse of {@link queryKey}. */
export function queryOfKey(key: string): QueryName {
  const [account = '', region = '', ...id] = key.split('#');
  return { account, region, id: id.join('#') };
}
