import { AuditLakeError } from '../errors.js';
import {
  daySql,
  daysAgo,
  earlier,
  epochMsOf,
  MOMENT_GRAMMAR,
  type Moment,
  momentOf,
  momentSql,
} from './moment.js';

/** What a question looks at: `to` is not part of it, and without one it ends with what is there. */
export type Period = { readonly from: Moment; readonly to?: Moment };

/** A period as people write it. */
export type WrittenPeriod = { readonly from?: string | undefined; readonly to?: string | undefined };

function written(flag: string, text: string): Moment {
  const moment = momentOf(text);
  if (moment) return moment;
  throw new AuditLakeError('USAGE', `${flag} ${text} is no moment: write ${MOMENT_GRAMMAR} (UTC)`);
}

/** The period that is asked for, else the last `days` days with today. @throws AuditLakeError USAGE */
export function periodOf({ from, to }: WrittenPeriod, days: number): Period {
  return {
    from: from === undefined ? daysAgo(days) : written('--from', from),
    ...(to !== undefined && { to: written('--to', to) }),
  };
}

/** A point of time as `--from` takes it. */
export const iso = (epochMs: number) => new Date(epochMs).toISOString().replace(/\.000Z$/, 'Z');

/** The period in words, as seen from `now`. @throws AuditLakeError USAGE where it ends before it begins */
export function periodText({ from, to }: Period, now: number): string {
  const begin = epochMsOf(from, now);
  if (to === undefined) return `${iso(begin)} to now`;
  const end = epochMsOf(to, now);
  if (begin < end) return `${iso(begin)} to ${iso(end)}`;
  throw new AuditLakeError(
    'USAGE',
    `the period from ${iso(begin)} to ${iso(end)} is empty: --to must be later`,
  );
}

/** The UTC day of an event as one text: engines leave out the partitions of other days before they open a file. */
const DAY_OF_EVENT = "year || '-' || month || '-' || day";

/** Events of the period, and of so many days before it. */
export function withinSql({ from, to }: Period, daysBefore = 0): string {
  const begin = earlier(from, daysBefore);
  const since = `${DAY_OF_EVENT} >= ${daySql(begin)}\n      AND event_time >= ${momentSql(begin)}`;
  if (to === undefined) return `(${since})`;
  return `(${since}\n      AND ${DAY_OF_EVENT} <= ${daySql(to)}\n      AND event_time < ${momentSql(to)})`;
}

/** When the period begins. */
export const beginSql = ({ from }: Period): string => momentSql(from);
