import { type JsonObject, textOf, within } from '../cloudtrail/record.js';
import type { NameDefaults } from '../sql/table-name.js';
import type { Cell, Cells } from './column.js';
import { isHidden } from './hidden-text.js';
import {
  HISTORY_MS,
  type HistoryAnswer,
  isFinal,
  type QueryExecution,
  type TextSource,
} from './query-execution.js';
import { tableCells } from './table-cells.js';
import { isDigest, WITHHELD } from './withheld.js';

/** Where an event may carry a text: `query` until 2017, `queryStatement` in prepared statements. */
const TEXT_FIELDS = ['queryString', 'query', 'queryStatement'];

/**
 * What an Athena event says of a query by itself: cells of QUERY_COLUMNS, the text only where it is not hidden.
 * `delivered` is the event as CloudTrail told it, before it was made private: a masked text does not tell all tables.
 */
export function queryCellsOfEvent(json: JsonObject, eventTime: number, delivered = json): Cells {
  const request = within(json, 'requestParameters');
  const response = within(json, 'responseElements');
  const context = within(request, 'queryExecutionContext');
  const catalog_name = textOf(context, 'catalog');
  const database_name = textOf(context, 'database') ?? textOf(request, 'database');
  const text = textOfEvent(request);
  const parameters = request?.['executionParameters'];
  return {
    query_execution_id: textOf(response, 'queryExecutionId') ?? textOf(request, 'queryExecutionId'),
    ...(text === null
      ? { ...NO_TEXT, query_text_status: statusOfEvent(json) }
      : shownBy(text, delivered, { catalog: catalog_name, database: database_name })),
    work_group: textOf(request, 'workGroup'),
    catalog_name,
    database_name,
    output_location: textOf(within(request, 'resultConfiguration'), 'outputLocation'),
    submission_time: isStart(json) ? eventTime : null,
    named_query_id: textOf(response, 'namedQueryId') ?? textOf(request, 'namedQueryId'),
    named_query_name: /NamedQuery$/.test(textOf(json, 'eventName') ?? '') ? textOf(request, 'name') : null,
    statement_name: textOf(request, 'statementName'),
    execution_parameters: Array.isArray(parameters) ? JSON.stringify(parameters) : null,
  };
}

/** The cells of the text that an event shows, with the tables of the one that was delivered. */
function shownBy(text: string, delivered: JsonObject, context: NameDefaults): Cells {
  const scanned = textOfEvent(within(delivered, 'requestParameters')) ?? text;
  return { ...shown(text, 'event'), ...tableCells(scanned, context, text) };
}

/** The context that completes the names of a text. */
function contextOf({ catalog_name: catalog, database_name: database }: Cells): NameDefaults {
  return {
    catalog: typeof catalog === 'string' ? catalog : null,
    database: typeof database === 'string' ? database : null,
  };
}

/** Only a start is looked up: every other event would make us ask about our own asking. */
export function isStart(json: JsonObject): boolean {
  return textOf(json, 'eventName') === 'StartQueryExecution';
}

function textOfEvent(request: JsonObject | undefined): string | null {
  const texts = TEXT_FIELDS.map((field) => textOf(request, field));
  return texts.find((text) => text !== null && text !== '' && !isHidden(text)) ?? null;
}

/**
 * `pending` here means: to be asked. For a start {@link withAnswer} or {@link withoutAnswer} follows; the text of a
 * named query or prepared statement may be asked at any time.
 */
function statusOfEvent(json: JsonObject): string {
  const request = within(json, 'requestParameters');
  if (!isStart(json)) {
    const hides = TEXT_FIELDS.some((field) => isHidden(textOf(request, field) ?? ''));
    return hides && textOf(json, 'errorCode') === null ? 'pending' : 'not_applicable';
  }
  return textOf(within(json, 'responseElements'), 'queryExecutionId') === null ? 'never_started' : 'pending';
}

/** The query, with what the history answered. The event's own text stays if it has one. */
export function withAnswer(query: Cells, answer: HistoryAnswer): Cells {
  switch (answer.kind) {
    case 'execution':
      return withExecution(query, answer.execution, answer.source);
    case 'current_text':
      return answer.text === null || !isPending(query)
        ? query
        : withText(inDatabase(query, answer.database), answer.text, answer);
    default:
      return isPending(query) ? { ...query, query_text_status: answer.kind } : query;
  }
}

