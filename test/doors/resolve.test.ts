import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { denied, throttled } from '../support/aws/aws-error.ts';
import { BUCKET, STATE } from '../support/aws-command.ts';
import {
  ASKING,
  DAY,
  DENIED,
  FAR_REGION,
  HOME,
  MEMBER,
  OTHER,
  REGION,
  secondsOf,
  UNLISTED,
} from '../support/query-trail.ts';
import { type CommandOptions, LAKE_KINDS, TextsCommand } from '../support/texts-command.ts';

let lake: TextsCommand;
afterEach(() => lake.end());

const RESOLVE = ['resolve', '--output', 'json'];

/** What `resolve --output json` tells. */
type Told = {
  readonly interrupted: boolean;
  readonly asked: number;
  readonly ended: { readonly [status: string]: number };
  readonly left_open: { readonly [why: string]: number };
  readonly ended_elsewhere: number;
  readonly not_asked: number;
  readonly data_files: number;
};

async function resolve(...args: readonly string[]): Promise<Told> {
  const ended = await lake.run([...RESOLVE, ...args]);
  if (ended.code !== 0) throw new Error(`exit code ${ended.code}: ${ended.err}`);
  return JSON.parse(ended.out);
}

async function status(options?: CommandOptions) {
  const ended = await lake.run(['resolve', '--status', '--output', 'json'], options);
  if (ended.code !== 0) throw new Error(`exit code ${ended.code}: ${ended.err}`);
  return JSON.parse(ended.out).accounts;
}

const detailsOf = async () => lake.rows('SELECT count(*) AS n FROM athena_query_details');

/** A saved answer of BatchGetQueryExecution. */
async function saved(...executions: readonly object[]): Promise<string> {
  const path = join(lake.folder, 'history.json');
  await writeFile(path, JSON.stringify({ QueryExecutions: executions }));
  return path;
}

