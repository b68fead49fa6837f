import { type Day, dayOf } from '../lake/partition.js';

const DAY = 86_400_000;
const startOf = (day: Day) => Date.parse(`${day}T00:00Z`);

/** Every UTC day that has a moment between `from` and `to`, which is not part of it. */
export function* daysBetween({ from, to }: { readonly from: number; readonly to: number }): Generator<Day> {
  for (let at = Math.floor(from / DAY) * DAY; at < to; at += DAY) yield dayOf(at);
}

/** Days that are drawn as one bar. */
export type Span = { readonly first: Day; readonly label: string };
export type SpanName = 'day' | 'week' | 'month';

const MOST_BARS = 100;
const DAYS_OF = { day: 1, week: 7 };

/** How long a bar of a period is, so that no chart has more than a hundred or so for two years. */
export function spanFor(days: number): SpanName {
  if (days <= MOST_BARS * DAYS_OF.day) return 'day';
  return days <= MOST_BARS * DAYS_OF.week ? 'week' : 'month';
}

/** The day that begins the span of a day: its Monday, the first of its month. */
export function beginOf(day: Day, span: SpanName): Day {
  if (span === 'month') return `${day.slice(0, 8)}01`;
  if (span === 'day') return day;
  // Sunday is 0: six days after Monday.
  const weekday = (new Date(startOf(day)).getUTCDay() + 6) % 7;
  return dayOf(startOf(day) - weekday * DAY);
}

/** The day after. */
export const nextDay = (day: Day): Day => dayOf(startOf(day) + DAY);
