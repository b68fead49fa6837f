import { setMaxListeners } from 'node:events';
import type { Waiting } from './back-off.js';

/** Time and chance, given from outside. */
export type HistoryTime = Waiting & {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Aborts after so many milliseconds; does not keep a process alive. */
  readonly alarm: (millis: number) => AbortSignal;
};

/** What a timer of Node can wait for. */
const LONGEST_MS = 2 ** 31 - 1;

/** How long one look-up may wait, for all that it asks together. */
export class Patience {
  /** Milliseconds since 1970. */
  readonly half: number;
  /** Aborts what is under way when patience is over. */
  readonly signal: AbortSignal;
  readonly #now: () => number;
  readonly #until: () => number;
  readonly #ends: number;

  /** `until`: milliseconds since 1970, after which nobody waits any more; it may come nearer as time goes. */
  constructor(
    millis: number,
    { now, alarm }: HistoryTime,
    until: () => number = () => Number.POSITIVE_INFINITY,
  ) {
    const begun = now();
    const wanted = Math.floor(Math.min(millis, until() - begun)) || 0;
    const patience = Math.min(LONGEST_MS, Math.max(0, wanted));
    this.#now = now;
    this.#until = until;
    this.#ends = begun + patience;
    this.half = begun + patience / 2;
    this.signal = patience === 0 ? AbortSignal.abort() : alarm(patience);
    // All that wait side by side listen to it; Node would warn of more than ten.
    setMaxListeners(0, this.signal);
  }

  /** Milliseconds since 1970. */
  get ends(): number {
    return Math.min(this.#ends, this.#until());
  }

  get isOver(): boolean {
    return this.signal.aborted || this.#now() >= this.ends;
  }

  /** What the work comes to; undefined where patience is over before, whatever becomes of the work. */
  wait<T>(work: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const leave = () => resolve(undefined);
      if (this.signal.aborted) leave();
      this.signal.addEventListener('abort', leave, { once: true });
      // The signal outlives the work, and must not hold what it came to.
      work.then(resolve, reject).finally(() => this.signal.removeEventListener('abort', leave));
    });
  }
}
