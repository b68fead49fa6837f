/**
 * DuckDB doing the product's job with 2 threads: log files to partitioned Parquet with the columns of
 * `athena_events`. Arguments: the trail's folder, the lake to write, the size that one file may inflate
 * to, and the form: `plain` or `tuned`. What was tried to find the fastest form is in README.md.
 */
import { DuckDBInstance } from '@duckdb/node-api';

const [trail, lake, maximumFileSize, form] = process.argv.slice(2);
const files = `${trail}/**/*.json.gz`;
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

/** The tuned form reads all paths of a record in one call, which parses the record once. */
const paths = [];
const at = (path) => {
  if (form === 'plain') return `(r->>'$.${path}')`;
  if (!paths.includes(path)) paths.push(path);
  return `fields[${paths.indexOf(path) + 1}]`;
};
const onStart = (value) => `CASE WHEN ${at('eventName')} = 'StartQueryExecution' THEN ${value} END`;

const SESSION = 'userIdentity.sessionContext';
const USER_NAME = `CASE ${at('userIdentity.type')}
  WHEN 'Root' THEN 'root'
  WHEN 'AssumedRole' THEN split_part(${at('userIdentity.principalId')}, ':', 2)
  WHEN 'FederatedUser' THEN split_part(${at('userIdentity.principalId')}, ':', 2)
  ELSE coalesce(${at('userIdentity.userName')}, ${at('userIdentity.invokedBy')}, ${at('userIdentity.principalId')}) END`;
const SORTABLE = `CASE WHEN ${at('sourceIPAddress')} SIMILAR TO '\\d+\\.\\d+\\.\\d+\\.\\d+' THEN
  '00000000000000000000ffff' || list_reduce([printf('%02x', p::INT) FOR p IN string_split(${at('sourceIPAddress')}, '.')], lambda x, y: x || y) END`;
const TEXT = `nullif(coalesce(${at('requestParameters.queryString')}, ${at('requestParameters.query')}), '***OMITTED***')`;
const NOTHING = (type, ...names) => names.map((name) => [name, `CAST(NULL AS ${type})`]);

