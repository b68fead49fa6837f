import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/cloudtrail/record.js';
import { identityCells } from '../../src/datasets/identity.js';
import { AthenaOverLogs } from '../support/athena-over-logs.ts';
import { type AwsServer, startAwsServer } from '../support/aws/aws-server.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { tablesOf } from '../support/markdown.ts';
import { inRepository, textOf } from '../support/repository.ts';

/** "The seeds' questions, answered": each command of the README's tables is run, and what it finds is known. */

const SECTION =
  textOf('README.md')
    .split(/^## /m)
    .find((part) => part.startsWith("The seeds' questions")) ?? '';
const COMMANDS = tablesOf(SECTION).flatMap(({ rows }) =>
  rows.map(([asked = '', command = '']) => ({ asked, command: command.slice(1, -1) })),
);

const DAY = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'seeds-'));
const world = new AwsWorld({ now: Date.now });
let server: AwsServer;
/** Every record of the trail, each event once. */
let records: readonly JsonObject[];

type Row = { readonly [column: string]: unknown };
type Answer = { readonly code: number; readonly out: string; readonly rows: readonly Row[] };

function answerOf(command: string): Promise<Answer> {
  const main = `'${process.execPath}' '${inRepository('dist/cli/main.js')}'`;
  const env = {
    ...process.env,
    ...{ AUDIT_LAKE_LAKE: 'demo/lake', AWS_ENDPOINT_URL: server.endpoint },
    ...{ AWS_ACCESS_KEY_ID: 'EXAMPLE', AWS_SECRET_ACCESS_KEY: 'EXAMPLE', AWS_REGION: 'eu-west-1' },
  };
  return new Promise((resolve) => {
    const script = command.replace('npx audit-lake', main);
    execFile('sh', ['-c', script], { cwd: folder, env }, (error, out) => {
      const code = typeof error?.code === 'number' ? error.code : error ? -1 : 0;
      resolve({ code, out, rows: rowsOf(out) });
    });
  });
}

const rowsOf = (out: string): readonly Row[] =>
  out
    .split('\n')
    .filter((line) => /^\{.*\}$/.test(line))
    .map((line) => JSON.parse(line));

/** The log files that can be read, by their keys: one of the demo's cannot. */
function* logFiles(): Generator<{ readonly key: string; readonly bytes: Buffer; readonly text: string }> {
  const trail = join(folder, 'demo/trail');
  for (const key of readdirSync(trail, { recursive: true, encoding: 'utf8' })) {
    if (!/\/CloudTrail\/.*\.json\.gz$/.test(key)) continue;
    const bytes = readFileSync(join(trail, key));
    try {
      yield { key, bytes, text: gunzipSync(bytes).toString('utf8') };
    } catch {}
  }
}

function readTrail(): readonly JsonObject[] {
  const all = [...logFiles()].flatMap(({ text }): readonly JsonObject[] => JSON.parse(text).Records);
  const id = (it: JsonObject) => `${it['recipientAccountId']} ${it['awsRegion']} ${it['eventID']}`;
  return [...new Map(all.map((record) => [id(record), record])).values()];
}

beforeAll(async () => {
  server = await startAwsServer(world);
  world.athena.data = new AthenaOverLogs(world);
  expect(await answerOf('npx audit-lake demo')).toMatchObject({ code: 0 });
  records = readTrail();
  for (const name of ['amzn-s3-demo-bucket', 'amzn-s3-demo-lake']) world.s3.createBucket(name);
  // Athena fails where a log file is damaged.
  for (const { key, bytes } of logFiles()) world.s3.put('amzn-s3-demo-bucket', key, bytes);
  const lake = '--lake s3://amzn-s3-demo-lake/audit';
  expect(await answerOf(`npx audit-lake ingest s3://amzn-s3-demo-bucket/AWSLogs ${lake}`)).toMatchObject({
    code: 0,
  });
  const raw = 's3://amzn-s3-demo-bucket/AWSLogs/o-exampleorg1/ --raw-table cloudtrail_logs';
  expect(await answerOf(`npx audit-lake raw create ${raw} ${lake}`)).toMatchObject({ code: 0 });
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.close();
});

/** Records since a midnight so many days ago; of a service, or of a call. */
function since(days: number, kind: { readonly service?: string; readonly name?: string } = {}) {
  const from = Math.floor(Date.now() / DAY) * DAY - days * DAY;
  return records.filter(
    (it) =>
      Date.parse(String(it['eventTime'])) >= from &&
      (kind.service === undefined || it['eventSource'] === `${kind.service}.amazonaws.com`) &&
      (kind.name === undefined || it['eventName'] === kind.name),
  );
}

