-- title: Who changed a resource
-- answers: Every call that may change something and names the resource in what was asked or answered, newest first:
--   who, with which access key, and whether it was refused.
-- period: 30 days
-- table: event_time, user_name, access_key_id, source_ip, event_source, event_name, error_code
-- next: person
-- argument resource: text, such as visits_by_city
--   any part of an id, a name or an ARN; capital letters make no difference

WITH event AS (
  -- Both views may show an event: UNION takes it once. One without an id is known by its place.
  SELECT event_time, event_id, user_name, role_name, access_key_id, source_ip, event_source, event_name,
    error_code, request_parameters, response_elements, account_id, aws_region,
    CASE WHEN event_id IS NULL THEN source_key || '#' || cast(record_index AS varchar) END AS place
  FROM athena_audit_logs
  WHERE coalesce(read_only, false) = false
    AND :within_period
  UNION
  SELECT event_time, event_id, user_name, role_name, access_key_id, source_ip, event_source, event_name,
    error_code, request_parameters, response_elements, account_id, aws_region,
    CASE WHEN event_id IS NULL THEN source_key || '#' || cast(record_index AS varchar) END AS place
  FROM cloudtrail_audit_logs
  WHERE coalesce(read_only, false) = false
    AND :within_period
)
SELECT event_time, user_name, role_name, access_key_id, source_ip, event_source, event_name, error_code,
  request_parameters, response_elements, account_id, aws_region, event_id
FROM event
-- These two are JSON, which writes a backslash and a quote with a backslash before it.
WHERE strpos(lower(coalesce(request_parameters, '')), lower(replace(replace(:resource, '\', '\\'), '"', '\"'))) > 0
  OR strpos(lower(coalesce(response_elements, '')), lower(replace(replace(:resource, '\', '\\'), '"', '\"'))) > 0
ORDER BY event_time DESC, event_id
