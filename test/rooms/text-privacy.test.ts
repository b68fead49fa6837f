import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogRecord } from '../../src/cloudtrail/record.js';
import { privateRecord } from '../../src/datasets/private-record.js';
import { NOTHING_TOLD, type QueryExecution } from '../../src/datasets/query-execution.js';
import { maskSql } from '../../src/datasets/sql-mask.js';
import { privateExecution, privateText, type TextPrivacy } from '../../src/datasets/text-privacy.js';
import { WITHHELD } from '../../src/datasets/withheld.js';
import { athenaRecord } from '../support/athena-record.ts';
import { SEED } from '../support/seed.js';

const FULL: TextPrivacy = { mode: 'full' };
const MASKED: TextPrivacy = { mode: 'masked' };
const HASH: TextPrivacy = { mode: 'hash', key: 'key of this test' };
const OFF: TextPrivacy = { mode: 'off' };
const PRIVATE = [MASKED, HASH, OFF] as const;

const SQL = "SELECT * FROM people WHERE name = 'Jane Doe'";
const MASK = 'SELECT * FROM people WHERE name = ?';
const OF_PEOPLE = {
  statement_kind: 'SELECT',
  referenced_tables: 'awsdatacatalog.?.people',
  tables_read: 'awsdatacatalog.?.people',
  tables_written: '',
};
const digest = (text: string) =>
  `hmac-sha256:${createHmac('sha256', 'key of this test').update(text).digest('hex')}`;

describe('a text', () => {
  test.each([
    ['as it is', FULL, SQL],
    ['without its literals', MASKED, MASK],
    ['as a keyed digest', HASH, digest(SQL)],
    ['as a mark that there was one', OFF, WITHHELD],
  ])('is kept %s', (_, privacy, kept) => expect(privateText(SQL, privacy)).toBe(kept));

  test('has another digest with another key, and the same in every run', () => {
    expect(privateText('SELECT 1', { mode: 'hash', key: 'a' })).not.toBe(digest('SELECT 1'));
    expect(privateText('', { mode: 'hash', key: '' })).toBe(
      'hmac-sha256:b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad',
    );
  });

  test('that is private already stays as it is in every mode', () => {
    for (const privacy of [FULL, ...PRIVATE]) {
      for (const text of [WITHHELD, digest(SQL)]) expect(privateText(text, privacy)).toBe(text);
    }
  });
});

describe('what a history tells', () => {
  const told: QueryExecution = {
    ...NOTHING_TOLD,
    text: SQL,
    executionParameters: ['Jane', '10'],
    errorMessage: "COLUMN_NOT_FOUND: line 1:8: Column 'Jane' cannot be resolved",
    stateChangeReason: 'Query with Jane was cancelled by user',
    outputLocation: 's3://amzn-s3-demo-bucket/results/',
    dataScannedBytes: 5n,
  };

  test('is the very same in full mode', () => expect(privateExecution(told, FULL)).toBe(told));

  test.each([
    ['masked', MASKED, MASK, ['?', '?']],
    ['hash', HASH, digest(SQL), [digest('Jane'), digest('10')]],
    ['off', OFF, WITHHELD, null],
  ])(
    'keeps in mode %s the statistics, and of messages the name of the error',
    (_, privacy, text, parameters) => {
      expect(privateExecution(told, privacy)).toEqual({
        ...told,
        text,
        tables: privacy === MASKED ? OF_PEOPLE : null,
        executionParameters: parameters,
        errorMessage: 'COLUMN_NOT_FOUND',
        stateChangeReason: null,
      });
    },
  );

  test('is the same when it is made private twice, and nothing stays nothing', () => {
    for (const privacy of PRIVATE) {
      const once = privateExecution(told, privacy);
      expect(privateExecution(once, privacy)).toEqual(once);
      expect(privateExecution(NOTHING_TOLD, privacy)).toEqual(NOTHING_TOLD);
    }
  });

  test('keeps the tables of the whole text, however often it is made private', () => {
    const text = `SELECT * FROM t WHERE a = 'it\\'s' UNION SELECT * FROM "u"`;
    const once = privateExecution({ ...told, text }, MASKED);
    const tables = {
      ...OF_PEOPLE,
      referenced_tables: 'awsdatacatalog.?.t,?',
      tables_read: 'awsdatacatalog.?.t,?',
    };
    expect(once).toMatchObject({
      text: 'SELECT * FROM t WHERE a = ?',
      tables: { ...tables, tables_written: '?' },
    });
    expect(privateExecution(once, MASKED)).toEqual(once);
  });
});