const starts = (days: number) => since(days, { name: 'StartQueryExecution' });
const userOf = (record: JsonObject) => identityCells(record)['user_name'];
const all = 10_000;

function tally(keys: readonly unknown[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(String(key), (counts.get(String(key)) ?? 0) + 1);
  return counts;
}
const counted = (rows: readonly Row[], key: (row: Row) => unknown, count: string) =>
  new Map(rows.map((row) => [String(key(row)), Number(row[count])]));
const column = (rows: readonly Row[], name: string) => rows.map((row) => row[name]);

/** The keys that AssumeRole gave, by the trail, to the sessions that the rows show. */
function given(rows: readonly Row[]): ReadonlySet<unknown> {
  const asked = new Set(rows.filter((row) => row['event'] === 'AssumeRole').map((row) => row['event_id']));
  const answers = records.filter((it) => asked.has(it['eventID'])).map((it) => it['responseElements']);
  const keys = answers.flatMap((it) => /"accessKeyId":"(\w+)"/.exec(JSON.stringify(it ?? null))?.[1] ?? []);
  return new Set(keys);
}
let bobsRows: readonly Row[] = [];

/** What each command must find, by the words before it. */
const EXPECTED: { readonly [asked: string]: (answer: Answer) => void } = {
  'Who ran queries against our sensitive patient data last quarter?': ({ rows }) => {
    const night = rows.filter((row) => row['source_ip'] === '203.0.113.9');
    expect(column(night, 'user_name')).toEqual(Array(7).fill('john.doe'));
    const diego = rows.filter((row) => row['user_name'] === 'diego.ramirez');
    expect(column(diego, 'state')).toEqual(['FAILED']);
    const execute = rows.find((row) => String(row['query_text']).startsWith('EXECUTE'));
    expect(execute).toMatchObject({ user_name: 'mary.major@example.com', how: 'ran in its database' });
  },
  'Which users accessed financial records from outside our corporate network?': ({ rows }) => {
    expect(rows.map((row) => [row['user_name'], row['source_ip']])).toEqual([
      ['martha.rivera@example.com', '198.51.100.23'],
    ]);
  },
  'Find all queries by a specific user in the last 30 days': ({ rows }) => {
    expect(rows).toHaveLength(starts(30).filter((it) => userOf(it) === 'john.doe').length);
    expect(rows.filter((row) => row['source_ip'] === '203.0.113.9')).toHaveLength(7);
  },
  'Identify queries from outside corporate network, of 7 days': ({ rows }) => {
    const outside = starts(7).filter((it) => !String(it['sourceIPAddress']).startsWith('10.'));
    expect(tally(column(rows, 'source_ip'))).toEqual(tally(outside.map((it) => it['sourceIPAddress'])));
    expect(new Set(column(rows, 'user_name')).size).toBe(5);
  },
  'Who accessed what data, when, from where?': ({ rows }) => {
    expect(rows).toHaveLength(starts(7).length);
    const shown = ['user_name', 'source_ip', 'submission_time', 'query_text'];
    for (const name of shown) expect(rows.every((row) => name in row)).toBe(true);
  },
  'user identity: names, ARNs, principal ids': ({ rows }) => {
    const known = since(all, { service: 'athena' }).map((it) => {
      const { user_name, user_arn, principal_id } = identityCells(it);
      return [user_name, user_arn, principal_id].join(' ');
    });
    const found = rows.map((row) => [row['user_name'], row['user_arn'], row['principal_id']].join(' '));
    expect(new Set(found)).toEqual(new Set(known));
  },
  'user agents: which tools were used': ({ rows }) => {
    const events = since(all, { service: 'athena' });
    const calls = tally(events.map((it) => [userOf(it), it['userAgent']].join(' ')));
    expect(counted(rows, (row) => [row['user_name'], row['user_agent']].join(' '), 'calls')).toEqual(calls);
  },
  'execution statistics, and what they cost': ({ rows }) => {
    expect(rows[0]).toMatchObject({ user_name: 'mary.major@example.com' });
    expect(Number(rows[0]?.['cost_usd'])).toBeGreaterThan(0.24);
  },
  errors: ({ rows }) => {
    const diego = rows.filter((row) => row['user_name'] === 'diego.ramirez');
    expect(column(diego, 'outcome')).toEqual(['access denied', 'access denied']);
    expect(diego.reduce((sum, row) => sum + Number(row['times']), 0)).toBe(3);
  },
  'history beyond the retention of Athena': ({ rows }) => {
    expect(rows.map((row) => [row['user_name'], row['query_text'], row['query_text_status']])).toEqual([
      ['john.doe', 'SELECT count(*) FROM patients.visits', 'in_event'],
    ]);
  },
  'what is not known yet is filled in later': ({ out }) => {
    expect(out).toMatch(/\b111122223333\b/);
  },
  'audit records by `year=/month=/day=`': ({ out }) => {
    const days = new Set(records.map((it) => String(it['eventTime']).slice(0, 10)));
    for (const day of days) expect(out.split(day).length, day).toBeGreaterThan(2);
    expect(days.size).toBe(15);
  },
  'alerting on suspicious query patterns': ({ code, rows }) => {
    expect(code).toBe(3);
    expect(rows).toHaveLength(8);
  },
  "auditing of Lake Formation's access control": ({ rows }) => {
    expect(rows.map((row) => [row['user_name'], row['table_arn']])).toEqual([
      ['martha.rivera@example.com', 'arn:aws:glue:eu-west-1:111122223333:table/finance/ledger'],
    ]);
  },
  'dashboards: query patterns and user activity': () => {
    const page = readFileSync(join(folder, 'audit.html'), 'utf8');
    expect(page).toContain('203.0.113.9');
    expect(page).not.toContain('<script');
  },
  'every action of Athena is an event': ({ rows }) => {
    const names = since(all, { service: 'athena' }).map((it) => it['eventName']);
    expect(counted(rows, (row) => row['event_name'], 'calls')).toEqual(tally(names));
  },
  'root, IAM user, temporary credentials, federated user, or a service?': ({ rows }) => {
    const types = since(all, { service: 'athena' }).map((it) => identityCells(it)['user_type'] ?? null);
    expect(counted(rows, (row) => row['user_type'], 'calls')).toEqual(tally(types));
    expect(rows).toHaveLength(10);
  },
  'StartQueryExecution that failed: no query, no text': ({ rows }) => {
    const failed = starts(all).filter((it) => it['errorCode'] !== undefined);
    expect(failed).toHaveLength(5);
    const codes = ['AccessDenied', 'InvalidRequestException'];
    const refused = rows.filter((row) => codes.includes(String(row['reason'])));
    expect(refused.reduce((sum, row) => sum + Number(row['times']), 0)).toBe(5);
  },
  CreateNamedQuery: ({ rows }) => {
    const created = rows.filter((row) => row['event_name'] === 'CreateNamedQuery');
    expect(created).toMatchObject([{ name: 'Umsatz je Stadt', user_name: 'zoë.müller@example.com' }]);
  },
  '`***OMITTED***`: the text of a query, by GetQueryExecution': ({ rows }) => {
    expect(rows.reduce((sum, row) => sum + Number(row['queries']), 0)).toBe(starts(all).length);
    const resolved = rows.find((row) => row['query_text_status'] === 'resolved');
    expect(resolved?.['query_text_source']).toBe('history_file');
    expect(column(rows, 'query_text_status')).not.toContain(null);
  },
  'a partitioned table over the log files': ({ out }) => {
    expect(out).toMatch(/PARTITIONED BY \(`account` string, `region` string, `year` string/);
    expect(out).toContain("LOCATION 's3://amzn-s3-demo-bucket/AWSLogs/o-exampleorg1/'");
  },
  'each partition added once, known to DynamoDB, when log files arrive': ({ out }) => {
    const keys = readdirSync(join(folder, 'demo/trail'), { recursive: true, encoding: 'utf8' });
    const days = keys.flatMap(
      (key) => /\/\d{12}\/CloudTrail\/[^/]+\/\d{4}\/\d\d\/\d\d(?=\/)/.exec(key) ?? [],
    );
    expect(out).toContain(`${new Set(days).size} partitions`);
  },
  'a sample of the logs': ({ rows }) => {
    expect(rows).toHaveLength(10);
  },
  'what a role has been up to over a month: distinct events by Region': ({ rows }) => {
    const own = since(30).filter((it) => identityCells(it)['role_name'] === 'devops');
    const key = (it: JsonObject) => [it['awsRegion'], it['eventName']].join(' ');
    const found = counted(rows, (row) => [row['aws_region'], row['event_name']].join(' '), 'calls');
    expect(found).toEqual(tally(own.map(key)));
    for (const name of ['StopInstances', 'TerminateInstances'])
      expect(column(rows, 'event_name')).toContain(name);
    expect(new Set(column(rows, 'aws_region')).size).toBe(2);
  },
  'Access Denied errors over the day': ({ rows }) => {
    const denied = since(1).filter((it) => it['errorCode'] === 'AccessDenied');
    expect(rows).toHaveLength(denied.length);
    const athena = rows.filter((row) => row['event_source'] === 'athena.amazonaws.com');
    expect(column(athena, 'user_name')).toEqual(['diego.ramirez', 'diego.ramirez']);
  },
  'joining events by their ids': ({ rows }) => {
    expect(rows).toContainEqual({ user_name: 'martha.rivera@example.com', reader: 'diego.ramirez' });
  },
  'new types of activity in a Region every day, by mail': ({ code, rows }) => {
    expect(code).toBe(3);
    expect(column(rows, 'event_name')).toContain('TerminateInstances');
  },
  'least privilege of a service': ({ out }) => {
    const own = since(30).filter((it) => identityCells(it)['role_name'] === 'EtlRole');
    const calls = new Set(
      own.map((it) =>
        [it['recipientAccountId'], it['awsRegion'], it['eventSource'], it['eventName']].join(','),
      ),
    );
    const lines = out.trim().split(/\r?\n/).slice(1);
    expect(new Set(lines.map((line) => line.split(',').slice(0, 4).join(',')))).toEqual(calls);
  },
  'Who terminated that instance?': ({ rows }) => {
    const ended = rows.filter((row) => row['event_name'] === 'TerminateInstances');
    expect(ended).toMatchObject([{ user_name: 'bob', role_name: 'devops' }]);
  },
  'Who granted access to that user?': ({ rows }) => {
    const granted = rows.filter((row) => row['event_name'] === 'AttachUserPolicy');
    expect(granted).toMatchObject([{ role_name: 'it', access_key_id: 'ASIABOBITROLAEXAMPLE' }]);
  },
  'What access keys were used to delete that resource?': ({ rows }) => {
    const deleted = rows.filter((row) => row['event_name'] === 'DeleteBucket');
    expect(deleted).toMatchObject([{ access_key_id: 'ASIABOBCHAINAEXAMPLE', error_code: null }]);
  },
  'everything by or about john.smith, in identity, request and response': ({ rows }) => {
    const about = since(30).filter((it) => JSON.stringify(it).includes('john.smith'));
    expect(about).toHaveLength(2);
    expect(column(rows, 'event_name')).toEqual(['AttachUserPolicy', 'CreateUser']);
  },
  'fields that differ by service, as text: requestParameters, responseElements, additionalEventData, serviceEventDetails':
    ({ rows }) => {
      expect(column(rows, 'chosen_role')).toEqual(['Analyst']);
    },
  'download your findings as a CSV file': () => {
    const lines = readFileSync(join(folder, 'bob.csv'), 'utf8').split('\r\n');
    expect(lines[0]).toMatch(/^event_time,how,user_name/);
    expect(lines.some((line) => line.includes('TerminateInstances'))).toBe(true);
  },
  'Did a call occur, anywhere, in some distant range of dates?': ({ rows }) => {
    expect(rows).toMatchObject([{ account_id: '444455556666', aws_region: 'eu-west-1' }]);
  },
  'partitions by Region, year, month and day, managed by a machine': ({ out }) => {
    for (const account of ['111122223333', '444455556666', '777788889999']) expect(out).toContain(account);
  },
  'querying some of them': ({ rows }) => {
    const there = records.filter(
      (it) => it['recipientAccountId'] === '111122223333' && it['awsRegion'] === 'us-east-1',
    );
    expect(there.length).toBeGreaterThan(0);
    expect(tally(column(rows, 'eventname'))).toEqual(tally(there.map((it) => it['eventName'])));
  },
  "Bob's activity: which access keys did he get by AssumeRole, and what was each used for?": ({ rows }) => {
    const keys = given(rows);
    expect(keys.size).toBe(5);
    expect(rows).toHaveLength(20);
    const chained = rows.filter((row) => row['via'] === 'bob > devops > Deploy (deploy-from-analytics)');
    expect(column(chained, 'event')).toEqual(['DeleteBucket', 'DescribeVolumes']);
    bobsRows = rows;
  },
  'the results as rows, to be asked further': () => {
    const lines = readFileSync(join(folder, 'bob-activity.csv'), 'utf8').trim().split('\r\n');
    expect(lines[0]).toMatch(/^time,via,user_name,key/);
    expect(lines).toHaveLength(21);
  },
  'a query for each key and partition, in parallel, one for keys that share a partition; a result table of inferred types, dropped at the end':
    ({ rows }) => {
      expect(rows).toEqual(bobsRows);
    },
  'years of archived logs, beyond the hot window': ({ out }) => {
    expect(out).toContain('3 accounts');
  },
};

describe("the seeds' questions", () => {
  test('are all answered, and each answer is known', () => {
    expect(COMMANDS.map(({ asked }) => asked)).toEqual(Object.keys(EXPECTED));
    expect(new Set(COMMANDS.map(({ command }) => command)).size).toBe(COMMANDS.length);
  });

  test.each(COMMANDS)('$asked', async ({ asked, command }) => {
    const answer = await answerOf(command);
    if (!command.includes('--fail-on')) expect(answer.code).toBe(0);
    EXPECTED[asked]?.(answer);
  });
});
