import type { AskedQuery, OpenReason, QueryName } from '../datasets/query-execution.js';

/** A query whose text or final state is still to be asked (item ENR). */
export type OpenQuery = AskedQuery & {
  readonly why: OpenReason;
  /** Whether its row shows the text already, and only its end is missing. */
  readonly hasText: boolean;
};

/** An open query as the ledger keeps it. Moments in milliseconds since 1970. */
export type WaitingQuery = OpenQuery & {
  readonly firstSeen: number;
  readonly nextTry: number;
  readonly tries: number;
};

/** The queries that are asked again until they have an end. A commit opens and closes them. */
export interface OpenQueries {
  /** All that are open, those of the oldest day first: Athena forgets them first. */
  openQueries(): AsyncIterable<WaitingQuery>;
  /** Opens queries that nobody has opened yet. */
  open(queries: readonly OpenQuery[]): Promise<void>;
  /** Opens these once more where they have ended, and those that nobody has opened yet. */
  reopen(queries: readonly OpenQuery[]): Promise<void>;
  /** Notes another try that did not end them; one that was closed meanwhile stays so. */
  postpone(queries: readonly WaitingQuery[]): Promise<void>;
  /** Makes an open query due now. False: it is not open, or nobody knows it. `at`: when it changed its state. */
  wake(query: QueryName, at: number): Promise<boolean>;
}
