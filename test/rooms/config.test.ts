// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a settings file holds such variables
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Config, namedLake, readConfig, serviceName } from '../../src/config.js';
import { AuditLakeError } from '../../src/errors.js';
import { SETTINGS, SETTINGS_FILE, type SettingName } from '../../src/settings.js';

const S3_LAKE = 's3://amzn-s3-demo-destination-bucket/audit';
const STATE_MACHINE = 'arn:aws:states:eu-west-1:111122223333:stateMachine:';
const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:alerts-';
const QUEUE = 'https://sqs.eu-west-1.amazonaws.com/111122223333/';
const ROLE = 'arn:aws:iam::111122223333:role/';

/** Three values of each setting: of the flag, the environment, the file. */
const SAMPLES: { readonly [name in SettingName]: readonly [string, string, string] } = {
  lake: [
    's3://amzn-s3-demo-destination-bucket/a',
    's3://amzn-s3-demo-destination-bucket/b',
    's3://amzn-s3-demo-destination-bucket/c',
  ],
  profile: ['audit', 'audit (read only)', 'Prüfung'],
  region: ['eu-central-1', 'us-gov-west-1', 'us-east-1'],
  endpointUrl: ['http://127.0.0.1:4566', 'https://aws.example.com/base', 'http://[::1]:9000'],
  stateTable: ['lake-state', 'lake.state', 'lake_state'],
  database: ['one', '_two', 'three_3'],
  workGroup: ['one', 'Two.2', 'three-3'],
  results: ['s3://amzn-s3-demo-bucket/a/', 's3://amzn-s3-demo-bucket/b/', 's3://amzn-s3-demo-bucket/c/'],
  catalog: ['glue', 'athena', 'glue'],
  sourceOwner: ['111122223333', '444455556666', '000000000000'],
  lakeOwner: ['111122223333', '444455556666', '000000000000'],
  kmsKey: ['alias/lake', '1234abcd-12ab-34cd-56ef-1234567890ab', 'arn:aws:kms:us-east-1:111122223333:key/a'],
  datasets: ['cloudtrail_events', 'athena_events', 'cloudtrail_events'],
  eventSources: ['s3.amazonaws.com', 'glue.amazonaws.com', 'iam.amazonaws.com'],
  sources: ['s3://amzn-s3-demo-bucket', 's3://amzn-s3-demo-bucket/AWSLogs/', 's3://amzn-s3-demo-bucket/o+1'],
  rawTable: ['cloudtrail_logs', 'raw', '_raw_2'],
  rawSource: [
    's3://amzn-s3-demo-bucket/AWSLogs/',
    's3://amzn-s3-demo-bucket/logs/AWSLogs/',
    's3://amzn-s3-demo-bucket/AWSLogs/o-exampleorgid/',
  ],
  ownRoles: [`${ROLE}a`, `${ROLE}service-role/b`, `${ROLE}c+d=e@f`],
  queryAccounts: ['111122223333', '444455556666', 'self'],
  queryRole: ['reader', 'audit/reader-{region}', 'reader-{account}'],
  queryExternalId: ['one', 'two:2', 'three/3'],
  queryRate: ['1', '5', '100'],
  queryWait: ['0', '2', '600'],
  queryText: ['masked', 'off', 'full'],
  queryTextKey: ['', `${'k'.repeat(31)}2`, `${'k'.repeat(31)}3`],
  stateMachine: [`${STATE_MACHINE}one`, `${STATE_MACHINE}two`, `${STATE_MACHINE}three`],
  queueUrl: [`${QUEUE}one`, `${QUEUE}two`, `${QUEUE}three`],
  alertTopic: ['', `${TOPIC}two`, `${TOPIC}three`],
  prices: ['one.yaml', 'two.yaml', 'three.yaml'],
  concurrency: ['1', '2', '3'],
  lockWaitSeconds: ['0', '5', '86400'],
};
const NAMES = Object.keys(SETTINGS).filter((name): name is SettingName => name in SETTINGS);

