import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askCommand } from '../src/cli/commands/ask.js';
import { backfillCommand } from '../src/cli/commands/backfill.js';
import { configCommand } from '../src/cli/commands/config.js';
import { ddlCommand } from '../src/cli/commands/ddl.js';
import { demoCommand } from '../src/cli/commands/demo.js';
import { doctorCommand } from '../src/cli/commands/doctor.js';
import { evidenceCommand } from '../src/cli/commands/evidence.js';
import { ingestCommand } from '../src/cli/commands/ingest.js';
import { partitionsCommand } from '../src/cli/commands/partitions.js';
import { queryCommand } from '../src/cli/commands/query.js';
import { rawCommand } from '../src/cli/commands/raw.js';
import { reportCommand } from '../src/cli/commands/report.js';
import { resolveCommand } from '../src/cli/commands/resolve.js';
import { traceCommand } from '../src/cli/commands/trace.js';
import { summaryObject } from '../src/cli/ingest-summary.js';
import type { Io } from '../src/cli/io.js';
import { daysText, usage } from '../src/cli/question-list.js';
import { ERROR_CODES } from '../src/errors.js';
import { TABLE_NAMES, TABLES } from '../src/lake/tables.js';
import { VIEW_NAMES } from '../src/lake/views.js';
import { SETTINGS, SETTINGS_FILE } from '../src/settings.js';
import { METRICS, newCounters } from '../src/telemetry.js';
import { type AwsServer, startAwsServer } from './support/aws/aws-server.ts';
import { AwsWorld } from './support/aws/aws-world.ts';
import { brokenLinks, codeIn, rowsUnder, shellLines } from './support/markdown.ts';
import { QUESTIONS } from './support/questions/asked.ts';
import { inRepository, sourceFiles, textOf } from './support/repository.ts';

const README = textOf('README.md');
const MAP = textOf('src/README.md');
const SAMPLES = textOf('samples/README.md');
const CHANGELOG = textOf('CHANGELOG.md');
const PACKAGE: {
  readonly version: string;
  readonly scripts: { readonly [name: string]: string };
  readonly dependencies: { readonly [name: string]: string };
  readonly devDependencies: { readonly [name: string]: string };
} = JSON.parse(textOf('package.json'));

