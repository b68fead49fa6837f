import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { denied } from '../support/aws/aws-error.ts';
import { type AwsServer, startAwsServer } from '../support/aws/aws-server.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { run } from '../support/command-line.ts';
import { parsedPage, tableRows } from '../support/report/parsed-page.ts';

const folder = mkdtempSync(join(tmpdir(), 'report-command-'));
const at = (name: string) => join(folder, name);
const lake = at('lake');
beforeAll(async () => {
  expect((await run(['demo', '--out', folder])).code).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const report = (...args: readonly string[]) => run(['report', '--lake', lake, ...args]);
/** So that two reports of one lake are of the same events. */
const UNTIL_TODAY = ['--to', 'today'];

describe('audit-lake report', () => {
  test('writes one file for its user alone, says what it covers on stderr, and nothing on stdout', async () => {
    const { code, out, err } = await report('--out', at('audit.html'));
    expect([code, out]).toEqual([0, '']);
    const page = readFileSync(at('audit.html'));
    expect(parsedPage(page.toString()).errors).toEqual([]);
    expect(err).toMatch(/audit\.html: \d+\.\d kB, 4 charts\n/);
    expect(err).toContain(`SHA-256 ${createHash('sha256').update(page).digest('hex')}\n`);
    expect(err).toMatch(
      /It covers 20\d\d-\d\d-\d\d to 20.*Z of .*lake: \d+ events of Athena on 14 days,\nfrom 14 data files/,
    );
    expect(statSync(at('audit.html')).mode & 0o077).toBe(0);
  });

  test('leaves a file alone that is there already, and makes no other', async () => {
    const before = readFileSync(at('audit.html'), 'utf8');
    const { code, err } = await report('--out', at('audit.html'));
    expect(code).toBe(2);
    expect(err).toContain('is there already: name another file');
    expect(readFileSync(at('audit.html'), 'utf8')).toBe(before);
    const nowhere = await report('--out', at('no/folder/audit.html'));
    expect([nowhere.code, existsSync(at('no'))]).toEqual([2, false]);
    expect(nowhere.err).toContain('USAGE: there is no folder');
  });

  test('prints it on stdout for -', async () => {
    const { code, out, err } = await report('--out', '-', '--days', '30');
    expect([code, parsedPage(out).errors]).toEqual([0, []]);
    expect(err).toMatch(/^The report: \d+\.\d kB/);
    expect(readdirSync(folder)).not.toContain('-');
  });

  test.each([
    ["required option '--out <file>'", []],
    ['home is no network', ['--out', '-', '--networks', 'home']],
    ['leave one out', ['--out', '-', '--days', '3', '--from', '3d']],
    ['Athena reads lakes in S3', ['--out', '-', '--engine', 'athena']],
  ])('is not made where %s', async (message, args) => {
    const { code, out, err } = await report(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  test('of what is no lake is none', async () => {
    const { code, err } = await run(['report', '--lake', at('trail'), '--out', at('none.html')]);
    expect([code, existsSync(at('none.html'))]).toEqual([1, false]);
    expect(err).toContain('LAKE_MISSING');
  });

  test('asks what it says that it asked: the same numbers by audit-lake ask', async () => {
    const { out } = await report('--out', '-', ...UNTIL_TODAY);
    const command = /audit-lake ask cost ([^<]*)</.exec(out)?.[1] ?? '';
    const asked = await run(['ask', 'cost', ...command.split(' '), '--lake', lake, '--output', 'ndjson']);
    const rows = asked.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const shown = tableRows(parsedPage(out), 'Users by bytes scanned, with their cost');
    expect(shown.map(([user, queries]) => [user, Number(queries)])).toEqual(
      rows.map((row) => [row.user_name, row.queries]),
    );
  });
});

describe('audit-lake report of a lake in S3', () => {
  const world = new AwsWorld({ now: Date.now });
  let server: AwsServer;
  const env = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'none' };
  const place = () => [
    ...['--lake', 's3://amzn-s3-demo-lake/audit', '--endpoint-url', server.endpoint, '--region', 'eu-west-1'],
  ];
  const inS3 = (...args: readonly string[]) => run(['report', ...place(), '--out', '-', ...args], { env });
  beforeAll(async () => {
    server = await startAwsServer(world);
    world.s3.createBucket('amzn-s3-demo-lake');
    const history = ['--query-history', at('query-history.json')];
    const datasets = ['--dataset', 'athena_events', '--dataset', 'cloudtrail_events'];
    // One log file of the demo is damaged.
    const ingest = ['ingest', at('trail'), ...place(), ...history, ...datasets, '--quiet'];
    expect((await run(ingest, { env })).code).toBe(1);
  });
  afterAll(async () => await server.close());

  test('is that of the same log files in a folder, but for where they lie', async () => {
    const made = await inS3('--engine', 'duckdb', ...UNTIL_TODAY);
    expect(made.code, made.err).toBe(0);
    const there = parsedPage(made.out);
    const here = parsedPage((await report('--out', '-', ...UNTIL_TODAY)).out);
    const captions = [...made.out.matchAll(/<caption>([^<]*)</g)].map(([, caption = '']) => caption);
    expect(captions.length).toBeGreaterThan(9);
    const same = captions.filter((caption) => !caption.startsWith('Tables and partitions'));
    for (const caption of same) expect(tableRows(there, caption), caption).toEqual(tableRows(here, caption));
    const [events] = tableRows(there, 'Tables and partitions, all days');
    expect(events?.slice(0, 3)).toEqual(['athena_events', '15', expect.stringMatching(/^(0|15)$/)]);
  });

  test('asks Athena where nobody says otherwise, each question once', async () => {
    const asked: string[] = [];
    world.athena.answer = (sql) => {
      asked.push(sql);
      if (!sql.includes('AS day_utc')) return { columns: [], rows: [] };
      const names = ['day_utc', 'events', 'queries', 'failed_queries', 'users', 'scanned_bytes'];
      const times = ['first_event', 'last_event'].map((name) => ({ name, type: 'timestamp' }));
      return {
        columns: [
          ...names.map((name) => ({ name, type: name === 'day_utc' ? 'varchar' : 'bigint' })),
          ...times,
        ],
        rows: [
          ['2026-01-02', '7', '5', '1', '2', null, '2026-01-02 03:04:05.000', '2026-01-02 06:07:08.000'],
        ],
      };
    };
    const { code, out, err } = await inS3('--from', '2026-01-01', '--to', '2026-02-01');
    expect(code, err).toBe(0);
    const rows = tableRows(parsedPage(out), 'Queries by day, where there were events');
    expect(rows).toEqual([['2026-01-02', '5', '1', '–', '7']]);
    expect(out).toContain('the first on 2026-01-02 03:04:05, the last on 2026-01-02 06:07:08 (UTC)');
    expect(out).toContain('Athena answered, over the views');
    expect(asked.filter((sql) => sql.includes('athena_audit_logs'))).toHaveLength(7);
  });

  test('leaves the log files uncounted where the ledger may not be read over', async () => {
    world.fail(({ operation }) => operation === 'Scan', denied);
    const { code, out, err } = await inS3('--from', '2026-01-01', '--to', '2026-02-01');
    expect(code, err).toBe(0);
    expect(out).toContain('may not read over its ledger');
  });
});
