import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { QueryDoors } from '../../src/cli/asked-engine.js';
import { runDdl } from '../../src/cli/commands/ddl.js';
import { type QueryOptions, queryCommand, runQuery } from '../../src/cli/commands/query.js';
import { Interrupted } from '../../src/cli/interruption.js';
import { type Io, OutputClosed } from '../../src/cli/io.js';
import type { QueryEngine } from '../../src/ports/query-engine.js';
import type { EngineTarget, FetchNews } from '../../src/wiring/engine.js';

type Said = { io: Io; text: () => string; talk: () => string };

function listen({ terminal = false, closedAfter = Number.POSITIVE_INFINITY } = {}): Said {
  const pieces: string[] = [];
  const talk: string[] = [];
  const io: Io = {
    out: async (text) => {
      if (pieces.length >= closedAfter) throw new OutputClosed();
      pieces.push(text);
    },
    err: (text) => void talk.push(text),
    stdoutIsTerminal: terminal,
    stderrIsTerminal: terminal,
    columns: 80,
  };
  return { io, text: () => pieces.join(''), talk: () => talk.join('') };
}

type Given = {
  readonly chunks?: number;
  readonly bytesScanned?: number;
  readonly news?: readonly FetchNews[];
};

/** Doors to an engine that answers with the SQL it was asked, chunk after chunk. */
function doors({ chunks = 1, bytesScanned, news = [] }: Given = {}) {
  const opened: EngineTarget[] = [];
  const log: string[] = [];
  const engine: QueryEngine = {
    query: async (sql) => ({
      columns: [{ name: 'sql', type: 'VARCHAR' }],
      chunks: (async function* () {
        for (let chunk = 0; chunk < chunks; chunk++) yield [[sql]];
      })(),
      ...(bytesScanned !== undefined && { bytesScanned }),
    }),
    close: async () => void log.push('closed'),
  };
  const openEngine: QueryDoors['openEngine'] = async (target, { tell, sql }) => {
    opened.push(target);
    log.push(`opened for ${sql}`);
    for (const it of news) tell(it);
    return engine;
  };
  return { doors: { openEngine }, opened, log };
}

const FOLDER = { kind: 'duckdb over a folder', lake: 'here' } as const;

const run = async (options: Omit<QueryOptions, 'target'>, said = listen(), given: Given = {}) => {
  const { doors: d, log } = doors(given);
  await runQuery({ target: FOLDER, ...options }, said.io, d);
  return { text: said.text(), talk: said.talk(), log };
};

/** The target that a command line chooses. */
async function targetOf(...argv: readonly string[]): Promise<EngineTarget | undefined> {
  const { doors: d, opened } = doors();
  await queryCommand(listen().io, d)
    .exitOverride()
    .parseAsync([...argv, 'SELECT 1'], { from: 'user' });
  return opened[0];
}

