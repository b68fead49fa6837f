import type { PlannedSlice } from './plan.js';
import { resultOf, type SliceEnd, type SliceFailure } from './slice-end.js';

/** How far a plan is. */
export type Standing = {
  /** `total` = `done` + `sent` + `failed` + `toDo`. */
  readonly slices: Parts;
  /** The same sum. Of ended slices as they were found then; of others as planned, less what they have done. */
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
  /** When the last one ended or was noted on its way, in milliseconds since 1970. */
  readonly lastNote: number | undefined;
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

const PARTS = { open: 'toDo', done: 'done', sent: 'sent', failed: 'failed' } as const;

/** What is kept of an end, or of how far a slice is. */
type Noted = {
  readonly part: (typeof PARTS)[ReturnType<typeof resultOf>];
  readonly isOpen: boolean;
  /** Whether all its log files were seen. */
  readonly isSeen: boolean;
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

/** Sums the ends of slices against the plan: first all ends, then all slices. Holds the places of what was noted. */
export class ProgressCount {
  readonly #now: number;
  readonly #noted = new Map<string, Noted>();
  readonly #recent: { readonly at: number; readonly files: number }[] = [];
  readonly #slices = { ...NOTHING };
  readonly #logFiles = { ...NOTHING, gone: 0 };
  readonly #failures: SliceFailure[] = [];
  #lastEnd: number | undefined;
  #lastNote: number | undefined;

  /** @param now milliseconds since 1970 */
  constructor(now: number) {
    this.#now = now;
  }

  /** The end of a slice, or how far it is; each slice has one of them. */
  end(end: SliceEnd): void {
    const { place, isOpen, failed, queued: sent, gone, unlisted, at } = end;
    const done = end.ingested + end.skipped;
    const isSeen = !isOpen && unlisted === undefined;
    this.#noted.set(place, { part: PARTS[resultOf(end)], isOpen, isSeen, done, sent, failed });
    this.#logFiles.gone += gone;
    this.#lastNote = Math.max(at, this.#lastNote ?? at);
    if (!isOpen) this.#ended(at, done + sent + failed);
    const failures = unlisted ? [{ file: place, ...unlisted }, ...end.failures] : end.failures;
    this.#failures.push(...failures.slice(0, MOST_FAILURES - this.#failures.length));
  }

  /** Since when one on its way does what it has done, nobody knows: it has no part in the speed. */
  #ended(at: number, files: number): void {
    this.#lastEnd = Math.max(at, this.#lastEnd ?? at);
    if (isRecent(at, this.#now)) this.#recent.push({ at, files });
  }

  /** A slice of the plan. */
  slice({ place, files, settled, isSettled }: PlannedSlice): void {
    const noted = this.#noted.get(place);
    this.#slices.total++;
    this.#slices[noted?.part ?? (isSettled ? 'done' : 'toDo')]++;
    const { sent, failed } = noted ?? { sent: 0, failed: 0 };
    // Of what was settled when the plan was made, some may still come in a slice that has not ended.
    const done = noted && !noted.isOpen ? noted.done : Math.max(settled, noted?.done ?? 0);
    // Of a folder that was not listed to its end, nobody knows more than the plan.
    const toDo = noted?.isSeen ? 0 : Math.max(0, files - done - sent - failed);
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
      ...{ lastEnd: this.#lastEnd, lastNote: this.#lastNote, failures: [...this.#failures] },
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
