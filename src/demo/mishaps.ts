import { type AsOf, momentOf } from './calendar.js';
import { deliverLate, type LogFile, pack, type TrailFile } from './log-files.js';
import { ordinaryDay } from './other-activity.js';
import { ACCOUNTS, type Place } from './places.js';
import type { Random } from './random.js';
import type { Happening } from './records.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const PLACE: Place = { account: ACCOUNTS.analytics, region: 'eu-west-1' };

/** Every third event of one day once more, and those that are to be, with the same event ids, in a file of two days later. */
export function redelivery(happenings: readonly Happening[], asOf: AsOf, random: Random): readonly LogFile[] {
  const [from, to] = [momentOf(asOf, 4, 0), momentOf(asOf, 4, 0) + DAY];
  const thatDay = happenings.filter(({ at, place }) => samePlace(place) && at >= from && at < to);
  return deliverLate(
    thatDay.filter(({ twice }, index) => twice || index % 3 === 0),
    2 * DAY,
    random,
  );
}

/** A log file that ends in the middle: an upload that was cut off. Nothing of it may reach the lake. */
export function truncated(asOf: AsOf, random: Random): readonly TrailFile[] {
  const yesterday = ordinaryDay({ asOf, daysAgo: 1, place: PLACE }, random);
  const files = deliverLate(yesterday, HOUR, random).map(pack);
  return files.map(({ key, bytes }) => ({ key, bytes: bytes.subarray(0, bytes.length >> 1) }));
}

function samePlace(place: Place): boolean {
  return place.account === PLACE.account && place.region === PLACE.region;
}
