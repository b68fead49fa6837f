import { ACCOUNTS, type Place } from './places.js';

/** The moment from which the demo looks back: milliseconds since 1970, UTC. */
export type AsOf = number;

/** A minute of a day, so many days before the day of `asOf`. */
export type When = readonly [daysAgo: number, time: `${number}:${number}`];

/** One day of one place, seen from `asOf`. */
export type PlaceDay = { readonly asOf: AsOf; readonly daysAgo: number; readonly place: Place };

const SECOND = 1000;
const DAY = 86_400 * SECOND;

/** Ten days in a row, today included: Athena still knows their queries. */
export const RECENT_DAYS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Four days beyond the 45 that Athena remembers: their query text is gone for good. */
const OLD_DAYS: readonly number[] = [51, 54, 57, 60];

/**
 * The one day beside the fourteen: from before July 2023, when Athena began to keep the SQL out of CloudTrail.
 * Nothing newer can show a query whose text is in the event, so an archived log file has to.
 */
export const ARCHIVED_MOMENT = Date.UTC(2023, 4, 16, 9, 12, 44);

/** Midnight, UTC, so many days before the day of `asOf`. */
export function midnight(asOf: AsOf, daysAgo: number): number {
  return Math.floor(asOf / DAY) * DAY - daysAgo * DAY;
}

/**
 * A moment of a day, in whole seconds. Today is squeezed into its part before `asOf`: the trail then holds
 * the same events at whatever hour it is written, and none of the future.
 */
export function momentOf(asOf: AsOf, daysAgo: number, time: `${number}:${number}` | number): number {
  const start = midnight(asOf, daysAgo);
  const offset = (typeof time === 'number' ? time : secondsOf(time)) * SECOND;
  const elapsed = daysAgo === 0 ? offset * ((asOf - start) / DAY) : offset;
  return start + Math.floor(elapsed / SECOND) * SECOND;
}

function secondsOf(time: string): number {
  const [hours, minutes] = time.split(':');
  return Number(hours) * 3600 + Number(minutes) * 60;
}

/** As CloudTrail writes a time: seconds, UTC. */
export function isoSeconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** Every day of the trail, in every place that had something to log on it. */
export function placeDays(asOf: AsOf): readonly PlaceDay[] {
  return [...RECENT_DAYS, ...OLD_DAYS].flatMap((daysAgo) =>
    placesOf(daysAgo).map((place) => ({ asOf, daysAgo, place })),
  );
}

/** Which (account, Region) had something to log, so many days ago: a quiet place has no log file at all. */
function placesOf(daysAgo: number): readonly Place[] {
  const every: readonly Place[] = [
    { account: ACCOUNTS.analytics, region: 'eu-west-1' },
    { account: ACCOUNTS.platform, region: 'eu-west-1' },
    { account: ACCOUNTS.security, region: 'us-east-1' },
  ];
  if (OLD_DAYS.includes(daysAgo)) return every;
  const american: readonly Place[] = [{ account: ACCOUNTS.analytics, region: 'us-east-1' }];
  const third: readonly Place[] = [{ account: ACCOUNTS.platform, region: 'us-east-1' }];
  return [...every, ...(daysAgo % 2 === 0 ? american : []), ...(daysAgo % 4 === 1 ? third : [])];
}
