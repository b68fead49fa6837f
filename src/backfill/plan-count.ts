import { type ForeignReason, type LogFileRef, parseKey } from '../cloudtrail/log-file-ref.js';
import { isDay } from '../lake/partition.js';
import { DayCount } from './day-count.js';
import { findGaps } from './gaps.js';
import type { LeftOutReason } from './passed-over.js';
import type { Plan, PlannedSlice, Unlisted } from './plan.js';
import type { Scope } from './scope.js';
import type { Slice } from './slice.js';
import { SliceCount } from './slice-count.js';
import { isArchived, type Storage } from './storage.js';
import { UnlistedPlaces } from './unlisted-places.js';

/** An object as a survey finds it. */
export type CountedObject = {
  readonly what: LogFileRef | 'foreign';
  readonly location: string;
  readonly size: number;
  /** Undefined for the standard class. */
  readonly storage?: Storage;
};

/** The parts of a plan that counting gives. */
type PlanTotals = Pick<
  Plan,
  'extent' | 'total' | 'foreign' | 'classes' | 'months' | 'textDays' | 'gaps' | 'unlisted'
>;

/**
 * Counts the objects of a survey, in any order, each given once. Memory: some 250 bytes a slice, and 100
 * for each day of an account and Region that only names of files tell.
 */
export class PlanCount {
  readonly #slices = new SliceCount();
  readonly #days = new DayCount();
  readonly #named = new Map<string, Omit<Slice, 'place'>>();
  readonly #classes = new Map<string, CountedClass>();
  readonly #foreign: { [reason: string]: number } = {};
  readonly #unlisted: Unlisted[] = [];

  readonly #scope: Scope;

  constructor(scope: Scope) {
    this.#scope = scope;
  }

  /** @param settled whether every dataset of the plan has settled the log file */
  add({ what, location, size, storage }: CountedObject, settled: boolean): void {
    if (what === 'foreign') {
      this.#countForeign(reasonOf(location));
      return;
    }
    const counted = { size, settled, archived: !settled && isArchived(storage) };
    const slice = this.#slices.add(location, counted);
    if (slice.day === undefined) this.#coverByName(what);
    this.#days.add(what, counted);
    this.#countClass(counted, storage);
  }

  /** A folder that was not listed, which counts as one, or a log file that does not tell what is asked for. */
  leftOut(reason: LeftOutReason): void {
    this.#countForeign(reason);
  }

  /** A place that could not be listed. */
  unlisted({ place, code, message }: Unlisted): void {
    this.#unlisted.push({ place, code, message });
  }

  /**
   * The slices with log files, in the order in which they are worked off.
   * @param now milliseconds since 1970
   * @param seen until when the survey saw what was delivered; 0 where nobody knows
   */
  slices(now: number, seen = now): readonly PlannedSlice[] {
    this.#slices.settle(seen, new UnlistedPlaces(this.#unlisted));
    return this.#slices.inWorkOrder(now);
  }

  /** @param now milliseconds since 1970 */
  totals(now: number): PlanTotals {
    const classes = [...this.#classes].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      ...this.#days.totals(now),
      gaps: findGaps(this.#covered(), this.#scope, new UnlistedPlaces(this.#unlisted)),
      foreign: { ...this.#foreign },
      classes: Object.fromEntries(classes.map(([name, counts]) => [name, { ...counts }])),
      unlisted: [...this.#unlisted],
    };
  }

  /** A folder of loose log files tells nothing of them, and each of their names does. */
  #coverByName({ account, region, deliveryDay: day }: LogFileRef): void {
    if (day !== undefined && isDay(day))
      this.#named.set(`${account} ${region} ${day}`, { account, region, day });
  }

  *#covered() {
    yield* this.#slices.all();
    yield* this.#named.values();
  }

  #countForeign(reason: string): void {
    this.#foreign[reason] = (this.#foreign[reason] ?? 0) + 1;
  }

  #countClass({ size, archived }: { size: number; archived: boolean }, storage: Storage | undefined) {
    const name = storage?.storageClass ?? STANDARD;
    let counts = this.#classes.get(name);
    if (counts === undefined) {
      counts = { files: 0, bytes: 0, restored: 0, restoring: 0, toRestore: { files: 0, bytes: 0 } };
      this.#classes.set(name, counts);
    }
    counts.files++;
    counts.bytes += size;
    if (storage?.restore !== undefined) counts[storage.restore]++;
    else if (archived) {
      counts.toRestore.files++;
      counts.toRestore.bytes += size;
    }
  }
}

type CountedClass = {
  files: number;
  bytes: number;
  restored: number;
  restoring: number;
  readonly toRestore: { files: number; bytes: number };
};

const STANDARD = 'STANDARD';

/** Why the object at a location is none of ours. */
function reasonOf(location: string): ForeignReason {
  const kind = parseKey('', location.replaceAll('\\', '/'));
  return kind.kind === 'foreign' ? kind.reason : 'other-service';
}
