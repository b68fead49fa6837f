import { createHash } from 'node:crypto';
import { setImmediate as quiet } from 'node:timers/promises';

type Waiting = { readonly at: number; readonly order: number; readonly go: () => void };

/**
 * One clock for everything that runs, moved by waiting alone. Whoever waits is released at its moment, one at a time,
 * and runs until it waits again: so all that a seed decides is when each one goes on, and the same seed gives the same
 * trace. Nothing that runs may use threads, timers or files.
 */
export class VirtualTime {
  /** Milliseconds since 1970. */
  now: number;
  /** What happened, in order. */
  readonly trace: string[] = [];
  #waiting: Waiting[] = [];
  #count = 0;

  constructor(start = Date.UTC(2026, 0, 5, 12)) {
    this.now = start;
  }

  /** Resolves so many milliseconds from now. */
  pass(millis: number): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push({ at: this.now + Math.max(0, millis), order: this.#count++, go });
    });
  }

  note(line: string): void {
    this.trace.push(`${this.now} ${line}`);
  }

  /** SHA-256 of the trace so far. */
  hash(): string {
    return createHash('sha256').update(this.trace.join('\n')).digest('hex');
  }

  /** Lets time pass until nobody waits. `look` is called between any two steps. */
  async run(look: () => Promise<void> = async () => undefined): Promise<void> {
    for (;;) {
      await quiet();
      await look();
      const next = this.#takeNext();
      if (!next) return;
      this.now = Math.max(this.now, next.at);
      next.go();
    }
  }

  #takeNext(): Waiting | undefined {
    const [first, ...more] = this.#waiting;
    if (!first) return undefined;
    const next = more.reduce((best, it) => (isBefore(it, best) ? it : best), first);
    this.#waiting = this.#waiting.filter((it) => it !== next);
    return next;
  }
}

const isBefore = (a: Waiting, b: Waiting) => a.at < b.at || (a.at === b.at && a.order < b.order);
