import { DAY_MS } from '../cloudtrail/event-time.js';
import { toldByFolder } from './layout.js';
import type { Unlisted } from './plan.js';
import { placeOf } from './slice.js';

/** Days, both ends included; each in milliseconds since 1970. */
export type Span = { readonly from: number; readonly to: number };

type Hidden = { readonly region: string | undefined; readonly span: Span };

/** Places that could not be listed: log files that lie there were missed, and nobody knows which. */
export class UnlistedPlaces {
  /** At or below these. */
  readonly #below = new Set<string>();
  /** Directly in these. */
  readonly #in = new Set<string>();
  /** By account; under '' where any may be. */
  readonly #hidden = new Map<string, Hidden[]>();

  constructor(unlisted: Iterable<Pick<Unlisted, 'place'>>) {
    for (const { place } of unlisted) this.#add(place);
  }

  /** Whether log files that lie directly in a folder may have been missed. */
  mayHide(folder: string): boolean {
    if (this.#in.has(folder)) return true;
    if (this.#below.size === 0) return false;
    for (const { index } of folder.matchAll(/[/\\]/g)) {
      if (this.#below.has(folder.slice(0, index + 1))) return true;
    }
    return false;
  }

  /** Days of which log files of this account and Region may have been missed; overlapping, in any order. */
  spansOf(account: string, region: string): readonly Span[] {
    const hidden = [...(this.#hidden.get('') ?? []), ...(this.#hidden.get(account) ?? [])];
    return hidden.filter((it) => (it.region ?? region) === region).map(({ span }) => span);
  }

  #add(place: string): void {
    const folder = placeOf(place);
    const isFolder = folder === place;
    this.#below.add(isFolder ? place : `${place}/`);
    // Without a slash at its end it is a log file that somebody named, or a folder.
    if (!isFolder) this.#in.add(folder);
    const { account = '', region, date } = toldByFolder(`${place.replaceAll('\\', '/')}/`);
    const hidden = { region, span: spanOf(date) };
    const known = this.#hidden.get(account);
    if (known) known.push(hidden);
    else this.#hidden.set(account, [hidden]);
  }
}

const ALWAYS: Span = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** The days of a year, a month or a day; all where nothing of the calendar is told. */
function spanOf(date: string): Span {
  const [year, month, day] = date.split('-').map(Number);
  if (!year) return ALWAYS;
  const from = Date.UTC(year, (month ?? 1) - 1, day ?? 1);
  const next = day === undefined ? Date.UTC(year, month ?? 12, 1) : from + DAY_MS;
  return { from, to: next - DAY_MS };
}
