-- title: Changes to saved queries, prepared statements and workgroups
-- answers: Who created, changed or deleted a named query, a prepared statement or a workgroup, newest first. The
--   text of a named query or a prepared statement is that of the day on which it was asked for.
-- period: 30 days
-- table: event_time, user_name, source_ip, event_name, name
-- next: person

SELECT event_time, user_name, role_name, source_ip, event_name,
  coalesce(named_query_name, statement_name, work_group, json_extract_scalar(request_parameters, '$.name'),
    named_query_id) AS name,
  work_group, named_query_id, query_text, query_text_status, error_code, request_parameters, account_id, aws_region
FROM athena_audit_logs
WHERE event_name IN (
    'CreateNamedQuery', 'UpdateNamedQuery', 'DeleteNamedQuery',
    'CreatePreparedStatement', 'UpdatePreparedStatement', 'DeletePreparedStatement',
    'CreateWorkGroup', 'UpdateWorkGroup', 'DeleteWorkGroup')
  AND :within_period
ORDER BY event_time DESC, event_name, name
