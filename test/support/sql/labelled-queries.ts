import type { LabelledGroups } from './labelled.ts';

export const QUERY_STATEMENTS: LabelledGroups = {
  SELECT: [
    ['SELECT 1', ''],
    ['select name from patients', 'r:lab.patients'],
    ['SELECT * FROM clinic.patients', 'r:clinic.patients'],
    ['SELECT * FROM AwsDataCatalog.Clinic.Patients', 'r:clinic.patients'],
    ['SELECT * FROM "AwsDataCatalog"."Clinic"."Patients"', 'r:clinic.patients'],
    ['SELECT * FROM ddb.default.visits', 'r:ddb/default.visits'],
    ['SELECT * FROM "s3tablescatalog/vault".ns.scans', 'r:s3tablescatalog/vault/ns.scans'],
    ['SELECT * FROM "lambda:pg"."public".beds', 'r:lambda:pg/public.beds'],
    ['SELECT * FROM clinic . patients', 'r:clinic.patients'],
    ['SELECT * FROM clinic/* db */./* table */patients', 'r:clinic.patients'],
    ['SELECT * -- FROM nobody\nFROM patients -- , nothing', 'r:lab.patients'],
    ['/* WITH x AS (SELECT 1) */ SELECT * FROM/**/patients', 'r:lab.patients'],
    ["SELECT 'FROM a, b' AS s, 'it''s FROM c' FROM patients", 'r:lab.patients'],
    ["SELECT '\\' FROM patients, visits", 'r:lab.patients r:lab.visits'],
    [
      "SELECT * FROM patients WHERE note LIKE '50\\%' ESCAPE '\\' AND id IN (SELECT id FROM visits)",
      'r:lab.patients r:lab.visits',
    ],
    ['SELECT "from" FROM "order" JOIN "select"."where" ON true', 'r:lab.order r:select.where'],
    ['SELECT * FROM "a.b"', 'r:lab.a.b'],
    ['SELECT * FROM "say ""hi"""', 'r:lab.say "hi"'],
    ['SELECT * FROM "患者"."größe"', 'r:患者.größe'],
    ['SELECT * FROM position, date, limit', 'r:lab.position r:lab.date r:lab.limit'],
    ['SELECT * FROM window w, lateral', 'r:lab.window r:lab.lateral'],
    ['SELECT * FROM patients p, visits AS v (id, day), beds', 'r:lab.patients r:lab.visits r:lab.beds'],
    ['SELECT * FROM patients patients JOIN visits visits USING (id)', 'r:lab.patients r:lab.visits'],
    [
      'SELECT * FROM a LEFT OUTER JOIN b ON a.x = b.x FULL JOIN c ON b.y = c.y, d',
      'r:lab.a r:lab.b r:lab.c r:lab.d',
    ],
    [
      'SELECT * FROM a CROSS JOIN b NATURAL JOIN c RIGHT JOIN d USING (x, y), e',
      'r:lab.a r:lab.b r:lab.c r:lab.d r:lab.e',
    ],
    [
      'SELECT * FROM a JOIN b ON contains(ARRAY[a.x, b.x], 1) AND a.y = MAP(ARRAY[1, 2], ARRAY[b.z, 3])[1], c',
      'r:lab.a r:lab.b r:lab.c',
    ],
    ['SELECT * FROM a JOIN b ON ARRAY[a.x, a.y] = ARRAY[b.x, b.y] JOIN c ON true', 'r:lab.a r:lab.b r:lab.c'],
    ['SELECT * FROM (a JOIN b ON a.id = b.id)', 'r:lab.a r:lab.b'],
    [
      'SELECT * FROM ((a)) JOIN ((SELECT * FROM b) UNION ALL (SELECT * FROM c)) u ON true',
      'r:lab.a r:lab.b r:lab.c',
    ],
    [
      'SELECT * FROM ((SELECT * FROM a) x JOIN (b CROSS JOIN c) ON true), d',
      'r:lab.a r:lab.b r:lab.c r:lab.d',
    ],
    ['SELECT * FROM (VALUES (1, 2), (3, 4)) AS t (a, b), u', 'r:lab.u'],
    ['SELECT * FROM (TABLE patients) p', 'r:lab.patients'],
    [
      'SELECT (SELECT max(day) FROM visits v WHERE v.id = p.id), count(*) FROM patients p',
      'r:lab.visits r:lab.patients',
    ],
    [
      'SELECT * FROM a WHERE x IN (SELECT x FROM b) AND NOT EXISTS (SELECT 1 FROM c) OR y > ALL (TABLE d)',
      'r:lab.a r:lab.b r:lab.c r:lab.d',
    ],
    [
      'SELECT CASE WHEN EXISTS (SELECT 1 FROM b) THEN (SELECT y FROM c LIMIT 1) ELSE 0 END FROM a',
      'r:lab.a r:lab.b r:lab.c',
    ],
    [
      'SELECT x FROM a GROUP BY x, y HAVING count(*) > (SELECT avg(n) FROM b) ORDER BY (SELECT 1 FROM c), x, y LIMIT 5',
      'r:lab.a r:lab.b r:lab.c',
    ],
    [
      "SELECT extract(year FROM born), substring(name FROM 2 FOR 3), trim(BOTH ' ' FROM ward) FROM patients",
      'r:lab.patients',
    ],
    ['SELECT a IS DISTINCT FROM b, c IS NOT DISTINCT FROM d FROM pairs', 'r:lab.pairs'],
    ['SELECT * FROM a JOIN b ON a.x IS NOT DISTINCT FROM b.x, c', 'r:lab.a r:lab.b r:lab.c'],
    ['SELECT DISTINCT ward FROM patients', 'r:lab.patients'],
    [
      'SELECT sum(x) OVER (PARTITION BY a, b ORDER BY c ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t',
      'r:lab.t',
    ],
    ['SELECT sum(x) OVER w FROM t WINDOW w AS (PARTITION BY a), v AS (w ORDER BY b)', 'r:lab.t'],
    ['SELECT count(*) FILTER (WHERE x IN (SELECT x FROM u)) FROM t', 'r:lab.u r:lab.t'],
    ["SELECT listagg(x, ',') WITHIN GROUP (ORDER BY x) FROM t", 'r:lab.t'],
    [
      "SELECT * FROM a JOIN b ON listagg(x, ',') WITHIN GROUP (ORDER BY x) = 'q', c",
      'r:lab.a r:lab.b r:lab.c',
    ],
    ['SELECT * FROM t GROUP BY GROUPING SETS ((a, b), (a), ()), ROLLUP (c, d)', 'r:lab.t'],
    [
      'SELECT transform(xs, x -> x + (SELECT max(y) FROM b)), filter(ys, (y) -> y > 1) FROM a',
      'r:lab.b r:lab.a',
    ],
    ['SELECT * FROM a, UNNEST(a.xs, a.ys) WITH ORDINALITY AS u (x, y, n), b', 'r:lab.a r:lab.b'],
    ['SELECT * FROM a CROSS JOIN UNNEST(sequence(1, 3)) AS u (n) LEFT JOIN b ON true', 'r:lab.a r:lab.b'],
    [
      'SELECT * FROM a CROSS JOIN LATERAL (SELECT * FROM b WHERE b.id = a.id) x, c',
      'r:lab.a r:lab.b r:lab.c',
    ],
    [
      "SELECT * FROM a, JSON_TABLE(a.doc, 'lax $[*]' COLUMNS (n FOR ORDINALITY, v varchar PATH 'lax $.v')) AS j, b",
      'r:lab.a r:lab.b',
    ],
    ['SELECT * FROM TABLE(sequence(start => 1, stop => 5))', ''],
    [
      'SELECT * FROM TABLE(exclude_columns(input => TABLE(clinic.patients), columns => DESCRIPTOR(name, born)))',
      'r:clinic.patients',
    ],
    [
      'SELECT * FROM TABLE(exclude_columns(TABLE(SELECT * FROM a) AS x PARTITION BY p, DESCRIPTOR(q))) t, b',
      'r:lab.a r:lab.b',
    ],
    [
      "SELECT * FROM events FOR TIMESTAMP AS OF (current_timestamp - interval '1' day) e, beds",
      'r:lab.events r:lab.beds',
    ],
    [
      'SELECT * FROM events FOR VERSION AS OF 949530903748831860 JOIN beds ON true',
      'r:lab.events r:lab.beds',
    ],
    [
      "SELECT * FROM events FOR TIMESTAMP AS OF TIMESTAMP '2026-01-09 00:00:00 UTC' AS e WHERE x IN (TABLE ids)",
      'r:lab.events r:lab.ids',
    ],
    ['SELECT * FROM big TABLESAMPLE BERNOULLI (10), small TABLESAMPLE SYSTEM (50)', 'r:lab.big r:lab.small'],
    [
      `SELECT * FROM vitals MATCH_RECOGNIZE (PARTITION BY id ORDER BY day MEASURES A.x AS first_x, last(B.x) AS last_x
         ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW PATTERN (A B{2,3} C*?) SUBSET U = (A, B)
         DEFINE B AS B.x > PREV(B.x), C AS C.x < (SELECT avg(x) FROM limits)) AS m, wards`,
      'r:lab.vitals r:lab.limits r:lab.wards',
    ],
    [
      'SELECT * FROM a UNION SELECT * FROM b INTERSECT SELECT * FROM c EXCEPT DISTINCT (SELECT * FROM d)',
      'r:lab.a r:lab.b r:lab.c r:lab.d',
    ],
    ['(SELECT * FROM a) UNION ALL TABLE b UNION ALL VALUES 1 ORDER BY 1', 'r:lab.a r:lab.b'],
    ['((((SELECT * FROM a))))', 'r:lab.a'],
    ['TABLE clinic.patients', 'r:clinic.patients'],
    ["VALUES (1, 'a'), (2, (SELECT max(x) FROM a))", 'r:lab.a'],
    ['SELECT * FROM "patients$partitions"', 'm:lab.patients'],
    [
      'SELECT * FROM "clinic"."visits$files" f JOIN clinic.visits v ON true',
      'm:clinic.visits r:clinic.visits',
    ],
    ['SELECT * FROM "visits$data"', 'r:lab.visits'],
    ['SELECT "$path", "$file_size" FROM patients', 'r:lab.patients'],
    ['SELECT * FROM information_schema.columns', 'r:information_schema.columns'],
    ['SELECT 1.FROM a', 'r:lab.a'],
    ['SELECT .5, 1e-3, 0xFF, 1_000 FROM a', 'r:lab.a'],
    ['SELECT x FROM a WHERE y = ? AND z IN (?, ?)', 'r:lab.a'],
    ["SELECT X'AB', U&'d\\0061t', date '2026-01-09', interval '1' year FROM a", 'r:lab.a'],
    ['SELECT * FROM a;', 'r:lab.a'],
    ['\ufeffSELECT * FROM a ; -- done', 'r:lab.a'],
    ['SELECT\u00a0*\u3000FROM\u00a0a', 'r:lab.a'],

    // WITH
    ['WITH x AS (SELECT * FROM a) SELECT * FROM x', 'r:lab.a'],
    ['WITH patients AS (SELECT * FROM patients) SELECT * FROM patients', 'r:lab.patients'],
    ['WITH x AS (SELECT * FROM y), y AS (SELECT * FROM x) SELECT * FROM y, x', 'r:lab.y'],
    ['WITH X AS (SELECT 1) SELECT * FROM "x", lab.x', 'r:lab.x'],
    ['WITH x (a, b) AS (SELECT 1, 2), y AS (TABLE x) SELECT * FROM y JOIN z ON true', 'r:lab.z'],
    [
      'WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 9) SELECT * FROM r, s',
      'r:lab.s',
    ],
    [
      'WITH RECURSIVE r (n) AS (SELECT b FROM base UNION ALL SELECT n FROM r JOIN step ON true) TABLE r',
      'r:lab.base r:lab.step',
    ],
    ['WITH x AS (WITH x AS (SELECT * FROM x) SELECT * FROM x) SELECT * FROM x', 'r:lab.x'],
    ['WITH x AS (WITH y AS (SELECT * FROM a) SELECT * FROM y) SELECT * FROM x, y', 'r:lab.a r:lab.y'],
    ['SELECT * FROM (WITH a AS (SELECT * FROM b) SELECT * FROM a) q, a', 'r:lab.b r:lab.a'],
    [
      'WITH a AS (SELECT 1) SELECT * FROM (WITH a AS (SELECT * FROM a JOIN b ON true) SELECT * FROM a), a',
      'r:lab.b',
    ],
    [
      'WITH a AS (SELECT 1) SELECT * FROM t WHERE x IN (SELECT x FROM a WHERE y IN (SELECT y FROM A))',
      'r:lab.t',
    ],
    [
      'SELECT * FROM t WHERE EXISTS (WITH q AS (SELECT * FROM a) SELECT * FROM q, u) AND x IN (SELECT x FROM q)',
      'r:lab.t r:lab.a r:lab.u r:lab.q',
    ],
    [
      'WITH "select" AS (SELECT * FROM a), function AS (SELECT * FROM b) SELECT * FROM "select", function',
      'r:lab.a r:lab.b',
    ],
    [
      'WITH a AS (SELECT 1), b AS (VALUES 1), c AS ((SELECT * FROM d)) (SELECT * FROM a, b) UNION (SELECT * FROM c, e)',
      'r:lab.d r:lab.e',
    ],
    ['WITH FUNCTION twice(x integer) RETURNS integer RETURN x * 2 SELECT twice(n) FROM a', 'r:lab.a'],
    [
      'WITH FUNCTION f(x integer) RETURNS integer RETURN x WITH q AS (SELECT * FROM a) SELECT f(n) FROM q',
      'r:lab.a',
    ],
    [
      "USING EXTERNAL FUNCTION redact(s varchar) RETURNS varchar LAMBDA 'redactor' SELECT redact(name) FROM patients",
      'r:lab.patients',
    ],
    [
      `USING EXTERNAL FUNCTION f(a varchar, b integer) RETURNS varchar LAMBDA 'x', EXTERNAL FUNCTION g(c row(d double)) RETURNS double
         SAGEMAKER 'endpoint' WITH q AS (SELECT g(d) AS e FROM a) SELECT f(e, 1) FROM q, b`,
      'r:lab.a r:lab.b',
    ],
    [
      "USING FUNCTION f(s varchar) RETURNS varchar TYPE LAMBDA_INVOKE WITH (lambda_name = 'x') SELECT f(s) FROM a",
      'r:lab.a',
    ],
  ],
  EXPLAIN: [
    ['EXPLAIN SELECT * FROM patients', 'm:lab.patients'],
    ['EXPLAIN (TYPE IO, FORMAT JSON) SELECT * FROM a JOIN b ON true', 'm:lab.a m:lab.b'],
    ['EXPLAIN (SELECT * FROM a)', 'm:lab.a'],
    ['EXPLAIN ((SELECT * FROM a) UNION (SELECT * FROM b))', 'm:lab.a m:lab.b'],
    ['EXPLAIN (FORMAT TEXT) WITH x AS (SELECT * FROM a) TABLE x', 'm:lab.a'],
    ['EXPLAIN INSERT INTO a SELECT * FROM b', 'm:lab.a m:lab.b'],
    ['EXPLAIN EXPLAIN SELECT * FROM a', 'm:lab.a'],
  ],
  EXPLAIN_ANALYZE: [
    ['EXPLAIN ANALYZE SELECT * FROM patients', 'r:lab.patients'],
    ['EXPLAIN ANALYZE VERBOSE (FORMAT JSON) SELECT * FROM a', 'r:lab.a'],
  ],
  PREPARE: [
    ['PREPARE by_id FROM SELECT * FROM patients WHERE id = ?', 'm:lab.patients prepared:by_id'],
    ['PREPARE "My Insert" FROM INSERT INTO a SELECT * FROM b', 'm:lab.a m:lab.b prepared:my insert'],
  ],
  EXECUTE: [
    ["EXECUTE by_id USING 17, 'x'", 'opaque prepared:by_id'],
    ['EXECUTE by_id', 'opaque prepared:by_id'],
    ["EXECUTE IMMEDIATE 'SELECT * FROM patients'", 'opaque'],
  ],
  DEALLOCATE: [['DEALLOCATE PREPARE by_id', 'prepared:by_id']],
};
