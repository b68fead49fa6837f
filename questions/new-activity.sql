-- title: New combinations of user, table and address
-- answers: Which user asked for which table from which address in the period, and never in the days before it. Where
--   the tables of a query are not known, its database takes their place. This product's own functions are left out.
-- period: 1 day
-- table: all
-- next: by-user
-- option before: days, 1
--   how many days before the period to compare with

WITH asked AS (
  SELECT event_time, user_name, source_ip, query_execution_id,
    coalesce(referenced_tables, catalog_name || '.' || database_name || '.?', '?') AS tables
  FROM athena_audit_logs
  WHERE event_name = 'StartQueryExecution'
    AND NOT coalesce(is_own_call, false)
    AND :within_period_or_before
),
touch AS (
  SELECT event_time, user_name, source_ip, touched AS table_name
  FROM asked
  CROSS JOIN UNNEST(split(lower(tables), ',')) AS list (touched)
)
SELECT min(event_time) AS first_seen, user_name, table_name, source_ip, count(*) AS queries
FROM touch
GROUP BY user_name, table_name, source_ip
HAVING min(event_time) >= :period_begins
ORDER BY first_seen, user_name, table_name, source_ip
