/** A column of an answer: its name and the engine's name of its type. */
export type AnswerColumn = { readonly name: string; readonly type: string };

/** A value of an answer: bigint beyond 2^53, timestamps as `YYYY-MM-DD HH:MM:SS[.fff]` text. */
export type AnswerValue = string | number | bigint | boolean | null;

export type Answer = {
  readonly columns: readonly AnswerColumn[];
  /** Rows in chunks, in the order of the engine. Read once; memory is bounded by one chunk. */
  readonly chunks: AsyncIterable<readonly (readonly AnswerValue[])[]>;
  /** What the engine read for it and charges for, where it tells. */
  readonly bytesScanned?: number;
};

/** Runs SQL over the tables and views of one lake. */
export interface QueryEngine {
  /** @throws AuditLakeError QUERY_FAILED with the engine's message */
  query(sql: string): Promise<Answer>;
  /** Ends what still runs, and gives back what the engine holds. */
  close(): Promise<void>;
}
