import { isDay } from '../lake/partition.js';
import type { Extent, Plan, PlannedMonth } from './plan.js';
import type { Told } from './scope.js';
import type { CountedFile } from './slice-count.js';
import { firstTextDay, textsOfMonth } from './text-deadlines.js';

type Month = { -readonly [name in keyof PlannedMonth]: PlannedMonth[name] };
type Sum = { files: number; bytes: number; settled: number; archived: number };

/** A month and a day to which a log file counts. Log files of one folder count to the same. */
type Cell = { readonly month: Omit<Month, 'queryText'>; readonly day: { toRead: number } | undefined };

/** Counts log files by account, Region and day of delivery, as their folders or their own names tell. */
export class DayCount {
  readonly #months = new Map<string, Omit<Month, 'queryText'>>();
  readonly #days = new Map<string, { toRead: number }>();
  readonly #accounts = new Set<string>();
  readonly #regions = new Set<string>();
  #last: { readonly told: Told; readonly cell: Cell } | undefined;

  add(told: Told, { size, settled, archived }: CountedFile): void {
    const { month, day } = this.#cellOf(told);
    month.files++;
    month.bytes += size;
    if (settled) month.settled++;
    else if (day) day.toRead++;
    if (archived) month.archived++;
  }

  /** @param now milliseconds since 1970 */
  totals(now: number): Pick<Plan, 'extent' | 'total' | 'months' | 'textDays'> {
    const first = firstTextDay(now);
    const days = [...this.#days].map(([day, { toRead }]) => ({ day, toRead })).sort(by('day'));
    return {
      extent: this.#extent(days.map(({ day }) => day)),
      total: sumOf([...this.#months.values()]),
      months: [...this.#months.values()]
        .map((month) => ({ ...month, queryText: textsOfMonth(month.month, now) }))
        .sort(by('account', 'month')),
      textDays: days.filter(({ day, toRead }) => day >= first && toRead > 0),
    };
  }

  #extent(days: readonly string[]): Extent {
    const [accounts, regions] = [[...this.#accounts].sort(), [...this.#regions].sort()];
    return { accounts, regions, days: days.length, first: days[0], last: days.at(-1) };
  }

  #cellOf(told: Told): Cell {
    if (this.#last && isSame(this.#last.told, told)) return this.#last.cell;
    const { account, region } = told;
    const day = told.deliveryDay !== undefined && isDay(told.deliveryDay) ? told.deliveryDay : undefined;
    if (account !== undefined) this.#accounts.add(account);
    if (region !== undefined) this.#regions.add(region);
    const cell = {
      month: this.#monthOf(account, day),
      day: day === undefined ? undefined : this.#dayOf(day),
    };
    this.#last = { told, cell };
    return cell;
  }

  #monthOf(account: string | undefined, day: string | undefined): Omit<Month, 'queryText'> {
    const month = day?.slice(0, 7);
    return found(this.#months, `${account} ${month}`, () => ({ account, month, ...NOTHING }));
  }

  #dayOf(day: string): { toRead: number } {
    return found(this.#days, day, () => ({ toRead: 0 }));
  }
}

const NOTHING: Sum = { files: 0, bytes: 0, settled: 0, archived: 0 };

const isSame = (a: Told, b: Told) =>
  a.deliveryDay === b.deliveryDay && a.account === b.account && a.region === b.region;

function found<T>(known: Map<string, T>, key: string, make: () => T): T {
  const value = known.get(key) ?? make();
  known.set(key, value);
  return value;
}

function sumOf(sums: readonly Sum[]): Sum {
  const total = { ...NOTHING };
  for (const sum of sums) {
    total.files += sum.files;
    total.bytes += sum.bytes;
    total.settled += sum.settled;
    total.archived += sum.archived;
  }
  return total;
}

/** By these members, one after the other; what nobody told comes last. */
function by<const K extends string>(...keys: readonly K[]) {
  type Keyed = { readonly [key in K]: string | undefined };
  const text = (of: Keyed) => keys.map((key) => of[key] ?? '~').join(' ');
  return (a: Keyed, b: Keyed): number => (text(a) < text(b) ? -1 : 1);
}
