import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runQuestion } from '../../src/cli/asked-question.js';
import { readConfig } from '../../src/config.js';
import { type AwsServer, startAwsServer } from '../support/aws/aws-server.ts';
import { AwsWorld } from '../support/aws/aws-world.ts';
import { run } from '../support/command-line.ts';
import { QUESTIONS, question } from '../support/questions/asked.ts';

const LAKE = 's3://amzn-s3-demo-lake/audit';
let folder: string;
let lake: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ask-command-'));
  lake = join(folder, 'lake');
  expect((await run(['demo', '--out', folder])).code).toBe(0);
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

const ask = (...args: readonly string[]) => run(['ask', ...args, '--lake', lake]);
const lines = (text: string) => text.split('\n').filter(Boolean);

describe('audit-lake ask', () => {
  test('lists every question without one, and needs no lake for it', async () => {
    const { code, out, err } = await run(['ask']);
    expect(code).toBe(0);
    for (const { name, title } of QUESTIONS) {
      expect(out).toMatch(new RegExp(`^  ${name}( <[a-z]+>)? +${title}`, 'm'));
    }
    expect(err).toContain('Next: audit-lake ask <question>');
  });

  test('prints rows alone on stdout; on stderr what they are, the window in full, how many, and what comes next', async () => {
    const { code, out, err } = await ask('read-results');
    expect(code).toBe(0);
    expect(lines(out).map((line) => JSON.parse(line))).toMatchObject([
      { reader: 'diego.ramirez', asked_by: 'martha.rivera@example.com' },
    ]);
    expect(err).toMatch(/^Who read the results of somebody else: \d{4}-\d\d-\d\dT00:00:00Z to now\n/);
    expect(err).toContain(`\n1 row\nNext: audit-lake ask by-user <user> --lake ${lake}\n`);
  });

  test('lets DuckDB take a gigabyte and no more: what is larger spills', async () => {
    const limits: (string | undefined)[] = [];
    const doors = {
      openEngine: async (_: unknown, { memoryLimit }: { readonly memoryLimit?: string }) => {
        limits.push(memoryLimit);
        return {
          query: async () => ({ columns: [], chunks: (async function* () {})() }),
          close: async () => undefined,
        };
      },
      ...{ now: Date.now, exit: () => undefined, readConfig: () => readConfig({ lake: 'here' }) },
    };
    const silent = { out: async () => undefined, err: () => undefined, columns: 80 };
    const io = { ...silent, stdoutIsTerminal: false, stderrIsTerminal: false };
    await runQuestion(question('queries'), { given: {}, flags: {}, next: undefined }, { io, doors });
    expect(limits).toEqual(['1GB']);
  });

  test('takes arguments and options, and prints in every format that query has', async () => {
    const csv = await ask(
      'outside-networks',
      '--about',
      'patients',
      '--networks',
      '10.0.0.0/8',
      '--output',
      'csv',
    );
    expect(csv.out).toMatch(/^submission_time,user_name,source_ip,/);
    expect(csv.out.split('\r\n').filter(Boolean)).toHaveLength(1 + 8);
    const table = await ask(
      'by-user',
      'john.doe',
      '--from',
      'yesterday',
      '--to',
      'today',
      '--output',
      'table',
    );
    expect(table.out).toMatch(/│ .*10\.20\.4\.17/);
    // What does not fit a terminal is in the other formats.
    expect(
      [csv.out, table.out].map((text) => text.includes('user_agent') || text.includes('account_id')),
    ).toEqual([true, false]);
    expect(table.err).toContain('More columns: --output csv');
    expect(table.err).toMatch(/T00:00:00Z to \d{4}-\d\d-\d\dT00:00:00Z\n/);
    expect(table.err).not.toMatch(/\d rows?\n/);
  });

  test('a value that begins with a hyphen stands behind two', async () => {
    expect(await run(['ask', 'by-user', '--lake', lake, '--', '--x'])).toMatchObject({ code: 0, out: '' });
  });

  test('--fail-on rows ends with 3 where there are rows, for schedulers, and with 0 where there are none', async () => {
    const found = await ask('outside-networks', '--fail-on', 'rows');
    expect(found.code).toBe(3);
    expect(lines(found.out).length).toBeGreaterThan(0);
    const one = await ask('read-results', '--fail-on', 'rows');
    expect([one.code, lines(one.out).length]).toEqual([3, 1]);
    const none = await ask('outside-networks', '--networks', '0.0.0.0/0,::/0', '--fail-on', 'rows');
    expect(none).toMatchObject({ code: 0, out: '' });
    expect((await ask('outside-networks')).code).toBe(0);
  });

  test('--show-sql prints what query answers alike, and asks nothing', async () => {
    const shown = await run(['ask', 'table', "o'brien.x", '--from', '9d', '--show-sql']);
    expect(shown).toMatchObject({ code: 0, err: '' });
    expect(shown.out).toContain("'o''brien.x'");
    const same = await run(['ask', 'by-user', 'john.doe', '--show-sql']);
    const queried = await run(['query', '--lake', lake, same.out]);
    expect(queried.out).toBe((await ask('by-user', 'john.doe')).out);
    expect(lines(queried.out).length).toBeGreaterThan(7);
  });

  test.each([
    [
      'a question that nobody knows',
      ['networks'],
      /USAGE: no question is called networks\. Did you mean outside-networks\?/,
    ],
    ['a misspelt question with its values', ['by-usr', 'john', '--from', '3d'], /Did you mean by-user\?/],
    ['a question near to none', ['xyzzy-frobnicate'], /`audit-lake ask` lists them/],
    ['a misspelt option', ['cost', '--prise', '4'], /unknown option '--prise'\n\(Did you mean --price\?\)/],
    ['a missing argument', ['by-user'], /missing required argument 'user'/],
    ['an empty argument', ['by-user', ''], /USAGE: <user> is missing: .*such as john\.doe/],
    ['an argument too many', ['by-user', 'a', 'b'], /too many arguments/],
    [
      'a network that is none',
      ['outside-networks', '--networks', '10.0.0.0/8,10.0.0/33'],
      /USAGE: --networks: 10\.0\.0\/33 is no network/,
    ],
    ['a price that is none', ['cost', '--price', 'cheap'], /USAGE: --price: cheap is not a number/],
    [
      'a moment that is none',
      ['cost', '--from', 'lately'],
      /USAGE: --from lately is no moment: write 2026-11-14, /,
    ],
    [
      'a period that ends before it begins',
      ['cost', '--from', '1d', '--to', '2d'],
      /USAGE: the period from .* is empty/,
    ],
    ['a finding that nobody knows', ['cost', '--fail-on', 'columns'], /--fail-on/],
    ['Athena over a folder', ['cost', '--engine', 'athena'], /USAGE: Athena reads lakes in S3/],
  ])('given %s, says so and ends with 2', async (_, args, message) => {
    const { code, out, err } = await ask(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });

  test('help of a question tells what it takes, with an example', async () => {
    const { code, out } = await run(['ask', 'read-results', '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/--before <days>\s+how long before/);
    expect(out).toContain('$ audit-lake ask read-results --lake ./lake');
    expect((await run(['ask', 'help', 'by-user'])).out).toContain('ask by-user john.doe');
  });
});

describe('audit-lake ask over a lake in S3', () => {
  let world: AwsWorld;
  let server: AwsServer;
  beforeAll(async () => {
    world = new AwsWorld({ now: Date.now });
    server = await startAwsServer(world);
  });
  afterAll(async () => await server.close());

  test('asks Athena the text that --show-sql prints', async () => {
    world.athena.answer = () => ({ columns: [{ name: 'user_name', type: 'varchar' }], rows: [['john.doe']] });
    const args = ['ask', 'by-user', 'john.doe', '--from', '2026-01-01'];
    const inS3 = [
      '--lake',
      LAKE,
      '--endpoint-url',
      server.endpoint,
      '--region',
      'eu-west-1',
      '--fail-on',
      'rows',
    ];
    const env = {
      ...{ AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'none' },
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: '',
    };
    const ended = await run([...args, ...inS3], { env });
    expect(ended).toMatchObject({ code: 3, out: '{"user_name":"john.doe"}\n' });
    const shown = await run([...args, '--show-sql']);
    expect(world.athena.executions().map(({ sql }) => `${sql}\n`)).toEqual([shown.out]);
  });
});
