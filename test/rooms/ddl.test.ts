import { describe, expect, test } from 'vitest';
import { text } from '../../src/datasets/column.js';
import { AuditLakeError } from '../../src/errors.js';
import { allStatements, createTable, createView, lakeLocation } from '../../src/lake/ddl.js';
import { TABLES, type Table } from '../../src/lake/tables.js';

const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof AuditLakeError) return thrown.code;
    throw thrown;
  }
  return 'no error';
};

const small = (columns: Table['columns']): Table => ({ ...TABLES.athena_events, columns });

describe('CREATE TABLE', () => {
  test('has types, comments, partitions and location as Athena reads them', () => {
    const all = TABLES.athena_events.columns;
    const some = all.filter(({ name }) =>
      ['event_id', 'event_time', 'is_own_call', 'data_scanned_bytes', 'record_index'].includes(name),
    );
    expect(createTable(small(some), 's3://example-audit-lake/athena/')).toBe(
      [
        'CREATE EXTERNAL TABLE IF NOT EXISTS `athena_events` (',
        "  `event_id` string COMMENT 'eventID; NULL in records before eventVersion 1.01',",
        "  `event_time` timestamp COMMENT 'eventTime, UTC',",
        "  `is_own_call` boolean COMMENT 'true where the caller is the role of this product',",
        "  `data_scanned_bytes` bigint COMMENT 'bytes scanned: what Athena bills',",
        "  `record_index` int COMMENT 'place of the record in its log file, from 0'",
        ')',
        "COMMENT 'one row per CloudTrail record of athena.amazonaws.com, per delivery'",
        'PARTITIONED BY (`year` string, `month` string, `day` string)',
        'STORED AS PARQUET',
        "LOCATION 's3://example-audit-lake/athena/athena_events/'",
        "TBLPROPERTIES ('classification'='parquet')",
      ].join('\n'),
    );
  });

  test('is refused for a column whose name or meaning could end a literal', () => {
    const refused = [
      text('a`b', 'fine'),
      text('A', 'fine'),
      text('1a', 'fine'),
      text('a', "it's"),
      text('a', 'back\\slash'),
      text('a', 'line\nend'),
      text('a', ''),
      text('a', 'x'.repeat(256)),
    ];
    for (const column of refused) {
      expect(
        codeOf(() => createTable(small([column]), 's3://example-audit-lake')),
        column.name,
      ).toBe('INTERNAL');
    }
  });
});

describe('the location of a lake', () => {
  test.each([
    ['s3://example-audit-lake', 's3://example-audit-lake'],
    ['s3://example-audit-lake/', 's3://example-audit-lake'],
    ['s3://example-audit-lake/a/b=1/C_(d)!.e/', 's3://example-audit-lake/a/b=1/C_(d)!.e'],
  ])('%s is taken as %s', (given, taken) => {
    expect(lakeLocation(given)).toBe(taken);
  });

  test.each([
    '',
    './lake',
    'https://example.com/lake',
    's3a://example-audit-lake',
    's3://',
    's3://ab',
    's3://Example-Audit-Lake',
    's3://example-audit-lake//a',
    's3://example-audit-lake/a//',
    "s3://example-audit-lake/a'b",
    's3://example-audit-lake/a"b',
    's3://example-audit-lake/a`b',
    's3://example-audit-lake/a b',
    's3://example-audit-lake/a\n',
    's3://example-audit-lake/a;b',
    's3://example-audit-lake/*',
    's3://example-audit-lake/ü',
    's3://example-audit-lake/a\\b',
  ])('%j is refused', (given) => {
    expect(codeOf(() => lakeLocation(given))).toBe('USAGE');
  });
});

describe('all statements', () => {
  const statements = allStatements({ lake: 's3://example-audit-lake/athena' });

  test('create the tables first and then the views over them', () => {
    expect(statements.map((statement) => statement.split(/[(\n]/)[0]?.trim())).toEqual([
      'CREATE EXTERNAL TABLE IF NOT EXISTS `athena_events`',
      'CREATE EXTERNAL TABLE IF NOT EXISTS `cloudtrail_events`',
      'CREATE EXTERNAL TABLE IF NOT EXISTS `athena_query_details`',
      'CREATE OR REPLACE VIEW athena_audit_logs AS',
      'CREATE OR REPLACE VIEW cloudtrail_audit_logs AS',
    ]);
  });

  test('hold every column of the schema once, and none twice or named like a partition', () => {
    for (const table of Object.values(TABLES)) {
      const defined = [...createTable(table, 's3://example-audit-lake').matchAll(/^ {2}`(\w+)`/gm)].map(
        ([, name]) => name,
      );
      expect(defined).toEqual(table.columns.map(({ name }) => name));
      expect(new Set([...defined, 'year', 'month', 'day']).size).toBe(defined.length + 3);
    }
  });

  test('fit into the 262,144 bytes of an Athena query', () => {
    for (const statement of statements) expect(Buffer.byteLength(statement)).toBeLessThan(262_144);
  });

  test('name a placeholder where no lake is given', () => {
    expect(allStatements({})[0]).toContain("LOCATION 's3://YOUR-BUCKET/YOUR-PREFIX/athena_events/'");
  });

  test('end in the text of the view', () => {
    expect(statements.at(-1)).toBe(createView('cloudtrail_audit_logs'));
  });
});
