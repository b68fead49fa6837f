-- title: Query texts that are missing, and why
-- answers: How many queries have no text, by account, Region and reason. Athena forgets a text after 45 days.
-- period: 45 days
-- table: all
-- next: queries

SELECT account_id, aws_region, query_text_status,
  CASE query_text_status
    WHEN 'pending' THEN 'not told yet: audit-lake resolve asks again'
    WHEN 'expired' THEN 'nobody told it in time'
    WHEN 'denied' THEN 'nobody may ask in that account, Region or workgroup'
    WHEN 'not_found' THEN 'Athena does not know it, or tells no text of it'
    WHEN 'never_started' THEN 'the start failed: nothing ran'
    WHEN 'withheld' THEN 'the lake keeps no texts: setting query_text'
    ELSE 'no reason is known'
  END AS why,
  count(*) AS queries, min(submission_time) AS oldest, max(submission_time) AS newest
FROM athena_audit_logs
WHERE event_name = 'StartQueryExecution'
  AND (query_text_status IS NULL OR query_text_status NOT IN ('resolved', 'in_event'))
  AND :within_period
GROUP BY 1, 2, 3, 4
ORDER BY queries DESC, account_id, aws_region, query_text_status
