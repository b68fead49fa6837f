import type { AccountFate } from './accounts.ts';
import type { ToldQuery } from './athena-watch.ts';
import type { StartedQuery } from './started-query.ts';

/** How the row of a query must stand when all is over. `state`: undefined where nobody could know it. */
export type ExpectedEnd = {
  readonly statuses: readonly string[];
  readonly text: string | null;
  readonly state?: string;
};

const ALWAYS_OPEN: ReadonlySet<AccountFate> = new Set<AccountFate>(['home', 'open', 'hides']);
const CLOSED: ReadonlySet<AccountFate> = new Set<AccountFate>(['no role', 'denied', 'not listed']);

/**
 * What the lake must say of a query in the end: from what the world made of it and what Athena was heard to tell, not
 * from anything that the lake did.
 */
export function expectedEnd(query: StartedQuery, told: ToldQuery | undefined): ExpectedEnd {
  const { account, nature, sql } = query;
  const isClosed = CLOSED.has(account.fate);
  if (nature === 'failed start') return without('never_started');
  if (nature === 'own call') return without('not_applicable');
  if (nature === 'expired') return without('expired');
  if (nature === 'in event') return { statuses: ['in_event'], text: sql };
  if (isClosed) return without('denied');
  if (told?.hasText) return { statuses: ['resolved'], text: sql, ...stateOf(query, told) };
  if (account.fate === 'denied later') return without('denied', 'not_found', 'expired');
  if (nature === 'hidden') return without('denied');
  // The same event may have come again from another trail, when Athena would have forgotten it anyway.
  if (nature === 'forgotten') return without('not_found', 'expired');
  // There may have been no moment in which Athena could tell.
  if (nature === 'old') return without('expired', 'denied');
  // It was heard to end without a text, or Athena forgot it before anybody heard so.
  if (nature === 'loses its text') return without('not_found', 'expired');
  return { statuses: ['resolved'], text: sql, ...stateOf(query, told) };
}

const without = (...statuses: readonly string[]): ExpectedEnd => ({ statuses, text: null });

/** The last state that was told; where nothing was in the way, the state in which it ended. */
function stateOf(query: StartedQuery, told: ToldQuery | undefined): Pick<ExpectedEnd, 'state'> {
  if (query.nature === 'named query') return {};
  const isOpen = ALWAYS_OPEN.has(query.account.fate);
  const state = isOpen ? query.state : told?.state;
  return state === undefined ? {} : { state };
}
