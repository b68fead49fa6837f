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
  readonly ends: number;
  /** Aborts what is under way when patience is over. */
  readonly signal: AbortSignal;
  readonly #now: () => number;

  constructor(millis: number, { now, alarm }: HistoryTime) {
    const patience = Math.min(LONGEST_MS, Math.max(0, Math.floor(millis) || 0));
    this.#now = now;
    this.ends = now() + patience;
    this.signal = patience === 0 ? AbortSignal.abort() : alarm(patience);
    // All that wait side by side listen to it; Node would warn of more than ten.
    setMaxListeners(0, this.signal);
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
