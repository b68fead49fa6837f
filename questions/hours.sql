-- title: Queries by hour and weekday
-- answers: How many queries were started in each hour (UTC) of each weekday: a heat map of 24 rows.
-- period: 28 days
-- table: all
-- next: outside-networks
-- option user: text, any
--   only queries of this user_name

WITH clock (hour_utc) AS (
  VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11),
    (12), (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23)
),
started AS (
  SELECT cast(date_format(event_time, '%H') AS integer) AS hour_utc,
    -- Monday is 0: the first day of 2001 was one.
    (date_diff('day', date '2001-01-01', cast(event_time AS date)) % 7 + 7) % 7 AS weekday
  FROM athena_audit_logs
  WHERE event_name = 'StartQueryExecution'
    AND :user IN ('', user_name)
    AND :within_period
)
SELECT clock.hour_utc,
  nullif(count(CASE WHEN weekday = 0 THEN 1 END), 0) AS monday,
  nullif(count(CASE WHEN weekday = 1 THEN 1 END), 0) AS tuesday,
  nullif(count(CASE WHEN weekday = 2 THEN 1 END), 0) AS wednesday,
  nullif(count(CASE WHEN weekday = 3 THEN 1 END), 0) AS thursday,
  nullif(count(CASE WHEN weekday = 4 THEN 1 END), 0) AS friday,
  nullif(count(CASE WHEN weekday = 5 THEN 1 END), 0) AS saturday,
  nullif(count(CASE WHEN weekday = 6 THEN 1 END), 0) AS sunday,
  count(weekday) AS queries
FROM clock
LEFT JOIN started
  ON started.hour_utc = clock.hour_utc
GROUP BY clock.hour_utc
ORDER BY clock.hour_utc
