import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, test } from 'vitest';
import { BUCKET } from '../support/aws-command.ts';
import { run } from '../support/command-line.ts';
import { ASKING, HOME, MEMBER, REGION } from '../support/query-trail.ts';
import { LAKE_KINDS, TextsCommand } from '../support/texts-command.ts';

let lake: TextsCommand;
afterEach(() => lake.end());

const SELF = ['--query-account', 'self'];

describe('the role that the command itself runs in', () => {
  const ROLE = `arn:aws:iam::${HOME}:role/data-platform`;

  /** What a person does in a session of the role. */
  function ran(id: string, person: string): void {
    const userIdentity = {
      type: 'AssumedRole',
      principalId: `AROAEXAMPLE:${person}`,
      arn: `arn:aws:sts::${HOME}:assumed-role/data-platform/${person}`,
      accountId: HOME,
      sessionContext: { sessionIssuer: { type: 'Role', arn: ROLE, userName: 'data-platform' } },
    };
    const responseElements = { queryExecutionId: id };
    lake.trail.ran(id, { event: { userIdentity, responseElements } });
  }

  /** Three people and we ourselves in one role; the log files lie in a folder, since the keys are for Athena alone. */
  async function ingestAs(...args: readonly string[]) {
    lake = await TextsCommand.start('folder');
    lake.world.sts.createRole(ROLE);
    const command = new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'ingest' });
    const { Credentials: keys = undefined } = await lake.world.clients.sts.send(command);
    for (const person of ['ann', 'bob', 'eve']) ran(`q-${person}`, person);
    const [file] = lake.trail.files();
    const path = join(lake.folder, 'trail.json.gz');
    await writeFile(path, file?.bytes ?? '');
    const env = {
      AWS_ACCESS_KEY_ID: String(keys?.AccessKeyId),
      AWS_SESSION_TOKEN: String(keys?.SessionToken),
    };
    const options = ['--dataset', 'athena_events', '--output', 'json', '--quiet', ...args];
    const ended = await lake.run(['ingest', path, ...SELF, ...options], { env });
    expect([ended.code, ended.err]).toEqual([0, '']);
    return JSON.parse(ended.out).query_texts;
  }

  const peopleOf = () =>
    lake.rows(
      'SELECT session_name, is_own_call, query_text_status AS status, query_text FROM athena_audit_logs ORDER BY 1',
    );

  test('--query-account self does not make the people who work under it our own: each has their text', async () => {
    expect(await ingestAs()).toEqual({ resolved: 3 });
    expect(await peopleOf()).toEqual(
      ['ann', 'bob', 'eve'].map((session_name) => ({
        ...{ session_name, is_own_call: false },
        ...{ status: 'resolved', query_text: `SELECT 'q-${session_name}'` },
      })),
    );
  });

  test('--own-role does, and then nobody is asked about them', async () => {
    expect(await ingestAs('--own-role', ROLE)).toEqual({ not_applicable: 3 });
    expect(lake.questions()).toEqual([]);
    for (const row of await peopleOf()) {
      expect(row).toMatchObject({ is_own_call: true, status: 'not_applicable', query_text: null });
    }
  });
});

/** Nothing that the SDK would find on this machine. */
const NOBODY = {
  ...{ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '', AWS_PROFILE: '' },
  ...{ AWS_CONFIG_FILE: '/nowhere', AWS_SHARED_CREDENTIALS_FILE: '/nowhere' },
  ...{ AWS_EC2_METADATA_DISABLED: 'true', AWS_REGION: '', AWS_DEFAULT_REGION: '' },
};

describe('without credentials', () => {
  /** A log file in a folder, which anybody may read. */
  async function logFile(): Promise<string> {
    const [file] = lake.trail.files();
    const path = join(lake.folder, 'trail.json.gz');
    await writeFile(path, file?.bytes ?? '');
    return path;
  }

  test.each(LAKE_KINDS)(
    'ingest and resolve end at once with AWS_CREDENTIALS and exit code 4, before anything is written into a %s',
    async (kind) => {
      lake = await TextsCommand.start(kind);
      lake.trail.ran('home');
      const path = await logFile();
      const begun = performance.now();
      for (const accounts of [SELF, ['--query-account', MEMBER]]) {
        for (const command of [['ingest', path, '--quiet'], ['resolve']]) {
          const ended = await lake.run([...command, ...accounts], { env: NOBODY });
          expect([ended.code, ended.out]).toEqual([4, '']);
          expect(ended.err).toMatch(/^AWS_CREDENTIALS: /);
        }
      }
      expect(performance.now() - begun).toBeLessThan(30_000);
      expect(existsSync(lake.lake)).toBe(false);
      expect([...lake.world.s3.objects(BUCKET)]).toEqual([]);
      expect(lake.world.count('CreateTable')).toBe(0);
    },
  );

  test('nothing of a lake in a folder changes, and its open queries stay open', async () => {
    lake = await TextsCommand.start('folder');
    lake.trail.ran('home');
    await lake.texts([]);
    lake.trail.ran('next');
    const path = await logFile();
    const files = () =>
      lake.allBytes().then((all) => [...all.keys()].filter((it) => /parquet|json/.test(it)));
    const before = await files();
    for (const command of [['ingest', path, '--quiet'], ['resolve']]) {
      expect((await lake.run([...command, ...SELF], { env: NOBODY })).code).toBe(4);
    }
    expect(await files()).toEqual(before);
    expect(await lake.shownTexts()).toEqual([['home', null, 'pending']]);
  });

  test('without a Region it is USAGE with exit code 2; a dry run asks nobody and needs neither', async () => {
    lake = await TextsCommand.start('folder');
    lake.trail.ran('home');
    const path = await logFile();
    const env = { ...NOBODY, AUDIT_LAKE_CONFIG: '', XDG_CONFIG_HOME: '/nowhere' };
    const keys = { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'none' };
    const place = ['--lake', lake.lake, ...SELF];
    for (const command of [['ingest', path, '--quiet'], ['resolve']]) {
      const ended = await run([...command, ...place], { env: { ...env, ...keys } });
      expect([ended.code, ended.out]).toEqual([2, '']);
      expect(ended.err).toMatch(/^USAGE: .*--region/);
    }
    const dry = ['ingest', path, '--quiet', '--dry-run', '--output', 'json'];
    const { code, out, err } = await run([...dry, ...place], { env });
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out).query_texts).toEqual({ pending: 1 });
    expect(existsSync(lake.lake)).toBe(false);
    expect(lake.world.calls).toEqual([]);
  });

  test('a lake that asks nobody needs none', async () => {
    lake = await TextsCommand.start('folder');
    lake.trail.ran('home');
    const path = await logFile();
    expect((await lake.run(['ingest', path, '--quiet'], { env: NOBODY })).code).toBe(0);
    expect((await lake.run(['resolve'], { env: NOBODY })).code).toBe(0);
    expect((await lake.run(['resolve', '--region', REGION, ...ASKING])).code).toBe(0);
    expect(await lake.shownTexts()).toEqual([['home', "SELECT 'home'", 'resolved']]);
  });
});
