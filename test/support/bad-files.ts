import { gzipSync } from 'node:zlib';
import { athenaRecord, logFileText } from './athena-record.js';
import { gzipMember } from './gzip-member.js';
import { randomBytesFrom } from './random-bytes.js';

/** A file of a source folder, and what an ingest must make of it. */
export type BadFile = {
  readonly name: string | Buffer;
  readonly bytes: Uint8Array | string;
  /** The code that the whole file fails with. */
  readonly code?: string;
  /** Event ids of its Athena rows, in order; null for a row without one. */
  readonly rows?: readonly (string | null)[];
  /** Codes of its rejected records by their index. */
  readonly rejected?: Readonly<Record<number, string>>;
  readonly foreign?: true;
};

const good = (id: string) => JSON.stringify(athenaRecord(id));
const gz = (...ids: string[]) => gzipSync(logFileText(...ids.map(good)));
const patched = (id: string, from: string, to: string) => logFileText(good(id).replace(from, to));

/** A log file beyond what is inflated at once: its first records are there long before its end. */
export function largeLogFile(name: string): Buffer {
  const records = Array.from({ length: 1_500 }, (_, at) =>
    good(`${name}-${at}`).replace('aws-cli/2.31.4', randomBytesFrom(at, 600).toString('hex')),
  );
  return gzipSync(logFileText(...records), { level: 1 });
}

function flipped(bytes: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x10;
  return copy;
}

function bomb(mebibytes: number): Buffer {
  const blank = Buffer.alloc(mebibytes << 20, ' ');
  return gzipSync(Buffer.concat([Buffer.from(`{"Records":[${good('bomb')},`), blank, Buffer.from('{}]}')]), {
    level: 1,
  });
}

/** Files that are not whole, or more than whole. */
const DAMAGED: readonly BadFile[] = [
  { name: 'cut in the body.json.gz', bytes: gz('cut').subarray(0, 200), code: 'BAD_GZIP' },
  { name: 'cut in the trailer.json.gz', bytes: gz('cut').subarray(0, -3), code: 'BAD_GZIP' },
  { name: 'cut in the header.json.gz', bytes: gz('cut').subarray(0, 7), code: 'BAD_GZIP' },
  { name: 'large and cut.json.gz', bytes: largeLogFile('cut').subarray(0, -100_000), code: 'BAD_GZIP' },
  {
    name: 'large and cut in the trailer.json.gz',
    bytes: largeLogFile('cut').subarray(0, -1),
    code: 'BAD_GZIP',
  },
  { name: 'flipped bit.json.gz', bytes: flipped(gz('flip'), 60), code: 'BAD_GZIP' },
  {
    name: 'flipped bit in the CRC.json.gz',
    bytes: flipped(gz('flip'), gz('flip').length - 6),
    code: 'BAD_GZIP',
  },
  {
    name: 'wrong length.json.gz',
    bytes: gzipMember(Buffer.from(logFileText(good('flip'))), { length: 7 }),
    code: 'BAD_GZIP',
  },
  { name: 'two members.json.gz', bytes: Buffer.concat([gz('member'), gz('forged')]), code: 'GZIP_MEMBERS' },
  {
    name: 'two large members.json.gz',
    bytes: Buffer.concat([largeLogFile('member'), gz('forged')]),
    code: 'GZIP_MEMBERS',
  },
  {
    name: 'empty second member.json.gz',
    bytes: Buffer.concat([gz('member'), gzipSync('')]),
    code: 'GZIP_MEMBERS',
  },
  {
    name: 'trailing NUL.json.gz',
    bytes: Buffer.concat([gz('tail'), Buffer.alloc(1)]),
    code: 'GZIP_TRAILING',
  },
  {
    name: 'trailing text.json.gz',
    bytes: Buffer.concat([gz('tail'), Buffer.from('\n')]),
    code: 'GZIP_TRAILING',
  },
  { name: 'empty.json.gz', bytes: '', code: 'BAD_GZIP' },
  { name: 'empty.json', bytes: '', code: 'BAD_JSON' },
  { name: 'gzip of nothing.json.gz', bytes: gzipSync(''), code: 'BAD_JSON' },
  { name: 'not gzip.json.gz', bytes: logFileText(good('plain')), code: 'BAD_GZIP' },
  { name: 'error page.json', bytes: '<html><body>503 Slow Down</body></html>', code: 'BAD_JSON' },
  {
    name: 'error page.json.gz',
    bytes: '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    code: 'BAD_GZIP',
  },
  { name: 'zipped error page.json.gz', bytes: gzipSync('<html></html>'), code: 'BAD_JSON' },
  { name: 'bomb by ratio.json.gz', bytes: bomb(40), code: 'TOO_LARGE' },
  { name: 'bomb by size.json.gz', bytes: bomb(257), code: 'TOO_LARGE' },
];

