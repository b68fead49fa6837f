-- title: What a role has done
-- answers: The distinct calls of a role, by Region and service: how often, by how many sessions, how often refused.
-- period: 30 days
-- table: aws_region, event_source, event_name, calls, errors, first_time, last_time
-- next: person
-- argument role: text, such as Contractor
--   name or ARN of the role

WITH event AS (
  -- Both views may show an event: UNION takes it once. One without an id is known by its place.
  SELECT event_time, event_id, event_source, event_name, account_id, aws_region, session_name, error_code,
    CASE WHEN event_id IS NULL THEN source_key || '#' || cast(record_index AS varchar) END AS place
  FROM athena_audit_logs
  WHERE :role IN (role_name, role_arn)
    AND :within_period
  UNION
  SELECT event_time, event_id, event_source, event_name, account_id, aws_region, session_name, error_code,
    CASE WHEN event_id IS NULL THEN source_key || '#' || cast(record_index AS varchar) END AS place
  FROM cloudtrail_audit_logs
  WHERE :role IN (role_name, role_arn)
    AND :within_period
)
SELECT account_id, aws_region, event_source, event_name, count(*) AS calls,
  count(DISTINCT session_name) AS sessions, count(error_code) AS errors,
  min(event_time) AS first_time, max(event_time) AS last_time
FROM event
GROUP BY account_id, aws_region, event_source, event_name
ORDER BY account_id, aws_region, event_source, event_name
