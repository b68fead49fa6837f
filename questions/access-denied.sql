-- title: Calls that were denied
-- answers: Every call that was refused for want of a permission, newest first: who, what, and what was said.
-- period: 1 day
-- table: event_time, user_name, source_ip, event_source, event_name, error_message
-- next: person

WITH event AS (
  -- Both views may show an event: UNION takes it once. One without an id is known by its place.
  SELECT event_time, event_id, user_name, role_name, source_ip, event_source, event_name, error_code,
    error_message, account_id, aws_region,
    CASE WHEN event_id IS NULL THEN source_key || '#' || cast(record_index AS varchar) END AS place
  FROM athena_audit_logs
  WHERE error_code IS NOT NULL
    AND :within_period
  UNION
  SELECT event_time, event_id, user_name, role_name, source_ip, event_source, event_name, error_code,
    error_message, account_id, aws_region,
    CASE WHEN event_id IS NULL THEN source_key || '#' || cast(record_index AS varchar) END AS place
  FROM cloudtrail_audit_logs
  WHERE error_code IS NOT NULL
    AND :within_period
)
SELECT event_time, user_name, role_name, source_ip, event_source, event_name, error_code, error_message,
  account_id, aws_region, event_id
FROM event
WHERE lower(error_code) LIKE '%accessdenied%' OR lower(error_code) LIKE '%unauthorized%'
  OR lower(error_code) LIKE '%notauthorized%' OR lower(error_code) LIKE '%forbidden%'
ORDER BY event_time DESC, event_id
