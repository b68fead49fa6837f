import { bigint, type Column, flag, int, scattered, text, timestamp } from './column.js';

/** Raised whenever a column is added. Columns are never removed, renamed or given another type. */
export const SCHEMA_VERSION = 2;

/** What happened: from the record's own top-level fields. */
export const EVENT_COLUMNS: readonly Column[] = [
  scattered('event_id', 'eventID; NULL in records before eventVersion 1.01'),
  timestamp('event_time', 'eventTime, UTC'),
  text('event_name', 'eventName: the API action'),
  text('event_source', 'eventSource: the service, such as athena.amazonaws.com'),
  text('event_type', 'eventType: AwsApiCall, AwsServiceEvent, AwsConsoleAction, AwsConsoleSignIn, ...'),
  text('event_category', 'eventCategory: Management, Data, NetworkActivity, Insight'),
  text('event_version', 'eventVersion of the record'),
  text('aws_region', 'awsRegion, else the Region of the log file'),
  text('account_id', 'recipientAccountId, else the account of the key, else of the file name'),
  scattered('request_id', 'requestID'),
  scattered('shared_event_id', 'sharedEventID: one action delivered to several accounts'),
  text('original_event_id', 'addendum.originalEventID: the event that this one corrects'),
  flag('is_own_call', 'true where the caller is the role of this product'),
  flag('read_only', 'readOnly'),
  text('error_code', 'errorCode; NULL on success'),
  text('error_message', 'errorMessage'),
  text('source_ip', 'sourceIPAddress: an address, or the name of a service'),
  text(
    'source_ip_sortable',
    'the address as 32 hex digits (IPv4 mapped), so that networks are ranges; NULL for names',
  ),
  text('user_agent', 'userAgent'),
  text('tls_version', 'tlsDetails.tlsVersion'),
  text('vpc_endpoint_id', 'vpcEndpointId'),
];

/** Who acted: from userIdentity, by the rule of identity.ts. */
export const WHO_COLUMNS: readonly Column[] = [
  text('user_type', 'userIdentity.type'),
  text('user_name', 'the human or workload that acted: see the rule in src/README.md'),
  text('user_arn', 'userIdentity.arn'),
  text('principal_id', 'userIdentity.principalId'),
  text('user_account_id', 'userIdentity.accountId: the account of the caller'),
  text('access_key_id', 'userIdentity.accessKeyId'),
  text('role_name', 'name of the assumed role'),
  text('role_arn', 'ARN of the assumed role'),
  text('session_name', 'session name of the assumed role: often the person'),
  text('source_identity', 'sessionContext.sourceIdentity'),
  text('identity_center_user_id', 'onBehalfOf.userId: the IAM Identity Center user'),
  text('invoked_by', 'userIdentity.invokedBy: the service that made the call'),
  flag('mfa_authenticated', 'sessionContext.attributes.mfaAuthenticated'),
  timestamp('session_creation_time', 'sessionContext.attributes.creationDate'),
];

/** The query: from the event, and from Athena's query history where that was asked. */
export const QUERY_COLUMNS: readonly Column[] = [
  scattered('query_execution_id', 'the query that the event started or names'),
  scattered('query_text', 'the SQL'),
  text('query_text_status', 'why the text is there or not: see the table in README.md'),
  text('query_text_source', 'where the text came from: event, or the query history'),
  text('statement_type', 'DDL, DML or UTILITY, from Athena'),
  text('substatement_type', 'such as SELECT or CREATE_TABLE, from Athena'),
  text('work_group', 'workgroup of the query'),
  text('catalog_name', 'catalog of the query context'),
  text('database_name', 'database of the query context'),
  text('output_location', 'where the results went'),
  text('query_state', 'QUEUED, RUNNING, SUCCEEDED, FAILED or CANCELLED, from Athena'),
  text('state_change_reason', 'reason of the state, from Athena'),
  timestamp('submission_time', 'when the query was submitted (else event_time); StartQueryExecution only'),
  timestamp('completion_time', 'when the query ended'),
  bigint('data_scanned_bytes', 'bytes scanned: what Athena bills'),
  bigint('engine_execution_time_ms', 'milliseconds in the engine'),
  bigint('queue_time_ms', 'milliseconds in the queue'),
  bigint('planning_time_ms', 'milliseconds of planning'),
  bigint('total_execution_time_ms', 'milliseconds in all'),
  flag('result_reused', 'true where an earlier result was returned'),
  text('engine_version', 'effective engine version'),
  int('athena_error_category', '1 system, 2 user, 3 other'),
  int('athena_error_type', 'error number of Athena'),
  text('athena_error_message', 'error message of Athena'),
  text('named_query_id', 'the named query that the event created or names'),
  text('named_query_name', 'its name'),
  text('statement_name', 'name of the prepared statement'),
  scattered('execution_parameters', 'values for the ? of a prepared statement, as a JSON list'),
  text('statement_kind', 'what the text does, such as SELECT, INSERT or SHOW'),
  text('referenced_tables', 'catalog.database.table, by commas; ? at the end where some may be missing'),
  text('tables_read', 'those of referenced_tables whose rows the text reads'),
  text('tables_written', 'those whose rows or definition the text changes'),
];

/** The proof: the record's own bytes and where they came from. */
export const EVIDENCE_COLUMNS: readonly Column[] = [
  scattered('request_parameters', 'requestParameters as JSON, byte for byte'),
  scattered('response_elements', 'responseElements as JSON, byte for byte'),
  scattered('additional_event_data', 'additionalEventData as JSON, byte for byte'),
  scattered('raw_event', 'the whole record as JSON, byte for byte'),
  text('source_bucket', 'bucket of the log file; "file" for a local one'),
  text('source_key', 'key of the log file'),
  int('record_index', 'place of the record in its log file, from 0'),
  timestamp('ingested_at', 'when this row was written'),
  int('schema_version', 'version of this schema'),
];
