-- title: Who queried what
-- answers: Every query, newest first: who, from where, the SQL, what it scanned, how it ended.
-- period: 7 days
-- table: submission_time, user_name, source_ip, state, query_text
-- next: by-user

SELECT submission_time, user_name, role_name, source_ip, database_name, query_text, query_text_status,
  coalesce(query_state, error_code) AS state, data_scanned_bytes, account_id, aws_region, query_execution_id
FROM athena_audit_logs
WHERE event_name = 'StartQueryExecution'
  AND :within_period
ORDER BY submission_time DESC, query_execution_id
