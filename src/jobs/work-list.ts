import { fingerprint } from '../cloudtrail/log-file-ref.js';
import type { ListedObject } from '../ports/log-source.js';
import type { ListedLogFile } from './settled.js';

/** A batch is what a lane takes at once: enough to be worth a message, little enough to share evenly. */
const BATCH = { bytes: 2 << 20, files: 128 };
/** How far the listing runs ahead of the lanes. */
const AHEAD_FILES = 4_000;

type SizedLogFile = ListedLogFile & { readonly size: number };

type DayQueue = {
  readonly day: string;
  files: SizedLogFile[];
  lane: number | undefined;
};

export type WorkListOptions = {
  readonly objects: AsyncIterable<ListedObject>;
  /** How many log files a lane takes at once: fewer than 128 where a transaction holds fewer. */
  readonly batchFiles?: number | undefined;
  /** Called once for each listed object; false: it is foreign. */
  readonly onListed: (isLogFile: boolean) => void;
};

/**
 * Hands listed log files to lanes in batches. A lane stays with a day of delivery while it lasts, so that the
 * rows of a day come together in few data files. A twin waits until the log file that has its key has an outcome:
 * then the ledger knows what to do with it. Holds at most 4,000 listed files, and the twins of those on their way.
 */
export class WorkList {
  readonly #objects: AsyncIterator<ListedObject>;
  readonly #onListed: (isLogFile: boolean) => void;
  readonly #batchFiles: number;
  readonly #days: DayQueue[] = [];
  /** By the fingerprint of a log file on its way: its twins. A file whose fingerprint is equal by chance waits, too. */
  readonly #onTheirWay = new Map<number, SizedLogFile[]>();
  #twins = 0;
  #waiting = 0;
  #listedAll = false;
  #listing: Promise<void> = Promise.resolve();

  constructor({ objects, batchFiles, onListed }: WorkListOptions) {
    this.#batchFiles = batchFiles ?? BATCH.files;
    this.#objects = objects[Symbol.asyncIterator]();
    this.#onListed = onListed;
  }

  /** The next batch for a lane; undefined when all are handed out. */
  async next(lane: number): Promise<readonly ListedLogFile[] | undefined> {
    this.#listing = this.#listing.then(() => this.#list());
    await this.#listing;
    const day = this.#dayFor(lane);
    if (!day) return undefined;
    day.lane = lane;
    const batch = takeBatch(day, this.#batchFiles);
    this.#waiting -= batch.length;
    if (day.files.length === 0) this.#days.splice(this.#days.indexOf(day), 1);
    return batch;
  }

  /** To be told of each log file that has an outcome: its twin may be taken now. */
  arrived(files: Iterable<Pick<ListedLogFile, 'ref'>>): void {
    for (const { ref } of files) {
      const print = fingerprint(ref);
      const [twin, ...others] = this.#onTheirWay.get(print) ?? [];
      if (twin === undefined) {
        this.#onTheirWay.delete(print);
        continue;
      }
      this.#onTheirWay.set(print, others);
      this.#twins--;
      this.#enqueue(twin);
    }
  }

  /** How many listed log files no lane has taken: after an interruption they count as never listed. */
  get left(): number {
    return this.#waiting + this.#twins;
  }

  /** Whether all is listed and taken. */
  get isDone(): boolean {
    return this.#listedAll && this.left === 0;
  }

  /** The day that the lane is on, else one that no lane is on, else the one with the most left. */
  #dayFor(lane: number): DayQueue | undefined {
    const own = this.#days.find((day) => day.lane === lane);
    const free = this.#days.find((day) => day.lane === undefined);
    if (own || free) return own ?? free;
    return this.#days.reduce<DayQueue | undefined>(
      (a, b) => (a && a.files.length >= b.files.length ? a : b),
      undefined,
    );
  }

  async #list(): Promise<void> {
    while (!this.#listedAll && this.#waiting < AHEAD_FILES) {
      const { done, value } = await this.#objects.next();
      if (done) this.#listedAll = true;
      else this.#take(value);
    }
  }

  #take({ what, location, etag, size }: ListedObject): void {
    this.#onListed(what !== 'foreign');
    if (what === 'foreign') return;
    const file = { ref: what, location, etag, size };
    const print = fingerprint(what);
    const twins = this.#onTheirWay.get(print);
    if (twins === undefined) {
      this.#onTheirWay.set(print, []);
      this.#enqueue(file);
    } else {
      twins.push(file);
      this.#twins++;
    }
  }

  #enqueue(file: SizedLogFile): void {
    this.#queueOf(file.ref.deliveryDay ?? '').files.push(file);
    this.#waiting++;
  }

  #queueOf(day: string): DayQueue {
    const last = this.#days.at(-1);
    const known = last?.day === day ? last : this.#days.find((queue) => queue.day === day);
    if (known) return known;
    const queue: DayQueue = { day, files: [], lane: undefined };
    this.#days.push(queue);
    return queue;
  }
}

function takeBatch(day: DayQueue, files: number): ListedLogFile[] {
  let bytes = 0;
  let count = 0;
  for (const file of day.files) {
    if (count > 0 && (bytes + file.size > BATCH.bytes || count >= files)) break;
    bytes += file.size;
    count++;
  }
  const batch = day.files.slice(0, count);
  day.files = day.files.slice(count);
  return batch;
}
