-- title: Queries of one user
-- answers: Every query that a user started, newest first: from where, the SQL, what it scanned, how it ended.
-- period: 30 days
-- table: submission_time, source_ip, state, data_scanned_bytes, query_text
-- next: person
-- argument user: text, such as john.doe
--   user_name, user_arn, session name or source identity, exactly as the lake has it

SELECT submission_time, user_name, role_name, source_ip, database_name, query_text, query_text_status,
  coalesce(query_state, error_code) AS state, data_scanned_bytes, account_id, aws_region, query_execution_id
FROM athena_audit_logs
WHERE event_name = 'StartQueryExecution'
  AND :user IN (user_name, user_arn, session_name, source_identity)
  AND :within_period
ORDER BY submission_time DESC, query_execution_id
