import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { athenaRecord, logFileText } from '../support/athena-record.ts';
import { type AwsCommand, awsCommand, LAKE, STATE } from '../support/aws-command.ts';
import { type Ended, run, start, summaryOf } from '../support/command-line.ts';
import { rowsByCommand } from '../support/rows-by-command.ts';

const HOME = '111122223333';
const OTHER = '444455556666';
const REGION = 'eu-west-1';
const ROLE = `arn:aws:iam::${OTHER}:role/audit-lake-query-history`;
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'none' };
const DAY = 86_400_000;

describe('audit-lake ingest cloudtrail:lookup-events', () => {
  let aws: AwsCommand;
  let folder: string;
  let lake: string;
  beforeEach(async () => {
    aws = await awsCommand();
    aws.world.region = REGION;
    folder = await mkdtemp(join(tmpdir(), 'lookup-events-'));
    lake = join(folder, 'lake');
  });
  afterEach(async () => {
    await aws.end();
    await rm(folder, { recursive: true });
  });

  const args = (...more: readonly string[]) => [
    ...['ingest', 'cloudtrail:lookup-events', '--region', REGION, '--endpoint-url', aws.endpoint],
    ...['--output', 'json', ...more],
  ];
  const lookups = () => aws.world.calls.filter(({ operation }) => operation === 'LookupEvents');
  /** The moments from which on events were asked for, in seconds. */
  const asked = () => lookups().map(({ input }) => Number(input['StartTime']));

  /** Two calls a second for 90 days are too many for a test: stopped after so many, as by Ctrl-C. */
  async function ingestSome(calls: number, ...more: readonly string[]): Promise<Ended> {
    aws.world.calls.length = 0;
    const { child, ended } = start(args(...more), { env: CREDENTIALS });
    while (lookups().length < calls && child.exitCode === null) await wait(20);
    child.kill('SIGINT');
    return ended;
  }

  /** Starts of queries on the oldest days that are read for sure. */
  function recordDays(account: string, ...ids: readonly string[]) {
    return ids.map((eventID, at) => {
      const eventTime = `${new Date(Date.now() - (89 - at) * DAY).toISOString().slice(0, 19)}Z`;
      const record = athenaRecord(eventID, { eventTime, awsRegion: REGION, recipientAccountId: account });
      const named = {
        eventID,
        eventTime,
        eventName: 'StartQueryExecution',
        eventSource: 'athena.amazonaws.com',
      };
      aws.world.cloudtrailIn(account, REGION).record({ ...record, ...named });
      return record;
    });
  }

  test('keeps what it read when it is stopped, goes on where it was, and never asks for the same again', async () => {
    recordDays(HOME, 'one', 'two');
    const first = await ingestSome(5, '--lake', lake);
    expect([first.code, first.err]).toEqual([
      130,
      expect.stringMatching(/^Reading the event history of 111122223333 in eu-west-1: 90 days/),
    ]);
    expect(summaryOf(first).rows_written).toEqual({ athena_events: 2 });
    const known = new Set(asked());
    const second = await ingestSome(3, '--lake', lake, '--quiet');
    expect(second.code).toBe(130);
    expect(second.err).not.toContain('Reading');
    expect(summaryOf(second).log_files.skipped).toBe(summaryOf(first).log_files.ingested);
    expect(asked().filter((moment) => known.has(moment))).toEqual([]);
    expect(Math.min(...asked())).toBeGreaterThan(Math.max(...known));
  });

  test('an event that a log file holds too is shown once, as that log file has it', async () => {
    const [record = {}] = recordDays(HOME, 'both', 'history');
    const path = join(folder, 'trail.json');
    await writeFile(path, logFileText(record));
    const both = ['--dataset', 'athena_events', '--dataset', 'cloudtrail_events', '--lake', lake];
    expect((await ingestSome(4, ...both)).code).toBe(130);
    expect((await run(['ingest', path, ...both, '--quiet'])).code).toBe(0);
    for (const [view, table] of [
      ['athena_audit_logs', 'athena_events'],
      ['cloudtrail_audit_logs', 'cloudtrail_events'],
    ]) {
      const columns = 'event_id, source_bucket, source_key';
      expect(await rowsByCommand(lake, `SELECT ${columns} FROM ${view} ORDER BY event_time`)).toEqual([
        { event_id: 'both', source_bucket: 'file', source_key: 'trail.json' },
        {
          event_id: 'history',
          source_bucket: 'cloudtrail:lookup-events',
          source_key: expect.stringMatching(
            /^~lookup-events\/111122223333\/eu-west-1\/\d{4}\/\d\d\/\d\d\/\d\d\.json$/,
          ),
        },
      ]);
      expect(await rowsByCommand(lake, `SELECT count(*) AS n FROM ${table}`)).toEqual([{ n: 3 }]);
    }
  });

  test('asks for the one service that is wanted, and for all where cloudtrail_events takes all', async () => {
    const attributes = () => lookups()[0]?.input['LookupAttributes'];
    await ingestSome(1, '--lake', lake, '--dry-run');
    expect(attributes()).toEqual([{ AttributeKey: 'EventSource', AttributeValue: 'athena.amazonaws.com' }]);
    await ingestSome(1, '--lake', lake, '--dry-run', '--dataset', 'cloudtrail_events');
    expect(attributes()).toBeUndefined();
  });

  test('a dry run counts and writes nothing', async () => {
    recordDays(HOME, 'one', 'two');
    const ended = await ingestSome(5, '--lake', lake, '--dry-run');
    expect(summaryOf(ended)).toMatchObject({ dry_run: true, rows_written: { athena_events: 2 } });
    expect(existsSync(lake)).toBe(false);
  });

  test('reads other accounts by their role, into a lake in S3, and never breaks the rate of one', async () => {
    aws.world.sts.createRole(ROLE, { externalId: 'audit-1' });
    for (const account of [HOME, OTHER]) {
      aws.world.cloudtrailIn(account, REGION).strictRate = true;
      recordDays(account, `of-${account}`);
    }
    const env = { AUDIT_LAKE_QUERY_EXTERNAL_ID: 'audit-1', ...CREDENTIALS };
    const { child, ended } = start(
      args('--account', HOME, '--account', OTHER, '--lake', LAKE, '--state-table', STATE),
      { env },
    );
    const rows = () => [...aws.world.s3.objects('amzn-s3-demo-lake', 'audit/athena_events/').keys()];
    while ((lookups().length < 8 || rows().length === 0) && child.exitCode === null) await wait(20);
    child.kill('SIGINT');
    const { code, err } = await ended;
    expect([code, err]).toEqual([130, expect.not.stringContaining('AWS_')]);
    expect(new Set(lookups().map(({ account }) => account))).toEqual(new Set([HOME, OTHER]));
    expect(aws.world.count('AssumeRole')).toBe(1);
    expect(rows()).not.toEqual([]);
  });

  test('an account whose role may not be assumed ends the run, by the name of the role', async () => {
    const { code, err } = await run(args('--account', OTHER, '--lake', lake, '--quiet'), {
      env: CREDENTIALS,
    });
    expect([code, err]).toEqual([4, expect.stringContaining(`AWS_DENIED: sts:AssumeRole on ${ROLE}`)]);
    expect(aws.world.count('AssumeRole')).toBe(1);
  });

  test('with a profile too: it is the role that is refused, and nobody asks again', async () => {
    const file = join(folder, 'credentials');
    await writeFile(
      file,
      '[audit]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = none\n',
    );
    const env = { AWS_SHARED_CREDENTIALS_FILE: file, AWS_CONFIG_FILE: '/nowhere' };
    const profile = ['--profile', 'audit', '--account', OTHER];
    const { code, err } = await run(args(...profile, '--lake', lake, '--quiet'), { env });
    expect([code, err]).toEqual([4, expect.stringContaining(`AWS_DENIED: sts:AssumeRole on ${ROLE}`)]);
    expect(aws.world.count('AssumeRole')).toBe(1);
  });

  test.each([
    ['together with a folder', ['./logs'], 'cloudtrail:lookup-events alone'],
    [
      'for an account that is none',
      ['--account', '1234'],
      '--account takes an account of 12 digits, not "1234"',
    ],
  ])('is refused %s', async (_, more, message) => {
    const { code, err } = await run(args('--lake', lake, ...more), { env: CREDENTIALS });
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(aws.world.calls).toEqual([]);
  });

  test('a misspelt name is told by its right one, and nothing is read', async () => {
    for (const typo of ['cloudtrail:lookup-event', 'CloudTrail:Lookup-Events']) {
      const { code, out, err } = await run(['ingest', typo, '--lake', lake], { env: CREDENTIALS });
      expect([code, out, err]).toEqual([
        ...[2, ''],
        expect.stringContaining(`USAGE: nothing is called ${typo}. Did you mean cloudtrail:lookup-events?\n`),
      ]);
    }
    expect(existsSync(lake)).toBe(false);
    expect(aws.world.calls).toEqual([]);
  });

  test('--account belongs to it alone', async () => {
    const { code, err } = await run(['ingest', folder, '--account', HOME, '--lake', lake]);
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('--account belongs to cloudtrail:lookup-events'),
    ]);
  });
});
