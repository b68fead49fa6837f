import { bitsWithin, countOf, daysOf, type PartitionMonth } from './partition-months.js';
import { daysOfEvents, isOfKeys, type Searched } from './searched-days.js';

/**
 * The days of a search, `YYYY-MM-DD`, of which the table has no partition where the search looks: what happened then
 * is not found, and that nothing was found says nothing.
 */
export function uncoveredDays(searched: Searched, there: readonly PartitionMonth[]): readonly string[] {
  const windows = isOfKeys(searched)
    ? searched.keys
    : [{ from: searched.from, to: searched.to, account: null }];
  const uncovered = new Set<string>();
  const covered = new Map<string, number>();
  for (const { from, to, account } of windows) {
    if (from >= to) continue;
    const { first, last } = daysOfEvents({ from, to });
    for (const { month, folders } of there) {
      const wanted = bitsWithin(month, first, last);
      if (countOf(wanted) === 0) continue;
      const place = `${month} ${account}`;
      const bits = covered.get(place) ?? bitsOf(folders, account);
      covered.set(place, bits);
      for (const day of daysOf(wanted & ~bits)) uncovered.add(`${month}-${day}`);
    }
  }
  return [...uncovered].sort();
}

const bitsOf = (folders: PartitionMonth['folders'], of: string | null): number =>
  folders.filter(({ account }) => of === null || account === of).reduce((all, { days }) => all | days, 0);
