import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SETTINGS } from '../../src/settings.js';
import { run } from '../support/command-line.ts';

const LAKE = 's3://amzn-s3-demo-destination-bucket/audit';

describe('audit-lake config show', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'config-show-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** In the folder, with nothing of this machine's own settings. */
  const show = (args: readonly string[] = [], env: { readonly [name: string]: string } = {}) => {
    const empty = Object.fromEntries(Object.values(SETTINGS).map((setting) => [setting.env, '']));
    const own = { ...empty, AUDIT_LAKE_CONFIG: '', XDG_CONFIG_HOME: folder, ...env };
    return run(['config', 'show', ...args], { through: ['env', '-C', folder], env: own });
  };

  test('tells every setting, its value, and what gave it', async () => {
    await writeFile(join(folder, 'audit-lake.yaml'), 'database: audit\nregion: eu-west-1\n');
    const given = ['--lake', LAKE, '--dataset', 'athena_events', '--dataset', 'cloudtrail_events'];
    const { code, out, err } = await show([...given, '--output', 'json'], { AWS_REGION: 'us-east-1' });
    expect(err).toBe('');
    expect(code).toBe(0);
    const told = JSON.parse(out);
    expect(told).toMatchObject({ schema_version: 1, file: './audit-lake.yaml' });
    expect(Object.keys(told.settings)).toEqual(Object.values(SETTINGS).map(({ key }) => key));
    expect(told.settings).toMatchObject({
      lake: { value: LAKE, origin: 'flag', place: '--lake' },
      region: { value: 'us-east-1', origin: 'environment', place: 'AWS_REGION' },
      database: { value: 'audit', origin: 'file', place: './audit-lake.yaml' },
      work_group: { value: 'primary', origin: 'default', place: null },
      datasets: { value: ['athena_events', 'cloudtrail_events'], origin: 'flag', place: '--dataset' },
      event_sources: { value: 'all', origin: 'default', place: null },
      sources: { value: [], origin: 'default', place: null },
      profile: { value: null, origin: 'default', place: null },
      lock_wait: { value: 30, origin: 'default', place: null },
    });
  });

  test('is a table for people, which names the settings file', async () => {
    const without = await show(['--lake', LAKE]);
    expect(without.out).toMatch(/│ lake +│ s3:\/\/amzn-s3-demo-destination-bucket\/audit +│ flag --lake +│/);
    expect(without.out).toMatch(/│ database +│ audit_lake +│ default +│/);
    expect(without.out).toContain('No settings file was found.');
    await writeFile(
      join(folder, 'mine.yaml'),
      'sources: [s3://amzn-s3-demo-bucket/a, s3://amzn-s3-demo-bucket/b]',
    );
    const withFile = await show(['--config', 'mine.yaml']);
    expect(withFile.out).toMatch(
      /s3:\/\/amzn-s3-demo-bucket\/a, s3:\/\/amzn-s3-demo-bucket\/b +│ file mine.yaml/,
    );
    expect(withFile.out).toContain('Settings file: mine.yaml');
  });

  test('takes the flag of every setting, under the name that the help gives', async () => {
    const { out } = await show(['--help']);
    for (const { flag, env, byDefault } of Object.values(SETTINGS)) {
      if (flag === undefined) continue;
      expect(out).toContain(`${flag} <`);
      expect(out.replace(/\s+/g, ' ')).toContain(`[env: ${env}]`);
      if (byDefault !== undefined) expect(out.replace(/\s+/g, ' ')).toContain(`(default: ${byDefault})`);
    }
    const flags = ['--endpoint-url', 'http://127.0.0.1:1', '--lock-wait', '7', '--own-role'];
    const { out: told } = await show([...flags, 'arn:aws:iam::111122223333:role/a', '--output', 'json']);
    expect(JSON.parse(told).settings).toMatchObject({
      endpoint_url: { value: 'http://127.0.0.1:1', origin: 'flag' },
      lock_wait: { value: 7, origin: 'flag' },
      own_roles: { value: ['arn:aws:iam::111122223333:role/a'], origin: 'flag' },
    });
  });

  test('T15: tells that there is a key for digests, never which; and needs none', async () => {
    const key = 'a-secret-of-32-characters-or-more';
    const hash = ['--lake', LAKE, '--query-text', 'hash'];
    for (const mode of [hash, ['--query-text', 'full'], []]) {
      for (const output of ['json', 'table']) {
        const ended = await show([...mode, '--output', output], { AUDIT_LAKE_QUERY_TEXT_KEY: key });
        expect([ended.code, ended.err]).toEqual([0, '']);
        expect(ended.out).not.toContain(key);
        expect(ended.out).toMatch(/query_text_key[^\n]*(\n[^\n]*)?\(secret\)/);
      }
    }
    const keyless = await show([...hash, '--output', 'json']);
    expect([keyless.code, keyless.err]).toEqual([0, '']);
    expect(JSON.parse(keyless.out).settings).toMatchObject({
      query_text: { value: 'hash', origin: 'flag' },
      query_text_key: { value: null, origin: 'default' },
    });
    expect(JSON.parse((await show(['--output', 'json'])).out).settings.query_text.value).toBeNull();
  });

  test.each([
    [['--lake', ''], 'is empty'],
    [['--region', 'nowhere'], '--region takes a Region'],
    [['--no-such-flag'], 'unknown option'],
    [['--output', 'yaml'], 'Allowed choices are'],
    [['--config', 'none.yaml'], 'none.yaml'],
  ])('ends with 2 where the usage is wrong: %j', async (args, message) => {
    const { code, out, err } = await show(args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(message);
  });

  test('does not let a settings file steer the terminal', async () => {
    await writeFile(join(folder, 'audit-lake.yaml'), '"la\\u001b[31mke": x');
    const { code, err } = await show();
    expect(code).toBe(2);
    expect(err).not.toContain('\u001b');
    expect(err).toContain('\\u001b[31mke');
  });
});
