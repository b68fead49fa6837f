export type CircuitBreakerOptions = {
  /** So many failures in a row open it. */
  readonly most: number;
  /** Milliseconds that it stays open: at first, and at most. Each further failure doubles them. */
  readonly first: number;
  readonly longest: number;
  readonly now: () => number;
};

/**
 * Remembers that something does not work, so that nobody waits for it in vain. While it is open nobody tries; then the
 * next try decides: a failure opens it again, a success forgets all.
 */
export class CircuitBreaker {
  readonly #options: CircuitBreakerOptions;
  #failures = 0;
  #until = Number.NEGATIVE_INFINITY;

  constructor(options: CircuitBreakerOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#options.now() < this.closesAt;
  }

  /** Milliseconds since 1970; in the past where it is closed. A clock that was set back does not move it further away. */
  get closesAt(): number {
    const { longest, now } = this.#options;
    this.#until = Math.min(this.#until, now() + longest);
    return this.#until;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#until = Number.NEGATIVE_INFINITY;
  }

  failed(): void {
    const { most, first, longest, now } = this.#options;
    this.#failures += 1;
    if (this.#failures < most) return;
    this.#until = now() + Math.min(longest, first * 2 ** (this.#failures - most));
  }

  /** A failure that says enough by itself. */
  open(): void {
    this.#failures = Math.max(this.#failures, this.#options.most - 1);
    this.failed();
  }
}

/** What is refused stays so for a while: somebody must change a permission first. */
export function denials(now: () => number, most: number): CircuitBreaker {
  return new CircuitBreaker({ most, first: 300_000, longest: 300_000, now });
}

/** What fails may work a moment later: 1 s, 2 s ... a minute. */
export function troubles(now: () => number, most: number): CircuitBreaker {
  return new CircuitBreaker({ most, first: 1_000, longest: 60_000, now });
}
