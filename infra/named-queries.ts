/** A question for a start, as Athena's console shows it. */
export type NamedQuery = {
  readonly id: string;
  readonly title: string;
  readonly meaning: string;
  readonly sql: string;
};

/** The UTC day of an event as one text, so that a range of days leaves out the other partitions. */
const inLast = (days: number, of = '') =>
  `${of}year || '-' || ${of}month || '-' || ${of}day >= date_format(current_date - interval '${days}' day, '%Y-%m-%d')`;

/** Athena remembers a query for 45 days: results are read and texts are told until then. */
const REMEMBERED = 45;
const WEEK = 7;

/** Each bounds the days that it reads. They run on the views alone, unchanged in Athena and by `audit-lake query`. */
export const NAMED_QUERIES: readonly NamedQuery[] = [
  {
    id: 'WhoQueriedWhat',
    title: 'Who queried what in the last seven days',
    meaning: 'Queries, newest first: who, from where, the SQL, what it scanned, how it ended',
    sql: `SELECT submission_time, user_name, role_name, source_ip, database_name, query_text, query_text_status,
       query_state, data_scanned_bytes, query_execution_id
FROM athena_audit_logs
WHERE event_name = 'StartQueryExecution'
  AND ${inLast(WEEK)}
ORDER BY submission_time DESC
LIMIT 1000`,
  },
  {
    id: 'WhoReadResults',
    title: 'Who read the results of somebody else in the last seven days',
    meaning: 'GetQueryResults of queries that another user had started',
    sql: `SELECT reading.event_time, reading.user_name AS reader, started.user_name AS asked_by, reading.source_ip,
       started.query_text, reading.query_execution_id
FROM athena_audit_logs reading
JOIN athena_audit_logs started
  ON started.query_execution_id = reading.query_execution_id
 AND started.account_id = reading.account_id
 AND started.aws_region = reading.aws_region
WHERE reading.event_name IN ('GetQueryResults', 'GetQueryResultsStream')
  AND started.event_name = 'StartQueryExecution'
  AND started.user_name <> reading.user_name
  AND ${inLast(WEEK, 'reading.')}
  AND ${inLast(WEEK + REMEMBERED, 'started.')}
ORDER BY reading.event_time DESC
LIMIT 1000`,
  },
  {
    id: 'MissingTexts',
    title: 'Query texts that are missing, and why',
    meaning: 'Queries of the last 45 days, of each account and Region, by the state of their text',
    sql: `SELECT account_id, aws_region, query_text_status, count(*) AS queries, max(submission_time) AS newest
FROM athena_audit_logs
WHERE event_name = 'StartQueryExecution'
  AND query_text_status NOT IN ('resolved', 'in_event')
  AND ${inLast(REMEMBERED)}
GROUP BY account_id, aws_region, query_text_status
ORDER BY queries DESC`,
  },
];
