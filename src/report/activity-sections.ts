import { formatMoney } from '../shown/money.js';
import { counted, formatCount } from '../shown/units.js';
import { type Bar, barChart } from './bar-chart.js';
import { beginOf, daysBetween, type SpanName, spanFor } from './calendar.js';
import { bytes, bytesText, count, dataTable, label, word } from './data-table.js';
import { HOURS, heatMap, WEEKDAYS } from './heat-map.js';
import type { Html } from './html.js';
import { rankChart } from './rank-chart.js';
import type { DayCounts, Report, UserCost } from './report.js';
import { above, beside, moreText, nameOf, queries, section } from './section.js';

type Span = Pick<DayCounts, 'day' | 'events' | 'queries' | 'failed' | 'scannedBytes'>;

/** The days of the period, each there, added up to weeks or months where there are many. */
export function spansOf({ answers, period }: Pick<Report, 'answers' | 'period'>): {
  readonly name: SpanName;
  readonly spans: readonly Span[];
} {
  const all = [...daysBetween(period)];
  const name = spanFor(all.length);
  const spans = new Map(all.map((day) => [beginOf(day, name), nothing(beginOf(day, name))]));
  for (const counts of answers.days) {
    const begin = beginOf(counts.day, name);
    spans.set(begin, sumOf(spans.get(begin) ?? nothing(begin), counts));
  }
  return { name, spans: [...spans.values()] };
}

const nothing = (day: string): Span => ({ day, events: 0, queries: 0, failed: 0, scannedBytes: null });

const sumOf = (a: Span, b: Span): Span => ({
  day: a.day,
  events: a.events + b.events,
  queries: a.queries + b.queries,
  failed: a.failed + b.failed,
  scannedBytes: b.scannedBytes === null ? a.scannedBytes : (a.scannedBytes ?? 0) + b.scannedBytes,
});

const barOf = ({ day, queries: value, failed: marked }: Span): Bar => ({
  label: day,
  value,
  marked,
  note: `${day}: ${queries(value)}, ${formatCount(marked)} of them failed or refused`,
});

/** A longer table is folded until somebody wants it. */
const MOST_OPEN = 31;

/** Days without anything are in the chart; in the table they would hide the others. */
export function daysSection(report: Report): Html {
  const { name, spans } = spansOf(report);
  const active = spans.filter(({ events }) => events > 0);
  const busiest = active.reduce<Span | undefined>(
    (most, span) => (span.queries > (most?.queries ?? 0) ? span : most),
    undefined,
  );
  const when = name === 'day' ? 'was' : 'began on';
  const busy = busiest ? `The busiest ${name} ${when} ${busiest.day} with ${queries(busiest.queries)}.` : '';
  const title = `Queries by ${name}`;
  const chart = barChart({ id: 'chart-days', title: `${title}, a bar each`, bars: spans.map(barOf) });
  const table = dataTable({
    caption: `${title}, where there were events`,
    columns: [
      word(name === 'day' ? 'Day (UTC)' : `First day of the ${name}`, ({ day }: Span) => day),
      count('Queries', (span: Span) => span.queries),
      count('Failed or refused', (span: Span) => span.failed),
      bytes('Scanned', (span: Span) => span.scannedBytes),
      count('All Athena events', (span: Span) => span.events),
    ],
    rows: active,
  });
  const foot = 'The foot of a bar in another colour stands for queries that failed or were refused.';
  return section({
    id: 'days',
    title,
    lead: active.length === 0 ? 'Nothing happened in this period.' : `${busy} ${foot}`.trim(),
    body: active.length === 0 ? undefined : above(chart, table, active.length <= MOST_OPEN),
    command: report.commands['days'],
  });
}

export function hoursSection({ answers: { hours }, commands }: Report): Html {
  const title = 'When queries were started';
  const chart = heatMap({ id: 'chart-hours', title: `${title}, by weekday and hour (UTC)`, counts: hours });
  const rows = WEEKDAYS.map((weekday, at) => ({ weekday, counts: hours[at] ?? [] }));
  const table = dataTable({
    caption: 'Queries by weekday and hour (UTC)',
    columns: [
      word('Day', ({ weekday }: (typeof rows)[number]) => weekday.slice(0, 3)),
      ...HOURS.map((hour, at) => ({
        head: hour,
        kind: 'number' as const,
        // Zeros would hide what is there.
        cell: ({ counts }: (typeof rows)[number]) => counts[at] || '·',
      })),
    ],
    rows,
  });
  const isEmpty = hours.flat().every((queriesOfHour) => queriesOfHour === 0);
  return section({
    id: 'hours',
    title,
    lead: isEmpty
      ? 'No query was started in this period.'
      : 'The stronger the colour of an hour, the more queries were started in it (UTC).',
    body: isEmpty ? undefined : above(chart, table, true),
    command: commands['hours'],
  });
}

/** How many users have a bar. */
const MOST_RANKS = 8;

/** USD. */
export const costText = (cost: number | null) => (cost === null ? '–' : formatMoney(cost));

export function usersSection({ answers: { users }, price, commands }: Report): Html {
  const chart = rankChart({
    id: 'chart-users',
    title: 'Users by bytes scanned',
    ranks: users.rows.slice(0, MOST_RANKS).map(({ user, scannedBytes }) => ({
      label: nameOf(user),
      value: scannedBytes ?? 0,
      shown: bytesText(scannedBytes),
    })),
  });
  const table = dataTable({
    caption: 'Users by bytes scanned, with their cost',
    columns: [
      label('User', ({ user }: UserCost) => nameOf(user)),
      count('Queries', (it: UserCost) => it.queries),
      bytes('Scanned', (it: UserCost) => it.scannedBytes),
      bytes('Largest query', (it: UserCost) => it.largestBytes),
      { head: 'Cost (USD)', kind: 'number', cell: ({ cost }) => costText(cost) },
      count('Without statistics', (it: UserCost) => it.untold),
    ],
    rows: users.rows,
    more: moreText(users),
  });
  const all = users.rows.length + users.more.rows;
  const sum =
    users.scannedBytes === null
      ? `${counted(all, 'user')} started queries; what they scanned is not known.`
      : `${counted(all, 'user')} scanned ${bytesText(users.scannedBytes)}, for ${costText(users.cost)} USD.`;
  const untold =
    users.untold === 0 ? '' : ` Of ${queries(users.untold)} no statistics are known: they are in no sum.`;
  const rule = `Cost is counted at ${price} USD for a TB (2^40 bytes), each query at least 10 MB; nothing for DDL, failed queries and results that were used again.${untold}`;
  return section({
    id: 'users',
    title: 'Users, what they scanned and what it cost',
    lead: all === 0 ? 'No query was accepted in this period.' : `${sum} ${rule}`,
    body: all === 0 ? undefined : users.scannedBytes ? beside(chart, table) : table,
    command: commands['cost'],
  });
}
