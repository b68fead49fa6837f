-- title: Users and the addresses that their queries came from
-- answers: How many queries each user started from each address, those from outside your networks first. Calls that
--   a service of AWS made for somebody show no address. This product's own functions come from addresses of AWS: their
--   place is audit-lake.
-- period: 30 days
-- table: all
-- next: outside-networks
-- option networks: networks, 10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7
--   your networks, IPv4 and IPv6, with commas between them

WITH started AS (
  SELECT event_time, user_name, source_ip, data_scanned_bytes,
    CASE WHEN coalesce(is_own_call, false) THEN 'audit-lake'
      WHEN source_ip_sortable IS NULL THEN 'no address'
      WHEN :networks THEN 'inside'
      ELSE 'outside'
    END AS place,
    CASE WHEN error_code IS NOT NULL OR query_state = 'FAILED' THEN 1 END AS failed
  FROM athena_audit_logs
  WHERE event_name = 'StartQueryExecution'
    AND :within_period
)
SELECT place, user_name, source_ip, count(*) AS queries, count(failed) AS failed_queries,
  cast(sum(data_scanned_bytes) AS bigint) AS scanned_bytes,
  min(event_time) AS first_time, max(event_time) AS last_time
FROM started
GROUP BY place, user_name, source_ip
ORDER BY place DESC, queries DESC, user_name, source_ip
