import { DAY_MS } from '../cloudtrail/event-time.js';
import { dayOf } from '../lake/partition.js';
import type { PlannedSlice } from './plan.js';
import { placeOf, sliceOf } from './slice.js';
import type { UnlistedPlaces } from './unlisted-places.js';
import { workOrder } from './work-order.js';

/** A log file, as far as it is counted. */
export type CountedFile = {
  readonly size: number;
  readonly settled: boolean;
  /** Not settled, and cannot be read as it is. */
  readonly archived: boolean;
};

/** CloudTrail delivers to a day for some minutes after it; two days are cheap: a few folders are listed once more. */
const DELIVERY_MS = 2 * DAY_MS;

type Counted = { -readonly [name in keyof PlannedSlice]: PlannedSlice[name] };

/** Counts log files by the folders that they lie in. Listings come folder by folder, so that the last one is at hand. */
export class SliceCount {
  readonly #slices = new Map<string, Counted>();
  /** Accounts, Regions and days, each once: every slice would have its own. */
  readonly #names = new Map<string, string>();
  #last: Counted | undefined;

  /** The slice that the log file lies in. */
  add(location: string, { size, settled, archived }: CountedFile): PlannedSlice {
    const slice = this.#at(placeOf(location));
    slice.files++;
    slice.bytes += size;
    if (settled) slice.settled++;
    if (archived) slice.archived++;
    return slice;
  }

  all(): Iterable<PlannedSlice> {
    return this.#slices.values();
  }

  /**
   * Says of each slice whether it is settled for sure: no listing missed anything, and nothing came since.
   * @param seen until when deliveries were seen, in milliseconds since 1970
   */
  settle(seen: number, unlisted: UnlistedPlaces): void {
    const last = dayOf(seen - DELIVERY_MS);
    for (const slice of this.#slices.values()) {
      const isOver = slice.day !== undefined && slice.day <= last;
      slice.isSettled = isOver && slice.settled === slice.files && !unlisted.mayHide(slice.place);
    }
  }

  /** @param now milliseconds since 1970 */
  inWorkOrder(now: number): readonly PlannedSlice[] {
    return [...this.#slices.values()].sort(workOrder(now));
  }

  #at(place: string): Counted {
    if (this.#last?.place === place) return this.#last;
    const slice = this.#slices.get(place) ?? this.#open(place);
    this.#last = slice;
    return slice;
  }

  #open(named: string): Counted {
    // A part of a string keeps the whole of it: here the page of a listing.
    const place = Buffer.from(named).toString();
    const told = sliceOf(place);
    // Written out: a spread costs memory, slice by slice.
    const slice = {
      place,
      account: this.#once(told.account),
      region: this.#once(told.region),
      day: this.#once(told.day),
      files: 0,
      bytes: 0,
      settled: 0,
      archived: 0,
      isSettled: false,
    };
    this.#slices.set(place, slice);
    return slice;
  }

  #once(name: string | undefined): string | undefined {
    if (name === undefined) return undefined;
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    this.#names.set(name, name);
    return name;
  }
}