const COLUMNS = [
  ['event_id', at('eventID')],
  ['event_time', `CAST(${at('eventTime')} AS TIMESTAMP)`],
  ['event_name', at('eventName')],
  ['event_source', at('eventSource')],
  ['event_type', at('eventType')],
  ['event_category', at('eventCategory')],
  ['event_version', at('eventVersion')],
  ['aws_region', at('awsRegion')],
  [
    'account_id',
    `coalesce(${at('recipientAccountId')}, regexp_extract(filename, '/(\\d{12})_CloudTrail_', 1))`,
  ],
  ['request_id', at('requestID')],
  ['shared_event_id', at('sharedEventID')],
  ['original_event_id', at('addendum.originalEventID')],
  ['is_own_call', 'false'],
  ['read_only', `CAST(${at('readOnly')} AS BOOLEAN)`],
  ['error_code', at('errorCode')],
  ['error_message', at('errorMessage')],
  ['source_ip', at('sourceIPAddress')],
  ['source_ip_sortable', SORTABLE],
  ['user_agent', at('userAgent')],
  ['tls_version', at('tlsDetails.tlsVersion')],
  ['vpc_endpoint_id', at('vpcEndpointId')],
  ['user_type', at('userIdentity.type')],
  ['user_name', USER_NAME],
  ['user_arn', at('userIdentity.arn')],
  ['principal_id', at('userIdentity.principalId')],
  ['user_account_id', at('userIdentity.accountId')],
  ['access_key_id', at('userIdentity.accessKeyId')],
  ['role_name', at(`${SESSION}.sessionIssuer.userName`)],
  ['role_arn', at(`${SESSION}.sessionIssuer.arn`)],
  ['session_name', `nullif(split_part(${at('userIdentity.principalId')}, ':', 2), '')`],
  ['source_identity', at(`${SESSION}.sourceIdentity`)],
  ['identity_center_user_id', at('userIdentity.onBehalfOf.userId')],
  ['invoked_by', at('userIdentity.invokedBy')],
  ['mfa_authenticated', `CAST(${at(`${SESSION}.attributes.mfaAuthenticated`)} AS BOOLEAN)`],
  ['session_creation_time', `CAST(${at(`${SESSION}.attributes.creationDate`)} AS TIMESTAMP)`],
  [
    'query_execution_id',
    `coalesce(${at('responseElements.queryExecutionId')}, ${at('requestParameters.queryExecutionId')})`,
  ],
  ['query_text', onStart(TEXT)],
  [
    'query_text_status',
    `CASE WHEN ${at('eventName')} <> 'StartQueryExecution' THEN 'not_applicable' WHEN ${TEXT} IS NULL THEN 'pending' ELSE 'in_event' END`,
  ],
  ['query_text_source', onStart(`CASE WHEN ${TEXT} IS NOT NULL THEN 'event' END`)],
  ...NOTHING('VARCHAR', 'statement_type', 'substatement_type'),
  ['work_group', at('requestParameters.workGroup')],
  ['catalog_name', at('requestParameters.queryExecutionContext.catalog')],
  ['database_name', at('requestParameters.queryExecutionContext.database')],
  ['output_location', at('requestParameters.resultConfiguration.outputLocation')],
  ...NOTHING('VARCHAR', 'query_state', 'state_change_reason'),
  ['submission_time', onStart(`CAST(${at('eventTime')} AS TIMESTAMP)`)],
  ...NOTHING('TIMESTAMP', 'completion_time'),
  ...NOTHING(
    'BIGINT',
    'data_scanned_bytes',
    'engine_execution_time_ms',
    'queue_time_ms',
    'planning_time_ms',
    'total_execution_time_ms',
  ),
  ...NOTHING('BOOLEAN', 'result_reused'),
  ...NOTHING('VARCHAR', 'engine_version'),
  ...NOTHING('INTEGER', 'athena_error_category', 'athena_error_type'),
  ...NOTHING('VARCHAR', 'athena_error_message'),
  [
    'named_query_id',
    `coalesce(${at('responseElements.namedQueryId')}, ${at('requestParameters.namedQueryId')})`,
  ],
  ['named_query_name', at('requestParameters.name')],
  ['statement_name', at('requestParameters.statementName')],
  ['execution_parameters', at('requestParameters.executionParameters')],
  ...NOTHING('VARCHAR', 'statement_kind', 'referenced_tables', 'tables_read', 'tables_written'),
  ['request_parameters', at('requestParameters')],
  ['response_elements', at('responseElements')],
  ['additional_event_data', at('additionalEventData')],
  ['raw_event', 'CAST(r AS VARCHAR)'],
  ['source_bucket', "'file'"],
  ['source_key', 'filename'],
  ['record_index', 'record_index'],
  ['ingested_at', 'CAST(current_timestamp AS TIMESTAMP)'],
  ['schema_version', '2'],
  ['year', `substr(${at('eventTime')}, 1, 4)`],
  ['month', `substr(${at('eventTime')}, 6, 2)`],
  ['day', `substr(${at('eventTime')}, 9, 2)`],
];

const source = `${quoted(files)}, maximum_object_size = ${maximumFileSize}, filename = true`;

/** As one writes it from the manual. */
const plain = () => `
  SELECT *
  FROM (
    SELECT unnest(Records) AS r, generate_subscripts(Records, 1) - 1 AS record_index, filename
    FROM read_json(${source}, columns = {Records: 'JSON[]'}, format = 'unstructured'))
  WHERE (r->>'$.eventSource') = 'athena.amazonaws.com'`;

/** As fast as we could make it: see the measurements in README.md. */
const tuned = () => `
  SELECT r, record_index, filename, json_extract_string(r, [${paths.map((path) => quoted(`$.${path}`)).join(', ')}]) AS fields
  FROM (
    SELECT candidate.r AS r, candidate.i - 1 AS record_index, filename
    FROM (
      SELECT filename, unnest(list_filter(
        [{r: r, i: i} FOR r, i IN records],
        lambda x: contains(CAST(x.r AS VARCHAR), 'athena.amazonaws.com'))) AS candidate
      FROM (
        SELECT json->'$.Records[*]' AS records, filename
        FROM read_json_objects(${source}, format = 'newline_delimited'))))
  WHERE (r->>'$.eventSource') = 'athena.amazonaws.com'`;

const instance = await DuckDBInstance.create(':memory:', { threads: '2', preserve_insertion_order: 'false' });
const connection = await instance.connect();
const result = await connection.runAndReadAll(`
  COPY (
    SELECT ${COLUMNS.map(([name, value]) => `${value} AS ${name}`).join(', ')}
    FROM (${form === 'plain' ? plain() : tuned()})
  ) TO ${quoted(lake)} (FORMAT parquet, PARTITION_BY (year, month, day), COMPRESSION gzip)`);
const [count] = result.getRows()[0] ?? [0n];
process.stdout.write(JSON.stringify({ rows: Number(count) }));
