import type { Waiting } from './back-off.js';

export type BucketOptions = {
  /** Calls a second, at most. */
  readonly rate: number;
  readonly now: () => number;
  readonly waiting: Waiting;
};

/** So many calls may follow each other at once after a rest; never more than the rate allows in a second. */
const BURST = 2;
/** A call every five seconds: what is left of the rate after many throttlings. */
const LEAST_RATE = 0.2;
/** So many calls that succeed bring the whole rate back. */
const RECOVERY_CALLS = 50;
const FIRST_PAUSE_MS = 200;
const MOST_PAUSE_MS = 20_000;
/** Who waits looks this often whether there is still time to. */
const LOOK_MS = 1_000;

/**
 * Lets calls through at a rate that others are left enough beside: halved at each throttling, and given back slowly.
 * Over any T seconds it lets through two calls and rate * T more, at most.
 */
export class TokenBucket {
  readonly #options: BucketOptions;
  readonly #burst: number;
  #rate: number;
  #tokens: number;
  /** When the tokens were counted. */
  #at: number;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #failures = 0;

  constructor(options: BucketOptions) {
    this.#options = options;
    this.#burst = Math.max(1, Math.min(BURST, options.rate));
    this.#rate = options.rate;
    this.#tokens = this.#burst;
    this.#at = options.now();
  }

  /** Calls a second, as things stand. */
  get rate(): number {
    return this.#rate;
  }

  /** Waits for a turn. False, at once: there is none before `until` (milliseconds since 1970), which may come nearer. */
  async take(until: () => number): Promise<boolean> {
    for (;;) {
      const now = this.#refill();
      const ends = until();
      const empty = this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) / this.#rate) * 1_000);
      const wait = Math.max(empty, Math.ceil(this.#pausedUntil - now));
      if (now > ends || (wait > 0 && now + wait > ends)) return false;
      if (wait <= 0) {
        this.#tokens -= 1;
        return true;
      }
      await this.#options.waiting.pause(Math.min(wait, LOOK_MS));
    }
  }

  succeeded(): void {
    this.#failures = 0;
    this.#refill();
    this.#rate = Math.min(this.#options.rate, this.#rate + this.#options.rate / RECOVERY_CALLS);
  }

  /** The service asks for less: half the rate, and a pause. */
  throttled(): void {
    const now = this.#refill();
    // What was under way already when the rate was halved says nothing new.
    if (now < this.#pausedUntil) return;
    this.#rate = Math.max(LEAST_RATE, this.#rate / 2);
    this.#tokens = 0;
    this.failed();
  }

  /** The service has failed: a pause with full jitter, longer each time. */
  failed(): void {
    const longest = Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures++);
    this.#pausedUntil = this.#options.now() + this.#options.waiting.random() * longest;
  }

  /** A clock that was set back gives no tokens, and makes no pause longer than the longest. */
  #refill(): number {
    const now = this.#options.now();
    const seconds = Math.max(0, now - this.#at) / 1_000;
    this.#tokens = Math.min(this.#burst, this.#tokens + seconds * this.#rate);
    this.#at = now;
    this.#pausedUntil = Math.min(this.#pausedUntil, now + MOST_PAUSE_MS);
    return now;
  }
}
