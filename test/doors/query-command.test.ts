import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runDdl } from '../../src/cli/commands/ddl.js';
import { type QueryDoors, type QueryOptions, queryCommand, runQuery } from '../../src/cli/commands/query.js';
import { type Io, OutputClosed } from '../../src/cli/io.js';

type Said = { io: Io; text: () => string };

function listen({ terminal = false, closedAfter = Number.POSITIVE_INFINITY } = {}): Said {
  const pieces: string[] = [];
  const io: Io = {
    out: async (text) => {
      if (pieces.length >= closedAfter) throw new OutputClosed();
      pieces.push(text);
    },
    err: () => {},
    stdoutIsTerminal: terminal,
    stderrIsTerminal: terminal,
    columns: 80,
  };
  return { io, text: () => pieces.join('') };
}

/** Doors to an engine that answers with the SQL it was asked, chunk after chunk. */
function doors(chunks = 1): { doors: QueryDoors; log: string[] } {
  const log: string[] = [];
  const engine = {
    query: async (sql: string) => ({
      columns: [{ name: 'sql', type: 'VARCHAR' }],
      chunks: (async function* () {
        for (let chunk = 0; chunk < chunks; chunk++) yield [[sql]];
      })(),
    }),
    close: async () => void log.push('engine closed'),
  };
  const openLake = async (lake: string) => {
    log.push(`lake ${lake}`);
    return { days: [], close: async () => void log.push('lake closed') };
  };
  return { doors: { openLake, openEngine: async () => engine }, log };
}

const run = async (options: QueryOptions, said = listen()) => {
  const { doors: d, log } = doors();
  await runQuery(options, said.io, d);
  return { text: said.text(), log };
};

describe('audit-lake query', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'query-command-'));
    await writeFile(join(folder, 'q.sql'), 'SELECT 2');
  });
  afterAll(async () => await rm(folder, { recursive: true }));

  test('answers as ndjson into a pipe and as a table on a terminal, and closes what it opened', async () => {
    const { text, log } = await run({ lake: 'here', sql: 'SELECT 1' });
    expect(text).toBe('{"sql":"SELECT 1"}\n');
    expect(log).toEqual(['lake here', 'engine closed', 'lake closed']);
    expect((await run({ lake: 'here', sql: 'SELECT 1' }, listen({ terminal: true }))).text).toContain(
      '│ SELECT 1 │',
    );
    expect((await run({ lake: 'here', sql: 'SELECT 1', output: 'csv' })).text).toBe('sql\r\nSELECT 1\r\n');
  });

  test('reads the SQL from a file', async () => {
    expect((await run({ lake: 'here', file: join(folder, 'q.sql') })).text).toBe('{"sql":"SELECT 2"}\n');
  });

  test.each([
    ['none', {}],
    ['both', { sql: 'SELECT 1', file: 'q.sql' }],
    ['a file that is not there', { file: 'no-such.sql' }],
  ])('given %s, says so before it opens the lake', async (_, options) => {
    const { doors: d, log } = doors();
    await expect(runQuery({ lake: 'here', ...options }, listen().io, d)).rejects.toMatchObject({
      code: 'USAGE',
    });
    expect(log).toEqual([]);
  });

  test('ends quietly and closes everything when the reader has gone', async () => {
    const { doors: d, log } = doors(1000);
    const said = listen({ closedAfter: 2 });
    await runQuery({ lake: 'here', sql: 'SELECT 1' }, said.io, d);
    expect(said.text().split('\n')).toHaveLength(3);
    expect(log).toEqual(['lake here', 'engine closed', 'lake closed']);
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
