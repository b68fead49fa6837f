import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AuditLakeError } from '../../src/errors.js';
import { RAW_COLUMNS } from '../../src/lake/raw-columns.js';
import { addRawPartitions, createRawTable, setRawLocation } from '../../src/lake/raw-ddl.js';
import {
  parseRawName,
  parseRawRoot,
  RAW_PARTITION_COLUMNS,
  rawFolderOf,
  rawLocation,
  rawRoot,
} from '../../src/lake/raw-partition.js';
import { readDdl } from '../support/aws/athena-ddl.ts';
import { hasCorpus, inCorpus } from '../support/corpus.ts';
import { dtOracle } from '../support/sql/dt-oracle.ts';

const ROOT = 's3://amzn-s3-demo-bucket/AWSLogs/';
const NAME = '111122223333/us-east-1/2026-01-09';
const TABLE = { name: 'cloudtrail_logs', root: ROOT };
const PROJECTION = { accounts: ['111122223333'], regions: ['us-east-1'], fromYear: '2021' };

const codeOf = (action: () => unknown): string => {
  try {
    action();
    return 'none';
  } catch (error) {
    return error instanceof AuditLakeError ? error.code : String(error);
  }
};

/** Layouts of CloudTrail: the folder of accounts, and what lies between it and the bucket. */
const LAYOUTS = {
  'a trail of one account': 's3://amzn-s3-demo-bucket/AWSLogs/',
  'with a prefix': 's3://amzn-s3-demo-bucket/logs/2026/AWSLogs/',
  'of an organization, also one of a delegated administrator':
    's3://amzn-s3-demo-bucket/AWSLogs/o-exampleorgid/',
  'of an organization, with a prefix': 's3://amzn-s3-demo-bucket/trail/AWSLogs/o-exampleorgid/',
  'of Control Tower': 's3://amzn-s3-demo-bucket/o-exampleorgid/AWSLogs/o-exampleorgid/',
  'of an older Control Tower': 's3://amzn-s3-demo-bucket/o-exampleorgid/AWSLogs/',
};

describe('folders of a trail', () => {
  test.each(Object.entries(LAYOUTS))(
    '%s: a log file is found in its partition, and the partition there',
    (_, root) => {
      const folder = `${root}444455556666/CloudTrail/eu-central-1/2026/01/09/`;
      const found = rawFolderOf(
        root,
        `${folder}444455556666_CloudTrail_eu-central-1_20260109T0005Z_Ab.json.gz`,
      );
      expect(found).toEqual({ account: '444455556666', region: 'eu-central-1', day: '2026-01-09' });
      expect(found && rawLocation(root, found)).toBe(folder);
      expect(parseRawRoot(root)).toBe(root);
      expect(parseRawRoot(root.slice(0, -1))).toBe(root);
    },
  );

  test.each([
    ['a digest', '111122223333/CloudTrail-Digest/us-east-1/2026/01/09/x.json.gz'],
    ['insight events', '111122223333/CloudTrail-Insight/us-east-1/2026/01/09/x.json.gz'],
    ['another service', '111122223333/vpcflowlogs/us-east-1/2026/01/09/x.gz'],
    ['a folder deeper', '111122223333/CloudTrail/us-east-1/2026/01/09/old/x.json.gz'],
    ['no day of the calendar', '111122223333/CloudTrail/us-east-1/2026/02/30/x.json.gz'],
    ['no Region', '111122223333/CloudTrail/archive/2026/01/09/x.json.gz'],
    [
      'an organization below the root of accounts',
      'o-exampleorgid/111122223333/CloudTrail/us-east-1/2026/01/09/x.gz',
    ],
  ])('%s is in no partition', (_, path) => {
    expect(rawFolderOf(ROOT, `${ROOT}${path}`)).toBeUndefined();
  });

  test('a log file of another root is in no partition of this one', () => {
    const other = 's3://amzn-s3-demo-bucket/AWSLogs2/111122223333/CloudTrail/us-east-1/2026/01/09/x.json.gz';
    expect(rawFolderOf(ROOT, other)).toBeUndefined();
  });

  test.each([
    's3://amzn-s3-demo-bucket/',
    's3://amzn-s3-demo-bucket/AWSLogs/111122223333/',
    's3://amzn-s3-demo-bucket//AWSLogs/',
    "s3://amzn-s3-demo-bucket/it's/AWSLogs/",
    's3://amzn-s3-demo-bucket/a*/AWSLogs/',
    './AWSLogs/',
  ])('%s is no folder of accounts', (text) => {
    expect(codeOf(() => rawRoot(text))).toBe('USAGE');
  });
});

