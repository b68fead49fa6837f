import { gzipSync } from 'node:zlib';
import type { DatasetName } from '../../src/datasets/dataset.js';

/** A log file made for a test, with what an ingest must find in it: counted here, without our own code. */
export type MadeLogFile = {
  readonly key: string;
  readonly bytes: Uint8Array;
  /** Record indexes that each dataset keeps. */
  readonly kept: { readonly [dataset in DatasetName]: readonly number[] };
};

/** What a record of a made log file is about. */
export type MadeRecord = { readonly service: string; readonly day: number };

const FIRST_DAY = Date.UTC(2026, 0, 5);
const DAY = 86_400_000;

/** `2026-01-05` and the days after it. */
export const dayNumber = (day: number): string => new Date(FIRST_DAY + day * DAY).toISOString().slice(0, 10);

/** The key of log file `n`, delivered on a day; all of the single account 111122223333. */
export function keyOf(n: number, day: number): string {
  const date = dayNumber(day);
  const stamp = `${date.replaceAll('-', '')}T${String(n % 24).padStart(2, '0')}05Z`;
  const unique = String(n).padStart(16, '0');
  const folder = `AWSLogs/111122223333/CloudTrail/us-east-1/${date.replaceAll('-', '/')}`;
  return `${folder}/111122223333_CloudTrail_us-east-1_${stamp}_${unique}.json.gz`;
}

/** A log file of these records, gzipped. `salt` makes other content under the same key. */
export function makeLogFile(
  n: number,
  records: readonly MadeRecord[],
  { salt = '', key = keyOf(n, records[0]?.day ?? 0) } = {},
): MadeLogFile {
  const json = { Records: records.map((record, index) => recordJson(record, `${n}-${index}${salt}`)) };
  const all = records.map((_, index) => index);
  return {
    key,
    bytes: gzipSync(JSON.stringify(json), { level: 1 }),
    kept: {
      athena_events: all.filter((index) => records[index]?.service === 'athena'),
      cloudtrail_events: all,
    },
  };
}

/** The same log file, cut short: it can be read, but not to its end. */
export function damaged(file: MadeLogFile): MadeLogFile {
  return {
    key: file.key,
    bytes: file.bytes.slice(0, -9),
    kept: { athena_events: [], cloudtrail_events: [] },
  };
}

/** Many small log files over some days, both services in most of them, one in seven a day late. */
export function makeTrail(count: number, days: number): MadeLogFile[] {
  return Array.from({ length: count }, (_, n) => {
    const day = n % days;
    const late = n % 7 === 0 && day > 0 ? day - 1 : day;
    const records = Array.from({ length: 1 + (n % 4) }, (_, at) => ({
      service: (n + at) % 3 === 0 ? 'athena' : 's3',
      day: at % 2 === 0 ? day : late,
    }));
    return makeLogFile(n, records);
  });
}

function recordJson({ service, day }: MadeRecord, name: string) {
  return {
    eventVersion: '1.11',
    userIdentity: {
      type: 'IAMUser',
      accountId: '111122223333',
      userName: 'john.doe',
      arn: 'arn:aws:iam::111122223333:user/john.doe',
    },
    eventTime: `${dayNumber(day)}T10:20:30Z`,
    eventSource: `${service}.amazonaws.com`,
    eventName: service === 'athena' ? 'StartQueryExecution' : 'GetObject',
    awsRegion: 'us-east-1',
    sourceIPAddress: '203.0.113.7',
    userAgent: 'aws-cli/2.31.4',
    requestParameters: { workGroup: 'primary' },
    responseElements: service === 'athena' ? { queryExecutionId: `query-${name}` } : null,
    eventID: `event-${name}`,
    readOnly: false,
    eventType: 'AwsApiCall',
    recipientAccountId: '111122223333',
  };
}

/** The rows that a lake of these log files must have, each named once. */
export function truthOf(files: readonly MadeLogFile[], datasets: readonly DatasetName[]): string[] {
  return files
    .flatMap(({ key, kept }) =>
      datasets.flatMap((name) => kept[name].map((index) => rowName(name, key, index))),
    )
    .sort();
}

/** Names a row by what it was made from. */
export const rowName = (table: string, key: string, index: number): string => `${table} ${key} ${index}`;
