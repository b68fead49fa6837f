-- title: Everything by or about a person
-- answers: Every event that a person caused, or that names the person in what was asked or answered, newest first.
-- period: 30 days
-- table: event_time, how, user_name, source_ip, event_source, event_name, error_code
-- next: by-user
-- argument person: text, such as john.doe
--   any part of a name, an address or an ARN; capital letters make no difference

WITH event AS (
  -- Both views may show an event: UNION takes it once. One without an id is known by its place.
  SELECT event_time, event_id, user_name, user_arn, session_name, source_identity, role_name, source_ip,
    event_source, event_name, error_code, request_parameters, response_elements, account_id, aws_region,
    CASE WHEN event_id IS NULL THEN source_key || '#' || cast(record_index AS varchar) END AS place
  FROM athena_audit_logs
  WHERE :within_period
  UNION
  SELECT event_time, event_id, user_name, user_arn, session_name, source_identity, role_name, source_ip,
    event_source, event_name, error_code, request_parameters, response_elements, account_id, aws_region,
    CASE WHEN event_id IS NULL THEN source_key || '#' || cast(record_index AS varchar) END AS place
  FROM cloudtrail_audit_logs
  WHERE :within_period
),
seen AS (
  SELECT event_time, event_id, user_name, role_name, source_ip, event_source, event_name, error_code,
    request_parameters, response_elements, account_id, aws_region,
    strpos(lower(coalesce(user_name, '')), lower(:person)) > 0
      OR strpos(lower(coalesce(user_arn, '')), lower(:person)) > 0
      OR strpos(lower(coalesce(session_name, '')), lower(:person)) > 0
      OR strpos(lower(coalesce(source_identity, '')), lower(:person)) > 0
      AS is_by,
    -- These two are JSON, which writes a backslash and a quote with a backslash before it.
    strpos(lower(coalesce(request_parameters, '')), lower(replace(replace(:person, '\', '\\'), '"', '\"'))) > 0
      OR strpos(lower(coalesce(response_elements, '')), lower(replace(replace(:person, '\', '\\'), '"', '\"'))) > 0
      AS is_about
  FROM event
)
SELECT event_time,
  CASE WHEN is_by AND is_about THEN 'by and about' WHEN is_by THEN 'by' ELSE 'about' END AS how,
  user_name, role_name, source_ip, event_source, event_name, error_code, request_parameters, response_elements,
  account_id, aws_region, event_id
FROM seen
WHERE is_by OR is_about
ORDER BY event_time DESC, event_id