describe('statements', () => {
  test('have the SerDe of today, and every partition column once, none of them a column of the records', () => {
    const ddl = readDdl(createRawTable(TABLE));
    expect(ddl).toMatchObject({
      kind: 'create table',
      location: ROOT,
      format: {
        serde: 'org.apache.hive.hcatalog.data.JsonSerDe',
        input: 'com.amazon.emr.cloudtrail.CloudTrailInputFormat',
      },
      keys: RAW_PARTITION_COLUMNS.map((Name) => ({ Name, Type: 'string' })),
    });
    const names = RAW_COLUMNS.map(({ name }) => name);
    expect(new Set([...names, ...RAW_PARTITION_COLUMNS]).size).toBe(names.length + 5);
    for (const name of [
      'additionaleventdata',
      'serviceeventdetails',
      'tlsdetails',
      'eventcategory',
      'edgedevicedetails',
    ])
      expect(names).toContain(name);
  });

  test('add partitions with their values and folders, in any order the same text', () => {
    const names = [NAME, '444455556666/eu-central-1/2026-01-10'];
    const sql = addRawPartitions(TABLE, names);
    expect(addRawPartitions(TABLE, [...names].reverse())).toBe(sql);
    expect(sql.split('\n')[1]).toBe(
      "PARTITION (`account`='111122223333', `region`='us-east-1', `year`='2026', `month`='01', `day`='09') " +
        `LOCATION '${ROOT}111122223333/CloudTrail/us-east-1/2026/01/09/'`,
    );
  });

  test('T1: whatever a name holds, no statement holds a part outside of its grammar', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom("'", '`', '\n', "' OR '1'='1", '2026-01-09', '111122223333', 'us-east-1'),
    );
    const SAFE =
      /^ALTER TABLE `cloudtrail_logs` ADD IF NOT EXISTS\nPARTITION \((`\w+`='[a-z0-9-]+'(, )?){5}\) LOCATION '[\w:/.-]+'$/;
    fc.assert(
      fc.property(fc.tuple(hostile, hostile, hostile), (parts) => {
        try {
          expect(addRawPartitions(TABLE, [parts.join('/')])).toMatch(SAFE);
        } catch (error) {
          expect(error).toMatchObject({ code: 'INTERNAL' });
        }
      }),
      { numRuns: 3_000 },
    );
    expect(codeOf(() => createRawTable({ ...TABLE, name: 'a`b' }))).toBe('INTERNAL');
    expect(codeOf(() => createRawTable({ ...TABLE, root: "s3://amzn-s3-demo-bucket/'/AWSLogs/" }))).toBe(
      'USAGE',
    );
    const projection = { ...PROJECTION, accounts: ["1' , 'x'='y"] };
    expect(codeOf(() => createRawTable({ ...TABLE, projection }))).toBe('USAGE');
    expect(codeOf(() => addRawPartitions(TABLE, Array(51).fill(NAME)))).toBe('INTERNAL');
  });

  test("are read by another grammar of Hive's", async () => {
    const parse = await dtOracle();
    const folder = parseRawName(NAME);
    if (!folder) throw new Error(NAME);
    const all = [
      createRawTable(TABLE),
      createRawTable({ ...TABLE, projection: PROJECTION }),
      addRawPartitions(TABLE, [NAME]),
      setRawLocation(TABLE, folder),
    ];
    for (const sql of all) expect(parse(sql), sql).toMatchObject({ parses: true });
    expect(parse(createRawTable(TABLE).replace('ROW FORMAT', 'ROW FORMATS')).parses).toBe(false);
  });
});

/** Fields that AWS documents and this table leaves out, as their members have no fixed types (raw-columns.ts). */
const LEFT_OUT = new Set(['insightdetails', 'eventcontext']);

describe.skipIf(!hasCorpus)('columns', () => {
  test('hold every documented field of the real records: what is not a column is named here', () => {
    const shapes = readFileSync(inCorpus('shapes.md'), 'utf8');
    const table = shapes.slice(shapes.indexOf('## 1.'), shapes.indexOf('## 2.'));
    const documented = [...table.matchAll(/^\| `(\w+)` \|.*\| yes \|$/gm)].map(([, name = '']) =>
      name.toLowerCase(),
    );
    expect(documented.length).toBeGreaterThan(25);
    const columns = new Set(RAW_COLUMNS.map(({ name }) => name));
    expect(documented.filter((name) => !columns.has(name) && !LEFT_OUT.has(name))).toEqual([]);
  });
});
