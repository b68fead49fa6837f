-- title: What queries cost, by user
-- answers: Users by the bytes that their queries scanned, and what Athena charged for them: each query at least
--   10 MB; nothing for DDL, failed queries and results that were used again.
-- period: 30 days
-- table: all
-- next: by-user
-- option price: number, 5
--   USD for a TB scanned
-- option top: count, 20
--   how many users

WITH asked AS (
  SELECT user_name, data_scanned_bytes,
    CASE
      WHEN data_scanned_bytes IS NULL THEN NULL
      WHEN query_state = 'FAILED' OR result_reused THEN 0
      WHEN statement_type <> 'DML' AND substatement_type <> 'CREATE_TABLE_AS_SELECT' THEN 0
      WHEN data_scanned_bytes < 10485760 THEN 10485760
      ELSE data_scanned_bytes
    END AS charged_bytes
  FROM athena_audit_logs
  WHERE event_name = 'StartQueryExecution'
    AND error_code IS NULL
    AND :within_period
)
SELECT user_name, count(*) AS queries,
  cast(sum(data_scanned_bytes) AS bigint) AS scanned_bytes,
  max(data_scanned_bytes) AS largest_bytes,
  round(cast(sum(charged_bytes) AS double) / 1099511627776 * :price, 6) AS cost_usd,
  count(*) - count(charged_bytes) AS queries_without_statistics
FROM asked
GROUP BY user_name
ORDER BY scanned_bytes DESC, queries DESC, user_name
LIMIT :top
