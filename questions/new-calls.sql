-- title: Calls that are new in a Region
-- answers: Which calls of which service were made in an account and Region in the period, and never in the days
--   before it; how often, by how many users, and the name of one.
-- period: 1 day
-- table: all
-- next: new-activity
-- option before: days, 1
--   how many days before the period to compare with

WITH event AS (
  -- Both views may show an event: UNION takes it once. One without an id is known by its place.
  SELECT event_time, event_id, account_id, aws_region, event_source, event_name, user_name,
    CASE WHEN event_id IS NULL THEN source_key || '#' || cast(record_index AS varchar) END AS place
  FROM athena_audit_logs
  WHERE :within_period_or_before
  UNION
  SELECT event_time, event_id, account_id, aws_region, event_source, event_name, user_name,
    CASE WHEN event_id IS NULL THEN source_key || '#' || cast(record_index AS varchar) END AS place
  FROM cloudtrail_audit_logs
  WHERE :within_period_or_before
)
SELECT min(event_time) AS first_seen, account_id, aws_region, event_source, event_name, count(*) AS calls,
  count(DISTINCT user_name) AS users, min(user_name) AS one_user
FROM event
GROUP BY account_id, aws_region, event_source, event_name
HAVING min(event_time) >= :period_begins
ORDER BY first_seen, account_id, aws_region, event_source, event_name