const attributeOf = (flag: string) => flag.slice(2).replace(/-./g, (two) => two.slice(1).toUpperCase());
/** Settings that mean something only beside another. */
const GOES_WITH: { readonly [name in SettingName]?: { readonly [env: string]: string } } = {
  eventSources: { AUDIT_LAKE_DATASETS: 'cloudtrail_events' },
};

function textOf(config: Config, name: SettingName): string {
  if (name === 'datasets') return String(config.datasets.map((dataset) => dataset.name));
  return String(config[name]);
}

let folder: string;
let home: { readonly HOME: string };
const before = process.cwd();

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'config-')));
  home = { HOME: join(folder, 'home') };
  await mkdir(join(folder, 'here'));
  process.chdir(join(folder, 'here'));
});
afterEach(async () => {
  process.chdir(before);
  await rm(folder, { recursive: true, force: true });
});

const write = (text: string, path = 'audit-lake.yaml') => writeFile(path, text);

async function failureOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof AuditLakeError && thrown.code === 'USAGE') return thrown.message;
    throw thrown;
  }
  throw new Error('nothing was refused');
}
const refusal = (
  flags: Parameters<typeof readConfig>[0],
  environment: { readonly [name: string]: string } = {},
) => failureOf(readConfig(flags, { ...home, ...environment }));