function recordOf(text: string): LogRecord {
  return { bytes: Buffer.from(text), json: JSON.parse(text), index: 7 };
}

const shown = (over: Record<string, unknown>) => recordOf(JSON.stringify(athenaRecord('e', over)));
const started = (request: Record<string, unknown>, over: Record<string, unknown> = {}) =>
  shown({ requestParameters: request, ...over });
const textOfBytes = ({ bytes }: LogRecord) => Buffer.from(bytes).toString();

describe('a record of Athena', () => {
  test('is the very same in full mode, and where it shows no text in any mode', () => {
    const open = started({ queryString: SQL });
    expect(privateRecord(open, FULL)).toBe(open);
    const hidden = started({
      queryString: '***OMITTED***',
      codeBlock: 'HIDDEN_FOR_SECURITY_REASONS',
      payload: 'HIDDEN_DUE_TO_SECURITY_REASONS',
      executionParameters: null,
      query: '',
    });
    for (const privacy of PRIVATE) expect(privateRecord(hidden, privacy)).toBe(hidden);
  });

  test('of another service is the very same', () => {
    const other = started({ queryString: SQL }, { eventSource: 'glue.amazonaws.com' });
    for (const privacy of PRIVATE) expect(privateRecord(other, privacy)).toBe(other);
  });

  test.each([
    ['queryString', SQL, MASK],
    ['query', SQL, MASK],
    ['queryStatement', SQL, MASK],
    ['querystring', SQL, MASK],
    ['QueryString', 7, '?'],
    ['codeBlock', 'print("Jane")  # secret', '?'],
    ['payload', '{"cells":[]}', '?'],
    ['viewOriginalText', '/* Presto View: eyJvcmlnaW5hbFNxbCI6IlNFTEVDVCAxIn0= */', '?'],
    ['viewExpandedText', SQL, '?'],
    ['sql', SQL, '?'],
  ])('keeps a text in %s as the mode says', (field, text, mask) => {
    const record = started({ a: 1, [field]: text, workGroup: 'primary' });
    const requestOf = (privacy: TextPrivacy) => privateRecord(record, privacy).json['requestParameters'];
    expect(requestOf(MASKED)).toEqual({ a: 1, [field]: mask, workGroup: 'primary' });
    expect(requestOf(HASH)).toEqual({ a: 1, [field]: digest(String(text)), workGroup: 'primary' });
    expect(requestOf(OFF)).toEqual({ a: 1, [field]: WITHHELD, workGroup: 'primary' });
  });

  test.each([
    ['parameters', { requestParameters: { executionParameters: ['zqsecret', 'zqsecret2'] } }],
    ['numbers as parameters', { requestParameters: { executionParameters: [9_007_199_254] } }],
    ['a text below a text', { requestParameters: { query: { a: [{ b: 'zqsecret' }] } } }],
    ['an answer', { responseElements: { queryExecution: { query: "SELECT 'zqsecret'" } } }],
    ['a view', { responseElements: { table: { viewOriginalText: "SELECT 'zqsecret'" } } }],
    ['statements', { requestParameters: { sqls: ['SELECT zqsecret', { a: 'zqsecret2' }] } }],
    ['many answers', { responseElements: { queryExecutions: [{ query: "'zqsecret'" }] } }],
    ['a reason', { responseElements: { status: { stateChangeReason: 'line 1: zqsecret' } } }],
    ['a request that is a string', { requestParameters: '{"queryString":"zqsecret"}' }],
    ['additional data that is a string', { additionalEventData: 'zqsecret' }],
    ['a message', { errorCode: 'InvalidRequestException', errorMessage: "line 1:8: 'zqsecret'" }],
    ['a message of nobody knows what', { errorMessage: 'zqsecret' }],
    ['a text at the top', { queryString: "'zqsecret'" }],
  ])('loses what stands in %s', (_, over) => {
    for (const privacy of PRIVATE) {
      const kept = privateRecord(shown(over), privacy);
      expect(textOfBytes(kept)).not.toMatch(/zqsecret|9007199/);
      expect(JSON.parse(textOfBytes(kept))).toEqual(kept.json);
    }
  });

  const quoted = SQL.replace('people', '"people"');

  test.each([
    ['a description', { description: `runs ${quoted} daily` }],
    ['a list', { tags: ['a', [quoted]] }],
    ['JSON in a string', { context: JSON.stringify({ sql: quoted }) }],
    ['a part of it', { description: `${quoted.slice(0, 42)}...` }],
  ])('loses a text that is said again in %s', (_, again) => {
    expect(JSON.stringify(again)).toContain('Jane');
    for (const place of ['requestParameters', 'responseElements', 'additionalEventData', 'unheardOf']) {
      const record = shown({ queryString: quoted, [place]: again });
      for (const privacy of PRIVATE) {
        expect(textOfBytes(privateRecord(record, privacy)), place).not.toContain('Jane');
      }
    }
  });

  test('loses the message of a denial only where it quotes the text', () => {
    const denied = (errorMessage: string) =>
      privateRecord(started({ queryString: SQL }, { errorCode: 'AccessDeniedException', errorMessage }), OFF);
    const message = 'User: x is not authorized to perform: athena:StartQueryExecution';
    expect(denied(message).json['errorMessage']).toBe(message);
    expect(denied(`Denied: ${SQL}`).json['errorMessage']).toBe(WITHHELD);
  });

  test('keeps the name of an error', () => {
    const failed = shown({ errorMessage: "SYNTAX_ERROR: line 1:8: 'Jane'" });
    expect(privateRecord(failed, HASH).json['errorMessage']).toBe('SYNTAX_ERROR');
  });

  test('says who, when and where in spite of a text that says the same', () => {
    const texts = [
      '2026',
      'athena.amazonaws.com',
      'john.doe',
      '203.0.113.7',
      'us-east-1',
      'StartQueryExecution',
    ];
    const id = '11111111-2222-3333-4444-555555555555';
    const response = { responseElements: { queryExecutionId: id } };
    const record = started({ queryString: '1111', executionParameters: texts }, response);
    for (const privacy of PRIVATE) {
      const { requestParameters: _, ...kept } = privateRecord(record, privacy).json;
      const { requestParameters: __, ...own } = record.json;
      expect(kept).toEqual(own);
    }
  });

  test('with more texts than can be looked for loses whatever could be one of them', () => {
    const executionParameters = Array.from({ length: 50_000 }, (_, at) => `value ${at}`);
    const record = started({ executionParameters, description: 'who knows', n: 'abc' });
    const kept = privateRecord(record, MASKED).json['requestParameters'];
    expect(kept).toMatchObject({ description: '?', n: 'abc' });
  });

  test('of the largest size and hostile comes to its end', () => {
    for (const piece of ['a', '"', '\\', '{', '\u0000', 'é', 'ab']) {
      const text = piece.repeat(262_144 / piece.length);
      const again = Array.from({ length: 31 }, (_, at) => `${at}${text.slice(0, 3_000)}`);
      const record = started({ queryString: `b${text}`, executionParameters: again, other: text });
      for (const privacy of PRIVATE) expect(privateRecord(record, privacy).index).toBe(7);
    }
  });

  test('keeps bytes that are no UTF-8, and is written again only where a text stood', () => {
    const head = Buffer.from('{"eventSource" : "athena.amazonaws.com","x":"');
    const tail = Buffer.from(
      '" ,"n":9007199254740993, "query\\u0053tring":"SELECT \\u0027a\\u0027", "y":1.50 }',
    );
    const bytes = Buffer.concat([head, Buffer.from([0xff, 0xc3]), tail]);
    const kept = privateRecord({ bytes, json: JSON.parse(bytes.toString()), index: 0 }, MASKED);
    const expected = tail.toString().replace('"SELECT \\u0027a\\u0027"', '"SELECT ?"');
    expect(Buffer.from(kept.bytes)).toEqual(
      Buffer.concat([head, Buffer.from([0xff, 0xc3]), Buffer.from(expected)]),
    );
    expect(kept.json['queryString']).toBe('SELECT ?');
  });

  test('given a field twice loses both texts', () => {
    const text =
      '{"eventSource":"athena.amazonaws.com","requestParameters":{"query":"1","query":"2","query":"\'3\'"}}';
    expect(textOfBytes(privateRecord(recordOf(text), MASKED))).toBe(
      text.replace(/"1".*/, '"?","query":"?","query":"?"}}'),
    );
  });
});

