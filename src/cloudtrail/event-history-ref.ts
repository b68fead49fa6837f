import { DAY_MS, HOUR_MS } from './event-time.js';
import type { LogFileRef } from './log-file-ref.js';

/** Where the event history stands in place of a bucket; also what a user names to have it read. */
export const EVENT_HISTORY = 'cloudtrail:lookup-events';

/** How long CloudTrail remembers events of an account without a trail. */
export const EVENT_HISTORY_MS = 90 * DAY_MS;
/** CloudTrail shows an event some minutes after it happened: an hour later nothing comes any more. */
const SETTLES_MS = HOUR_MS;

/** One hour of the event history of an account in a Region: what we treat as one log file. */
export type HistoryHour = {
  readonly account: string;
  readonly region: string;
  /** Milliseconds since 1970; a whole hour. */
  readonly start: number;
};

/** Before this moment, a whole hour, every hour is closed: no event is added to it. Milliseconds since 1970. */
export function closedUntil(now: number): number {
  return Math.floor((now - SETTLES_MS) / HOUR_MS) * HOUR_MS;
}

/**
 * Where the closed hours that CloudTrail still remembers begin, oldest first. The hour at the far end is left out,
 * and so is the next one: it would be forgotten while it is read.
 */
export function closedHours(now: number): number[] {
  const first = Math.ceil((now - EVENT_HISTORY_MS) / HOUR_MS) * HOUR_MS + HOUR_MS;
  const count = Math.max(0, (closedUntil(now) - first) / HOUR_MS);
  return Array.from({ length: count }, (_, at) => first + at * HOUR_MS);
}

/**
 * The reference of an hour. Its key begins with a tilde, which sorts behind the names of log files: of an event that
 * a log file holds too, the views show that one.
 */
export function refOfHour(hour: HistoryHour): LogFileRef {
  const { account, region } = hour;
  return {
    bucket: EVENT_HISTORY,
    key: `~lookup-events/${pathOf(hour)}.json`,
    organization: undefined,
    account,
    region,
    deliveryDay: new Date(hour.start).toISOString().slice(0, 10),
  };
}

/** What an hour is called where it is listed, read, or told as failed. */
export function locationOfHour(hour: HistoryHour): string {
  return `${EVENT_HISTORY}/${pathOf(hour)}`;
}

/** The hour of a location; undefined for any other text. */
export function hourOfLocation(location: string): HistoryHour | undefined {
  const [, account, region, ...parts] = LOCATION.exec(location) ?? [];
  if (account === undefined || region === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0] = parts.map(Number);
  const found = { account, region, start: Date.UTC(year, month - 1, day, hour) };
  return locationOfHour(found) === location ? found : undefined;
}

const LOCATION = /^cloudtrail:lookup-events\/(\d{12})\/([a-z0-9-]+)\/(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)$/;

/** `account/Region/YYYY/MM/DD/HH` */
function pathOf({ account, region, start }: HistoryHour): string {
  const moment = new Date(start).toISOString();
  return `${account}/${region}/${moment.slice(0, 10).replaceAll('-', '/')}/${moment.slice(11, 13)}`;
}
