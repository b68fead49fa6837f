import type { LabelledGroups } from './labelled.ts';

export const DEFINITION_STATEMENTS: LabelledGroups = {
  CREATE_TABLE: [
    ["CREATE EXTERNAL TABLE a (x string) LOCATION 's3://amzn-s3-demo-bucket/a/'", 'w:lab.a'],
    [
      `CREATE EXTERNAL TABLE IF NOT EXISTS \`clinic\`.\`a\` (
         \`from\` string COMMENT 'it\\'s FROM b', \`select\` struct<from:string,values:array<struct<k:string,v:decimal(10,2)>>>,
         m map<string,int>)
       COMMENT 'SELECT * FROM c' PARTITIONED BY (day string, region string)
       ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n' NULL DEFINED AS ''
       STORED AS TEXTFILE LOCATION 's3://amzn-s3-demo-bucket/a/' TBLPROPERTIES ('skip.header.line.count'='1', "x"="y")`,
      'w:clinic.a',
    ],
    [
      `CREATE EXTERNAL TABLE a (x string) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
       WITH SERDEPROPERTIES ("separatorChar" = ",", "quoteChar" = "\\"", "escapeChar" = "\\\\")
       STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat' OUTPUTFORMAT 'x.y.Z' LOCATION 's3://amzn-s3-demo-bucket/a/'`,
      'w:lab.a',
    ],
    ['CREATE EXTERNAL TABLE `clinic.a` (x string)', 'w:clinic.a'],
    ['CREATE EXTERNAL TABLE `_a` (`_x` string)', 'w:lab._a'],
    ['CREATE EXTERNAL TABLE 2024_sales (x string)', 'w:lab.2024_sales'],
    ['CREATE EXTERNAL TABLE clinic.2024_sales (x string)', 'w:clinic.2024_sales'],
    [
      "CREATE TABLE ice (id bigint, day timestamp) PARTITIONED BY (day(day), bucket(16, id)) LOCATION 's3://amzn-s3-demo-bucket/ice/' TBLPROPERTIES ('table_type' = 'ICEBERG')",
      'w:lab.ice',
    ],
    ['CREATE TABLE a LIKE clinic.b', 'w:lab.a m:clinic.b'],
    ['CREATE TABLE a (x integer, LIKE b INCLUDING PROPERTIES, LIKE c)', 'w:lab.a m:lab.b m:lab.c'],
    ['CREATE TABLE a (x integer, y array(row(p integer, q varchar))) WITH (x = 1)', 'w:lab.a'],
  ],
  ALTER_TABLE: [
    [
      "ALTER TABLE a ADD IF NOT EXISTS PARTITION (day = '2026-01-09') LOCATION 's3://amzn-s3-demo-bucket/a/' PARTITION (day = '2026-01-10')",
      'w:lab.a',
    ],
    ["ALTER TABLE clinic.a DROP PARTITION (day < '2026'), PARTITION (day = 'x')", 'w:clinic.a'],
    ['ALTER TABLE a PARTITION (x = 1) RENAME TO PARTITION (x = 2)', 'w:lab.a'],
    ["ALTER TABLE a PARTITION (x = 1) SET LOCATION 's3://amzn-s3-demo-bucket/a/'", 'w:lab.a'],
    ['ALTER TABLE a RENAME TO clinic.b', 'w:lab.a w:clinic.b'],
    ['ALTER TABLE a RENAME COLUMN x TO y', 'w:lab.a'],
    ['ALTER TABLE a ADD COLUMNS (from_day string, `table` string)', 'w:lab.a'],
    ['ALTER TABLE a REPLACE COLUMNS (x int)', 'w:lab.a'],
    ['ALTER TABLE a CHANGE COLUMN x y bigint AFTER z', 'w:lab.a'],
    ['ALTER TABLE a DROP COLUMN x', 'w:lab.a'],
    [
      "ALTER TABLE `clinic`.`a` SET TBLPROPERTIES ('comment' = 'it\\'s RENAME TO b', 'x' = 'y')",
      'w:clinic.a',
    ],
    ["ALTER TABLE a UNSET TBLPROPERTIES ('x')", 'w:lab.a'],
    ["ALTER TABLE a SET SERDEPROPERTIES ('x' = 'y')", 'w:lab.a'],
    ['ALTER TABLE a EXCHANGE PARTITION (x = 1) WITH TABLE clinic.b', 'w:lab.a w:clinic.b'],
    ["ALTER TABLE a EXECUTE optimize(file_size_threshold => '10MB') WHERE day = '2026-01-09'", 'w:lab.a'],
    ['ALTER TABLE IF EXISTS a RENAME TO b', 'w:lab.a w:lab.b'],
  ],
  DROP_TABLE: [
    ['DROP TABLE a', 'w:lab.a'],
    ['DROP TABLE IF EXISTS `clinic.a` PURGE', 'w:clinic.a'],
    ['DROP TABLE IF EXISTS `clinic`.`or``der`;', 'w:clinic.or`der'],
    ['DROP TABLE `clinic.v2`.a', 'w:clinic.v2.a'],
  ],
  DROP_VIEW: [
    ['DROP VIEW v', 'w:lab.v'],
    ['DROP VIEW IF EXISTS clinic.v', 'w:clinic.v'],
  ],
  MSCK_REPAIR: [
    ['MSCK REPAIR TABLE a', 'w:lab.a'],
    ['MSCK REPAIR TABLE `clinic`.`a` SYNC PARTITIONS', 'w:clinic.a'],
  ],
  CREATE_DATABASE: [
    [
      "CREATE DATABASE IF NOT EXISTS clinic COMMENT 'x' LOCATION 's3://amzn-s3-demo-bucket/' WITH DBPROPERTIES ('a' = 'b')",
      'w:clinic.*',
    ],
    ['CREATE SCHEMA `Clinic`', 'w:clinic.*'],
  ],
  ALTER_DATABASE: [["ALTER DATABASE clinic SET DBPROPERTIES ('a' = 'b')", 'w:clinic.*']],
  DROP_DATABASE: [
    ['DROP DATABASE IF EXISTS clinic CASCADE', 'w:clinic.*'],
    ['DROP SCHEMA ddb.clinic', 'w:ddb/clinic.*'],
  ],
  SHOW: [
    ['SHOW TABLES', 'm:lab.*'],
    ["SHOW TABLES IN clinic '*flights*'", 'm:clinic.*'],
    ["SHOW TABLES FROM ddb.clinic LIKE 'x'", 'm:ddb/clinic.*'],
    ['SHOW VIEWS IN clinic', 'm:clinic.*'],
    ['SHOW DATABASES', ''],
    ["SHOW SCHEMAS LIKE 'a%'", ''],
    ['SHOW CREATE TABLE clinic.a', 'm:clinic.a'],
    ['SHOW CREATE VIEW v', 'm:lab.v'],
    ['SHOW CREATE DATABASE clinic', 'm:clinic.*'],
    ['SHOW PARTITIONS clinic.a', 'm:clinic.a'],
    ["SHOW TBLPROPERTIES a('orc.compress')", 'm:lab.a'],
    ['SHOW COLUMNS IN a IN clinic', 'm:clinic.a'],
    ['SHOW COLUMNS FROM clinic.a', 'm:clinic.a'],
    ['SHOW STATS FOR a', 'm:lab.a'],
    ['SHOW STATS FOR (SELECT * FROM a WHERE x > 1)', 'm:lab.a'],
    ["SHOW TABLE EXTENDED IN clinic LIKE 'a'", 'm:clinic.*'],
    ['SHOW FUNCTIONS', ''],
  ],
  DESCRIBE: [
    ['DESCRIBE a', 'm:lab.a'],
    ['DESC clinic.a', 'm:clinic.a'],
    ['DESCRIBE FORMATTED clinic.a PARTITION (day = 1) x', 'm:clinic.a'],
    ['DESCRIBE EXTENDED `clinic.a`', 'm:clinic.a'],
    ['DESCRIBE formatted', 'm:lab.formatted'],
    ['DESCRIBE VIEW v', 'm:lab.v'],
    ['DESCRIBE a x', 'm:lab.a'],
    ['DESCRIBE DATABASE EXTENDED clinic', 'm:clinic.*'],
    ['DESCRIBE OUTPUT by_id', 'opaque prepared:by_id'],
  ],
  COMMENT: [
    ["COMMENT ON TABLE clinic.a IS 'x'", 'w:clinic.a'],
    ["COMMENT ON COLUMN clinic.a.x IS 'y'", 'w:clinic.a'],
  ],
  GRANT: [
    ['GRANT SELECT ON clinic.a TO ROLE analyst', 'w:clinic.a'],
    ['REVOKE SELECT, INSERT ON TABLE clinic.a FROM USER jane', 'w:clinic.a'],
    ['GRANT ALL PRIVILEGES ON SCHEMA clinic TO jane', 'w:clinic.*'],
  ],
  SESSION: [
    ['USE clinic', 'm:clinic.*'],
    ["SET SESSION query_max_run_time = '1h'", ''],
    ['RESET SESSION query_max_run_time', ''],
  ],
};