describe('a setting', () => {
  test.each(NAMES)(
    '%s comes from its flag, else the environment, else the file, else its default',
    async (name) => {
      const { flag, env, key } = SETTINGS[name];
      const [ofFlag, ofEnvironment, ofFile] = SAMPLES[name];
      for (const given of [0, 1, 2, 3, 4, 5, 6, 7]) {
        const byFlag = (given & 1) > 0 && flag !== undefined;
        const byEnvironment = (given & 2) > 0;
        const byFile = (given & 4) > 0;
        const rest = byEnvironment || byFile || byFlag ? (GOES_WITH[name] ?? {}) : {};
        await write(byFile ? `${key}: ${JSON.stringify(ofFile)}` : '');
        const flags = byFlag ? { [attributeOf(flag)]: SETTINGS[name].isList ? [ofFlag] : ofFlag } : {};
        const config = await readConfig(flags, {
          ...home,
          ...rest,
          ...(byEnvironment && { [env]: ofEnvironment }),
        });
        const winner = byFlag ? 'flag' : byEnvironment ? 'environment' : byFile ? 'file' : 'default';
        const texts = { flag: ofFlag, environment: ofEnvironment, file: ofFile };
        expect(config.origins[name], `${given}`).toBe(winner);
        if (winner !== 'default') expect(textOf(config, name), `${given}`).toBe(texts[winner]);
      }
    },
  );

  test('that nobody gave has the default that is documented', async () => {
    const config = await readConfig({}, home);
    const values = NAMES.map((name): readonly [string, string] => [name, textOf(config, name)]);
    const documented = new Map([
      ['database', 'audit_lake'],
      ['workGroup', 'primary'],
      ['catalog', 'athena'],
      ['datasets', 'athena_events'],
      ['eventSources', 'all'],
      ['lockWaitSeconds', '30'],
      ['queryRole', 'audit-lake-query-history'],
      ['queryRate', '5'],
      ['queryWait', '2'],
    ]);
    for (const [name, value] of values) {
      if (name === 'concurrency') expect(value).toBe(String(availableParallelism()));
      else expect(value === 'undefined' ? '' : value, name).toBe(documented.get(name) ?? '');
    }
    for (const name of NAMES) {
      if (documented.has(name)) expect(SETTINGS[name].byDefault).toBe(documented.get(name));
    }
    expect(config.file).toBeUndefined();
  });

  test('has a key, a variable and a flag that no other has', () => {
    const all = [SETTINGS_FILE, ...Object.values(SETTINGS)];
    const envs = all.map(({ env }) => env);
    const flags = all.flatMap(({ flag }) => flag ?? []);
    expect(new Set(envs).size).toBe(all.length);
    expect(new Set(flags).size).toBe(flags.length);
    expect(new Set(Object.values(SETTINGS).map(({ key }) => key)).size).toBe(NAMES.length);
    expect(Object.values(SETTINGS).filter(({ key }) => !/^[a-z]+(_[a-z]+)*$/.test(key))).toEqual([]);
  });

  test('is fixed once it is read', async () => {
    const config = await readConfig({ dataset: ['cloudtrail_events'] }, home);
    for (const part of [config, config.origins, config.datasets, config.datasets[0], config.sources]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});

describe('the environment', () => {
  test('does not set what it leaves empty', async () => {
    await write('region: eu-west-1');
    const empty = Object.fromEntries(NAMES.map((name) => [SETTINGS[name].env, '']));
    const config = await readConfig(
      {},
      { ...home, ...empty, AUDIT_LAKE_CONFIG: '', AUDIT_LAKE_SOURCES: ' , ' },
    );
    expect(config.region).toBe('eu-west-1');
    expect(Object.values(config.origins).filter((origin) => origin === 'environment')).toEqual([]);
  });

  test('gives a list between commas, each item once', async () => {
    const sources = ' s3://amzn-s3-demo-bucket/a/, s3://amzn-s3-demo-bucket/b,s3://amzn-s3-demo-bucket/a/,';
    const config = await readConfig({}, { ...home, AUDIT_LAKE_SOURCES: sources });
    expect(config.sources).toEqual(['s3://amzn-s3-demo-bucket/a/', 's3://amzn-s3-demo-bucket/b']);
  });
});

describe('a variable that nobody knows', () => {
  test.each([
    ['AUDIT_LAKE_KMSKEY', 'AUDIT_LAKE_KMS_KEY'],
    ['AUDIT_LAKE_DATASET', 'AUDIT_LAKE_DATASETS'],
  ])('is refused with the nearest that is known: %s', async (name, nearest) => {
    const message = await failureOf(readConfig({}, { ...home, [name]: 'x' }));
    expect(message).toContain(`unknown setting "${name}" in the environment. Did you mean ${nearest}?`);
  });

  test('is none of ours without our prefix, and not set where it is empty', async () => {
    await readConfig({}, { ...home, AUDITLAKE: 'x', AUDIT_LAKE_OLD: '' });
  });
});

describe('a value', () => {
  test.each<[SettingName, readonly string[]]>([
    [
      'lake',
      [
        's3://Bucket/x',
        's3:/bucket/x',
        'S3://bucket/x',
        'https://example.com',
        's3://YOUR-BUCKET/YOUR-PREFIX',
      ],
    ],
    [
      'lake',
      [
        's3://amzn-s3-demo-destination-bucket//x',
        "s3://amzn-s3-demo-destination-bucket/a'b",
        's3://amzn-s3-demo-destination-bucket/*',
        's3a://lake/x',
      ],
    ],
    ['profile', ['a\nb', '[default]', 'x'.repeat(129)]],
    ['region', ['eu', 'eu-central-1.example.com', 'EU-CENTRAL-1', 'eu-central-1\n', 'eu central 1']],
    [
      'endpointUrl',
      [
        '127.0.0.1:4566',
        'ftp://example.com',
        'http://a:b@example.com',
        'http://',
        'http://a/?b',
        'http://a/#b',
      ],
    ],
    ['stateTable', ['ab', 'a/b', 'a'.repeat(256)]],
    ['database', ['Audit', 'audit-lake', '1audit', "a'; DROP TABLE x; --", 'a`b', 'a'.repeat(129)]],
    ['workGroup', ['a b', 'a/b', 'a'.repeat(129), '*']],
    [
      'results',
      ['./results', 'Workgroup', 'work_group', 's3://amzn-s3-demo-bucket/*/', 'amzn-s3-demo-bucket/x'],
    ],
    ['catalog', ['hive', 'Glue', 'athena,glue']],
    ['sourceOwner', ['11112222333', '1111222233334', '1111-2222-3333', '*', '11112222333x']],
    ['lakeOwner', ['11112222333', '1.11122223333e11']],
    ['kmsKey', ['a b', "a'b", 'a*']],
    ['datasets', ['athena', 'athena_audit_logs', 'toString']],
    ['eventSources', ['S3.amazonaws.com', '*.amazonaws.com', 's3 amazonaws']],
    [
      'sources',
      ['amzn-s3-demo-bucket', 's3://amzn-s3-demo-bucket/*', 's3://b', 's3://amzn-s3-demo-bucket/a b'],
    ],
    ['ownRoles', [`${ROLE}*`, 'arn:aws:iam::111122223333:user/jane', 'arn:aws:iam::*:role/x', ROLE]],
    ['stateMachine', ['backfill', `${STATE_MACHINE}a b`, 'arn:aws:states:eu-west-1:1:stateMachine:x']],
    ['queueUrl', ['audit-lake', `${QUEUE}log-files.fifo`, `${QUEUE}x?y=1`, 'arn:aws:sqs:eu-west-1:1:x']],
    ['concurrency', ['0', '257', '-1', '1.5', '1e2', ' 4', '٤', 'many']],
    ['lockWaitSeconds', ['86401', '-1', '1.5', '1m', 'Infinity']],
  ])('of %s is refused where it does not fit: %j', async (name, values) => {
    const { flag, env, takes, key } = SETTINGS[name];
    for (const value of values) {
      const inEnvironment = await refusal({}, { [env]: value });
      expect(inEnvironment, value).toContain(`${env} takes ${takes}, not `);
      await write(`${key}: [${JSON.stringify(value)}]`);
      if (SETTINGS[name].isList)
        expect(await refusal({})).toContain(`${key} in ./audit-lake.yaml takes ${takes}`);
      await write('');
      if (flag === undefined) continue;
      expect(await refusal({ [attributeOf(flag)]: value })).toContain(
        `${flag} takes ${takes}, not "${value.slice(0, 200)}"`,
      );
    }
  });

  test('of a flag that is empty is a mistake, not unset', async () => {
    for (const { flag } of [SETTINGS_FILE, ...Object.values(SETTINGS)]) {
      if (flag === undefined) continue;
      expect(await refusal({ [attributeOf(flag)]: '' })).toMatch(new RegExp(`^${flag} is empty`));
    }
  });

  test('that is overridden is not looked at', async () => {
    await write('lake: ${NO_SUCH_VARIABLE}\nregion: nowhere');
    const config = await readConfig({ lake: 'lake', region: 'eu-west-1' }, home);
    expect(config).toMatchObject({ lake: 'lake', region: 'eu-west-1' });
  });
});

describe('a lake', () => {
  test('in S3 has its own state table and a place for results, however its name ends', async () => {
    for (const lake of [S3_LAKE, `${S3_LAKE}/`]) {
      const config = await readConfig({ lake }, home);
      // printf 's3://amzn-s3-demo-destination-bucket/audit' | sha256sum
      expect(config).toMatchObject({
        lake: S3_LAKE,
        stateTable: 'audit-lake-564c92ae',
        results: `${S3_LAKE}/_meta/results/`,
      });
      expect(config.origins).toMatchObject({ stateTable: 'default', results: 'default' });
    }
  });

  test('leaves it to the workgroup where results go, for the word workgroup', async () => {
    const config = await readConfig({ lake: S3_LAKE, results: 'workgroup' }, home);
    expect(config.results).toBe('workgroup');
  });

  test('in a folder has neither', async () => {
    const { lake, stateTable, results } = await readConfig({ lake: './lake/' }, home);
    expect({ lake, stateTable, results }).toEqual({
      lake: './lake/',
      stateTable: undefined,
      results: undefined,
    });
  });

  test('that must be named, and is not, is a usage error that tells how', async () => {
    const config = await readConfig({}, home);
    expect(() => namedLake(config)).toThrow(
      /--lake <location>, or AUDIT_LAKE_LAKE, or lake in audit-lake.yaml/,
    );
    expect(namedLake(await readConfig({ lake: 'x' }, home))).toBe('x');
  });

  test('below the folder of the settings file is found from everywhere', async () => {
    await mkdir(join(folder, 'elsewhere'));
    const path = join(folder, 'elsewhere', 'audit-lake.yaml');
    await write('lake: lakes/one', path);
    expect((await readConfig({ config: path }, home)).lake).toBe(join(folder, 'elsewhere', 'lakes', 'one'));
    expect((await readConfig({ config: path, lake: 'two' }, home)).lake).toBe('two');
    await write(`lake: ${S3_LAKE}`, path);
    expect((await readConfig({ config: path }, home)).lake).toBe(S3_LAKE);
    await write('lake: /lakes/one', path);
    expect((await readConfig({ config: path }, home)).lake).toBe('/lakes/one');
    await write('lake: ./lakes/one');
    expect((await readConfig({}, home)).lake).toBe('./lakes/one');
  });

  test.each([
    [`${S3_LAKE}/athena_events/`, true],
    [`${S3_LAKE}/athena_events/day=1`, true],
    [`${S3_LAKE}/`, true],
    [S3_LAKE, true],
    [`${S3_LAKE}/_meta/mine`, false],
    [`${S3_LAKE}2/results`, false],
    ['s3://amzn-s3-demo-bucket/audit', false],
  ])('does not take results among its tables (O5): %s, refused: %s', async (results, refused) => {
    const reading = readConfig({ lake: S3_LAKE, results }, home);
    if (refused) expect(await failureOf(reading)).toContain('among the tables of the lake');
    else expect((await reading).results).toBe(`${results.replace(/\/$/, '')}/`);
  });

  test('is refused where notifications would tell of its own objects, results among them (T18)', async () => {
    const watched = { AUDIT_LAKE_SOURCES: 's3://amzn-s3-demo-bucket/AWSLogs/,s3://amzn-s3-demo-bucket/logs' };
    expect(await refusal({ lake: 's3://amzn-s3-demo-bucket/logs2' }, watched)).toContain('/logs2 ');
    const results = 's3://amzn-s3-demo-bucket/AWSLogs/results';
    expect(await refusal({ lake: S3_LAKE, results }, watched)).toContain(results);
    expect((await readConfig({ lake: S3_LAKE }, { ...home, ...watched })).sources).toHaveLength(2);
  });
});

describe('what handlers call a lake in logs and metrics', () => {
  test('is said by the variable of Powertools, else the same for all', () => {
    expect(serviceName({ POWERTOOLS_SERVICE_NAME: 'second_lake' })).toBe('second_lake');
    for (const environment of [{}, { POWERTOOLS_SERVICE_NAME: '' }])
      expect(serviceName(environment)).toBe('audit-lake');
  });
});

describe('datasets', () => {
  const both = ['cloudtrail_events', 'athena_events'];

  test('take what was chosen, each once; Athena alone without a choice', async () => {
    const athena = { name: 'athena_events', eventSources: ['athena.amazonaws.com'] };
    expect((await readConfig({}, home)).datasets).toEqual([athena]);
    const eventSource = ['s3.amazonaws.com', 'iam.amazonaws.com', 's3.amazonaws.com'];
    const chosen = ['s3.amazonaws.com', 'iam.amazonaws.com'];
    expect((await readConfig({ dataset: [...both, ...both], eventSource }, home)).datasets).toEqual([
      { name: 'cloudtrail_events', eventSources: chosen },
      athena,
    ]);
    expect((await readConfig({ dataset: both }, home)).datasets[0]?.eventSources).toBe('all');
  });

  test('without cloudtrail_events have no use for event sources', async () => {
    const s3 = 's3.amazonaws.com';
    expect(await refusal({ eventSource: [s3] })).toContain('--event-source');
    expect(await refusal({ eventSource: [s3], dataset: ['athena_events'] })).toContain('cloudtrail_events');
    expect(await refusal({}, { AUDIT_LAKE_EVENT_SOURCES: s3 })).toContain('AUDIT_LAKE_EVENT_SOURCES');
    await write(`event_sources: [${s3}]`);
    expect(await refusal({})).toContain('event_sources');
  });

  test('that are named for once leave the event sources of the file aside', async () => {
    await write('datasets: [cloudtrail_events]\nevent_sources: [s3.amazonaws.com]');
    const { datasets } = await readConfig({ dataset: ['athena_events'] }, home);
    expect(datasets).toEqual([{ name: 'athena_events', eventSources: ['athena.amazonaws.com'] }]);
  });
});

describe('the settings file', () => {
  test('is the one that is named, else the one here, else the one of the user', async () => {
    const standard = join(home.HOME, '.config', 'audit-lake', 'audit-lake.yaml');
    const xdg = join(folder, 'xdg', 'audit-lake', 'audit-lake.yaml');
    for (const path of [standard, xdg]) await mkdir(join(path, '..'), { recursive: true });
    const XDG_CONFIG_HOME = join(folder, 'xdg');
    const fileOf = async (flags: { readonly config?: string }, environment = {}) =>
      (await readConfig(flags, { ...home, ...environment })).file;

    expect(await fileOf({})).toBeUndefined();
    await write('', standard);
    expect(await fileOf({})).toBe(standard);
    expect(await fileOf({}, { XDG_CONFIG_HOME })).toBeUndefined();
    expect(await fileOf({}, { XDG_CONFIG_HOME: 'xdg' })).toBe(standard);
    await write('', xdg);
    expect(await fileOf({}, { XDG_CONFIG_HOME })).toBe(xdg);
    await write('');
    expect(await fileOf({}, { XDG_CONFIG_HOME })).toBe('./audit-lake.yaml');
    await write('', 'env.yaml');
    expect(await fileOf({}, { AUDIT_LAKE_CONFIG: 'env.yaml' })).toBe('env.yaml');
    await write('', 'flag.yaml');
    expect(await fileOf({ config: 'flag.yaml' }, { AUDIT_LAKE_CONFIG: 'env.yaml' })).toBe('flag.yaml');
  });

  test.each([
    [
      'YAML',
      'source_owner: 000000000000\nconcurrency: 4\ndatasets:\n  - athena_events\n  - cloudtrail_events\n',
    ],
    [
      'JSON',
      '{"source_owner":"000000000000","concurrency":4,"datasets":["athena_events","cloudtrail_events"]}',
    ],
    [
      'YAML with a text of a list',
      'source_owner: "000000000000"\nconcurrency: "4"\ndatasets: athena_events, cloudtrail_events',
    ],
  ])('is %s; an account keeps its zeros', async (_, text) => {
    await write(`\uFEFF${text}`);
    const config = await readConfig({}, home);
    expect(config).toMatchObject({ sourceOwner: '000000000000', concurrency: 4 });
    expect(config.datasets.map(({ name }) => name)).toEqual(['athena_events', 'cloudtrail_events']);
  });

  test.each(['', '# nothing yet\n', '{}', 'lake: ""', 'sources: []', 'sources: [""]', 'sources: ","'])(
    'sets nothing where it is %j',
    async (text) => {
      await write(text);
      const { origins } = await readConfig({}, home);
      expect(Object.values(origins).filter((origin) => origin !== 'default')).toEqual([]);
    },
  );

  test.each([
    ['lakes: x', 'unknown setting "lakes" in ./audit-lake.yaml line 1. Did you mean lake?'],
    [
      '# one\n\nstateTable: x',
      'unknown setting "stateTable" in ./audit-lake.yaml line 3. Did you mean state_table?',
    ],
    ['endpoint-url: x', 'Did you mean endpoint_url?'],
    ['dataset: x', 'Did you mean datasets?'],
    ['workgroup: x', 'Did you mean work_group?'],
    ['Region: x', 'Did you mean region?'],
    ['password: x', 'It knows lake, profile, region'],
    ['config: x', 'unknown setting "config"'],
    ['__proto__: x', 'unknown setting "__proto__"'],
    ['constructor: x', 'unknown setting "constructor"'],
    [`${'x'.repeat(1_000)}: x`, `unknown setting "${'x'.repeat(100)}" in`],
    ['? [a, b]\n: x', 'unknown setting'],
    ['5: x', 'unknown setting "5"'],
  ])('with a key that is no setting is refused, with the nearest: %j', async (text, message) => {
    await write(text);
    expect(await refusal({})).toContain(message);
  });

  test.each([
    ['lake:', 'lake in ./audit-lake.yaml line 1 takes a text, a number or a list'],
    ['lake: null', 'lake in'],
    ['lake: true', 'lake in'],
    ['lake: {a: b}', 'lake in'],
    ['lake: &a x\nregion: *a', 'region in ./audit-lake.yaml line 2'],
    ['sources: [[a]]', 'sources in'],
    ['sources: [a, null]', 'sources in'],
    ['lake: [a]', 'lake in ./audit-lake.yaml takes a folder or s3://bucket/prefix'],
    ['concurrency: 0x10', 'not "0x10"'],
    ['concurrency: 1e1', 'not "1e1"'],
    ['- lake', 'holds no settings'],
    ['lake', 'holds no settings'],
    ['lake: a\nlake: b', 'is not valid YAML'],
    ['lake: [a', 'is not valid YAML'],
    ['lake: !secret x', 'is not valid YAML'],
    ['lake: a\n---\nlake: b', 'is not valid YAML'],
  ])('with another shape is refused: %j', async (text, message) => {
    await write(text);
    const said = await refusal({});
    expect(said).toContain(message);
    expect(said).not.toContain('\n');
  });

  test('that cannot be read is refused by name', async () => {
    expect(await refusal({ config: 'none.yaml' })).toContain('none.yaml');
    await mkdir('audit-lake.yaml');
    expect(await refusal({})).toContain('audit-lake.yaml');
  });
});

describe('a variable in the settings file', () => {
  const withRegion = async (text: string, environment: { readonly [name: string]: string } = {}) => {
    await write(`region: "${text}"`);
    return (await readConfig({}, { ...home, ...environment })).region;
  };

  test.each([
    ['${R}', { R: 'eu-west-1' }, 'eu-west-1'],
    ['${A}-${B}-1', { A: 'eu', B: 'west' }, 'eu-west-1'],
    ['${R:-eu-west-1}', {}, 'eu-west-1'],
    ['${R:-eu-west-1}', { R: '' }, 'eu-west-1'],
    ['${R:-eu-west-1}', { R: 'us-east-1' }, 'us-east-1'],
    ['${R:?name the Region}', { R: 'us-east-1' }, 'us-east-1'],
    ['${R:-}', {}, undefined],
  ])('is put in: %s with %j is %s', async (text, environment, region) => {
    expect(await withRegion(text, environment)).toBe(region);
  });

  test('is put into every item of a list', async () => {
    await write('sources: ["s3://${B}/a/", "s3://${B}/b/"]');
    const { sources } = await readConfig({}, { ...home, B: 'amzn-s3-demo-bucket' });
    expect(sources).toEqual(['s3://amzn-s3-demo-bucket/a/', 's3://amzn-s3-demo-bucket/b/']);
  });

  test('is put in once: what it holds is a value, not a template', async () => {
    const value = withRegion('${R}', { R: '${S}', S: 'eu-west-1' });
    expect(await failureOf(value)).toContain('not "${S}"');
  });

  test.each([
    ['${R}', 'region in ./audit-lake.yaml needs the environment variable R: set it, or write ${R:-}'],
    ['${R:?name the Region}', 'needs the environment variable R: name the Region'],
    ['${R:?}', 'needs the environment variable R'],
    ['${R', 'takes ${VAR}'],
    ['${}', 'takes ${VAR}'],
    ['${R-x}', 'takes ${VAR}'],
    ['${R:+x}', 'takes ${VAR}'],
    ['${1}', 'takes ${VAR}'],
  ])('is refused where it is missing or malformed: %s', async (text, message) => {
    expect(await failureOf(withRegion(text))).toContain(message);
    expect(await failureOf(withRegion(text, { R: '' }))).toContain(message);
  });
});
