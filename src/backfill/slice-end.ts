/**
 * What became of a slice (item SLICE): each log file that was found has an outcome. A large one is noted on its way too.
 */
export type SliceEnd = {
  /** The folder, as the plan names it. */
  readonly place: string;
  /** Still on its way, or left there: more of it will come. */
  readonly isOpen: boolean;
  readonly listed: number;
  readonly ingested: number;
  readonly skipped: number;
  readonly failed: number;
  readonly foreign: number;
  /** Log files that were sent to a queue, where somebody else ingests them. */
  readonly queued: number;
  /** Log files of the plan that lie there no more: deleted since, or the archive was not there. */
  readonly gone: number;
  /** Why the folder could not be listed to its end; undefined where it was. */
  readonly unlisted: Unlistable | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The first few that failed. */
  readonly failures: readonly SliceFailure[];
};

export type SliceFailure = { readonly file: string; readonly code: string; readonly message: string };

type Unlistable = { readonly code: string; readonly message: string };

/** Who works off a slice: whoever ingests log files, or a queue that they are sent to. */
export type WorkedOffBy = 'ingest' | 'queue';

/**
 * What an end comes to. `failed`: a log file failed or has gone, or the folder could not be listed, so that every run
 * takes it again. `sent`: all that was not settled is in the queue, and the ledger will say what became of it. `open`: it has not ended.
 */
export function resultOf(end: SliceEnd): 'open' | 'done' | 'sent' | 'failed' {
  const { isOpen, failed, gone, unlisted, queued } = end;
  if (isOpen) return 'open';
  if (failed > 0 || gone > 0 || unlisted !== undefined) return 'failed';
  return queued > 0 ? 'sent' : 'done';
}

/** Whether nothing is left of a slice to one of these. What was sent is not sent again; who ingests looks at it. */
export function isDone(end: SliceEnd, by: WorkedOffBy): boolean {
  const result = resultOf(end);
  return result === 'done' || (result === 'sent' && by === 'queue');
}
