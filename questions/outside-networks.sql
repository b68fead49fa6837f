-- title: Queries from outside your networks
-- answers: Queries that came from addresses in none of your networks, newest first. Calls that a service of AWS
--   made for somebody show no address, and are not among them; nor are those of this product's own functions.
-- period: 7 days
-- table: submission_time, user_name, source_ip, state, query_text
-- next: person
-- option networks: networks, 10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7
--   your networks, IPv4 and IPv6, with commas between them
-- option about: text, any
--   only queries that have these letters in their SQL, their tables or their database

SELECT submission_time, user_name, source_ip, database_name, query_text, query_text_status,
  coalesce(query_state, error_code) AS state, data_scanned_bytes, user_agent, account_id, aws_region,
  query_execution_id
FROM athena_audit_logs
WHERE event_name = 'StartQueryExecution'
  AND NOT coalesce(is_own_call, false)
  AND source_ip_sortable IS NOT NULL
  AND NOT :networks
  AND (:about = ''
    OR strpos(lower(coalesce(query_text, '')), lower(:about)) > 0
    OR strpos(lower(coalesce(referenced_tables, '')), lower(:about)) > 0
    OR strpos(lower(coalesce(database_name, '')), lower(:about)) > 0)
  AND :within_period
ORDER BY submission_time DESC, query_execution_id
