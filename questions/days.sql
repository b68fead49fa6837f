-- title: What happened on each day
-- answers: Events, queries, failures, users and scanned bytes of each day (UTC). A day without events is not shown.
-- period: 30 days
-- table: all
-- next: hours

WITH event AS (
  SELECT year || '-' || month || '-' || day AS day_utc, event_time, user_name, data_scanned_bytes,
    CASE WHEN event_name = 'StartQueryExecution' THEN 1 END AS started,
    CASE WHEN error_code IS NOT NULL OR query_state = 'FAILED' THEN 1 END AS failed
  FROM athena_audit_logs
  WHERE :within_period
)
SELECT day_utc, count(*) AS events, count(started) AS queries, count(started + failed) AS failed_queries,
  count(DISTINCT CASE WHEN started = 1 THEN user_name END) AS users,
  cast(sum(started * data_scanned_bytes) AS bigint) AS scanned_bytes,
  min(event_time) AS first_event, max(event_time) AS last_event
FROM event
GROUP BY day_utc
ORDER BY day_utc
