import type { LogFileBody, LogReader } from '../ports/log-source.js';
import type { LogFileTask } from './log-file-report.js';

/**
 * Bodies that were asked for before their turn, so that the way to a far source is gone while others are read.
 * Holds so many bodies of at most 1 MiB; larger ones wait on their connection.
 */
export class BodiesAhead {
  readonly #reader: LogReader;
  readonly #ahead: number;
  readonly #asked = new Map<number, Promise<LogFileBody>>();

  constructor(reader: LogReader, ahead: number) {
    this.#reader = reader;
    this.#ahead = ahead;
  }

  /** The body of the task at this place; those that follow are asked for. */
  take(tasks: readonly LogFileTask[], at: number): Promise<LogFileBody> {
    for (let next = at; next <= Math.min(at + this.#ahead, tasks.length - 1); next++) this.#ask(tasks, next);
    const body = this.#ask(tasks, at);
    this.#asked.delete(at);
    return body;
  }

  /** Lets go of what was asked for and will not be read. */
  letGo(): void {
    for (const asked of this.#asked.values()) void asked.then((body) => body.close()).catch(() => undefined);
    this.#asked.clear();
  }

  #ask(tasks: readonly LogFileTask[], at: number): Promise<LogFileBody> {
    const known = this.#asked.get(at);
    if (known) return known;
    const body = this.#reader.read(tasks[at]?.location ?? '');
    // A failure is told when its turn comes; until then it must not end the process.
    body.catch(() => undefined);
    this.#asked.set(at, body);
    return body;
  }
}
