import type { PlannedSlice } from './plan.js';
import type { SliceEnd, SliceFailure } from './slice-end.js';

/** How far a plan is. */
export type Standing = {
  readonly slices: {
    readonly total: number;
    /** Ended without a failure, or settled as a whole when the plan was made. */
    readonly done: number;
    /** Ended with failures: taken again by the next run. */
    readonly failed: number;
  };
  /** Log files: `total` = `done` + `failed` + `toDo`. Of ended slices as they were found then, of others as planned. */
  readonly logFiles: {
    readonly total: number;
    readonly done: number;
    readonly failed: number;
    readonly toDo: number;
    /** Of those that are done: sent to a queue, where somebody else ingests them. */
    readonly queued: number;
  };
  /** Log files a second over the last five minutes; 0 where no slice ended. */
  readonly rate: number;
  /** Seconds until all is done at this rate; undefined where nothing moves or nothing is left. */
  readonly eta: number | undefined;
  /** When the last slice ended, in milliseconds since 1970. */
  readonly lastEnd: number | undefined;
  /** The first few. */
  readonly failures: readonly SliceFailure[];
};

const WINDOW_MS = 5 * 60_000;
/** So many failures are kept by name; the rest is counted. */
const MOST_FAILURES = 1000;

/** Sums the ends of slices against the plan: first all ends, then all slices. Holds the places of what has ended. */
export class ProgressCount {
  readonly #now: number;
  readonly #ended = new Map<string, { readonly done: number; readonly failed: number }>();
  readonly #recent: { readonly at: number; readonly files: number }[] = [];
  readonly #slices = { total: 0, done: 0, failed: 0 };
  readonly #logFiles = { total: 0, done: 0, failed: 0, toDo: 0, queued: 0 };
  readonly #failures: SliceFailure[] = [];
  #lastEnd: number | undefined;

  /** @param now milliseconds since 1970 */
  constructor(now: number) {
    this.#now = now;
  }

  /** The end of a slice; each slice has one. */
  end({ place, ingested, skipped, failed, queued, at, failures }: SliceEnd): void {
    const done = ingested + skipped + queued;
    this.#ended.set(place, { done, failed });
    this.#logFiles.queued += queued;
    this.#lastEnd = Math.max(at, this.#lastEnd ?? at);
    // Clocks of other machines may be ahead of ours.
    if (at > this.#now - WINDOW_MS) this.#recent.push({ at, files: done + failed });
    this.#failures.push(...failures.slice(0, MOST_FAILURES - this.#failures.length));
  }

  /** A slice of the plan. */
  slice({ place, files, settled }: PlannedSlice): void {
    const end = this.#ended.get(place) ?? { done: settled, failed: 0 };
    const toDo = this.#ended.has(place) ? 0 : files - settled;
    this.#slices.total++;
    if (end.failed > 0) this.#slices.failed++;
    else if (toDo === 0) this.#slices.done++;
    this.#logFiles.total += end.done + end.failed + toDo;
    this.#logFiles.done += end.done;
    this.#logFiles.failed += end.failed;
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
    const behind = this.#recent.filter(({ at }) => at > first);
    const sum = (ends: typeof behind) => ends.reduce((total, { files }) => total + files, 0);
    const seconds = Math.max(1, (this.#now - first) / 1000);
    return behind.length > 0 ? sum(behind) / seconds : sum(this.#recent) / (WINDOW_MS / 1000);
  }
}
