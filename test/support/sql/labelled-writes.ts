import type { LabelledGroups } from './labelled.ts';

export const WRITING_STATEMENTS: LabelledGroups = {
  INSERT: [
    ['INSERT INTO a SELECT * FROM b', 'w:lab.a r:lab.b'],
    ['INSERT INTO clinic.a (x, y) SELECT x, y FROM b', 'w:clinic.a r:lab.b'],
    ["INSERT INTO a (x, y) VALUES (1, 'FROM b'), (2, (SELECT max(y) FROM c))", 'w:lab.a r:lab.c'],
    ['INSERT INTO a VALUES (1)', 'w:lab.a'],
    ['INSERT INTO a WITH a AS (SELECT * FROM b) SELECT * FROM a', 'w:lab.a r:lab.b'],
    ['INSERT INTO a (x) WITH q AS (SELECT * FROM a) SELECT * FROM q', 'w:lab.a r:lab.a'],
    ['INSERT INTO a (SELECT * FROM b)', 'w:lab.a r:lab.b'],
    ['INSERT INTO a (x, y) (SELECT * FROM b UNION SELECT * FROM c)', 'w:lab.a r:lab.b r:lab.c'],
    ['INSERT INTO a TABLE b', 'w:lab.a r:lab.b'],
    ['INSERT INTO a SELECT * FROM a', 'w:lab.a r:lab.a'],
  ],
  UPDATE: [
    ['UPDATE a SET x = 1 WHERE y = 2', 'w:lab.a'],
    [
      'UPDATE clinic.a SET x = (SELECT max(x) FROM b), y = z WHERE id IN (SELECT id FROM c)',
      'w:clinic.a r:lab.b r:lab.c',
    ],
    ['UPDATE a SET x = extract(day FROM y), z = 2', 'w:lab.a'],
  ],
  DELETE: [
    ['DELETE FROM a', 'w:lab.a'],
    ['DELETE FROM clinic.a WHERE id IN (SELECT id FROM b) AND x IS DISTINCT FROM y', 'w:clinic.a r:lab.b'],
    ['DELETE FROM a WHERE EXISTS (WITH a AS (SELECT * FROM b) SELECT * FROM a)', 'w:lab.a r:lab.b'],
  ],
  MERGE: [
    [
      'MERGE INTO a USING b ON (a.id = b.id) WHEN MATCHED THEN UPDATE SET x = b.x, y = b.y WHEN NOT MATCHED THEN INSERT (x, y) VALUES (b.x, b.y)',
      'w:lab.a r:lab.b',
    ],
    [
      'MERGE INTO clinic.a AS t USING (SELECT * FROM b JOIN c ON true) AS s ON t.id = s.id WHEN MATCHED AND s.gone THEN DELETE',
      'w:clinic.a r:lab.b r:lab.c',
    ],
    [
      'MERGE INTO a t USING clinic.b s ON t.id = s.id AND t.day > (SELECT max(day) FROM c) WHEN MATCHED THEN UPDATE SET x = s.x, y = t.y',
      'w:lab.a r:clinic.b r:lab.c',
    ],
    ['MERGE INTO a USING a b ON a.id = b.id WHEN MATCHED THEN DELETE', 'w:lab.a r:lab.a'],
  ],
  UNLOAD: [
    [
      "UNLOAD (SELECT * FROM patients) TO 's3://amzn-s3-demo-bucket/out/' WITH (format = 'PARQUET')",
      'r:lab.patients',
    ],
    [
      "UNLOAD (WITH q AS (SELECT * FROM a) SELECT * FROM q, b) TO 's3://amzn-s3-demo-bucket/out/' WITH (format = 'JSON', partitioned_by = ARRAY['x', 'y'])",
      'r:lab.a r:lab.b',
    ],
  ],
  CREATE_TABLE_AS_SELECT: [
    ['CREATE TABLE a AS SELECT * FROM b', 'w:lab.a r:lab.b'],
    ['CREATE TABLE IF NOT EXISTS clinic.a AS SELECT * FROM b', 'w:clinic.a r:lab.b'],
    [
      "CREATE TABLE a WITH (format = 'ORC', external_location = 's3://amzn-s3-demo-bucket/a/', partitioned_by = ARRAY['x', 'y'], bucket_count = 4) AS SELECT * FROM b, c",
      'w:lab.a r:lab.b r:lab.c',
    ],
    ['CREATE TABLE a AS WITH b AS (SELECT * FROM c) SELECT * FROM b', 'w:lab.a r:lab.c'],
    ["CREATE TABLE a COMMENT 'AS SELECT' WITH (x = 1) AS (WITH q AS (TABLE b) TABLE q)", 'w:lab.a r:lab.b'],
    ['CREATE TABLE a (x, y) AS SELECT 1, 2', 'w:lab.a'],
    ['CREATE TABLE a AS SELECT * FROM b WITH NO DATA', 'w:lab.a m:lab.b'],
    ['CREATE TABLE a AS (SELECT * FROM b) WITH NO DATA;', 'w:lab.a m:lab.b'],
    ['CREATE TABLE a AS TABLE b', 'w:lab.a r:lab.b'],
    ['CREATE TABLE a AS VALUES 1, 2', 'w:lab.a'],
    [
      "CREATE TABLE a WITH (field_delimiter = '\\') AS SELECT '\\' AS s FROM b WHERE x <> '\\'",
      'w:lab.a r:lab.b',
    ],
    ["CREATE TABLE a AS SELECT replace(x, '\\', '/') FROM b WHERE y = ' FROM c '", 'w:lab.a r:lab.b'],
    ['CREATE TABLE a STORED AS PARQUET AS SELECT * FROM b', 'w:lab.a r:lab.b'],
  ],
  CREATE_VIEW: [
    ['CREATE VIEW v AS SELECT * FROM a', 'w:lab.v m:lab.a'],
    [
      'CREATE OR REPLACE VIEW clinic.v AS WITH q AS (SELECT * FROM a) SELECT * FROM q JOIN b ON true',
      'w:clinic.v m:lab.a m:lab.b',
    ],
    ['CREATE OR REPLACE VIEW "123view" AS SELECT "x" FROM "234table"', 'w:lab.123view m:lab.234table'],
    [
      'CREATE PROTECTED MULTI DIALECT VIEW clinic.v SECURITY DEFINER AS SELECT * FROM a',
      'w:clinic.v m:lab.a',
    ],
    ["CREATE VIEW v COMMENT 'AS SELECT * FROM x' SECURITY INVOKER AS (SELECT * FROM a)", 'w:lab.v m:lab.a'],
    ["CREATE VIEW v AS SELECT '\\' AS s FROM a", 'w:lab.v m:lab.a'],
  ],
  ALTER_VIEW: [
    ['ALTER VIEW v ADD DIALECT AS SELECT * FROM a', 'w:lab.v m:lab.a'],
    ['ALTER VIEW clinic.v FORCE UPDATE DIALECT AS SELECT * FROM a', 'w:clinic.v m:lab.a'],
    ['ALTER VIEW v DROP DIALECT', 'w:lab.v'],
    ['ALTER VIEW v RENAME TO u', 'w:lab.v w:lab.u'],
  ],
  OPTIMIZE: [
    ['OPTIMIZE a REWRITE DATA USING BIN_PACK', 'w:lab.a'],
    ["OPTIMIZE clinic.a REWRITE DATA USING BIN_PACK WHERE day = '2026-01-09'", 'w:clinic.a'],
  ],
  VACUUM: [
    ['VACUUM a', 'w:lab.a'],
    ['VACUUM clinic."Order"', 'w:clinic.order'],
  ],
  ANALYZE: [
    ['ANALYZE TABLE a COMPUTE STATISTICS FOR COLUMNS', 'w:lab.a'],
    ['ANALYZE clinic.a WITH (x = 1)', 'w:clinic.a'],
    ['ANALYZE "table"', 'w:lab.table'],
  ],
  TRUNCATE: [['TRUNCATE TABLE clinic.a', 'w:clinic.a']],
  LOAD: [
    [
      "LOAD DATA INPATH 's3://amzn-s3-demo-bucket/in' OVERWRITE INTO TABLE clinic.a PARTITION (x = 1)",
      'w:clinic.a',
    ],
  ],
};
