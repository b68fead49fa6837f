import { setImmediate as quiet } from 'node:timers/promises';

type Timer = { readonly at: number; readonly go: () => void };

/** Time that passes only while somebody waits for work to be done, from one timer to the next. */
export class SteppedTime {
  /** Milliseconds since 1970. */
  at: number;
  /** From 0 to 1. */
  random: () => number = () => 0.5;
  readonly #timers: Timer[] = [];

  constructor(start = Date.UTC(2026, 0, 9, 12)) {
    this.at = start;
  }

  readonly now = (): number => this.at;

  readonly pause = (millis: number): Promise<void> => new Promise((go) => this.#set(millis, go));

  readonly alarm = (millis: number): AbortSignal => {
    const controller = new AbortController();
    this.#set(millis, () => controller.abort());
    return controller.signal;
  };

  /** Lets time pass until the work is done, and not longer. */
  async settle<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = () => {
      isDone = true;
    };
    work.then(done, done);
    for (;;) {
      await quiet();
      if (isDone) return work;
      const next = this.#timers.shift();
      if (next === undefined) throw new Error('nobody waits for time, and the work is not done');
      this.at = Math.max(this.at, next.at);
      next.go();
    }
  }

  /** In the order of their moments; of one moment, in the order in which they were set. */
  #set(millis: number, go: () => void): void {
    const at = this.at + Math.max(0, millis);
    const behind = this.#timers.findIndex((timer) => timer.at > at);
    this.#timers.splice(behind < 0 ? this.#timers.length : behind, 0, { at, go });
  }
}