/** The slow way: from what `JSON.parse` says, written anew. Knows fields by name only. */
function slowly(value: unknown, mask: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((it) => slowly(it, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, it]) => [
      key,
      /^query(string)?$/i.test(key) && typeof it === 'string' ? mask(it) : slowly(it, mask),
    ]),
  );
}

describe('generated records', () => {
  const sql = fc
    .array(fc.constantFrom('SELECT', "'a'", '"b"', '\\', '\n', '1', 'é🎉', '\ud800', '{', ']', ' '), {
      maxLength: 8,
    })
    .map((pieces) => pieces.join(''));
  const space = fc.constantFrom('', ' ', '\n\t');
  const scalar = fc.constantFrom(
    'null',
    'true',
    '-1.5e3',
    '9007199254740993',
    '""',
    '"x\\"}"',
    '[]',
    '{}',
    '"é"',
  );
  const key = fc.constantFrom('"a"', '"b\\\\"', '"__proto__"', '"que\\"ry"');
  const textKey = fc.constantFrom('"queryString"', '"query"', '"QUERY"', '"\\u0071uery"');
  const { object } = fc.letrec<{ object: string; value: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      scalar,
      tie('object'),
      fc.array(tie('value'), { maxLength: 3 }).map((it) => `[${it}]`),
    ),
    object: fc
      .array(
        fc.tuple(
          space,
          fc.oneof(
            fc.tuple(key, tie('value')),
            fc.tuple(
              textKey,
              sql.map((it) => JSON.stringify(it)),
            ),
          ),
          space,
        ),
        { maxLength: 4 },
      )
      .map((fields) => `{${fields.map(([a, [name, it], b]) => `${a}${name}${b}:${a}${it}${b}`).join(',')}}`),
  }));
  const records = object.map(
    (request) => `{"eventSource":"athena.amazonaws.com", "requestParameters":${request}}`,
  );
  const runs = { seed: SEED, numRuns: 5_000 };

  /** What two ways to make a record private disagree about. */
  const agree = (text: string, mask: (text: string) => string) => {
    const kept = privateRecord(recordOf(text), MASKED);
    expect(JSON.parse(textOfBytes(kept))).toEqual(kept.json);
    expect(kept.json).toEqual(slowly(JSON.parse(text), mask));
  };
  const isShort = (text: string) => [...text.matchAll(/"(?:[^"\\]|\\.)*"/g)].every(([it]) => it.length < 400);

  test(`say what the slow way says (seed ${SEED})`, () => {
    fc.assert(
      fc.property(records.filter(isShort), (text) => agree(text, maskSql)),
      runs,
    );
  });

  test('would show a text that is not replaced', () => {
    expect(
      fc.check(
        fc.property(records, (text) => agree(text, (it) => it)),
        runs,
      ).failed,
    ).toBe(true);
  });

  test(`keep each byte outside of the texts (seed ${SEED})`, () => {
    const withoutTexts = (text: string) =>
      text.replaceAll(/("(?:(?:q|\\u0071)uery(?:String)?|QUERY)"\s*:\s*)"(?:[^"\\]|\\.)*"/g, '$1');
    fc.assert(
      fc.property(records, (text) => {
        for (const privacy of PRIVATE) {
          expect(withoutTexts(textOfBytes(privateRecord(recordOf(text), privacy)))).toBe(withoutTexts(text));
        }
      }),
      runs,
    );
  });

  test(`made private twice are the very same (seed ${SEED})`, () => {
    fc.assert(
      fc.property(records, (text) => {
        for (const privacy of PRIVATE) {
          const once = privateRecord(recordOf(text), privacy);
          expect(privateRecord(once, privacy)).toBe(once);
        }
      }),
      runs,
    );
  });
});
