import { closedHours, locationOfHour, refOfHour } from '../../cloudtrail/event-history-ref.js';
import type { ListedObject, LogSource } from '../../ports/log-source.js';

export type LookupEventsSourceOptions = {
  /** Accounts of 12 digits. */
  readonly accounts: readonly string[];
  readonly region: string;
  /** Milliseconds since 1970: what is a closed hour is decided by it. */
  readonly now: number;
};

/** What a closed hour holds never changes. */
const ETAG = 'closed-hour';
/** How large an hour is nobody tells. So large, four of them are a batch, and who is stopped ends after four. */
const GUESSED_BYTES = 512 << 10;

/**
 * The event histories of accounts in a Region, as one log file for each closed hour. Calls nothing. The oldest day
 * comes first, of all accounts: it is the next to be forgotten. Hours that are settled are listed too; nobody reads
 * them.
 */
export class LookupEventsSource implements LogSource {
  readonly #options: LookupEventsSourceOptions;
  readonly #days: readonly (readonly number[])[];

  constructor(options: LookupEventsSourceOptions) {
    this.#options = options;
    const days = new Map<string, number[]>();
    for (const start of closedHours(options.now)) {
      const day = new Date(start).toISOString().slice(0, 10);
      days.set(day, [...(days.get(day) ?? []), start]);
    }
    this.#days = [...days.values()];
  }

  async count(): Promise<number> {
    return this.#options.accounts.length * this.#days.flat().length;
  }

  async *list(): AsyncIterable<ListedObject> {
    const { accounts, region } = this.#options;
    for (const day of this.#days) {
      for (const account of accounts) {
        for (const start of day) yield listed({ account, region, start });
      }
    }
  }
}

function listed(hour: Parameters<typeof refOfHour>[0]): ListedObject {
  return { location: locationOfHour(hour), size: GUESSED_BYTES, etag: ETAG, what: refOfHour(hour) };
}
