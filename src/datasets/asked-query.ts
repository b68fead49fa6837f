import type { Cell, Row } from './column.js';
import { type AskedQuery, HISTORY_MS, type QueryName } from './query-execution.js';

/** What a history is asked about: a query that ran, a named query or a prepared statement. */
export type Asked =
  | { readonly kind: 'execution'; readonly id: string }
  | { readonly kind: 'named_query'; readonly id: string }
  | { readonly kind: 'prepared_statement'; readonly workGroup: string; readonly name: string };

/**
 * The query that a row may be asked about, and none for a call of our own: only a start, and what creates or changes
 * a named query or prepared statement without showing its text. Every other event would make us ask about our asking.
 */
export function askedQuery({ event, query }: Row): AskedQuery | undefined {
  const { account_id: account, aws_region: region, event_time: time, is_own_call } = event;
  const id = query && idOf(event['event_name'], query);
  if (is_own_call === true || !isName(account) || !isName(region) || id === undefined) return undefined;
  return { account, region, id, started: Number(time) };
}

function idOf(event: Cell | undefined, query: { readonly [column: string]: Cell }): string | undefined {
  const { query_execution_id: execution, named_query_id: named, statement_name: statement } = query;
  if (event === 'StartQueryExecution') return isName(execution) ? execution : undefined;
  if (query['query_text_status'] !== 'pending') return undefined;
  const workGroup = query['work_group'];
  if (isName(named)) return `named_query/${named}`;
  return isStatement(statement) && isWorkGroup(workGroup)
    ? `prepared_statement/${workGroup}/${statement}`
    : undefined;
}

/** Whether a query that ran may bear this name. */
export const isQueryName = ({ account, region, id }: QueryName): boolean =>
  isName(account) && isName(region) && isName(id);

/** What an id of a QueryName stands for. */
export function whatIsAsked(id: string): Asked {
  const [kind = '', first = '', ...rest] = id.split('/');
  if (kind === 'named_query') return { kind, id: first };
  if (kind === 'prepared_statement') return { kind, workGroup: first, name: rest.join('/') };
  return { kind: 'execution', id };
}

/** Whether Athena has forgotten a query; named queries and prepared statements it keeps until they are deleted. */
export function isForgotten({ id, started }: AskedQuery, now: number): boolean {
  return now - started > HISTORY_MS && whatIsAsked(id).kind === 'execution';
}

/** Accounts, Regions and ids of queries are short; whatever else stands there was not written by Athena. */
const isName = (value: Cell | undefined): value is string => matches(value, /^[\w-]{1,128}$/);
/** Grammars of the Athena API reference. */
const isWorkGroup = (value: Cell | undefined): value is string => matches(value, /^[\w.-]{1,128}$/);
const isStatement = (value: Cell | undefined): value is string => matches(value, /^[A-Za-z_][\w@:]{0,255}$/);

const matches = (value: Cell | undefined, grammar: RegExp) =>
  typeof value === 'string' && grammar.test(value);