describe.each(LAKE_KINDS)('audit-lake resolve over a lake in a %s', (kind) => {
  beforeEach(async () => {
    lake = await TextsCommand.start(kind);
  });

  test('ends the queries that were pending, and leaves the others for later', async () => {
    lake.trail.ran('home');
    lake.trail.ran('member', { account: MEMBER, region: FAR_REGION });
    lake.trail.ran('denied', { account: DENIED });
    lake.trail.ran('running', { endsAt: Number.POSITIVE_INFINITY });
    lake.trail.started('gone');
    expect((await lake.texts([])).query_texts).toEqual({ pending: 5 });
    expect(await resolve(...ASKING)).toMatchObject({
      schema_version: 1,
      lake: lake.lake,
      interrupted: false,
      asked: 5,
      ended: { resolved: 2, not_found: 1 },
      left_open: { denied: 1, running: 1 },
      ended_elsewhere: 0,
      data_files: expect.any(Number),
    });
    expect(await lake.shownTexts()).toEqual([
      ['denied', null, 'pending'],
      ['gone', null, 'not_found'],
      ['home', "SELECT 'home'", 'resolved'],
      ['member', "SELECT 'member'", 'resolved'],
      ['running', null, 'pending'],
    ]);
  });

  test('what has ended is not asked about again, and what runs is until it has ended', async () => {
    const { world, trail } = lake;
    trail.ran('home');
    trail.ran('runs', { endsAt: Number.POSITIVE_INFINITY });
    await lake.texts(ASKING);
    expect(await status()).toEqual([
      expect.objectContaining({ account: HOME, open: 1, pending: 0, denied: 0 }),
    ]);
    for (let turn = 0; turn < 2; turn++) {
      expect(await resolve(...ASKING)).toMatchObject({ asked: 1, ended: {}, left_open: { running: 1 } });
    }
    const submittedAt = Date.now() - 600_000;
    const statistics = { DataScannedInBytes: 77 };
    world.athenaIn(HOME, REGION).remember({ id: 'runs', sql: "SELECT 'runs'", submittedAt, statistics });
    expect(await resolve(...ASKING)).toMatchObject({ asked: 1, ended: { resolved: 1 }, data_files: 1 });
    expect(await resolve(...ASKING)).toMatchObject({ asked: 0, data_files: 0 });
    const rows = await lake.rows(
      "SELECT query_state, data_scanned_bytes AS bytes FROM athena_audit_logs WHERE query_execution_id = 'runs'",
    );
    expect(rows).toEqual([{ query_state: 'SUCCEEDED', bytes: 77 }]);
    expect(await status()).toEqual([]);
  });

  test('takes texts out of a saved history, also of a query that was given up long ago', async () => {
    lake.trail.started('young');
    lake.trail.started('old', { ago: 60 * DAY });
    expect((await lake.texts([])).query_texts).toEqual({ pending: 1, expired: 1 });
    const submitted = (ago: number) => ({
      Status: { State: 'SUCCEEDED', SubmissionDateTime: secondsOf(Date.now() - ago) },
    });
    const place = { account: HOME, region: REGION };
    const path = await saved(
      { QueryExecutionId: 'young', Query: 'SELECT 1', ...submitted(DAY / 48), ...place },
      { QueryExecutionId: 'old', Query: 'SELECT 2', ...submitted(60 * DAY), ...place },
    );
    lake.world.calls.length = 0;
    expect(await resolve('--query-history', path)).toMatchObject({ asked: 2, ended: { resolved: 2 } });
    expect(lake.questions()).toEqual([]);
    expect(await lake.shownTexts()).toEqual([
      ['old', 'SELECT 2', 'resolved'],
      ['young', 'SELECT 1', 'resolved'],
    ]);
    expect(await resolve('--query-history', path)).toMatchObject({ asked: 0 });
    expect(await detailsOf()).toEqual([{ n: 2 }]);
  });

  test('--status tells each account what is open and what is lost when, and changes nothing', async () => {
    const { trail, world } = lake;
    for (const [id, days] of [
      ['a', 43],
      ['b', 40],
      ['c', 33],
      ['d', 1],
    ] as const)
      trail.ran(id, { ago: days * DAY });
    trail.ran('m', { account: MEMBER, ago: 44 * DAY });
    trail.ran('n', { account: DENIED, ago: 44 * DAY });
    trail.ran('runs', { account: OTHER, ago: 44 * DAY, endsAt: Number.POSITIVE_INFINITY });
    world.athenaIn(HOME, REGION).denied = true;
    await lake.texts([
      '--query-account',
      DENIED,
      '--query-account',
      OTHER,
      '--query-external-id',
      'external-7',
    ]);
    const bytes = kind === 's3' ? await lake.allBytes() : undefined;
    const items = kind === 's3' ? JSON.stringify(world.dynamodb.items(STATE)) : undefined;
    const deadlines = (n3: number, n7: number, n14: number) => ({
      ...{ expiring_in_3_days: n3, expiring_in_7_days: n7, expiring_in_14_days: n14 },
    });
    const counts = { open: 1, pending: 0, denied: 0, running: 0, lost: 0 };
    const told = [
      { account: HOME, ...counts, open: 4, denied: 4, ...deadlines(1, 2, 3) },
      ...[DENIED, MEMBER].map((account) => ({ account, ...counts, denied: 1, ...deadlines(1, 1, 1) })),
      { account: OTHER, ...counts, running: 1, ...deadlines(0, 0, 0) },
    ];
    expect(await status()).toEqual(told);
    const text = await lake.run(['resolve', '--status']);
    expect(text).toMatchObject({ code: 0, err: '' });
    expect(text.out).toMatch(/│ account +│ open │ pending │ denied │ running │ 3 days │ 7 days │ 14 days │/);
    expect(text.out).toMatch(new RegExp(`│ ${HOME} │ +4 │ +0 │ +4 │ +0 │ +1 │ +2 │ +3 │`));
    expect(text.out).toMatch(new RegExp(`│ ${OTHER} │ +1 │ +0 │ +0 │ +1 │ +0 │ +0 │ +0 │`));
    expect(text.out).not.toContain('Athena has forgotten');
    expect(text.out).toContain('\nNo account is named (query_accounts): ');
    const naming = ['--query-account', DENIED, '--query-account', OTHER];
    const some = await lake.run(['resolve', '--status', ...naming]);
    const unasked = [HOME, MEMBER].join(', ');
    expect(some.out).toContain(
      `\nNot named (query_accounts), so that nobody is asked there:\n  ${unasked}\n`,
    );
    const self = await lake.run(['resolve', '--status', ...naming, '--query-account', 'self']);
    expect(self.out).toContain(`so that nobody is asked there, unless it is \`self\`:\n  ${unasked}\n`);
    const object = await lake.run(['resolve', '--status', '--output', 'json', ...naming]);
    expect(JSON.parse(object.out).not_named).toEqual([HOME, MEMBER]);
    // Three days later: what is forgotten by then is no deadline any more.
    const later = { ahead: 3 * DAY };
    expect(await status(later)).toEqual([
      { account: HOME, ...counts, open: 4, denied: 4, lost: 1, ...deadlines(1, 1, 2) },
      ...[DENIED, MEMBER].map((account) => ({
        ...{ account, ...counts, denied: 1, lost: 1 },
        ...deadlines(0, 0, 0),
      })),
      { account: OTHER, ...counts, running: 1, ...deadlines(0, 0, 0) },
    ]);
    const page = await lake.run(['resolve', '--status'], later);
    expect(page.out).toContain('\nAthena has forgotten 3 texts already: ');
    for (const line of `${text.out}${page.out}${self.out}`.split('\n'))
      expect(line.length).toBeLessThanOrEqual(80);
    if (kind === 's3') {
      expect(await lake.allBytes()).toEqual(bytes);
      expect(JSON.stringify(world.dynamodb.items(STATE))).toBe(items);
    }
  });

  test('--status of a lake where all is known says so', async () => {
    lake.trail.ran('home');
    await lake.texts(ASKING);
    const text = await lake.run(['resolve', '--status']);
    expect(text).toMatchObject({ code: 0, err: '' });
    expect(text.out).toBe('No query is open: each has its text, or a reason why there is none.\n');
    expect(await status()).toEqual([]);
  });

  test('without accounts and a history it ends what is forgotten, counts the rest, and tells whom to name', async () => {
    lake.trail.started('young');
    lake.trail.started('old', { ago: 40 * DAY });
    await lake.texts([]);
    lake.world.calls.length = 0;
    const later = { ahead: 20 * DAY };
    const { code, out, err } = await lake.run(['resolve'], later);
    expect([code, out]).toEqual([
      0,
      'Asked      1 query = 1 ended + 0 left open + 0 ended by another run\n' +
        'Ended      1 expired: 1 data file\nNot asked  1 query that nobody may be asked about\n',
    ]);
    expect(err).toContain(
      'Name the accounts whose Athena may be asked (--query-account self), or give --query-history.\n',
    );
    expect(lake.questions()).toEqual([]);
    expect(lake.world.count('AssumeRole') + lake.world.count('GetCallerIdentity')).toBe(0);
    const again = await lake.run(RESOLVE, later);
    expect(JSON.parse(again.out)).toMatchObject({ asked: 0, not_asked: 1, data_files: 0 });
    // A saved history fills in what was given up, and only that is asked about.
    const place = { account: HOME, region: REGION };
    const Status = { State: 'SUCCEEDED', SubmissionDateTime: secondsOf(Date.now() - 40 * DAY) };
    const path = await saved({ QueryExecutionId: 'old', Query: 'SELECT 2', Status, ...place });
    const filled = await lake.run([...RESOLVE, '--query-history', path], later);
    expect(JSON.parse(filled.out)).toMatchObject({ asked: 1, ended: { resolved: 1 }, not_asked: 1 });
    expect(await lake.shownTexts()).toEqual([
      ['old', 'SELECT 2', 'resolved'],
      ['young', null, 'pending'],
    ]);
  });

  test('a lake that is not there is LAKE_MISSING with exit code 1, and nothing is made', async () => {
    for (const more of [ASKING, [], ['--status']]) {
      const ended = await lake.run(['resolve', ...more]);
      expect([ended.code, ended.out]).toEqual([1, '']);
      expect(ended.err).toMatch(/^LAKE_MISSING: there is no lake in /);
    }
    expect(existsSync(lake.lake)).toBe(false);
    expect([...lake.world.s3.objects(BUCKET)]).toEqual([]);
    expect(lake.world.count('CreateTable')).toBe(0);
    expect(lake.questions()).toEqual([]);
  });
});