function withExecution(query: Cells, execution: QueryExecution, source: TextSource): Cells {
  const merged: { [column: string]: Cell } = { ...query };
  for (const [name, cell] of Object.entries(queryCellsOfExecution(execution))) {
    if (cell !== null) merged[name] = cell;
  }
  const { text, tables } = execution;
  if (!isPending(query)) return { ...merged, ...tablesElsewhere(query, merged, execution) };
  if (text !== null) return withText(merged, text, { source, tables });
  // Nothing more will be told.
  return isFinal(execution) ? { ...merged, query_text_status: 'not_found' } : merged;
}

/** The database of a named query, where the event names none: one that changes it does not. */
function inDatabase(query: Cells, database: string | null = null): Cells {
  const { database_name } = query;
  return { ...query, database_name: database_name ?? database };
}

/**
 * The tables of a text that the event shows, where it ran in another catalog or database than the event names: its names mean
 * what they meant there. A masked text is not scanned again: what the history found in the same one counts.
 */
function tablesElsewhere(query: Cells, merged: Cells, { text, tables }: QueryExecution): Cells {
  const [told, ran] = [contextOf(query), contextOf(merged)];
  const { query_text: shows } = query;
  const isSame = told.catalog === ran.catalog && told.database === ran.database;
  if (isSame || text === null || typeof shows !== 'string') return {};
  if (tables !== null) return text === shows ? tables : {};
  return tableCells(shows, ran);
}

type Told = { readonly source: TextSource; readonly tables?: Cells | null };

/** A text that a history told, with its tables: by the text where it is whole. */
function withText(query: Cells, text: string, { source, tables }: Told): Cells {
  return { ...query, ...shown(text, source), ...(tables ?? tableCells(text, contextOf(query))) };
}

const isPending = (query: Cells) => query['query_text_status'] === 'pending';

const NO_TEXT = { query_text: null, query_text_source: null };

/** The cells of a text: withheld where the lake may not keep it, though its digest may stand in its place. */
function shown(text: string, source: TextSource): Cells {
  if (text === WITHHELD) {
    return { query_text: null, query_text_status: 'withheld', query_text_source: source };
  }
  const told = source === 'event' ? 'in_event' : 'resolved';
  const query_text_status = isDigest(text) ? 'withheld' : told;
  return { query_text: text, query_text_status, query_text_source: source };
}

/** A query of our own is never looked up, or asking would make us ask again. */
export function ofOwnCall(query: Cells): Cells {
  return isPending(query) ? { ...query, query_text_status: 'not_applicable' } : query;
}

/** The query of a start that no history knows: Athena has forgotten it, or may still be asked. */
export function withoutAnswer(query: Cells, now: number): Cells {
  if (!isPending(query)) return query;
  const submitted = query['submission_time'];
  const forgotten = typeof submitted === 'number' && now - submitted > HISTORY_MS;
  return forgotten ? { ...query, query_text_status: 'expired' } : query;
}

function queryCellsOfExecution(execution: QueryExecution): Cells {
  const { executionParameters } = execution;
  return {
    statement_type: execution.statementType,
    substatement_type: execution.substatementType,
    work_group: execution.workGroup,
    catalog_name: execution.catalog,
    database_name: execution.database,
    output_location: execution.outputLocation,
    query_state: execution.state,
    state_change_reason: execution.stateChangeReason,
    submission_time: execution.submitted,
    completion_time: execution.completed,
    data_scanned_bytes: execution.dataScannedBytes,
    engine_execution_time_ms: execution.engineMs,
    queue_time_ms: execution.queueMs,
    planning_time_ms: execution.planningMs,
    total_execution_time_ms: execution.totalMs,
    result_reused: execution.resultReused,
    engine_version: execution.engineVersion,
    athena_error_category: execution.errorCategory,
    athena_error_type: execution.errorType,
    athena_error_message: execution.errorMessage,
    execution_parameters: executionParameters === null ? null : JSON.stringify(executionParameters),
  };
}
