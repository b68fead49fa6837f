import { DAY_MS } from '../cloudtrail/event-time.js';
import { whatIsAsked } from '../datasets/asked-query.js';
import { HISTORY_MS } from '../datasets/query-execution.js';
import type { OpenQueries, WaitingQuery } from '../ports/open-queries.js';

/** Deadlines that somebody should know of, in days. */
export const DEADLINE_DAYS = [3, 7, 14] as const;

/** The open queries of one account. */
export type OpenOfAccount = {
  readonly account: string;
  /** pending + denied + running. */
  open: number;
  /** Without a text, by the reason. */
  pending: number;
  denied: number;
  /** With a text; only their end is not known. */
  running: number;
  /** Texts that Athena has forgotten already: the next run gives them up. */
  lost: number;
  /** How many texts Athena forgets within 3, 7 and 14 days: each counts for all of the longer times. */
  readonly expiring: { [days in (typeof DEADLINE_DAYS)[number]]: number };
};

/** Counts open queries by account. Holds one small object an account. */
export class OpenQueryTally {
  readonly #accounts = new Map<string, OpenOfAccount>();
  readonly #now: number;

  /** `now`: milliseconds since 1970. */
  constructor(now: number) {
    this.#now = now;
  }

  add(query: WaitingQuery): void {
    const of = this.#accounts.get(query.account) ?? newAccount(query.account);
    this.#accounts.set(query.account, of);
    count(query, of, this.#now);
  }

  /** Those with the nearest deadlines first. */
  get accounts(): readonly OpenOfAccount[] {
    return [...this.#accounts.values()].sort(byUrgency);
  }
}

/** All open queries by account, those with the nearest deadlines first. */
export async function openQueryReport(queries: OpenQueries, now: number): Promise<readonly OpenOfAccount[]> {
  const tally = new OpenQueryTally(now);
  for await (const query of queries.openQueries()) tally.add(query);
  return tally.accounts;
}

function count(query: WaitingQuery, of: OpenOfAccount, now: number): void {
  of.open++;
  if (query.hasText) {
    of.running++;
    return;
  }
  if (query.why === 'denied') of.denied++;
  else of.pending++;
  if (whatIsAsked(query.id).kind !== 'execution') return;
  const left = query.started + HISTORY_MS - now;
  if (left <= 0) of.lost++;
  else for (const days of DEADLINE_DAYS) if (left <= days * DAY_MS) of.expiring[days]++;
}

const newAccount = (account: string): OpenOfAccount => ({
  ...{ account, open: 0, pending: 0, denied: 0, running: 0, lost: 0 },
  expiring: { 3: 0, 7: 0, 14: 0 },
});

function byUrgency(a: OpenOfAccount, b: OpenOfAccount): number {
  for (const days of DEADLINE_DAYS) {
    if (a.expiring[days] !== b.expiring[days]) return b.expiring[days] - a.expiring[days];
  }
  return a.account < b.account ? -1 : 1;
}