describe('audit-lake resolve', () => {
  test('gives up what is denied to the last, a day before Athena forgets it', async () => {
    lake = await TextsCommand.start('folder');
    lake.trail.started('denied', { account: DENIED, ago: 44.5 * DAY });
    lake.trail.started('younger', { account: DENIED, ago: 43.5 * DAY });
    await lake.texts([]);
    expect(await resolve(...ASKING)).toMatchObject({ ended: { denied: 1 }, left_open: { denied: 1 } });
    expect(await lake.shownTexts()).toEqual([
      ['denied', null, 'denied'],
      ['younger', null, 'pending'],
    ]);
  });

  test('keeps texts as the lake does, and takes no other way: TEXT_MODE with exit code 2, nobody is asked', async () => {
    lake = await TextsCommand.start('folder');
    lake.trail.ran('home');
    await lake.texts(['--query-text', 'masked']);
    const ended = await lake.run([...RESOLVE, ...ASKING, '--query-text', 'full']);
    expect([ended.code, ended.out]).toEqual([2, '']);
    expect(ended.err).toMatch(
      /^TEXT_MODE: the query_text of this lake is masked, and that of this run is full\n/,
    );
    expect(lake.questions()).toEqual([]);
    expect(await resolve(...ASKING)).toMatchObject({ ended: { resolved: 1 } });
    expect(await lake.shownTexts()).toEqual([['home', 'SELECT ?', 'resolved']]);
    expect(await lake.modesOfFiles()).toEqual(['masked']);
  });

  test('the sums stand on stdout, obstacles on stderr', async () => {
    lake = await TextsCommand.start('folder');
    lake.trail.ran('home');
    lake.trail.ran('denied', { account: DENIED });
    lake.trail.ran('unlisted', { account: UNLISTED });
    await lake.texts([]);
    const ended = await lake.run(['resolve', ...ASKING]);
    expect(ended.code).toBe(0);
    expect(ended.out).toBe(
      'Asked      2 queries = 1 ended + 1 left open + 0 ended by another run\n' +
        'Ended      1 resolved: 1 data file\nLeft open  1 denied\n' +
        'Not asked  1 query that nobody may be asked about\n',
    );
    // Accounts are named: nobody is told to name some.
    expect(ended.err).toMatch(
      /^Warning: the role to ask for query texts may not be assumed in account 123456789012, .*\n$/,
    );
  });

  test('Ctrl-C ends it in order with 130, and the next run asks only about the rest', async () => {
    lake = await TextsCommand.start('folder');
    for (let n = 0; n < 450; n++) lake.trail.ran(`q${String(n).padStart(3, '0')}`);
    await lake.texts([]);
    const { child, ended } = lake.begin([...RESOLVE, '--query-account', 'self', '--query-rate', '1']);
    await vi.waitFor(() => expect(lake.world.count('BatchGetQueryExecution')).toBeGreaterThan(1), 30_000);
    child.kill('SIGINT');
    const { code, out, err } = await ended;
    expect(code).toBe(130);
    expect(err).toContain('Stopping');
    const first: Told = JSON.parse(out);
    // In the middle of the first 200: what was told is kept, and nobody waits for the rest.
    expect(first).toMatchObject({ interrupted: true, asked: 200 });
    const { resolved = 0 } = first.ended;
    expect([100, 150]).toContain(resolved);
    expect(first.left_open).toEqual({ pending: 200 - resolved });
    lake.world.calls.length = 0;
    const rest = await resolve('--query-account', 'self', '--query-rate', '100');
    expect(rest).toMatchObject({ interrupted: false, ended: { resolved: 450 - resolved } });
    expect(lake.questions()).toHaveLength((450 - resolved) / 50);
    expect(await detailsOf()).toEqual([{ n: 450 }]);
  });

  test('Ctrl-C does not wait for an Athena that is asked in vain, however much patience there is', async () => {
    lake = await TextsCommand.start('folder');
    // Two seconds of patience for each: more than six minutes.
    for (let n = 0; n < 250; n++) lake.trail.ran(`q${n}`);
    await lake.texts([]);
    const fault = lake.world.fail(({ service }) => service === 'athena', throttled, {
      times: Number.POSITIVE_INFINITY,
    });
    const { child, ended } = lake.begin([...RESOLVE, '--query-account', 'self']);
    await vi.waitFor(() => expect(lake.world.count('BatchGetQueryExecution')).toBeGreaterThan(3), 60_000);
    const stopped = performance.now();
    child.kill('SIGINT');
    const { code, out } = await ended;
    expect(performance.now() - stopped).toBeLessThan(5_000);
    expect(code).toBe(130);
    expect(JSON.parse(out)).toMatchObject({
      ...{ interrupted: true, asked: 200, ended: {}, left_open: { pending: 200 } },
    });
    fault.stop();
    expect(await resolve('--query-account', 'self')).toMatchObject({ ended: { resolved: 250 } });
  });

  test('names a history that cannot be read, before anything is opened', async () => {
    lake = await TextsCommand.start('folder');
    const ended = await lake.run(['resolve', '--query-history', join(lake.folder, 'nowhere.json')]);
    expect(ended.code).toBe(2);
    expect(ended.err).toMatch(/^USAGE: cannot read the query history .*nowhere\.json/);
    expect(existsSync(lake.lake)).toBe(false);
  });

  test('a state that may not be read is exit code 4', async () => {
    lake = await TextsCommand.start('s3');
    lake.trail.ran('home');
    await lake.texts([]);
    lake.world.fail(({ service }) => service === 'dynamodb', denied, { times: Number.POSITIVE_INFINITY });
    for (const more of [ASKING, ['--status']]) {
      const ended = await lake.run(['resolve', ...more]);
      expect([ended.code, ended.out]).toEqual([4, '']);
      expect(ended.err).toMatch(/^AWS_DENIED: /);
    }
  });

  test('Ctrl-C while it waits for another writer is 130: nothing was begun', async () => {
    lake = await TextsCommand.start('folder');
    for (let n = 0; n < 450; n++) lake.trail.ran(`q${n}`);
    await lake.texts([]);
    const slow = ['--query-account', 'self', '--query-rate', '1'];
    const first = lake.begin([...RESOLVE, ...slow]);
    await vi.waitFor(() => expect(lake.world.count('BatchGetQueryExecution')).toBeGreaterThan(0), 30_000);
    const second = lake.begin([...RESOLVE, ...slow]);
    const busy = await lake.run([...RESOLVE, ...slow, '--lock-wait', '0']);
    expect([busy.code, busy.out]).toEqual([1, '']);
    expect(busy.err).toMatch(/^LAKE_BUSY: /);
    second.child.kill('SIGINT');
    expect(await second.ended).toMatchObject({ code: 130, out: '' });
    first.child.kill('SIGINT');
    expect((await first.ended).code).toBe(130);
  });

  test('two at once over a lake in S3 write one row for each query', async () => {
    lake = await TextsCommand.start('s3');
    for (let n = 0; n < 120; n++) lake.trail.ran(`q${n}`);
    await lake.texts([]);
    const both = await Promise.all([resolve(...ASKING), resolve(...ASKING)]);
    for (const { asked, ended, ended_elsewhere } of both) {
      expect((ended['resolved'] ?? 0) + ended_elsewhere).toBe(asked);
    }
    expect(both.reduce((sum, { ended }) => sum + (ended['resolved'] ?? 0), 0)).toBe(120);
    expect(await detailsOf()).toEqual([{ n: 120 }]);
  });
});