describe('audit-lake query', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'query-command-'));
    await writeFile(join(folder, 'q.sql'), 'SELECT 2');
  });
  afterAll(async () => await rm(folder, { recursive: true }));

  test('answers as ndjson into a pipe and as a table on a terminal, and closes what it opened', async () => {
    const { text, talk, log } = await run({ sql: 'SELECT 1' });
    expect(text).toBe('{"sql":"SELECT 1"}\n');
    expect(talk).toBe('');
    expect(log).toEqual(['opened for SELECT 1', 'closed']);
    expect((await run({ sql: 'SELECT 1' }, listen({ terminal: true }))).text).toContain('│ SELECT 1 │');
    expect((await run({ sql: 'SELECT 1', output: 'csv' })).text).toBe('sql\r\nSELECT 1\r\n');
  });

  test('reads the SQL from a file', async () => {
    expect((await run({ file: join(folder, 'q.sql') })).text).toBe('{"sql":"SELECT 2"}\n');
  });

  test.each([
    ['none', {}],
    ['both', { sql: 'SELECT 1', file: 'q.sql' }],
    ['a file that is not there', { file: 'no-such.sql' }],
  ])('given %s, says so before it opens the lake', async (_, options) => {
    const { doors: d, log } = doors();
    const ended = runQuery({ target: FOLDER, ...options }, listen().io, d);
    await expect(ended).rejects.toMatchObject({ code: 'USAGE' });
    expect(log).toEqual([]);
  });

  test('ends quietly and closes everything when the reader has gone', async () => {
    const said = listen({ closedAfter: 2 });
    const { log } = await run({ sql: 'SELECT 1' }, said, { chunks: 1000 });
    expect(said.text().split('\n')).toHaveLength(3);
    expect(log).toEqual(['opened for SELECT 1', 'closed']);
  });

  test('tells on stderr what Athena scanned, and what is fetched or not there yet', async () => {
    const news: FetchNews[] = [
      { kind: 'begins', files: 1_200, bytes: 3_400_000 },
      { kind: 'ended', files: 1_199, missing: 1 },
    ];
    const { text, talk } = await run({ sql: 'SELECT 1' }, listen(), { bytesScanned: 12_345_678, news });
    expect(text).toBe('{"sql":"SELECT 1"}\n');
    expect(talk).toBe(
      'Fetching 1,200 data files, 3.4 MB.\n' +
        'Fetched 1,199 data files; 1 more are committed but not published yet: left out.\n' +
        'Athena scanned 12.3 MB.\n',
    );
  });

  test('closes the engine on Ctrl-C, however long the query would run, and is interrupted', async () => {
    const { doors: d, log } = doors();
    const endless = async (...given: Parameters<QueryDoors['openEngine']>): Promise<QueryEngine> => ({
      ...(await d.openEngine(...given)),
      query: () => new Promise(() => undefined),
    });
    const ended = runQuery({ target: FOLDER, sql: 'SELECT 1' }, listen().io, { openEngine: endless });
    setTimeout(() => process.emit('SIGINT'), 20);
    await expect(ended).rejects.toBeInstanceOf(Interrupted);
    expect(log).toEqual(['opened for SELECT 1', 'closed']);
    expect(process.listenerCount('SIGINT')).toBe(0);
  });

  test('is parsed from the command line, with examples in its help', async () => {
    const said = listen();
    const command = queryCommand(said.io, doors().doors);
    await command.parseAsync(['--lake', 'here', '--output', 'csv', 'SELECT 1'], { from: 'user' });
    expect(said.text()).toBe('sql\r\nSELECT 1\r\n');
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    expect(help).toContain('Examples:');
  });
});

describe('the engine', () => {
  const LAKE = 's3://amzn-s3-demo-lake/audit';

  test('is DuckDB for a folder, named or not', async () => {
    expect(await targetOf('--lake', 'here')).toEqual(FOLDER);
    expect(await targetOf('--lake', 'here', '--engine', 'duckdb')).toEqual(FOLDER);
  });

  test('is Athena for a lake in S3, unless DuckDB is asked for', async () => {
    expect(await targetOf('--lake', LAKE, '--work-group', 'audit')).toMatchObject({
      kind: 'athena',
      lake: LAKE,
      workGroup: 'audit',
      database: 'audit_lake',
      results: `${LAKE}/_meta/results/`,
    });
    const copy = await targetOf('--lake', LAKE, '--engine', 'duckdb', '--state-table', 'state');
    expect(copy).toMatchObject({ kind: 'duckdb over a copy', lake: LAKE, stateTable: 'state' });
  });

  test('is never Athena for a folder', async () => {
    const refused = targetOf('--lake', 'here', '--engine', 'athena');
    await expect(refused).rejects.toMatchObject({ code: 'USAGE', message: expect.stringContaining('here') });
  });
});

test('stdout closed by its reader becomes OutputClosed, not a crash', async () => {
  const script = `
    import { processIo } from ${JSON.stringify(new URL('../../src/cli/io.ts', import.meta.url).href)};
    const io = processIo();
    try { for (;;) await io.out('x'.repeat(65536) + '\\n'); }
    catch (thrown) { process.stderr.write(thrown.name); }
  `;
  const folder = await mkdtemp(join(tmpdir(), 'closed-pipe-'));
  await writeFile(join(folder, 'endless.mts'), script);
  const stderr = await new Promise<string>((resolve, reject) => {
    const child = execFile(
      process.execPath,
      ['--import', 'tsx', join(folder, 'endless.mts')],
      (error, _, text) => (error ? reject(error) : resolve(text)),
    );
    child.stdout?.once('data', () => child.stdout?.destroy());
  });
  await rm(folder, { recursive: true });
  expect(stderr).toContain('OutputClosed');
});

test('audit-lake ddl prints every statement, each ended by a semicolon at the end of a line', async () => {
  const said = listen();
  await runDdl({ lake: 's3://example-audit-lake/athena' }, said.io);
  const statements = said
    .text()
    .split(/;\n/)
    .filter((statement) => statement.trim() !== '');
  expect(statements).toHaveLength(5);
  for (const statement of statements) expect(statement.trim()).toMatch(/^CREATE /);
  await expect(runDdl({ lake: './lake' }, said.io)).rejects.toMatchObject({ code: 'USAGE' });
});
