import type { PlannedSlice } from './plan.js';
import { resultOf, type SliceEnd, type SliceFailure } from './slice-end.js';

/** How far a plan is. */
export type Standing = {
  /** `total` = `done` + `sent` + `failed` + `toDo`. */
  readonly slices: Parts;
  /** The same sum. Of ended slices as they were found then, of others as planned. */
  readonly logFiles: Parts & {
    /** Log files of the plan that lie there no more; in no sum. */
    readonly gone: number;
  };
  /** Log files a second over the last five minutes; 0 where no slice ended. */
  readonly rate: number;
  /** Seconds until all is done at this rate; undefined where nothing moves or nothing is left. */
  readonly eta: number | undefined;
  /** When the last slice ended, in milliseconds since 1970. */
  readonly lastEnd: number | undefined;
  /** The first thousand: log files, and folders that could not be listed. */
  readonly failures: readonly SliceFailure[];
};

type Parts = {
  readonly total: number;
  /** Settled: a slice that ended whole, or was settled as a whole when the plan was made. */
  readonly done: number;
  /** Sent to a queue, where somebody else ingests them. */
  readonly sent: number;
  /** Ended otherwise: taken again by the next run. */
  readonly failed: number;
  readonly toDo: number;
};

/** As long as speed is measured. */
const RECENT_MS = 5 * 60_000;
const NOTHING = { total: 0, done: 0, sent: 0, failed: 0, toDo: 0 };
/** So many failures are kept by name; the rest is counted. */
const MOST_FAILURES = 1000;

/** What is kept of an end. */
type Ended = {
  readonly result: ReturnType<typeof resultOf>;
  readonly isUnlisted: boolean;
  readonly done: number;
  readonly sent: number;
  readonly failed: number;
};

/**
 * Whether a slice ended within the last five minutes. Clocks of other machines may be ahead of ours; one that was far
 * ahead has been set back since.
 */
export function isRecent(end: number, now: number): boolean {
  return Math.abs(end - now) < RECENT_MS;
}

/** Sums the ends of slices against the plan: first all ends, then all slices. Holds the places of what has ended. */
export class ProgressCount {
  readonly #now: number;
  readonly #ended = new Map<string, Ended>();
  readonly #recent: { readonly at: number; readonly files: number }[] = [];
  readonly #slices = { ...NOTHING };
  readonly #logFiles = { ...NOTHING, gone: 0 };
  readonly #failures: SliceFailure[] = [];
  #lastEnd: number | undefined;

  /** @param now milliseconds since 1970 */
  constructor(now: number) {
    this.#now = now;
  }

  /** The end of a slice; each slice has one. */
  end(end: SliceEnd): void {
    const { place, failed, queued: sent, gone, unlisted, at } = end;
    const done = end.ingested + end.skipped;
    this.#ended.set(place, { result: resultOf(end), isUnlisted: unlisted !== undefined, done, sent, failed });
    this.#logFiles.gone += gone;
    this.#lastEnd = Math.max(at, this.#lastEnd ?? at);
    if (isRecent(at, this.#now)) this.#recent.push({ at, files: done + sent + failed });
    const failures = unlisted ? [{ file: place, ...unlisted }, ...end.failures] : end.failures;
    this.#failures.push(...failures.slice(0, MOST_FAILURES - this.#failures.length));
  }

  /** A slice of the plan. */
  slice({ place, files, settled, isSettled }: PlannedSlice): void {
    const end = this.#ended.get(place);
    this.#slices.total++;
    this.#slices[end?.result ?? (isSettled ? 'done' : 'toDo')]++;
    const { done, sent, failed } = end ?? { done: settled, sent: 0, failed: 0 };
    // Of a folder that could not be listed to its end, nobody knows more than the plan.
    const isSeen = end !== undefined && !end.isUnlisted;
    const toDo = isSeen ? 0 : Math.max(0, files - done - sent - failed);
    this.#logFiles.total += done + sent + failed + toDo;
    this.#logFiles.done += done;
    this.#logFiles.sent += sent;
    this.#logFiles.failed += failed;
    this.#logFiles.toDo += toDo;
  }

  standing(): Standing {
    const rate = this.#rate();
    const { toDo } = this.#logFiles;
    return {
      ...{ slices: { ...this.#slices }, logFiles: { ...this.#logFiles }, rate },
      eta: rate > 0 && toDo > 0 ? toDo / rate : undefined,
      ...{ lastEnd: this.#lastEnd, failures: [...this.#failures] },
    };
  }

  /** From the first end of the last five minutes on: what that one had took place before it. */
  #rate(): number {
    const first = this.#recent.reduce((least, { at }) => Math.min(least, at), this.#now);
    const last = this.#recent.reduce((most, { at }) => Math.max(most, at), this.#now);
    const behind = this.#recent.filter(({ at }) => at > first);
    const sum = (ends: typeof behind) => ends.reduce((total, { files }) => total + files, 0);
    const seconds = Math.max(1, (last - first) / 1000);
    return behind.length > 0 ? sum(behind) / seconds : sum(this.#recent) / (RECENT_MS / 1000);
  }
}
