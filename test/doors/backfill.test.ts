import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Ended, run, start } from '../support/command-line.ts';
import { damaged, type MadeLogFile, makeLogFile, makeTrail } from '../support/log-files.ts';
import { rowsByCommand } from '../support/rows-by-command.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-lake-backfill-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (...names: string[]) => join(folder, ...names);

async function write(files: readonly MadeLogFile[], below = at('archive')): Promise<void> {
  for (const { key, bytes } of files) {
    await mkdir(dirname(join(below, key)), { recursive: true });
    await writeFile(join(below, key), bytes);
  }
}

function backfill(verb: string, ...args: string[]): Promise<Ended> {
  return run(['backfill', verb, ...args, '--lake', at('lake')]);
}
const planOf = async (...args: string[]) =>
  JSON.parse((await backfill('plan', at('archive'), '--output', 'json', ...args)).out);
const plans = async () => (await readdir(at('lake', '_meta', 'plans'))).sort();

const TRAIL = makeTrail(20, 4);

describe('audit-lake backfill', () => {
  test('plans without reading, runs, and a second run has nothing to write', async () => {
    await write(TRAIL);
    const plan = await planOf();
    expect(plan).toMatchObject({ log_files: { files: 20, settled: 0 } });
    const first = await backfill('run', plan.plan, '--output', 'json');
    expect(first.err).not.toMatch(/Error/);
    expect([first.code, JSON.parse(first.out).log_files]).toMatchObject([0, { listed: 20, ingested: 20 }]);
    const files = await readdir(at('lake', 'athena_events'), { recursive: true });
    const second = await backfill('run', at('archive'), '--output', 'json');
    expect([second.code, JSON.parse(second.out).log_files]).toMatchObject([0, { listed: 0 }]);
    expect(await readdir(at('lake', 'athena_events'), { recursive: true })).toEqual(files);
    const status = await backfill('status', '--output', 'json');
    expect([status.code, JSON.parse(status.out).state]).toEqual([0, 'done']);
    expect(await plans()).toHaveLength(2);
  });

  test('the view has each event once, though two trails delivered it and a copy lies below another folder', async () => {
    await write(TRAIL);
    await write(TRAIL.slice(0, 6), at('archive', 'restored'));
    const [file] = TRAIL;
    if (!file) throw new Error('the trail is empty');
    const organization = file.key.replace('AWSLogs/', 'AWSLogs/o-exampleorg1/');
    await write([{ ...file, key: organization }]);
    const ended = await backfill('run', at('archive'), '--output', 'json');
    expect(JSON.parse(ended.out).log_files).toMatchObject({ listed: 27, ingested: 21, skipped: 6 });
    const events = TRAIL.flatMap(({ kept }) => kept.athena_events).length;
    const sql = 'SELECT count(*) AS n FROM';
    expect(await rowsByCommand(at('lake'), `${sql} athena_audit_logs`)).toEqual([{ n: events }]);
    expect(await rowsByCommand(at('lake'), `${sql} athena_events`)).toEqual([
      { n: events + file.kept.athena_events.length },
    ]);
  });

  test('lists what failed with the command that tries it again, which does', async () => {
    const [file, ...others] = TRAIL;
    if (!file) throw new Error('the trail is empty');
    await write([damaged(file), ...others]);
    const first = await backfill('run', at('archive'));
    expect(first.code).toBe(1);
    expect(first.out).toMatch(/^failed +BAD_GZIP/m);
    const again = /^Try again +audit-lake (.*)$/m.exec(first.out)?.[1]?.split(' ') ?? [];
    const status = await backfill('status', '--output', 'json');
    expect([status.code, JSON.parse(status.out)]).toMatchObject([
      1,
      { state: 'done_with_failures', failures: [{ code: 'BAD_GZIP' }] },
    ]);
    await write([file]);
    const second = await run([...again, '--output', 'json']);
    expect([second.code, JSON.parse(second.out).log_files]).toMatchObject([0, { ingested: 1 }]);
    expect(JSON.parse(second.out).slices).toMatchObject({ worked_off: 1 });
  });

  test('goes on with the plan of the same sources, and makes a new one for others or on --restart', async () => {
    await write(TRAIL);
    const { plan } = await planOf();
    const one = await backfill('run', at('archive'), '--quiet', '--output', 'json');
    expect(JSON.parse(one.out).plan).toBe(plan);
    await write([makeLogFile(700, [{ service: 'athena', day: 2 }])]);
    const two = await backfill('run', at('archive'), '--output', 'json');
    expect(JSON.parse(two.out)).toMatchObject({ log_files: { listed: 6, ingested: 1, skipped: 5 } });
    const three = await backfill('run', at('archive'), '--account', '111122223333', '--output', 'json');
    expect(JSON.parse(three.out)).toMatchObject({ log_files: { listed: 0 } });
    const before = (await plans()).length;
    await backfill('run', plan, '--restart');
    expect(await plans()).toHaveLength(before + 1);
  });

  test('a plan counts the log files that have gone since, and finds those that came', async () => {
    await write(TRAIL);
    const { plan } = await planOf();
    const [gone] = TRAIL;
    if (!gone) throw new Error('the trail is empty');
    await rm(at('archive', gone.key));
    await write([makeLogFile(701, [{ service: 'athena', day: 1 }])]);
    const ended = await backfill('run', plan, '--output', 'json');
    expect([ended.code, JSON.parse(ended.out)]).toMatchObject([
      1,
      { gone: 1, log_files: { ingested: 20 }, next: expect.stringContaining(`backfill run ${plan}`) },
    ]);
    const status = await backfill('status', '--output', 'json');
    expect([status.code, JSON.parse(status.out)]).toMatchObject([
      1,
      { state: 'done_with_failures', gone: 1 },
    ]);
  });

  test('--from, --to and --account leave out what is not wanted, in the plan and in the run', async () => {
    await write(TRAIL);
    const some = ['--from', '2026-01-06', '--to', '2026-01-07', '--account', '111122223333'];
    expect((await planOf(...some)).log_files.files).toBe(10);
    const ended = await backfill('run', at('archive'), ...some, '--output', 'json');
    expect(JSON.parse(ended.out).log_files).toMatchObject({ listed: 10, ingested: 10 });
  });

  test.each([
    [['--from', '2026-02-01', '--to', '2026-01-01'], 2, /^USAGE: --from 2026-02-01 is after --to 2026-01-01/],
    [['--from', '2026-02-31'], 2, /^USAGE: --from takes a day such as 2026-01-09, not "2026-02-31"/],
    [['--account', '12'], 2, /^USAGE: --account takes an account such as 111122223333/],
    [['--region', 'Frankfurt'], 2, /^USAGE: --region takes a Region such as eu-central-1/],
    [['--account', '123456789012'], 1, /^NO_LOG_FILES: .*Seen left out by the options: .*111122223333/],
    [['--region', 'eu-central-1'], 1, /^NO_LOG_FILES: .*Seen left out by the options: .*us-east-1/],
    [['--inventory', 'manifest.json'], 2, /^USAGE: an inventory is of a bucket/],
    [['--restore-days', '0'], 2, /^USAGE: --restore-days takes/],
    [['--restore'], 2, /^USAGE: --restore is for log files in S3/],
  ])('plan %j is refused with what would be right', async (options, code, message) => {
    await write(TRAIL.slice(0, 2));
    const ended = await backfill('plan', at('archive'), ...options);
    expect([ended.code, ended.err.replaceAll(folder, '')]).toEqual([code, expect.stringMatching(message)]);
    expect(ended.out).toBe('');
  });

  test('a source without any log file says what it saw and the layouts that it knows', async () => {
    const digest = 'AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/01/05/x.json.gz';
    await write([
      { key: digest, bytes: new Uint8Array(1), kept: { athena_events: [], cloudtrail_events: [] } },
    ]);
    const ended = await backfill('plan', at('archive'));
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(/^NO_LOG_FILES: .*Seen 1 digest.*AWSLogs\/<account>\/CloudTrail/);
  });

  test('a source without any log file of the scope names the first folders that were left out', async () => {
    const regions = ['us-east-1', 'us-west-2', 'eu-west-1', 'eu-west-2', 'ap-south-1', 'sa-east-1'];
    const [file] = TRAIL;
    if (!file) throw new Error('the trail is empty');
    await write(regions.map((region) => ({ ...file, key: file.key.replace('us-east-1/', `${region}/`) })));
    const ended = await backfill('plan', at('archive'), '--region', 'eu-central-1');
    const seen = /left out by the options: (.*?) and (\d+) more/.exec(ended.err);
    const named = seen?.[1]?.split(', ').map((place) => place.split('/').at(-2));
    expect([named, seen?.[2]]).toEqual([regions.toSorted().slice(0, 5), '1']);
  });

  test('a plan of another lake, of another version, cut short, or none at all is refused', async () => {
    await write(TRAIL);
    const { location } = await planOf();
    const text = await readFile(location, 'utf8');
    const as = async (name: string, content: string) => {
      await writeFile(at(name), content);
      return at(name);
    };
    const elsewhere = await run(['backfill', 'run', location, '--lake', at('other')]);
    expect([elsewhere.code, elsewhere.err]).toEqual([1, expect.stringMatching(/^PLAN_FORMAT: .*not for/)]);
    const newer = await as('newer.jsonl', text.replace('"plan":1', '"plan":2'));
    expect((await backfill('run', newer)).err).toMatch(/^PLAN_FORMAT: .*version 2/);
    const cut = await as('cut.jsonl', text.split('\n').slice(0, 3).join('\n'));
    const ended = await backfill('run', cut);
    expect([ended.code, ended.err]).toEqual([1, expect.stringMatching(/^PLAN_FORMAT: .*cut short/m)]);
    expect((await backfill('run', await as('no.jsonl', 'hello\n'))).err).toMatch(/^PLAN_FORMAT: line 1 of/);
    expect((await backfill('run', at('nowhere.jsonl'))).err).toMatch(/nowhere\.jsonl/);
    const narrowed = await backfill('run', location, '--from', '2026-01-06');
    expect([narrowed.code, narrowed.err]).toEqual([
      2,
      expect.stringMatching(/^USAGE: a plan is named alone/),
    ]);
  });

  test('what plan --output json printed names the plan, wherever it is run', async () => {
    const below = at('[old] logs');
    await write(TRAIL, below);
    const args = ['--lake', at('lake'), '--output', 'json'];
    const made = await run(['backfill', 'plan', '*/*/*/*/*/*/*/*.gz', ...args], { cwd: below });
    await writeFile(at('plan.json'), made.out);
    const ended = await backfill('run', at('plan.json'), '--output', 'json');
    expect([ended.code, ended.err.replace(/^.*files\/s.*\n/gm, '')]).toEqual([0, '']);
    expect(JSON.parse(ended.out)).toMatchObject({
      ...{ plan: JSON.parse(made.out).plan, lake: at('lake'), log_files: { ingested: 20 }, next: null },
    });
    const status = await backfill('status', at('plan.json'), '--output', 'json');
    expect(JSON.parse(status.out)).toMatchObject({ state: 'done', plans: [JSON.parse(made.out).plan] });
    await writeFile(at('other.json'), ended.out);
    const other = await backfill('run', at('other.json'));
    expect([other.code, other.err]).toEqual([1, expect.stringMatching(/^PLAN_FORMAT: .*it names no plan/)]);
  });

  test('the commands that it prints have the flags that were given', async () => {
    await write(TRAIL);
    const given = ['--dataset', 'cloudtrail_events', '--event-source', 's3.amazonaws.com'];
    const plan = await planOf(...given, '--database', 'mine');
    expect(plan.next).toMatch(
      /--lake \S+ --database mine --dataset cloudtrail_events --event-source s3\.\S+$/,
    );
    const ended = await run([...plan.next.split(' ').slice(1), '--output', 'json']);
    expect([ended.code, JSON.parse(ended.out).plan]).toEqual([0, plan.plan]);
    expect(JSON.parse(ended.out).rows_written).toEqual({ cloudtrail_events: expect.any(Number) });
  });

  test('status prints commands with the services of the plan: pasted, they write rows of no other', async () => {
    await write(TRAIL);
    const kept = ['--dataset', 'cloudtrail_events', '--event-source', 's3.amazonaws.com'];
    const { plan, event_sources } = await planOf(...kept);
    expect(event_sources).toEqual(['s3.amazonaws.com']);
    const { next } = JSON.parse((await backfill('status', '--output', 'json')).out);
    const ended = await run([...next.split(' ').slice(1), '--output', 'json']);
    expect([ended.code, JSON.parse(ended.out).plan]).toEqual([0, plan]);
    const sql = 'SELECT DISTINCT event_source FROM cloudtrail_events';
    expect(await rowsByCommand(at('lake'), sql)).toEqual([{ event_source: 's3.amazonaws.com' }]);
  });

  test('a run that would keep other services than the plan is refused, and does not go on with it', async () => {
    await write(TRAIL);
    const both = ['--dataset', 'cloudtrail_events'];
    const { plan } = await planOf(...both, '--event-source', 's3.amazonaws.com');
    const refused = await backfill('run', plan, ...both);
    expect([refused.code, refused.err]).toEqual([
      2,
      expect.stringMatching(/^DATASET_SELECTION: .*of s3\.ama.*name/),
    ]);
    expect(refused.err).toContain('name --dataset cloudtrail_events --event-source s3.amazonaws.com');
    const all = await planOf(...both);
    const other = await backfill('run', all.plan, ...both, '--event-source', 's3.amazonaws.com');
    expect(other.err).toMatch(
      /^DATASET_SELECTION: .*name --dataset cloudtrail_events, and no event source$/m,
    );
    const ended = await backfill('run', at('archive'), ...both, '--event-source', 's3.amazonaws.com');
    expect([ended.code, ended.err]).toEqual([0, expect.stringContaining(`Going on with plan ${plan}.`)]);
  });

  test('status prints a command that works where the environment keeps other datasets', async () => {
    await write(TRAIL);
    const { plan } = await planOf();
    const env = { AUDIT_LAKE_DATASETS: 'athena_events,cloudtrail_events' };
    const status = await run(['backfill', 'status', '--lake', at('lake'), '--output', 'json'], { env });
    const { next } = JSON.parse(status.out);
    const ended = await run([...next.split(' ').slice(1), '--output', 'json'], { env });
    expect([ended.code, JSON.parse(ended.out)]).toMatchObject([0, { plan, rows_written: {} }]);
    expect(Object.keys(JSON.parse(ended.out).rows_written)).toEqual(['athena_events']);
  });

  test('a plan that was moved is named by its file in what is printed', async () => {
    const [file, ...others] = TRAIL;
    if (!file) throw new Error('the trail is empty');
    await write([damaged(file), ...others]);
    const { plan, location } = await planOf();
    const moved = at(`${plan}.jsonl`);
    await rename(location, moved);
    const before = JSON.parse((await backfill('status', moved, '--output', 'json')).out);
    const first = await run([...before.next.split(' ').slice(1), '--output', 'json']);
    expect([first.code, JSON.parse(first.out)]).toMatchObject([1, { plan, log_files: { failed: 1 } }]);
    await write([file]);
    const again = await run([...JSON.parse(first.out).next.split(' ').slice(1), '--output', 'json']);
    expect([again.code, JSON.parse(again.out)]).toMatchObject([0, { plan, log_files: { ingested: 1 } }]);
  });

  /** Runs a command against an AWS that never answers, and stops it at its first request. */
  async function stoppedAtAws(...args: string[]): Promise<Ended> {
    const server = createServer(() => running.child.kill('SIGINT')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const env = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`, AWS_REGION: 'us-east-1' };
    const keys = { AWS_ACCESS_KEY_ID: 'EXAMPLE', AWS_SECRET_ACCESS_KEY: 'EXAMPLE' };
    const running = start(['backfill', ...args], { env: { ...env, ...keys } });
    const ended = await running.ended;
    server.closeAllConnections();
    server.close();
    return ended;
  }

  test.each(['plan', 'run'])('%s, stopped while it counts, says that there is no plan', async (verb) => {
    const ended = await stoppedAtAws(verb, 's3://amzn-s3-demo-bucket', '--lake', at('lake'));
    expect([ended.code, ended.out]).toEqual([130, '']);
    expect(ended.err).toMatch(/^Stopped: no plan was written\. The same command starts anew\.$/m);
    expect(await readdir(folder)).toEqual([]);
  });

  test.each(['20261121T113155Z-k3f9', 's3://amzn-s3-demo-bucket'])(
    'run of %s, stopped while it reads plans that are there, says nothing of one that was not written',
    async (named) => {
      const ended = await stoppedAtAws('run', named, '--lake', 's3://amzn-s3-demo-lake/audit');
      expect([ended.code, ended.out]).toEqual([130, '']);
      expect(ended.err).toMatch(/^Stopping:/m);
      expect(ended.err).not.toContain('no plan');
    },
  );

  test('a plan of which sources have gone works off the others, and tells of what is gone', async () => {
    await write(TRAIL.slice(0, 5), at('disk'));
    await write(TRAIL.slice(5, 10), at('globbed'));
    await write(TRAIL.slice(10));
    const sources = [at('disk'), at('glob*/**/*.json.gz'), at('archive')];
    const plan = JSON.parse((await backfill('plan', ...sources, '--output', 'json')).out);
    expect(plan.log_files.files).toBe(20);
    for (const name of ['disk', 'globbed']) await rm(at(name), { recursive: true });
    const ended = await backfill('run', plan.plan, '--output', 'json');
    expect([ended.code, JSON.parse(ended.out)]).toMatchObject([1, { gone: 10, log_files: { ingested: 10 } }]);
    const named = await backfill('run', ...sources);
    const missing = /^USAGE: (no such file or folder: .*disk|no file matches .*glob)/;
    expect([named.code, named.err]).toEqual([2, expect.stringMatching(missing)]);
  });

  test('a plan whose only source has gone ends with all of it gone; whoever names the source is told', async () => {
    await write(TRAIL);
    const { plan } = await planOf();
    await rm(at('archive'), { recursive: true });
    const named = await backfill('run', at('archive'));
    const missing = expect.stringMatching(/^USAGE: no such file or folder: .*archive/);
    expect([named.code, named.err]).toEqual([2, missing]);
    const ended = await backfill('run', plan, '--output', 'json');
    expect([ended.code, JSON.parse(ended.out)]).toMatchObject([1, { gone: 20, log_files: { listed: 0 } }]);
  });

  test('log files that do not tell what is asked for are counted as left out, not dropped', async () => {
    const [first, ...others] = TRAIL;
    if (!first) throw new Error('the trail is empty');
    await write([{ ...first, key: 'export.json.gz' }, ...others]);
    const plan = await planOf('--from', '2020-01-01');
    expect([plan.log_files.files, plan.foreign]).toEqual([19, { 'tells-no-day': 1 }]);
    expect((await backfill('plan', at('archive'), '--from', '2020-01-01')).out).toMatch(
      /^Left out +1 tells-no-day/m,
    );
    const alone = await backfill('plan', at('archive', 'export.json.gz'), '--account', '111122223333');
    expect([alone.code, alone.err]).toEqual([
      1,
      expect.stringMatching(/^NO_LOG_FILES: .*Seen 1 tells-no-account\. /),
    ]);
    const [second] = others;
    const old = await backfill('plan', at('archive', second?.key ?? ''), '--to', '2020-01-01');
    expect(old.err).toMatch(/^NO_LOG_FILES: .*Seen left out by the options: \S+\.json\.gz\. /);
  });

  test('elsewhere can only be worked off what elsewhere can be read', async () => {
    await write(TRAIL.slice(0, 1));
    for (const place of ['fleet', 'queue']) {
      const ended = await backfill('run', at('archive'), '--on', place);
      expect([ended.code, ended.err]).toEqual([2, expect.stringMatching(/^USAGE: .* lake in S3: .*--lake/)]);
      const inS3 = ['--on', place, '--lake', 's3://amzn-s3-demo-lake/audit'];
      const bare = await run(['backfill', 'run', at('archive'), ...inS3]);
      expect([bare.code, bare.err]).toEqual([2, expect.stringMatching(/^USAGE: --\S+ is not set/)]);
      const queue = ['--queue-url', 'https://sqs.us-east-1.amazonaws.com/111122223333/audit-lake'];
      const fleet = ['--state-machine', 'arn:aws:states:us-east-1:111122223333:stateMachine:audit-lake'];
      const local = await run(['backfill', 'run', at('archive'), ...inS3, ...queue, ...fleet]);
      expect([local.code, local.err]).toEqual([2, expect.stringMatching(/^USAGE: .* cannot read .*archive/)]);
    }
    expect(await readdir(folder)).toEqual(['archive']);
    expect((await backfill('status')).err).toMatch(/^USAGE: there is no plan in .*backfill plan/);
  });
});
