import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { type Ended, run, summaryOf } from './support/command-line.ts';
import { corpusFiles, filesBelow, hasCorpus } from './support/corpus.ts';
import { askDirectly, type DirectRow, dataFilesOf } from './support/direct-query.ts';
import { isRecord, recordsOfFile, textAt, timeOf } from './support/independent-count.ts';

const root = mkdtempSync(join(tmpdir(), 'corpus-records-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const inRoot = (name: string) => join(root, name);

function ingest(source: string, lake: string): Promise<Ended> {
  const both = ['--dataset', 'cloudtrail_events', '--dataset', 'athena_events'];
  return run(['ingest', source, '--lake', lake, ...both, '--output', 'json', '--quiet']);
}

/** A row by where it came from. */
const place = (key: unknown, index: unknown) => `${key} ${index}`;

/** Records, one a line, as log files of at most 500: their text is not touched. */
function wrap(paths: readonly string[], folder: string): void {
  mkdirSync(folder);
  const lines = paths.flatMap((path) => readFileSync(path, 'utf8').split('\n').filter(Boolean));
  for (let at = 0; at < lines.length; at += 500) {
    const records = lines.slice(at, at + 500);
    writeFileSync(join(folder, `${String(at).padStart(6, '0')}.json`), `{"Records":[${records.join(',')}]}`);
  }
}

/** Columns of text, and the fields that they show. */
const TEXTS: { readonly [column: string]: readonly string[] } = {
  event_id: ['eventID'],
  event_name: ['eventName'],
  event_source: ['eventSource'],
  event_type: ['eventType'],
  event_category: ['eventCategory'],
  event_version: ['eventVersion'],
  aws_region: ['awsRegion'],
  account_id: ['recipientAccountId'],
  request_id: ['requestID'],
  shared_event_id: ['sharedEventID'],
  error_code: ['errorCode'],
  error_message: ['errorMessage'],
  source_ip: ['sourceIPAddress'],
  user_agent: ['userAgent'],
  tls_version: ['tlsDetails', 'tlsVersion'],
  vpc_endpoint_id: ['vpcEndpointId'],
  user_type: ['userIdentity', 'type'],
  user_arn: ['userIdentity', 'arn'],
  principal_id: ['userIdentity', 'principalId'],
  user_account_id: ['userIdentity', 'accountId'],
  invoked_by: ['userIdentity', 'invokedBy'],
  source_identity: ['userIdentity', 'sessionContext', 'sourceIdentity'],
};

const JSONS: { readonly [column: string]: string } = {
  request_parameters: 'requestParameters',
  response_elements: 'responseElements',
  additional_event_data: 'additionalEventData',
};

const COMPARED = [
  ...['source_key', 'record_index', 'raw_event', 'access_key_id', 'read_only'],
  ...Object.keys(TEXTS),
  ...Object.keys(JSONS),
].join(', ');

/** The columns in which a row does not show its record. */
function wrongColumns(row: DirectRow, record: unknown): string[] {
  const wrong = Object.entries(TEXTS).filter(([column, path]) => row[column] !== textAt(record, ...path));
  const wrongJson = Object.entries(JSONS).filter(([column, field]) => {
    const json = row[column] === null ? null : JSON.parse(String(row[column]));
    return !isDeepStrictEqual(json, (isRecord(record) ? record[field] : null) ?? null);
  });
  const key = textAt(record, 'userIdentity', 'accessKeyId') || null;
  const others: readonly (readonly [string, boolean])[] = [
    ['access_key_id', row['access_key_id'] === key],
    ['event_time', row['at'] === BigInt(timeOf(record) ?? -1)],
    ['read_only', String(row['read_only']) === String(textAt(record, 'readOnly')?.toLowerCase() ?? null)],
    ['raw_event', isDeepStrictEqual(JSON.parse(String(row['raw_event'])), record)],
  ];
  return [...wrong, ...wrongJson, ...others.filter(([, right]) => !right)].map(([column]) => column);
}

describe.skipIf(!hasCorpus)('the records of the corpus', () => {
  test('survive in every field: raw_event is the record, and the columns are what it says', async () => {
    const [folder, lake] = [inRoot('records'), inRoot('records-lake')];
    wrap(corpusFiles('records', /\.json$/), folder);
    expect((await ingest(folder, lake)).code).toBe(0);
    const truth = new Map(
      filesBelow(folder, /./).flatMap((path) =>
        (recordsOfFile(path) ?? []).map((record, index) => [place(basename(path), index), record] as const),
      ),
    );
    const rows = await askDirectly(
      `SELECT ${COMPARED}, epoch_ms(event_time) AS at FROM ${dataFilesOf(lake, 'cloudtrail_events')}`,
    );
    expect(rows.length).toBe([...truth.values()].filter((record) => timeOf(record) !== undefined).length);
    const wrong = rows.flatMap((row) => {
      const at = place(row['source_key'], row['record_index']);
      return wrongColumns(row, truth.get(at)).map((column) => `${at}: ${column}`);
    });
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  test('of Athena show the SQL that is in the event, the named query, and why a text is missing', async () => {
    const [folder, lake] = [inRoot('athena'), inRoot('athena-lake')];
    wrap(corpusFiles('.', /^athena\.jsonl$/), folder);
    expect((await ingest(folder, lake)).code).toBe(0);
    const rows = await askDirectly(
      `SELECT event_name AS name, query_text_status AS status, left(query_text, 9) AS text, query_text_source AS source,
         left(query_execution_id, 4) AS query, left(named_query_id, 4) AS named, named_query_name AS called,
         database_name AS db, work_group AS wg, submission_time IS NOT NULL AS submitted
       FROM ${dataFilesOf(lake, 'athena_events')} ORDER BY record_index`,
    );
    expect(
      rows.map((row) =>
        Object.values(row)
          .map((cell) => cell ?? '-')
          .join(' | '),
      ),
    ).toEqual(ATHENA_ROWS);
  });

  test('that only look like CloudTrail do no harm', async () => {
    const [folder, lake] = [inRoot('lookalikes'), inRoot('lookalikes-lake')];
    wrap(corpusFiles('.', /^lookalikes\.jsonl$/), folder);
    const ended = await ingest(folder, lake);
    const records = filesBelow(folder, /./).flatMap((path) => recordsOfFile(path) ?? []);
    const selected = records.filter((record) => timeOf(record) !== undefined).length;
    expect(ended.code).toBe(0);
    expect(summaryOf(ended)).toMatchObject({
      records: { read: records.length, selected, rejected: records.length - selected },
      rows_written: { athena_events: 0, cloudtrail_events: selected },
    });
  });
});

/** name | status | text | source | query | named query | its name | database | workgroup | submitted */
const ATHENA_ROWS = [
  'StartQueryExecution | in_event | Select 10 | event | b621 | - | - | - | - | true',
  'StartQueryExecution | in_event | Select 10 | event | - | - | - | - | - | true',
  'CreateNamedQuery | in_event | select 10 | event | - | cdd0 | johndoetest | default | - | false',
  'StartSession | not_applicable | - | - | - | - | - | - | notebook-workgroup | false',
  'TerminateSession | not_applicable | - | - | - | - | - | - | - | false',
  'ImportNotebook | not_applicable | - | - | - | - | - | - | notebook-workgroup | false',
  'UpdateNotebook | not_applicable | - | - | - | - | - | - | - | false',
  'StartCalculationExecution | not_applicable | - | - | - | - | - | - | - | false',
  'StartQueryExecution | in_event | Select 10 | event | b621 | - | - | - | - | true',
  'StartQueryExecution | in_event | Select 10 | event | - | - | - | - | - | true',
  'StartQueryExecution | expired | - | - | b621 | - | - | - | - | true',
  'StartQueryExecution | never_started | - | - | - | - | - | - | - | true',
  'CreateNamedQuery | pending | - | - | - | cdd0 | johndoetest | default | - | false',
  'StartQueryExecution | in_event | -- Query  | event | fc62 | - | - | 1111 | Panther | true',
];
