import type { Account } from './accounts.ts';
import type { AthenaCall, AthenaWatch } from './athena-watch.ts';
import { expectedEnd } from './expected-ends.ts';
import { MILLIS_PER_LOG_FILE, RATE } from './query-histories.ts';
import { isAsked, type StartedQuery } from './started-query.ts';
import { eventKey, type VisibleRows } from './visible-rows.ts';

/** All that a law may look at, when all is over. */
export type Evidence = {
  readonly isCalm: boolean;
  readonly accounts: readonly Account[];
  readonly queries: readonly StartedQuery[];
  readonly watch: AthenaWatch;
  readonly visible: VisibleRows;
  readonly openQueries: readonly string[];
  /** Each ingest: how many log files it took in, and how long it took. */
  readonly ingests: readonly { readonly logFiles: number; readonly millis: number }[];
};

type Law = (evidence: Evidence) => readonly string[];

const DAY_MS = 86_400_000;
const HISTORY_MS = 45 * DAY_MS;
/** As the token bucket promises. */
const BURST = 2;
const BATCH = 50;
const DENIAL_MS = 300_000;
const MOST_CALLS_PER_QUERY = 1.1;
const MANY_PLACES = 500;
const CLOSED: readonly string[] = ['no role', 'denied'];

/** Each is broken by what it gives, in words that begin with the name of the law. */
export const LAWS: readonly Law[] = [
  everyRowEndsRight,
  noTextIsLost,
  callsPerQuery,
  exactCalls,
  strangersAreNeverNamed,
  closedAccountsAreLeftAlone,
  patience,
  rate,
  nothingStaysOpen,
  nobodyAsksForTheForgotten,
];

function everyRowEndsRight({ queries, visible, watch }: Evidence): readonly string[] {
  const rows = visible.rows();
  const wrong: string[] = [];
  for (const query of queries) {
    const { account, id, nature } = query;
    const row = rows.get(eventOf(query));
    const { statuses, text, state } = expectedEnd(query, watch.told.get(id));
    const told = row && `${row.status}, ${row.text === null ? 'no text' : 'a text'}, ${row.state}`;
    const isRight = row && statuses.includes(row.status) && row.text === text;
    if (isRight && (state === undefined || row.state === state)) continue;
    wrong.push(`STATUS: ${nature}, account ${account.fate}: ${told}, not ${statuses.join(' or ')}, ${state}`);
  }
  if (rows.size !== queries.length) wrong.push(`STATUS: ${rows.size} rows of ${queries.length} events`);
  return wrong;
}

function noTextIsLost({ visible }: Evidence): readonly string[] {
  const twice = [...visible.detailCounts].filter(([, count]) => count > 1);
  return [...visible.losses, ...twice.map(([about]) => `DETAILS: more than one row for ${about}`)];
}

/** Over the whole life of all of them. In a small organization a few queries that are denied or run for long weigh more. */
function callsPerQuery({ queries, watch }: Evidence): readonly string[] {
  const places = new Set(queries.map(({ account, region }) => `${account.id} ${region}`));
  const most = places.size >= MANY_PLACES ? MOST_CALLS_PER_QUERY : 2 * MOST_CALLS_PER_QUERY;
  const perQuery = watch.calls.length / queries.filter(isAsked).length;
  return perQuery <= most ? [] : [`CALLS: ${perQuery.toFixed(3)} for each new query`];
}

/**
 * Where nothing fails: the ids of each bundle, account and Region, divided by 50 and rounded up; a query whose end was
 * told before is not asked about again.
 */
