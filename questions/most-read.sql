-- title: Tables that are read most
-- answers: Tables by the number of queries that only read, then of all that name them; failed queries do not count.
--   Where the tables of a query are not known, its database stands in their place, with a question mark.
-- period: 30 days
-- table: all
-- next: table

WITH asked AS (
  SELECT event_time, user_name,
    coalesce(referenced_tables, catalog_name || '.' || database_name || '.?', '?') AS tables,
    CASE WHEN coalesce(statement_kind, substatement_type) IN ('SELECT', 'UNLOAD', 'EXPLAIN_ANALYZE') THEN 1 END
      AS only_reads
  FROM athena_audit_logs
  WHERE event_name = 'StartQueryExecution'
    AND error_code IS NULL
    AND coalesce(query_state, '') <> 'FAILED'
    AND :within_period
),
touch AS (
  SELECT event_time, user_name, only_reads, touched AS table_name
  FROM asked
  CROSS JOIN UNNEST(split(lower(tables), ',')) AS list (touched)
)
SELECT table_name, count(only_reads) AS reading, count(*) AS queries, count(DISTINCT user_name) AS users,
  max(event_time) AS last_time
FROM touch
WHERE table_name <> ''
GROUP BY table_name
ORDER BY reading DESC, queries DESC, table_name
