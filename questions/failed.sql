-- title: Failures and refusals, by user
-- answers: Calls of Athena that were refused and queries that failed, by user and reason, the most frequent first.
-- period: 7 days
-- table: all
-- next: by-user

WITH failure AS (
  SELECT user_name, event_name, event_time,
    coalesce(error_code, athena_error_message, state_change_reason, 'not told') AS reason,
    lower(coalesce(error_code, '') || ' ' || coalesce(athena_error_message, state_change_reason, '')) AS said
  FROM athena_audit_logs
  WHERE (error_code IS NOT NULL OR (event_name = 'StartQueryExecution' AND query_state = 'FAILED'))
    AND :within_period
)
SELECT user_name,
  CASE
    WHEN said LIKE '%accessdenied%' OR said LIKE '%access denied%' OR said LIKE '%unauthorized%'
      OR said LIKE '%not authorized%' OR said LIKE '%insufficient lake formation permission%' THEN 'access denied'
    ELSE 'failed'
  END AS outcome,
  event_name, reason, count(*) AS times, min(event_time) AS first_time, max(event_time) AS last_time
FROM failure
GROUP BY 1, 2, 3, 4
ORDER BY times DESC, last_time DESC, user_name, event_name, reason
