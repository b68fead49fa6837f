import { dayNumber } from './partition-months.js';
import type { Subject } from './subject.js';

/** A key, and when it may have been used: milliseconds, `to` not included; the account where it acts, if that is known. */
export type SearchedKey = {
  readonly key: string;
  readonly from: number;
  readonly to: number;
  readonly account: string | null;
};

/**
 * What is looked for: as the port has it; and the grants of keys that were met, each in the time before. A role may have
 * been given in one account and used in another, so these are looked for in all.
 */
export type Searched =
  | { readonly kind: 'grants'; readonly keys: readonly SearchedKey[] }
  | { readonly kind: 'subject'; readonly subject: Subject; readonly from: number; readonly to: number }
  | { readonly kind: 'keys'; readonly keys: readonly SearchedKey[] }
  | {
      readonly kind: 'origins';
      readonly keys: readonly string[];
      readonly from: number;
      readonly to: number;
    };

/** Days since 1970, both included. */
export type DaySpan = { readonly first: number; readonly last: number };

type Window = { readonly from: number; readonly to: number };

/** The days on which the events of a window happened. */
export const daysOfEvents = ({ from, to }: Window): DaySpan => ({
  first: dayNumber(from),
  last: dayNumber(to - 1),
});

/** The days on which they were delivered: CloudTrail may take until the next one. */
export const daysOfDelivery = (window: Window): DaySpan => {
  const { first, last } = daysOfEvents(window);
  return { first, last: last + 1 };
};

/** Whether each key has a time of its own. */
export const isOfKeys = (searched: Searched): searched is Extract<Searched, { kind: 'keys' | 'grants' }> =>
  searched.kind === 'keys' || searched.kind === 'grants';

/** The windows of a search. */
export const windowsOf = (searched: Searched): readonly Window[] =>
  isOfKeys(searched) ? searched.keys : [searched];

/** All days on which something may have been delivered; undefined where nothing is looked for. */
export function spanOf(searched: Searched): DaySpan | undefined {
  let span: DaySpan | undefined;
  for (const window of windowsOf(searched)) {
    if (window.from >= window.to) continue;
    const { first, last } = daysOfDelivery(window);
    span = { first: Math.min(first, span?.first ?? first), last: Math.max(last, span?.last ?? last) };
  }
  return span;
}
