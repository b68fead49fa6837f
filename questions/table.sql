-- title: Who touched a table or a database
-- answers: Queries that touched it, newest first. The column how says how sure that is: the SQL names it; or the
--   tables of the SQL are not known, and it mentions these letters, or ran in its database.
-- period: 30 days
-- table: submission_time, user_name, source_ip, how, query_text
-- next: by-user
-- argument name: text, such as patients.visits
--   a table, a database, or both with a dot between them

WITH asked AS (
  SELECT submission_time, user_name, role_name, source_ip, database_name, query_text, query_text_status,
    statement_kind, referenced_tables, coalesce(query_state, error_code) AS state, data_scanned_bytes,
    account_id, aws_region, query_execution_id,
    -- Tables are a.b.c,d.e.f; a dot on each side of a name, and no name can reach across a comma.
    strpos(:name, ',') = 0
      AND strpos('.' || replace(lower(referenced_tables), ',', '.,.') || '.', '.' || lower(:name) || '.') > 0
      AS is_named,
    -- The list may lack tables where it ends with a question mark.
    referenced_tables IS NULL OR strpos(',' || referenced_tables || ',', ',?,') > 0 AS may_be_more,
    query_text IS NOT NULL AND strpos(lower(query_text), lower(:name)) > 0 AS is_mentioned,
    lower(:name) = lower(database_name)
      OR strpos('.' || lower(:name), '.' || lower(database_name) || '.') > 0 AS is_in_database
  FROM athena_audit_logs
  WHERE event_name = 'StartQueryExecution'
    AND :within_period
)
SELECT submission_time, user_name, role_name, source_ip,
  CASE
    WHEN is_named THEN 'named in the text'
    WHEN is_mentioned THEN 'mentioned in the text'
    WHEN query_text IS NOT NULL THEN 'ran in its database'
    ELSE 'text missing, ran in its database'
  END AS how,
  statement_kind, referenced_tables, database_name, query_text, query_text_status, state, data_scanned_bytes,
  account_id, aws_region, query_execution_id
FROM asked
WHERE is_named OR (may_be_more AND (is_mentioned OR is_in_database))
ORDER BY submission_time DESC, query_execution_id
