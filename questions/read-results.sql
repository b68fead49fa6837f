-- title: Who read the results of somebody else
-- answers: Results that were fetched through Athena by another than the one who had asked the query, newest first.
--   Files of results that were read in S3 are not among them.
-- period: 7 days
-- table: first_read, reader, asked_by, source_ip, query_text
-- next: by-user
-- option before: days, 45
--   how long before the period the query may have been asked; Athena keeps results for 45 days

WITH reading AS (
  SELECT event_time, user_name, source_ip, account_id, aws_region, query_execution_id
  FROM athena_audit_logs
  WHERE event_name IN ('GetQueryResults', 'GetQueryResultsStream')
    AND error_code IS NULL
    AND :within_period
),
asked AS (
  SELECT user_name, query_text, query_text_status, submission_time, account_id, aws_region, query_execution_id
  FROM athena_audit_logs
  WHERE event_name = 'StartQueryExecution'
    AND :within_period_or_before
)
SELECT min(reading.event_time) AS first_read, max(reading.event_time) AS last_read, count(*) AS calls,
  reading.user_name AS reader, asked.user_name AS asked_by, reading.source_ip, asked.submission_time,
  asked.query_text, asked.query_text_status, reading.account_id, reading.aws_region, reading.query_execution_id
FROM reading
JOIN asked
  ON asked.query_execution_id = reading.query_execution_id
  AND asked.account_id = reading.account_id
  AND asked.aws_region = reading.aws_region
WHERE asked.user_name IS DISTINCT FROM reading.user_name
GROUP BY 4, 5, 6, 7, 8, 9, 10, 11, 12
ORDER BY first_read DESC, query_execution_id, reader, source_ip
