import { Worker } from 'node:worker_threads';
import { AuditLakeError, messageOf } from '../errors.js';
import type { LogFileTask } from '../jobs/log-file-report.js';
import type { BundleLane, DecodedBundle, ReadSoFar } from '../jobs/open-bundle.js';
import type { QueryHistory } from '../ports/query-history.js';
import type { FromWorker, ToWorker, WorkerSettings } from './messages.js';

/** V8 would let short-lived objects fill 48 MB a thread before it looks at them; the speed is the same at 12. */
const YOUNG_MB = 12;

type Waiting = { readonly resolve: (answer: FromWorker) => void; readonly reject: (error: unknown) => void };

/** A lane in a worker thread: one request at a time, answered in order. */
export class WorkerLane implements BundleLane {
  readonly #worker: Worker;
  #history: QueryHistory | undefined;
  #soFar: Readonly<ReadSoFar> = { files: 0, compressed: 0, inflated: 0, records: 0 };
  #waiting: Waiting | undefined;
  #dead: unknown;

  constructor(settings: WorkerSettings) {
    this.#worker = new Worker(new URL('./decode-worker.js', import.meta.url), {
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    });
    this.#worker.on('message', (message: FromWorker) => this.#hear(message));
    this.#worker.on('error', (error) => this.#die(error));
    this.#worker.on('messageerror', (error) => this.#die(error));
    this.#worker.on('exit', () => this.#die(new Error('the worker thread ended')));
  }

  /** What the worker asks for texts: to be given before the first log file. */
  askOf(history: QueryHistory): void {
    this.#history = history;
  }

  get soFar(): Readonly<ReadSoFar> {
    return this.#soFar;
  }

  async add(tasks: readonly LogFileTask[]): Promise<boolean> {
    if (tasks.length === 0) return false;
    const answer = await this.#ask({ say: 'add', tasks });
    if (answer.say !== 'added') throw unexpected(answer);
    this.#soFar = answer.soFar;
    return answer.full;
  }

  async close(): Promise<DecodedBundle> {
    const answer = await this.#ask({ say: 'close' });
    if (answer.say !== 'closed') throw unexpected(answer);
    return answer.bundle;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #ask(message: ToWorker): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      if (this.#dead !== undefined) return reject(this.#dead);
      this.#waiting = { resolve, reject };
      this.#worker.postMessage(message);
    });
  }

  #hear(message: FromWorker): void {
    if (message.say === 'lookup') {
      const asked = this.#history?.lookup(message.queries, message.logFiles);
      Promise.resolve(asked ?? new Map()).then(
        (answers) => this.#worker.postMessage({ say: 'answers', answers } satisfies ToWorker),
        (error: unknown) => this.#die(error),
      );
      return;
    }
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (message.say === 'failed') waiting?.reject(new AuditLakeError(message.code, message.message));
    else waiting?.resolve(message);
  }

  #die(cause: unknown): void {
    // The first cause counts: an ended thread tells no more than that it has ended.
    this.#dead ??=
      cause instanceof AuditLakeError
        ? cause
        : new AuditLakeError('INTERNAL', `a worker thread died: ${messageOf(cause)}`, cause);
    this.#waiting?.reject(this.#dead);
    this.#waiting = undefined;
  }
}

function unexpected(answer: FromWorker): AuditLakeError {
  return new AuditLakeError('INTERNAL', `a worker thread answered "${answer.say}" out of turn`);
}
