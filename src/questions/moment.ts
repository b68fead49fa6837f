import { isDay } from '../lake/partition.js';

/** A point of time, UTC: a fixed one, or midnight so many days before the day on which the question is asked. */
export type Moment =
  | { readonly kind: 'at'; readonly epochMs: number }
  | { readonly kind: 'days ago'; readonly days: number };

const DAY = 86_400_000;

/** How a moment may be written. */
export const MOMENT_GRAMMAR = '2026-11-14, 2026-11-14T08:30Z, 7d, T-7d, yesterday or today';

export const daysAgo = (days: number): Moment => ({ kind: 'days ago', days });

/** A moment as people write it, UTC where no offset is named; undefined where it is none. */
export function momentOf(text: string): Moment | undefined {
  if (text === 'today') return daysAgo(0);
  if (text === 'yesterday') return daysAgo(1);
  const days = /^(?:T-)?(\d{1,5})d$/.exec(text)?.[1];
  return days === undefined ? fixedOf(text) : daysAgo(Number(days));
}

function fixedOf(text: string): Moment | undefined {
  const parts = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(
    text,
  );
  const [, day = '', time = '00:00', offset = 'Z'] = parts ?? [];
  if (!isDay(day)) return undefined;
  const epochMs = Date.parse(`${day}T${time}${offset}`);
  // 24:00 is a time to the parser, and of the next day.
  return Number.isNaN(epochMs) || time.startsWith('24') ? undefined : { kind: 'at', epochMs };
}

/** The moment in milliseconds since 1970, as seen from `now`. */
export function epochMsOf(moment: Moment, now: number): number {
  return moment.kind === 'at' ? moment.epochMs : Math.floor(now / DAY) * DAY - moment.days * DAY;
}

/** The moment so many days earlier. */
export function earlier(moment: Moment, days: number): Moment {
  if (moment.kind === 'at') return { kind: 'at', epochMs: moment.epochMs - days * DAY };
  return daysAgo(moment.days + days);
}

const sqlDate = (days: number) => `current_date - interval '${days}' day`;

/** The moment as an expression that a timestamp can be compared with. One of days ago stays relative. */
export function momentSql(moment: Moment): string {
  if (moment.kind === 'days ago') return sqlDate(moment.days);
  return `timestamp '${new Date(moment.epochMs).toISOString().slice(0, -1).replace('T', ' ')}'`;
}

/** Its UTC day as an expression that a text `YYYY-MM-DD` can be compared with. */
export function daySql(moment: Moment): string {
  if (moment.kind === 'days ago') return `date_format(${sqlDate(moment.days)}, '%Y-%m-%d')`;
  return `'${new Date(moment.epochMs).toISOString().slice(0, 10)}'`;
}