/** Whole files that are no log files. */
const MISSHAPEN: readonly BadFile[] = [
  { name: 'no Records.json', bytes: '{"digestS3Bucket":"amzn-s3-demo-bucket"}', code: 'BAD_SHAPE' },
  { name: 'Records null.json', bytes: '{"Records":null}', code: 'BAD_SHAPE' },
  { name: 'Records object.json', bytes: `{"Records":{"0":${good('shape')}}}`, code: 'BAD_SHAPE' },
  { name: 'Records string.json', bytes: `{"Records":${JSON.stringify(good('shape'))}}`, code: 'BAD_SHAPE' },
  { name: 'Records number.json.gz', bytes: gzipSync('{"Records":1}'), code: 'BAD_SHAPE' },
  { name: 'list.json', bytes: `[${good('shape')}]`, code: 'BAD_SHAPE' },
  { name: 'JSON lines.json', bytes: `${good('shape')}\n${good('shape')}\n`, code: 'BAD_JSON' },
  { name: 'cut.json', bytes: logFileText(good('cut'), good('cut')).slice(0, -1), code: 'BAD_JSON' },
  { name: 'more behind.json', bytes: `${logFileText(good('more'))}{}`, code: 'BAD_JSON' },
  { name: 'no list end.json', bytes: `{"Records":[${good('cut')}}`, code: 'BAD_JSON' },
];

const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
const giant = JSON.stringify(athenaRecord('giant', { note: 'x'.repeat(20 << 20) }));
const times = [
  undefined,
  null,
  1_767_917_100,
  '',
  '2026-02-30T10:00:00Z',
  '2026-01-09T24:00:00Z',
  '2016-12-31T23:59:60Z',
];

/** Log files of which some records are no records. */
const REJECTING: readonly BadFile[] = [
  {
    name: 'not objects.json',
    bytes: logFileText(good('obj-1'), '7', 'null', '"x"', `[${good('inner')}]`, 'true', good('obj-2')),
    rows: ['obj-1', 'obj-2'],
    rejected: {
      1: 'RECORD_NOT_OBJECT',
      2: 'RECORD_NOT_OBJECT',
      3: 'RECORD_NOT_OBJECT',
      4: 'RECORD_NOT_OBJECT',
      5: 'RECORD_NOT_OBJECT',
    },
  },
  {
    name: 'a record of 20 MB.json',
    bytes: logFileText(good('giant-1'), giant, good('giant-2')),
    rows: ['giant-1', 'giant-2'],
    rejected: { 1: 'RECORD_TOO_LARGE' },
  },
  {
    name: 'nested 100,000.json.gz',
    bytes: gzipSync(logFileText(good('deep-1'), deep, good('deep-2'))),
    rows: ['deep-1', 'deep-2'],
    rejected: { 1: 'RECORD_TOO_DEEP' },
  },
  {
    name: 'nested 100,000 beside Records.json',
    bytes: `{"x":${deep},"Records":[${good('beside')}],"y":${deep}}`,
    rows: ['beside'],
  },
  {
    name: 'not JSON inside.json',
    bytes: logFileText(good('inside-1'), '{"eventSource":"athena.amazonaws.com",nope}', good('inside-2')),
    rows: ['inside-1', 'inside-2'],
    rejected: { 1: 'RECORD_BAD_JSON' },
  },
  {
    name: 'impossible times.json',
    bytes: logFileText(
      ...times.map((eventTime, at) => athenaRecord(`time-${at}`, { eventTime })),
      good('time-ok'),
    ),
    rows: ['time-ok'],
    rejected: Object.fromEntries(times.map((_, at) => [at, 'RECORD_BAD_TIME'])),
  },
  { name: 'no records.json', bytes: logFileText(), rows: [] },
];