function exactCalls({ isCalm, queries, watch, visible }: Evidence): readonly string[] {
  if (!isCalm) return [];
  const byEvent = new Map(queries.map((query) => [eventOf(query), query]));
  let expected = 0;
  for (const { at, events } of visible.bundles.values()) {
    const places = new Map<string, Set<string>>();
    for (const event of events) {
      const query = byEvent.get(event);
      if (query === undefined || !isAsked(query) || CLOSED.includes(query.account.fate)) continue;
      const { endedAt = Number.POSITIVE_INFINITY } = watch.told.get(query.id) ?? {};
      if (endedAt < at) continue;
      const place = `${query.account.id} ${query.region}`;
      places.set(place, (places.get(place) ?? new Set()).add(query.id));
    }
    for (const ids of places.values()) expected += Math.ceil(ids.size / BATCH);
  }
  const made = watch.calls.filter(({ process }) => process === 'ingest').length;
  return made === expected ? [] : [`EXACT CALLS: ${made}, not ${expected}`];
}

const eventOf = ({ account, region, id }: StartedQuery) =>
  eventKey({ account: account.id, region, eventId: `event-of-${id}` });

function strangersAreNeverNamed({ accounts, watch }: Evidence): readonly string[] {
  const strangers = accounts.filter(({ fate }) => fate === 'not listed').map(({ id }) => id);
  const roles = watch.assumed.filter(({ arn }) => strangers.some((id) => arn.includes(`:${id}:`)));
  const calls = watch.calls.filter(({ place }) => strangers.some((id) => place.startsWith(id)));
  return [...roles, ...calls].map(() => 'STRANGER: an account that nobody listed was named to AWS');
}

/** A role that is refused is asked for once in five minutes, whatever waits for it. */
function closedAccountsAreLeftAlone({ accounts, watch }: Evidence): readonly string[] {
  const wrong: string[] = [];
  for (const { id, fate } of accounts.filter(({ fate }) => CLOSED.includes(fate))) {
    const last = new Map<string, number>();
    for (const { process, at } of watch.assumed.filter(({ arn }) => arn.includes(`:${id}:`))) {
      if (at - (last.get(process) ?? Number.NEGATIVE_INFINITY) < DENIAL_MS) {
        wrong.push(`STS: the role of an account (${fate}) was asked for again at once`);
      }
      last.set(process, at);
    }
  }
  return wrong;
}

/** A look-up ends when patience does; so an ingest takes no longer than its log files allow, whatever happens. */
function patience({ watch, ingests }: Evidence): readonly string[] {
  const wrong: string[] = [];
  for (const { process, logFiles, millis } of [...watch.lookups, ...ingests.map(asLookup)]) {
    if (millis <= MILLIS_PER_LOG_FILE * logFiles) continue;
    wrong.push(`PATIENCE: ${process} waited ${millis} ms for ${logFiles} log files`);
  }
  return wrong;
}

const asLookup = (ingest: Evidence['ingests'][number]) => ({ process: 'a whole ingest', ...ingest });

/** Tokens counted again: two at rest, five more each second. */
function rate({ watch }: Evidence): readonly string[] {
  const places = new Map<string, AthenaCall[]>();
  for (const call of watch.calls) {
    const key = `${call.process} ${call.place}`;
    places.set(key, [...(places.get(key) ?? []), call]);
  }
  return [...places].flatMap(([place, calls]) => (isWithinRate(calls) ? [] : [`RATE: ${place}`]));
}

function isWithinRate(calls: readonly AthenaCall[]): boolean {
  let tokens = BURST;
  let last = Number.NEGATIVE_INFINITY;
  for (const { at } of calls) {
    tokens = Math.min(BURST, tokens + ((at - last) / 1_000) * RATE) - 1;
    last = at;
    if (tokens < -1e-6) return false;
  }
  return true;
}

function nothingStaysOpen({ openQueries }: Evidence): readonly string[] {
  return openQueries.map((key) => `OPEN: ${key}`);
}

function nobodyAsksForTheForgotten({ queries, watch }: Evidence): readonly string[] {
  const byId = new Map(queries.map((query) => [query.id, query]));
  const late = watch.calls.filter(({ ids, at }) =>
    ids.some((id) => {
      const query = byId.get(id);
      return query && query.nature !== 'named query' && at - query.at > HISTORY_MS;
    }),
  );
  return late.map(() => 'FORGOTTEN: Athena was asked for what it has forgotten');
}