const code = (cell: string | undefined): string => /^`([^`]+)`/.exec(cell ?? '')?.[1] ?? '';
const mentioned = new Set([...codeIn(README), ...codeIn(MAP)]);
/** Those of the names that neither README has between backticks. */
const unmentioned = (names: readonly string[]) => names.filter((name) => !mentioned.has(name));

const SILENT: Io = {
  out: async () => undefined,
  err: () => undefined,
  stdoutIsTerminal: false,
  stderrIsTerminal: false,
  columns: 80,
};
const NO_DOORS = {
  openLake: () => Promise.reject(new Error('no lake')),
  openEngine: () => Promise.reject(new Error('no engine')),
};
const COMMANDS: readonly Command[] = [
  demoCommand(SILENT, { doors: NO_DOORS, questions: QUESTIONS }),
  ingestCommand(SILENT, () => undefined),
  queryCommand(SILENT, NO_DOORS),
  askCommand(SILENT, { doors: NO_DOORS, exit: () => undefined, questions: QUESTIONS }),
  traceCommand(SILENT, { doors: NO_DOORS, version: '' }),
  reportCommand(SILENT, { doors: NO_DOORS, questions: QUESTIONS, version: '' }),
  evidenceCommand(SILENT, { doors: NO_DOORS, exit: () => undefined, questions: QUESTIONS, version: '' }),
  partitionsCommand(SILENT, () => undefined),
  rawCommand(SILENT, () => undefined),
  doctorCommand(SILENT, () => undefined),
  ddlCommand(SILENT),
  configCommand(SILENT),
  resolveCommand(SILENT, () => undefined),
  backfillCommand(SILENT, () => undefined),
];

describe('the documentation says what is there, and nothing that is not:', () => {
  test('settings', () => {
    const settings = Object.values(SETTINGS);
    const documented = rowsUnder(README, 'in the file').map((cells) => cells.slice(0, 3).map(code));
    const defined = settings.map(({ key, flag, argument, env }) => {
      return [key, flag === undefined ? '' : `${flag} ${argument}`, env];
    });
    expect.soft(documented).toEqual(defined);
    const named = [...`${README}${MAP}`.matchAll(/AUDIT_LAKE_[A-Z_]+/g)].map(([name]) => name);
    const known = [SETTINGS_FILE, ...settings].map(({ env }) => env);
    expect.soft([...new Set(named)].filter((name) => !known.includes(name))).toEqual([]);
    expect.soft(unmentioned(known)).toEqual([]);
  });

  test('metrics of the Lambda', () => {
    expect.soft(unmentioned(Object.keys(METRICS))).toEqual([]);
  });

  test('commands and their options', () => {
    const commands = COMMANDS.map((command) => command.name());
    expect.soft(commands.filter((name) => !README.includes(`audit-lake ${name}`))).toEqual([]);
    const called = [...README.matchAll(/audit-lake ([a-z]+)/g)].map((match) => match[1] ?? '');
    expect.soft(called.filter((name) => !commands.includes(name) && name !== 'is')).toEqual([]);
    const all = COMMANDS.flatMap((command) => [command, ...command.commands]);
    const options = all.flatMap((command) => command.options.map(({ long }) => long ?? ''));
    const documented = [...README.matchAll(/(?<![\w-])--[a-z][a-z-]+/g)].map(([flag]) => flag);
    expect.soft(options.filter((flag) => !documented.includes(flag))).toEqual([]);
    expect.soft(documented.filter((flag) => !options.includes(flag))).toEqual([]);
  });

  test('questions, how each is asked, and how far it looks back', () => {
    const documented = rowsUnder(README, 'ask').map(([asked, ...rest]) => [code(asked), ...rest]);
    const defined = QUESTIONS.map((question) => {
      const options = question.parameters.filter(({ kind }) => kind === 'option');
      const flags = options.map(({ name }) => `\`--${name}\``).join(', ') || '–';
      return [usage(question), question.title, daysText(question.days), flags];
    });
    expect.soft(documented).toEqual(defined);
  });

  test('error codes, each with its disposition, meaning and remedy', () => {
    const documented = rowsUnder(MAP, 'code').map(([name, ...rest]) => [code(name), ...rest]);
    const defined = Object.entries(ERROR_CODES).map(([name, { disposition, meaning, todo }]) => [
      name,
      disposition,
      meaning,
      todo,
    ]);
    expect.soft(documented).toEqual(defined);
  });

  test('columns, each with its type and meaning', () => {
    const documented = rowsUnder(MAP, 'column').map(([name, ...rest]) => [code(name), ...rest]);
    const defined = TABLES.athena_events.columns.map(({ name, type, meaning }) => [name, type, meaning]);
    expect.soft(documented).toEqual(defined);
    const all = TABLE_NAMES.flatMap((table) => TABLES[table].columns.map(({ name }) => name));
    expect.soft(unmentioned([...all, 'year', 'month', 'day'])).toEqual([]);
  });

  test('tables and views', () => {
    const rows = rowsUnder(README, 'name').map(([name = '']) => code(name.replace(/^view /, '')));
    expect.soft(rows).toEqual([...TABLE_NAMES, ...VIEW_NAMES]);
  });

  test('why a query text is there or not', () => {
    const documented = rowsUnder(README, '`query_text_status`').map(([status]) => code(status));
    const shown = readdirSync(inRepository('samples/expected')).flatMap((name) =>
      [...textOf(`samples/expected/${name}`).matchAll(/"query_text_status": "(\w+)"/g)].map(
        (it) => it[1] ?? '',
      ),
    );
    expect.soft(documented.length).toBe(9);
    expect.soft([...new Set(shown)].filter((status) => !documented.includes(status))).toEqual([]);
  });

  test('counters of the summary', () => {
    const report = { counters: newCounters(), failures: [], rejections: [], interrupted: false };
    const facts = { lake: 'lake', datasets: [], seconds: 0, dryRun: false, textMode: 'full' } as const;
    const { log_files, records, bytes, ...others } = summaryObject(report, facts);
    expect.soft(unmentioned([...Object.keys(others), 'log_files', 'records', 'bytes'])).toEqual([]);
    const nested = [log_files, records, bytes].flatMap((counts) => Object.keys(counts));
    expect.soft(nested.filter((name) => !new RegExp(`\\b${name}\\b`).test(README))).toEqual([]);
  });

  test('dependencies, why each is there, and what else was looked at', () => {
    const rows = rowsUnder(MAP, 'package');
    const names = rows.map(([name]) => code(name));
    expect.soft(names.toSorted()).toEqual(Object.keys(PACKAGE.dependencies).sort());
    expect.soft(rows.filter(([, why, instead]) => !why || !instead)).toEqual([]);
    expect.soft(unmentioned(Object.keys(PACKAGE.devDependencies))).toEqual([]);
    const section = /^For development:[\s\S]*?\n\n/m.exec(MAP)?.[0] ?? '';
    const dead = codeIn(section).filter((name) => !(name in PACKAGE.devDependencies));
    expect.soft(dead).toEqual([]);
  });

  test('files of the map', () => {
    const tree = /^## The tree[\s\S]*?^```\n([\s\S]*?)^```/m.exec(MAP)?.[1] ?? '';
    const names = sourceFiles().map(({ path }) => path);
    const known = new Set(names.map((path) => path.slice(path.lastIndexOf('/') + 1)));
    const drawn = new Set([...tree.matchAll(/[a-z0-9-]+\.ts\b/g)].map(([name]) => name));
    expect.soft([...drawn].filter((name) => !known.has(name))).toEqual([]);
    const rooms = names.filter((path) =>
      /^((cloudtrail|datasets|lake|backfill|questions|trace|report|shown|ports|jobs)\/)?[^/]+\.ts$/.test(
        path,
      ),
    );
    expect.soft(rooms.filter((path) => !drawn.has(path.slice(path.lastIndexOf('/') + 1)))).toEqual([]);
    const named = [...codeIn(README), ...codeIn(MAP)].filter((it) =>
      /^(src\/)?[a-z-]+\/[a-z-]+\.ts$/.test(it),
    );
    expect
      .soft(named.filter((it) => !names.includes(it.replace(/^src\//, '')) && !existsSync(inRepository(it))))
      .toEqual([]);
  });

  test('scripts of package.json', () => {
    const called = [...`${README}${MAP}${SAMPLES}`.matchAll(/npm run ([a-z:]+)/g)].map(
      (match) => match[1] ?? '',
    );
    expect.soft(called.filter((name) => !(name in PACKAGE.scripts))).toEqual([]);
  });

  test.each(['README.md', 'src/README.md', 'samples/README.md', 'test/README.md', 'CHANGELOG.md'])(
    'links of %s',
    (path) => {
      expect(brokenLinks(path, (target) => existsSync(inRepository(target)))).toEqual([]);
    },
  );

  test('the version, in the changelog', () => {
    expect.soft(/^## (\S+)/m.exec(CHANGELOG)?.[1]).toBe(PACKAGE.version);
  });
});

describe('the commands of the documentation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  const main = inRepository('dist/cli/main.js');
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await server.close();
  });

  const world = new AwsWorld({ now: Date.now });
  let server: AwsServer;

  /** Runs a line of a shell block as a reader would, in one folder after the other lines; AWS is the double. */
  function runLine(line: string): Promise<{ readonly code: number; readonly said: string }> {
    const script = line.replace(/\bnpx audit-lake\b/g, `'${process.execPath}' '${main}'`);
    const keys = { AWS_ACCESS_KEY_ID: 'EXAMPLE', AWS_SECRET_ACCESS_KEY: 'EXAMPLE' };
    const env = { ...process.env, ...keys, AWS_ENDPOINT_URL: server.endpoint };
    return new Promise((resolve) => {
      execFile('sh', ['-c', script], { cwd: folder, env }, (error, out, err) => {
        resolve({
          code: typeof error?.code === 'number' ? error.code : error ? -1 : 0,
          said: `${out}${err}`,
        });
      });
    });
  }

  /** `# exit code 1: ...` at the end of the line; reading the demo's damaged log file ends with 1. */
  function expectedCode(line: string): number {
    const named = /#.*exit code (\d+)/.exec(line)?.[1];
    if (named !== undefined) return Number(named);
    return /audit-lake ingest ('?demo\/trail|s3:)/.test(line) ? 1 : 0;
  }

  beforeAll(async () => {
    server = await startAwsServer(world);
    symlinkSync(inRepository('samples'), join(folder, 'samples'));
    expect(await runLine('npx audit-lake demo')).toMatchObject({ code: 0 });
    for (const name of ['amzn-s3-demo-bucket', 'amzn-s3-demo-lake']) world.s3.createBucket(name);
    const trail = join(folder, 'demo/trail');
    for (const path of readdirSync(trail, { recursive: true, encoding: 'utf8' })) {
      if (/\.\w+$/.test(path)) world.s3.put('amzn-s3-demo-bucket', path, readFileSync(join(trail, path)));
    }
  });

  const lines = [...shellLines(README), ...shellLines(SAMPLES)].filter((line) =>
    /^npx audit-lake /.test(line),
  );

  test('set everything up in two lines', () => {
    const setUp = shellLines(README).filter((line) => line.startsWith('npm ci'));
    expect
      .soft(setUp.map((line) => line.replace(/\s*#.*$/, '')))
      .toEqual(['npm ci && npm run demo', 'npm ci && npm test']);
    expect.soft(PACKAGE.scripts['demo']).toBe('node dist/cli/main.js demo');
  });

  test('are explained where they end with another code than 0', () => {
    expect.soft(README).toMatch(/damaged log file makes .* exit code 1/s);
    expect.soft(lines.length).toBeGreaterThan(8);
  });

  for (const line of lines) {
    test(`run: ${line.replace(/\s*#.*$/, '')}`, async () => {
      const { code: found, said } = await runLine(line);
      expect(found, said).toBe(expectedCode(line));
    });
  }
});
