import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AwsServer, startAwsServer } from '../support/aws/aws-server.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { run, start } from '../support/command-line.ts';
import { parsedPage } from '../support/report/parsed-page.ts';

const folder = mkdtempSync(join(tmpdir(), 'trace-command-'));
const at = (name: string) => join(folder, name);
const lake = at('lake');
beforeAll(async () => {
  const demo = await run(['demo', '--out', folder]);
  expect(demo.code).toBe(0);
  expect(demo.out).toContain(`npx audit-lake trace bob --lake ${lake} `);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const trace = (...args: readonly string[]) => run(['trace', ...args, '--lake', lake]);
const rowsOf = (out: string) =>
  out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe('audit-lake trace', () => {
  test('prints a row an event on stdout; on stderr who, when, how many, and what nobody saw', async () => {
    const { code, out, err } = await trace('bob');
    expect(code).toBe(0);
    const rows = rowsOf(out);
    expect(Object.keys(rows[0])).toEqual([
      ...['time', 'via', 'user_name', 'key', 'source', 'event', 'error', 'ip', 'account', 'region'],
      ...['user_arn', 'request', 'event_id'],
    ]);
    expect(rows.find(({ event }) => event === 'DeleteBucket')).toMatchObject({
      ...{ via: 'bob > devops > Deploy (deploy-from-analytics)', account: '444455556666' },
      key: 'ASIABOBCHAINAEXAMPLE',
    });
    expect(err).toMatch(/^Trace of bob: \d{4}-\d\d-\d\dT00:00:00Z to now\n/);
    expect(err).toContain(
      `${rows.length} events in 2 accounts, 1 of them refused or failed; 5 keys given out.\n`,
    );
    expect(err).toContain('Not seen how 1 session began: ASIABOBITLOSTEXAMPLE.\n');
    expect(err).toContain(`Next: audit-lake trace bob --lake ${lake} --html trace.html\n`);
  });

  test.each(['json', 'csv', 'md', 'table'])('prints %s', async (output) => {
    const { code, out } = await trace('bob', '--output', output);
    expect(code).toBe(0);
    const begins = {
      json: /^\[\n\{"time":/,
      csv: /^time,via,user_name,/,
      md: /^\| time \| via \|/,
      table: /^┌─/,
    };
    expect(out).toMatch(begins[output as keyof typeof begins]);
    expect(out).toContain('TerminateInstances');
  });

  test('makes a page, which nobody else may read and which replaces nothing; stdout stays empty', async () => {
    const { code, out, err } = await trace('bob', '--html', at('bob.html'));
    expect([code, out]).toEqual([0, '']);
    expect(err).toMatch(/bob\.html: \d+\.\d kB\n/);
    const page = readFileSync(at('bob.html'), 'utf8');
    expect(parsedPage(page).errors).toEqual([]);
    expect(page).toContain('Trace of <span class="who">bob</span>');
    for (const text of [
      'TerminateInstances',
      'ASIABOBCHAINAEXAMPLE',
      'deploy-from-analytics',
      'AccessDenied',
    ])
      expect(page).toContain(text);
    expect(page).not.toMatch(/<script|https?:|style="/);
    expect(statSync(at('bob.html')).mode & 0o077).toBe(0);
    const again = await trace('bob', '--html', at('bob.html'));
    expect([again.code, again.out]).toEqual([2, '']);
    expect(readFileSync(at('bob.html'), 'utf8')).toBe(page);
  });

  test('prints rows and makes a page where both are asked for', async () => {
    const { code, out } = await trace('it', '--html', at('it.html'), '--output', 'csv');
    expect([code, existsSync(at('it.html'))]).toEqual([0, true]);
    expect(out).toContain('CreateUser');
  });

  test('of nobody ends with 0, says what was looked for and what to try', async () => {
    const { code, out, err } = await trace('nobody');
    expect([code, out]).toEqual([0, '']);
    expect(err).toContain('Nothing was found of a person, a session or a role named nobody.');
    expect(err).toContain('Next: audit-lake ask person nobody');
  });

  test.each([
    [[''], '<who> is empty'],
    [['bob', '--from', 'soon'], '--from soon is no moment'],
    [['bob', '--from', '2026-01-09', '--to', '2026-01-09'], 'is empty'],
    [['bob', '--html', '/nowhere/at/all.html'], 'there is no folder'],
    [['bob', '--engine', 'athena'], 'Athena reads lakes in S3'],
    [['a\ud800'.slice(0, 1), '--output', 'xml'], 'Allowed choices'],
    [[], 'missing required argument'],
  ])('refuses %j', async (args, message) => {
    const { code, out, err } = await trace(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  test('of what is no lake is none', async () => {
    const { code, err } = await run(['trace', 'bob', '--lake', at('trail')]);
    expect(code).toBe(1);
    expect(err).toContain('LAKE_MISSING');
  });

  test('ends quietly where the reader of stdout has gone', async () => {
    const { child, ended } = start(['trace', 'EtlRole', '--lake', lake]);
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect((await ended).code).toBe(0);
  });

  test('of a lake that keeps only Athena finds its calls, and says what is missing', async () => {
    await run(['ingest', at('trail'), '--lake', at('athena'), '--quiet']);
    const { code, out, err } = await run(['trace', 'john.doe', '--lake', at('athena')]);
    expect(code).toBe(0);
    expect(new Set(rowsOf(out).map(({ source }) => source))).toEqual(new Set(['athena.amazonaws.com']));
    expect(err).toContain('This lake keeps no cloudtrail_events');
    expect(err).toContain('ingest <log files> --dataset cloudtrail_events');
    const s3 = ['--dataset', 'cloudtrail_events', '--event-source', 's3.amazonaws.com'];
    await run(['ingest', at('trail'), '--lake', at('s3'), '--quiet', ...s3]);
    const other = await run(['trace', 'bob', '--lake', at('s3')]);
    expect(other.err).toContain('are of other services than sts.amazonaws.com');
  });
});

describe('audit-lake trace of a lake in S3', () => {
  const world = new AwsWorld({ now: Date.now });
  let server: AwsServer;
  const env = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'none' };
  const place = () => [
    ...['--lake', 's3://amzn-s3-demo-lake/audit', '--endpoint-url', server.endpoint, '--region', 'eu-west-1'],
  ];
  beforeAll(async () => {
    server = await startAwsServer(world);
    world.s3.createBucket('amzn-s3-demo-lake');
    const datasets = ['--dataset', 'athena_events', '--dataset', 'cloudtrail_events'];
    // One log file of the demo is damaged.
    expect((await run(['ingest', at('trail'), ...place(), ...datasets, '--quiet'], { env })).code).toBe(1);
  });
  afterAll(async () => await server.close());

  test('finds there what it finds in a folder', async () => {
    const there = await run(['trace', 'bob', ...place(), '--engine', 'duckdb'], { env });
    expect(there.code, there.err).toBe(0);
    expect(there.out).toBe((await trace('bob')).out);
  });

  test('asks Athena where nobody says otherwise, with every view bounded', async () => {
    const asked: string[] = [];
    world.athena.answer = (sql) => {
      asked.push(sql);
      return { columns: [], rows: [] };
    };
    const { code, err } = await run(['trace', 'bob', ...place()], { env });
    expect(code, err).toBe(0);
    expect(asked.filter((sql) => sql.includes('sts.amazonaws.com'))).toHaveLength(1);
    expect(
      asked.filter((sql) => sql.includes('UNION') && sql.includes('ORDER BY event_time, account_id')),
    ).toHaveLength(1);
  });
});
