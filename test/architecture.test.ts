import { describe, expect, test } from 'vitest';
import { breachesOf, loadedWith, type Place, unused } from './support/import-law.ts';
import { shippedFiles, sourceFiles } from './support/repository.ts';
import { sourceFile } from './support/source-file.ts';

/** What a room may use of Node: no files, no network, no clock, no environment. */
const PURE = ['node:buffer', 'node:crypto', 'node:zlib'];

/** Clients of AWS: made in wiring, and called by adapters. */
const AWS_CLIENTS = [
  'athena',
  'cloudformation',
  'cloudtrail',
  'cloudwatch',
  'dynamodb',
  'glue',
  'lambda',
  's3',
  'sfn',
  'sns',
  'sqs',
  'sts',
].map((name) => `@aws-sdk/client-${name}`);

/** What adapters of a lake know of our own. */
const ROOMS_OF_LAKES = [
  ...['cloudtrail', 'datasets', 'lake', 'lake-file-schema', 'backfill', 'backfill-files'],
  ...['~ports', 'errors'],
];

/** The import law. The first place that fits a file is its place. */
const LAW: readonly Place[] = [
  // Leaves: everybody may know them, they know nobody.
  place('errors', /^errors\.ts$/, []),
  place('telemetry', /^telemetry\.ts$/, []),
  place('shown', /^shown\//, []),
  place(
    'config',
    /^(config|nearest-setting|raw-settings|setting|settings|settings-file|settings-reader|setting-values)\.ts$/,
    [
      ...['errors', '~datasets', 'datasets', 'lake', 'yaml'],
      ...['node:crypto', 'node:fs', 'node:fs/promises', 'node:os', 'node:path'],
    ],
  ),

  // Rooms, left to right: each knows itself and the rooms to its left.
  place('sql', /^sql\//, []),
  place(
    'give-back',
    /^cloudtrail\/give-back\.ts$/,
    ['node:worker_threads'],
    'gives the memory of a chunk back',
  ),
  place('notification-shapes', /^cloudtrail\/notification-shapes\.ts$/, ['zod'], 'zod loads slowly'),
  place('cloudtrail', /^cloudtrail\//, [
    ...['give-back', 'notification-shapes', 'errors', 'node:crypto', 'node:zlib'],
  ]),
  place('datasets', /^datasets\//, ['sql', 'cloudtrail', 'node:buffer', 'node:crypto']),
  place(
    'lake-file-schema',
    /^lake\/lake-file-schema\.ts$/,
    ['lake', 'datasets', 'errors', 'zod'],
    'zod loads slowly',
  ),
  place('lake', /^lake\//, ['datasets', 'errors', 'node:crypto', 'node:zlib', 'hyparquet-writer']),

  place(
    'backfill-files',
    /^backfill\/(first-issue|plan-file|plan-head|plan-details|price-file)\.ts$/,
    ['backfill', 'datasets', 'errors', 'zod'],
    'zod loads slowly',
  ),
  place('backfill', /^backfill\//, ['cloudtrail', 'datasets', 'lake', 'errors', 'node:crypto']),

  place('questions', /^questions\//, ['datasets', 'lake', 'errors', 'node:buffer']),
  place('trace', /^trace\//, [
    ...['cloudtrail', 'datasets', 'questions', 'errors', 'node:buffer', 'node:crypto'],
  ]),
  place('report', /^report\//, ['lake', 'trace', 'shown', 'node:crypto']),

  // Holes in the wall, and the story that is told through them.
  place('ports', /^ports\//, ['~cloudtrail', '~datasets', '~lake', '~backfill', '~trace']),
  place('jobs', /^jobs\//, [
    ...['cloudtrail', 'datasets', 'lake', 'backfill', 'trace', 'report', 'ports', 'errors', 'telemetry'],
  ]),

  // The world.
  place('dry-run', /^adapters\/dry-run\.ts$/, ['~ports'], 'pure: it only pretends to write'),
  place('lake-activity', /^adapters\/lake-activity\.ts$/, ['trace', '~ports'], 'pure: it asks an engine'),
  place('adapters/local', /^adapters\/local\//, [
    ...ROOMS_OF_LAKES,
    ...['node:*', 'lmdb', '@duckdb/node-api', '@duckdb/node-api/lib/vectors/dataAccessors.js', 'zod'],
  ]),
  place('adapters/inventory', /^adapters\/inventory\//, [
    ...['cloudtrail', 'backfill', '~ports', 'errors', 'node:*', 'zod', 'hyparquet'],
  ]),
  place('adapters/aws', /^adapters\/aws\//, [
    ...[...ROOMS_OF_LAKES, 'trace', ...AWS_CLIENTS, 'node:*', 'zod'],
  ]),
  place('wiring', /^wiring\//, [
    ...['dry-run', 'lake-activity', 'adapters/local', 'adapters/aws', 'adapters/inventory'],
    ...['~datasets', 'lake', 'backfill'],
    ...['backfill-files', 'questions', '~ports', 'errors', 'node:*', 'yaml'],
    // The only place where a client of AWS is made.
    ...AWS_CLIENTS,
    // Lanes, finishing and following are jobs that want adapters and a clock: src/README.md, "Decisions".
    'jobs',
    // What handlers count, for who asks after it.
    'telemetry',
  ]),

  // Doors.
  place('demo', /^demo\//, ['node:crypto', 'node:zlib']),
  place('worker', /^worker\//, ['wiring', '~jobs', '~datasets', '~ports', 'errors', 'node:worker_threads']),
  place('lambda', /^lambda\//, [
    ...[
      'wiring',
      'jobs',
      'questions',
      'shown',
      '~ports',
      'cloudtrail',
      'lake',
      'backfill',
      'backfill-files',
      'config',
      'errors',
      'telemetry',
    ],
    ...['@aws-lambda-powertools/logger', '@aws-lambda-powertools/metrics', 'node:v8'],
  ]),
  place('cli', /^cli\//, [
    ...[
      'wiring',
      'worker',
      'jobs',
      'datasets',
      'lake',
      'backfill',
      'questions',
      'trace',
      'report',
      '~ports',
      'demo',
    ],
    ...['config', 'errors', 'telemetry', 'shown', 'node:*'],
    ...['commander', 'cli-table3', 'log-update', 'tinyglobby'],
  ]),
  place('library door', /^index\.ts$/, ['cloudtrail', 'errors', 'lake']),
];

/** Who may touch the world, and how: nobody else, and no one of these without need. */
const TOUCHES: { readonly [what: string]: readonly string[] } = {
  'process.env': ['config.ts'],
  'process.argv': ['cli/main.ts'],
  // The second Ctrl-C ends the process where it is caught.
  'process.exit': ['cli/interruption.ts', 'cli/main.ts'],
  'process.on': ['cli/interruption.ts'],
  'process.off': ['cli/interruption.ts'],
  'process.version': ['cli/commands/doctor.ts', 'cli/commands/evidence.ts'],
  'process.stdout': ['cli/io.ts'],
  'process.stderr': ['cli/io.ts'],
  // Who writes to a lake, and whether it is still alive.
  'process.pid': ['adapters/local/lake-folder.ts', 'wiring/local.ts'],
  'process.kill': ['wiring/local.ts'],
  'Date.now': [...['cli/commands/demo.ts', 'cli/ingest-lanes.ts', 'wiring/local.ts', 'wiring/real-time.ts']],
  'performance.now': [
    ...['cli/commands/backfill-status.ts', 'cli/ingest-lanes.ts', 'cli/progress.ts', 'wiring/local.ts'],
  ],
  setTimeout: ['wiring/local.ts', 'wiring/real-time.ts'],
  setInterval: ['cli/progress.ts', 'wiring/local.ts'],
  setImmediate: ['cli/ingest-lanes.ts', 'wiring/notified-lake.ts'],
  'Math.random': ['wiring/real-time.ts'],
  randomBytes: ['wiring/local.ts', 'wiring/s3-lake.ts'],
  randomUUID: [
    ...['wiring/athena-engine.ts', 'wiring/catalog.ts', 'wiring/local.ts', 'wiring/raw-activity.ts'],
  ],
};

/** Loaded only by the commands that need them, and then late: each takes longer than a small ingest. */
const HEAVY = [
  '@duckdb/node-api',
  '@duckdb/node-api/lib/vectors/dataAccessors.js',
  'hyparquet',
  'zod',
  'yaml',
  ...AWS_CLIENTS,
];

function place(name: string, files: RegExp, may: readonly string[], reason?: string): Place {
  return { name, files, may, ...(reason !== undefined && { reason }) };
}

const files = sourceFiles();
const of = (path: string, text: string) => sourceFile(path, text);

describe('the import law', () => {
  test('is kept by every file of src', () => {
    expect(files.length).toBeGreaterThan(90);
    expect(files.flatMap((file) => breachesOf(file, LAW))).toEqual([]);
  });

  test('allows nothing that nobody needs', () => {
    expect(unused(files, LAW)).toEqual([]);
  });

  test('gives the pure rooms nothing of Node that could reach the world', () => {
    const rooms = LAW.filter(({ name }) =>
      ['sql', 'cloudtrail', 'datasets', 'lake', 'backfill', 'questions', 'trace', 'report'].includes(name),
    );
    const fromNode = rooms.flatMap(({ may }) => may.filter((name) => name.startsWith('node:')));
    expect(fromNode.filter((name) => !PURE.includes(name))).toEqual([]);
  });

  test('has rooms that look to the left only', () => {
    const order = [
      ...['sql', 'cloudtrail', 'datasets', 'lake', 'backfill'],
      ...['questions', 'trace', 'report', 'jobs', 'wiring', 'cli'],
    ];
    for (const { name, may } of LAW.filter((it) => order.includes(it.name))) {
      const right = order.slice(order.indexOf(name) + 1);
      expect(
        may.filter((it) => right.includes(it)),
        name,
      ).toEqual([]);
    }
  });

  test('has ports that are types and nothing else', () => {
    const values = /^\s*(export )?(const|let|var|function|class|enum|abstract class)\b/m;
    const ports = files.filter(({ path }) => path.startsWith('ports/'));
    expect(ports.filter(({ text }) => values.test(text)).map(({ path }) => path)).toEqual([]);
    expect(ports.flatMap(({ links }) => links).filter(({ how }) => how !== 'type')).toEqual([]);
  });

  test.each([
    ['a room that looks to the right', 'cloudtrail/record.ts', "import { TABLES } from '../lake/tables.js';"],
    ['a room that reads files', 'lake/names.ts', "import { readFile } from 'node:fs/promises';"],
    [
      'a type of a port in a room',
      'datasets/dataset.ts',
      "import type { LogSource } from '../ports/log-source.js';",
    ],
    ['a port with a value', 'ports/catalog.ts', "import { TABLES } from '../lake/tables.js';"],
    ['a job that knows a vendor', 'jobs/settled.ts', "import { open } from 'lmdb';"],
    ['a job that knows an adapter, hidden', 'jobs/settled.ts', "await import('../adapters/dry-run.js');"],
    [
      'an adapter that knows a job',
      'adapters/local/writer-lock.ts',
      "export * from '../../jobs/settled.js';",
    ],
    ['wiring that knows a door', 'wiring/local.ts', "type Io = import('../cli/io.js').Io;"],
    [
      'a door that knows DuckDB',
      'cli/main.ts',
      "const { DuckDBInstance } = await import('@duckdb/node-api');",
    ],
    [
      'a door that knows an adapter',
      'cli/main.ts',
      "export { openItems } from '../adapters/local/lmdb-items.js';",
    ],
    ['src that imports a test', 'cli/main.ts', "import { run } from '../../test/support/command-line.js';"],
    ['src that imports its own library door', 'cli/main.ts', "import { TABLES } from '../index.js';"],
    ['a file in no place', 'helpers/strings.ts', 'export const a = 1;'],
  ])('finds %s', (_, path, text) => {
    expect(breachesOf(of(path, text), LAW)).toHaveLength(1);
  });
});

describe('the world', () => {
  test('is touched only where the table says, and everywhere it says', () => {
    const all = [...new Set(files.flatMap(({ touches }) => [...touches]))];
    const whoDoes = (what: string) =>
      files.filter(({ touches }) => touches.has(what)).map(({ path }) => path);
    expect(Object.fromEntries(all.map((what) => [what, whoDoes(what)]))).toEqual(TOUCHES);
  });

  test.each([
    ['process.env', "const a = process.env['A'];"],
    ['Date.now', 'const clock = Date.now;'],
    ['new Date()', 'const now = new Date();'],
    ['Math.random', 'Math.random();'],
    ['randomUUID', "import { randomUUID as id } from 'node:crypto';"],
    ['setTimeout', "import { setTimeout as pause } from 'node:timers/promises';"],
    ['console.log', "console.log('here');"],
    ['process.exit', 'process.exit(1);'],
  ])('is seen to be touched by %s', (what, text) => {
    expect([...of('a.ts', text).touches]).toEqual([what]);
  });

  test('is not touched by a date that is given', () => {
    expect([...of('a.ts', 'new Date(0); Date.UTC(2026, 0); Math.max(1, 2);').touches]).toEqual([]);
  });
});

describe('audit-lake --help', () => {
  test('loads neither DuckDB nor zod nor any client of AWS', () => {
    const loaded = loadedWith('cli/main.ts', files);
    expect(loaded).toContain('commander');
    expect(HEAVY.filter((name) => loaded.has(name))).toEqual([]);
  });
});

describe('the house style', () => {
  test('shuns default exports, any, enums and non-null assertions', () => {
    expect(files.flatMap(({ path, shunned }) => shunned.map((what) => `${path}: ${what}`))).toEqual([]);
    const bad = 'export default 1; let a: any; enum B {} const c = a!;';
    expect(of('a.ts', bad).shunned).toHaveLength(4);
  });

  test('names files in kebab-case, after what they hold', () => {
    const names = files.flatMap(({ path }) => path.split('/'));
    expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.ts)?$/.test(name))).toEqual([]);
  });

  test('bans words that say nothing from the names of files and exports', () => {
    const named = files.flatMap(({ path, exported }) => [
      path,
      ...exported.map((name) => `${path}: ${name}`),
    ]);
    const empty =
      /(^|[^a-z])(utils?|helpers?|managers?|info)([^a-z]|$)|(Util|Helper|Manager|Info)s?([^a-z]|$)/;
    expect(named.filter((name) => empty.test(name))).toEqual([]);
    expect(empty.test('a.ts: LakeManager')).toBe(true);
  });

  test('keeps files short: half of them below 90 lines, nine in ten below 200, none above 300', () => {
    const lines = files.map(({ text }) => text.split('\n').length - 1).sort((a, b) => a - b);
    expect(quantile(lines, 0.5)).toBeLessThanOrEqual(90);
    expect(quantile(lines, 0.9)).toBeLessThanOrEqual(200);
    expect(files.filter(({ text }) => text.split('\n').length > 301).map(({ path }) => path)).toEqual([]);
  });

  test('keeps functions short: half of them below 10 lines, nine in ten below 30, none above 60', () => {
    const all = files.flatMap(({ functions }) => functions);
    const lines = all.map((it) => it.lines).sort((a, b) => a - b);
    expect(quantile(lines, 0.5)).toBeLessThanOrEqual(10);
    expect(quantile(lines, 0.9)).toBeLessThanOrEqual(30);
    expect(all.filter((it) => it.lines > 60).map(({ name }) => name)).toEqual([]);
  });

  test('takes options where there would be more than three parameters', () => {
    const many = files.flatMap(({ functions }) => functions.filter(({ parameters }) => parameters > 3));
    expect(many.map(({ name }) => name)).toEqual([]);
  });

  test('keeps the top level of the repository as the owner drew it', () => {
    const top = new Set(shippedFiles().map((path) => path.split('/')[0] ?? ''));
    expect([...top].filter((name) => !name.startsWith('.') && !TOP_LEVEL.has(name))).toEqual([]);
  });
});

const TOP_LEVEL: ReadonlySet<string> = new Set([
  ...['src', 'infra', 'test', 'samples', 'questions'],
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'README.md', 'LICENSE', 'CHANGELOG.md'],
]);

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}
