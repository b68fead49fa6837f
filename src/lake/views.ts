import { EVENT_COLUMNS, EVIDENCE_COLUMNS, QUERY_COLUMNS, WHO_COLUMNS } from '../datasets/columns.js';
import { PARTITION_COLUMNS, TABLES, type TableName } from './tables.js';

/** The views of a lake: what people ask. Each shows an event once, however often it was delivered. */
export const VIEW_NAMES = ['athena_audit_logs', 'cloudtrail_audit_logs'] as const;
export type ViewName = (typeof VIEW_NAMES)[number];

type View = { readonly name: ViewName; readonly meaning: string; readonly query: string };

/** Who delivers an event again: another log file, or the same one under another key. The first key wins. */
const delivery = (first = '') =>
  'row_number() OVER (PARTITION BY year, month, day, account_id, aws_region, event_id ' +
  `ORDER BY ${first}source_key, record_index) AS delivery`;
/** But no row without a text hides one with it. */
const TEXT_FIRST = 'CASE WHEN query_text IS NULL THEN 1 ELSE 0 END, ';

/** A named query or a prepared statement. */
const KEPT_TEXT = "coalesce(named_query_id, work_group || '/' || statement_name)";
/** What details are about: a query that ran, or one of these. */
const ABOUT = `coalesce(query_execution_id, ${KEPT_TEXT})`;

const AGE = `row_number() OVER (PARTITION BY account_id, aws_region, ${ABOUT} ORDER BY ingested_at DESC) AS age`;

/**
 * What an event was asked about: the query that it started, or the text that it created and does not show. A column,
 * not a condition of the join: DuckDB would answer that with a nested loop over all events and all details.
 */
const ASKED =
  "CASE WHEN event_name = 'StartQueryExecution' THEN query_execution_id " +
  `WHEN query_text_status IN ('pending', 'denied') THEN ${KEPT_TEXT} END AS asked_about`;

/** Texts belong to one another: what is told of it comes from the side whose text is shown. */
const OF_THE_TEXT: ReadonlySet<string> = new Set([
  ...['query_text_status', 'query_text_source', 'statement_kind'],
  ...['referenced_tables', 'tables_read', 'tables_written'],
]);

function merged({ name }: { readonly name: string }): string {
  const newest = `coalesce(detail.${name}, event.${name})`;
  if (name === 'query_execution_id') return `event.${name}`;
  if (!OF_THE_TEXT.has(name)) return `${newest} AS ${name}`;
  const textOfEvent = 'detail.query_text IS NULL AND event.query_text IS NOT NULL';
  return `CASE WHEN ${textOfEvent} THEN event.${name} ELSE ${newest} END AS ${name}`;
}

const lines = (items: readonly string[], indent = '    ') =>
  items.map((item) => `${indent}${item}`).join(',\n');
const columnNames = (table: TableName) => TABLES[table].columns.map(({ name }) => name);
const ofEvent = (names: readonly string[]) => names.map((name) => `event.${name}`);

function delivered(table: TableName, computed: readonly string[]): string {
  return `  SELECT\n${lines([...columnNames(table), ...PARTITION_COLUMNS, ...computed])}\n  FROM ${table}`;
}

/** Counts the changes of the views below: a catalog shows views of the number that it finds, or of a higher one. */
export const VIEWS_VERSION = 2;
/**
 * A condition that always holds, so that a catalog can tell which views it shows. Athena keeps a view as Trino writes
 * it anew (CreateViewTask: the formatted query): comments and layout are gone, literals stay. It documents no COMMENT.
 */
const MARK = `'audit-lake views ${VIEWS_VERSION}' <> ''`;
const MARKED = /'audit-lake views (\d{1,9})'/;

/** The version of the view whose SQL this is; 0 where it says none, as before there were versions. */
export const viewVersionIn = (sql: string): number => Number(MARKED.exec(sql)?.[1] ?? 0);

/** A row without an event id (legitimate before eventVersion 1.01) has nothing to be recognised by. */
const EACH_ONCE = `WHERE (event.delivery = 1 OR event.event_id IS NULL)\n  AND ${MARK}`;

function athenaAuditLogs(): string {
  const columns = [
    ...ofEvent([...EVENT_COLUMNS, ...WHO_COLUMNS].map(({ name }) => name)),
    ...QUERY_COLUMNS.map(merged),
    ...ofEvent([...EVIDENCE_COLUMNS.map(({ name }) => name), ...PARTITION_COLUMNS]),
  ];
  return `WITH event AS (
${delivered('athena_events', [ASKED, delivery(TEXT_FIRST)])}
),
detail AS (
  SELECT
${lines([...columnNames('athena_query_details'), `${ABOUT} AS about`, AGE])}
  FROM athena_query_details
)
SELECT
${lines(columns, '  ')}
FROM event
LEFT JOIN detail
  ON detail.account_id = event.account_id
  AND detail.aws_region = event.aws_region
  AND detail.about = event.asked_about
  AND detail.age = 1
${EACH_ONCE}`;
}

function cloudtrailAuditLogs(): string {
  const columns = ofEvent([...columnNames('cloudtrail_events'), ...PARTITION_COLUMNS]);
  return `WITH event AS (
${delivered('cloudtrail_events', [delivery()])}
)
SELECT
${lines(columns, '  ')}
FROM event
${EACH_ONCE}`;
}

/**
 * The SELECT behind each view, one text for Athena engine version 3 (Trino) and for DuckDB. Columns are
 * those of the table plus year, month and day; a filter on these three passes through the window, whose
 * PARTITION BY names them, so that partitions are still pruned.
 */
export const VIEWS: { readonly [name in ViewName]: View } = {
  athena_audit_logs: {
    name: 'athena_audit_logs',
    meaning: 'each Athena event once per account and Region, with the newest details of its query',
    query: athenaAuditLogs(),
  },
  cloudtrail_audit_logs: {
    name: 'cloudtrail_audit_logs',
    meaning: 'each event of the chosen services once per account and Region',
    query: cloudtrailAuditLogs(),
  },
};