/** Log files that are sound, however odd they look. */
const ODD: readonly BadFile[] = [
  {
    name: 'same key twice.json',
    bytes: patched('twice-1', '"readOnly"', '"eventID":"twice-2","readOnly"'),
    rows: ['twice-2'],
  },
  {
    name: '__proto__.json',
    bytes: patched(
      'proto',
      '"readOnly"',
      '"__proto__":{"eventSource":"x","polluted":1},"constructor":{"prototype":1},"readOnly"',
    ),
    rows: ['proto'],
  },
  {
    name: 'big numbers.json',
    bytes: patched(
      'big',
      '"workGroup":"primary"',
      '"big":9007199254740993,"far":1e999,"workGroup":12345678901234567890',
    ),
    rows: ['big'],
  },
  { name: 'no eventID.json', bytes: logFileText(athenaRecord('x', { eventID: undefined })), rows: [null] },
  {
    name: 'no userIdentity.json',
    bytes: logFileText(athenaRecord('nobody', { userIdentity: undefined })),
    rows: ['nobody'],
  },
  {
    name: 'userIdentity a string.json',
    bytes: logFileText(athenaRecord('text-user', { userIdentity: 'root' })),
    rows: ['text-user'],
  },
  {
    name: 'requestParameters a string.json',
    bytes: logFileText(athenaRecord('text-request', { requestParameters: '{"queryString":"SELECT 1"}' })),
    rows: ['text-request'],
  },
  { name: 'lone surrogate.json', bytes: patched('lone', 'aws-cli', 'aws\\ud83ccli'), rows: ['lone'] },
  { name: 'NUL in a text.json', bytes: patched('nul', 'aws-cli', 'aws\\u0000cli'), rows: ['nul'] },
  {
    name: 'no UTF-8.json',
    bytes: Buffer.from(patched('latin', 'aws-cli', 'aws\xff\xed\xa0\xbccli'), 'latin1'),
    rows: ['latin'],
  },
  {
    name: 'no UTF-8 in the request.json.gz',
    bytes: gzipSync(Buffer.from(patched('latin-request', 'primary', '\xc3('), 'latin1')),
    rows: ['latin-request'],
  },
  { name: 'byte order mark.json', bytes: `\ufeff${logFileText(good('bom'))}`, rows: ['bom'] },
  {
    name: 'escaped source.json',
    bytes: patched('escaped', 'athena.amazonaws.com', '\\u0061thena\\u002Eamazonaws.com'),
    rows: ['escaped'],
  },
  {
    name: 'white space.json.gz',
    bytes: gzipSync(
      JSON.stringify({ Records: [athenaRecord('space')] }, null, '\t').replaceAll('": ', '" \r\n : '),
    ),
    rows: ['space'],
  },
  {
    name: 'needle elsewhere.json',
    bytes: logFileText(
      athenaRecord('needle', { eventSource: 's3.amazonaws.com', userAgent: 'athena.amazonaws.com' }),
      athenaRecord('needle-2', {
        eventSource: 'glue.amazonaws.com',
        requestParameters: { note: '"eventSource":"athena.amazonaws.com"' },
      }),
    ),
    rows: [],
  },
  { name: 'gzip without .gz.json', bytes: gz('gz-inside'), rows: ['gz-inside'] },
];

/** Names that a careless reader stumbles over. */
const NAMES = [
  ...[
    'two words.json',
    ' leading.json',
    '..json',
    '..hidden..json',
    '-rf.json',
    '--lake.json',
    '*.json',
    '[a]{b}?.json',
  ],
  ...[
    'quote\'".json',
    'a\nb.json',
    '\u202ejson.txt.json',
    'ünï 中 🎉.json',
    'u\u0308.json',
    'back\\slash.json',
    '%2e%2e%2f.json',
    '$(id).json',
  ],
  ...[
    `${'n'.repeat(250)}.json`,
    'deep/er/../folder/x.json',
    'folder../x.json',
    'directory.json/x.json',
    'öäü/中/x.json',
  ],
];
const NAMED: readonly BadFile[] = [
  ...NAMES.map((name, at) => ({ name, bytes: logFileText(good(`name-${at}`)), rows: [`name-${at}`] })),
  {
    name: Buffer.from('no UTF-8 \xff\xfe.json', 'latin1'),
    bytes: logFileText(good('lost')),
    code: 'READ_FAILED',
  },
];

const FOREIGN: readonly BadFile[] = [
  {
    name: '111122223333_CloudTrail-Digest_us-east-1_trail_us-east-1_20260109T000500Z.json.gz',
    bytes: gzipSync('{}'),
    foreign: true,
  },
  {
    name: '111122223333_CloudTrail-Insight_us-east-1_20260109T0005Z_EXAMPLE.json.gz',
    bytes: gz('insight'),
    foreign: true,
  },
  { name: 'readme.txt', bytes: 'no log file', foreign: true },
];

const GOOD: readonly BadFile[] = Array.from({ length: 30 }, (_, at) => ({
  name: `AWSLogs/111122223333/CloudTrail/us-east-1/2026/01/${String(1 + (at % 9)).padStart(2, '0')}/good-${at}.json.gz`,
  bytes: gz(`good-${at}-a`, `good-${at}-b`),
  rows: [`good-${at}-a`, `good-${at}-b`],
}));

/** Everything that may lie in one folder. */
export const BAD_FILES: readonly BadFile[] = [
  ...DAMAGED,
  ...MISSHAPEN,
  ...REJECTING,
  ...ODD,
  ...NAMED,
  ...FOREIGN,
  ...GOOD,
];
