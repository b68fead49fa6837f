import { DAY_MS } from '../cloudtrail/event-time.js';
import { dayOf } from '../lake/partition.js';
import type { Gap } from './plan.js';
import type { Scope } from './scope.js';
import type { Span, UnlistedPlaces } from './unlisted-places.js';

/** What is known to have a log file. Some may be missing: such a place counts for no account and Region. */
type Covered = {
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly day: string | undefined;
};

/**
 * Runs of days without any log file, between the first and the last day of an account and Region, whichever trails
 * delivered there; days out of scope are none, nor are those that a place which could not be listed may hold.
 * CloudTrail delivers when something happened: a gap is a question, not yet a loss.
 * @param covered days of the calendar, in any order and as often as they come
 */
export function findGaps(
  covered: Iterable<Covered>,
  { from, to }: Pick<Scope, 'from' | 'to'>,
  unlisted: UnlistedPlaces,
): Gap[] {
  const owners = new Map<string, Span[]>();
  for (const { account, region, day } of covered) {
    if (account === undefined || region === undefined || day === undefined) continue;
    if (day < (from ?? '') || day > (to ?? '9999-12-31')) continue;
    const owner = `${account} ${region}`;
    const at = Date.parse(day);
    const days = owners.get(owner);
    if (days) days.push({ from: at, to: at });
    else owners.set(owner, [{ from: at, to: at }]);
  }
  return [...owners]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([owner, days]) => {
      const [account = '', region = ''] = owner.split(' ');
      const hidden = unlisted.spansOf(account, region);
      return between(days, hidden).map((gap) => ({ account, region, ...gap }));
    });
}

/** The days between the first and the last of `days` that are neither among them nor hidden. */
function between(days: readonly Span[], hidden: readonly Span[]): Pick<Gap, 'from' | 'to' | 'days'>[] {
  const last = days.reduce((most, { to }) => Math.max(most, to), 0);
  let seen = days.reduce((least, { from }) => Math.min(least, from), last);
  return [...days, ...hidden]
    .sort((a, b) => a.from - b.from)
    .flatMap(({ from, to }) => {
      const begin = seen + DAY_MS;
      const end = Math.min(from - DAY_MS, last);
      seen = Math.max(seen, to);
      if (end < begin) return [];
      return [{ from: dayOf(begin), to: dayOf(end), days: (end - begin) / DAY_MS + 1 }];
    });
}
