/** What became of the log files of a slice (item SLICE): all of them have an outcome. */
export type SliceEnd = {
  /** The folder, as the plan names it. */
  readonly place: string;
  readonly listed: number;
  readonly ingested: number;
  readonly skipped: number;
  readonly failed: number;
  readonly foreign: number;
  /** Log files that were sent to a queue, where somebody else ingests them. */
  readonly queued: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The first few that failed. */
  readonly failures: readonly SliceFailure[];
};

export type SliceFailure = { readonly file: string; readonly code: string; readonly message: string };
