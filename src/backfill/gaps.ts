import { DAY_MS } from '../cloudtrail/event-time.js';
import { dayOf } from '../lake/partition.js';
import type { Gap } from './plan.js';
import type { Scope } from './scope.js';

/** What is known to have a log file. Some may be missing: such a place counts for no account and Region. */
type Covered = {
  readonly account: string | undefined;
  readonly region: string | undefined;
  readonly day: string | undefined;
};

/**
 * Runs of days without any log file, between the first and the last day of an account and Region, whichever trails
 * delivered there; days out of scope are none. CloudTrail delivers when something happened: a gap is a question, not
 * yet a loss.
 * @param covered days of the calendar, in any order and as often as they come
 */
export function findGaps(covered: Iterable<Covered>, { from, to }: Pick<Scope, 'from' | 'to'>): Gap[] {
  const owners = new Map<string, string[]>();
  for (const { account, region, day } of covered) {
    if (account === undefined || region === undefined || day === undefined) continue;
    if (day < (from ?? '') || day > (to ?? '9999-12-31')) continue;
    const owner = `${account} ${region}`;
    const days = owners.get(owner);
    if (days) days.push(day);
    else owners.set(owner, [day]);
  }
  return [...owners.keys()].sort().flatMap((owner) => gapsOf(owner, owners.get(owner) ?? []));
}

function gapsOf(owner: string, days: string[]): Gap[] {
  const [account = '', region = ''] = owner.split(' ');
  days.sort();
  return days.flatMap((day, index) => {
    const gap = between(days[index - 1] ?? day, day);
    return gap ? [{ account, region, ...gap }] : [];
  });
}

/** The days between two days; undefined where there are none. */
function between(before: string, after: string): Pick<Gap, 'from' | 'to' | 'days'> | undefined {
  const [begin, end] = [Date.parse(before), Date.parse(after)];
  const days = (end - begin) / DAY_MS - 1;
  return days > 0 ? { from: dayOf(begin + DAY_MS), to: dayOf(end - DAY_MS), days } : undefined;
}
