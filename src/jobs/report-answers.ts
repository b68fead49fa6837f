import type {
  AddressUse,
  Answers,
  DayCounts,
  FailureCount,
  Listed,
  MissingTexts,
  TableUse,
  UserCost,
} from '../report/report.js';
import type { AnswerRow } from './answer-rows.js';

/** The rows of a question's answer, in its order. */
export type Ask = (question: string) => AsyncIterable<AnswerRow>;

/** How many rows of a list are shown: all others are counted. */
const MOST_ROWS = 20;

/** The first rows of many, in bounded memory, and what the others stand for. */
export class Top<T> {
  readonly #rows: T[] = [];
  #more = { rows: 0, count: 0 };

  add(row: T, count: number): void {
    if (this.#rows.length < MOST_ROWS) this.#rows.push(row);
    else this.#more = { rows: this.#more.rows + 1, count: this.#more.count + count };
  }

  listed(): Listed<T> {
    return { rows: this.#rows, more: this.#more };
  }
}

/** Asks what a report shows, one question after the other: each answer is read as it comes. */
export async function reportAnswers(ask: Ask): Promise<Answers> {
  return {
    days: await days(ask),
    hours: await hours(ask),
    users: await users(ask),
    ...(await addresses(ask)),
    tables: await tables(ask),
    failures: await failures(ask),
    missing: await missing(ask),
  };
}

async function days(ask: Ask): Promise<readonly DayCounts[]> {
  const all: DayCounts[] = [];
  for await (const row of ask('days'))
    all.push({
      day: row.text('day_utc') ?? '',
      events: row.count('events'),
      queries: row.count('queries'),
      failed: row.count('failed_queries'),
      scannedBytes: row.number('scanned_bytes'),
      firstEvent: row.text('first_event') ?? '',
      lastEvent: row.text('last_event') ?? '',
    });
  return all;
}

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

async function hours(ask: Ask): Promise<Answers['hours']> {
  const counts = WEEKDAYS.map(() => new Array<number>(24).fill(0));
  for await (const row of ask('hours')) {
    const hour = row.count('hour_utc');
    for (const [at, weekday] of WEEKDAYS.entries()) counts[at]?.splice(hour, 1, row.count(weekday));
  }
  return counts;
}

async function users(ask: Ask): Promise<Answers['users']> {
  const top = new Top<UserCost>();
  let sum: Pick<UserCost, 'cost' | 'scannedBytes' | 'untold'> = { cost: null, scannedBytes: null, untold: 0 };
  for await (const row of ask('cost')) {
    const user = {
      user: row.text('user_name'),
      queries: row.count('queries'),
      scannedBytes: row.number('scanned_bytes'),
      largestBytes: row.number('largest_bytes'),
      cost: row.number('cost_usd'),
      untold: row.count('queries_without_statistics'),
    };
    top.add(user, user.queries);
    sum = {
      cost: plus(sum.cost, user.cost),
      scannedBytes: plus(sum.scannedBytes, user.scannedBytes),
      untold: sum.untold + user.untold,
    };
  }
  return { ...top.listed(), ...sum };
}

/** What is not known adds nothing. */
const plus = (a: number | null, b: number | null) => (b === null ? a : (a ?? 0) + b);

async function addresses(ask: Ask): Promise<Pick<Answers, 'outside' | 'places'>> {
  const top = new Top<AddressUse>();
  const places = { inside: 0, outside: 0, own: 0, unknown: 0 };
  for await (const row of ask('addresses')) {
    const queries = row.count('queries');
    const place = row.text('place');
    if (place === 'inside') places.inside += queries;
    else if (place === 'outside') places.outside += queries;
    else if (place === 'audit-lake') places.own += queries;
    else places.unknown += queries;
    if (place !== 'outside') continue;
    const use = {
      user: row.text('user_name'),
      address: row.text('source_ip'),
      queries,
      failed: row.count('failed_queries'),
      scannedBytes: row.number('scanned_bytes'),
      first: row.text('first_time') ?? '',
      last: row.text('last_time') ?? '',
    };
    top.add(use, queries);
  }
  return { outside: top.listed(), places };
}

async function tables(ask: Ask): Promise<Answers['tables']> {
  const top = new Top<TableUse>();
  for await (const row of ask('most-read')) {
    const queries = row.count('queries');
    const use = {
      table: row.text('table_name') ?? '',
      reading: row.count('reading'),
      queries,
      users: row.count('users'),
      last: row.text('last_time') ?? '',
    };
    top.add(use, queries);
  }
  return top.listed();
}

async function failures(ask: Ask): Promise<Answers['failures']> {
  const top = new Top<FailureCount>();
  let [denied, failed] = [0, 0];
  for await (const row of ask('failed')) {
    const times = row.count('times');
    const outcome = row.text('outcome') ?? '';
    if (outcome === 'access denied') denied += times;
    else failed += times;
    const failure = {
      user: row.text('user_name'),
      outcome,
      call: row.text('event_name') ?? '',
      reason: row.text('reason') ?? '',
      times,
      first: row.text('first_time') ?? '',
      last: row.text('last_time') ?? '',
    };
    top.add(failure, times);
  }
  return { ...top.listed(), denied, failed };
}

/** By reason alone: accounts and Regions are added up. */
async function missing(ask: Ask): Promise<readonly MissingTexts[]> {
  const byStatus = new Map<string, MissingTexts>();
  for await (const row of ask('missing-texts')) {
    const status = row.text('query_text_status') ?? '';
    const known = byStatus.get(status);
    byStatus.set(status, {
      status,
      queries: (known?.queries ?? 0) + row.count('queries'),
      oldest: least(known?.oldest, row.text('oldest')),
      newest: greatest(known?.newest, row.text('newest')),
    });
  }
  return [...byStatus.values()].sort((a, b) => b.queries - a.queries || (a.status < b.status ? -1 : 1));
}

const least = (a: string | null | undefined, b: string | null) => (a && (!b || a < b) ? a : b);
const greatest = (a: string | null | undefined, b: string | null) => (a && (!b || a > b) ? a : b);
