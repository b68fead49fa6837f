import { SETTINGS } from '../settings.js';
import { printable } from '../shown/printable.js';
import type { HistoryEvent, HistoryFacts } from '../wiring/athena-history.js';

const TEXTS: { readonly [event in HistoryEvent]: string } = {
  query_role_denied: 'the role to ask for query texts may not be assumed',
  query_history_denied: 'Athena may not be asked for query texts',
  query_role_failed: 'the role to ask for query texts could not be assumed',
  query_history_failed: 'Athena did not answer',
  query_history_unknown_code: 'Athena refused a query for a reason that is not known',
  query_history_unknown_state: 'a query is in a state that is not known',
  query_history_unasked_answer: 'Athena told of a query that was not asked about',
};

/** What stands in the way of query texts, a line for stderr. */
export function warning(event: HistoryEvent, { account, region, name }: HistoryFacts): string {
  return `Warning: ${TEXTS[event]} in account ${account}, ${region}: ${printable(name)}\n`;
}

/** Where neither accounts nor a file are named. */
export const WHOM_TO_ASK = `Name the accounts whose Athena may be asked (${SETTINGS.queryAccounts.flag} self), or give --query-history.\n`;
