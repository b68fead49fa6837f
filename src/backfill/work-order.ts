import type { Slice } from './slice.js';
import { firstTextDay } from './text-deadlines.js';

type Placed = Pick<Slice, 'place' | 'day'>;

/**
 * Compares slices by when they are worked off: days whose query texts Athena still has, the oldest first, since its
 * texts are forgotten first; then all other days, the newest first; then folders that tell no day.
 * Within a day by place.
 * @param now milliseconds since 1970
 */
export function workOrder(now: number): (a: Placed, b: Placed) => number {
  const first = firstTextDay(now);
  return (a, b) => {
    if (a.day === b.day) return compare(a.place, b.place);
    if (a.day === undefined) return 1;
    if (b.day === undefined) return -1;
    const both = compare(a.day, b.day);
    return a.day >= first && b.day >= first ? both : -both;
  };
}

/** By code units: the same on every machine. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
