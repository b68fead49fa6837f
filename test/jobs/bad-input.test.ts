import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { athenaRecord, logFileText } from '../support/athena-record.js';
import { BAD_FILES, type BadFile } from '../support/bad-files.js';
import { type Ended, run, type Summary, summaryOf } from '../support/command-line.js';
import { rowsByCommand } from '../support/rows-by-command.js';

/** One folder with every bad file that we know, good ones between them, read by the command as it is shipped. */

type Told = Summary & {
  readonly rejections: readonly { file: string; record_index: number; code: string }[];
};
type Row = Record<string, unknown>;

const isRoot = process.getuid?.() === 0;

let top: string;
let source: string;
/** The lake with both datasets lies inside the source; the one with Athena's events alone lies beside it. */
let lake: string;
let athenaLake: string;
let first: Ended;
let summary: Told;
let athenaOnly: Summary;
let rows: readonly Row[];
let athenaRows: readonly Row[];

const shown = (name: string | Buffer) => JSON.stringify(name.toString());
const pathOf = (name: string | Buffer) => resolve(source, name.toString());
const bytesPath = (name: string | Buffer) => Buffer.concat([Buffer.from(`${source}/`), Buffer.from(name)]);
const idsOf = (files: readonly BadFile[]) => files.flatMap((file) => file.rows ?? []).sort();
const BOTH = ['--dataset', 'athena_events', '--dataset', 'cloudtrail_events'];
const ingest = (into: string, ...more: string[]) =>
  run(['ingest', source, '--lake', into, ...more, '--output', 'json', '--quiet']);

async function writeSource(): Promise<void> {
  for (const { name, bytes } of BAD_FILES) {
    if (typeof name === 'string') await mkdir(dirname(pathOf(name)), { recursive: true });
    await writeFile(typeof name === 'string' ? pathOf(name) : bytesPath(name), bytes);
  }
  await mkdir(join(source, 'empty folder.json'));
  await symlink('nowhere.json', join(source, 'broken link.json'));
  await symlink('link loop.json', join(source, 'link loop.json'));
  await symlink('.', join(source, 'folder loop'));
  await symlink('..', join(source, 'way out'));
  await writeFile(join(top, 'outside.json'), logFileText(athenaRecord('linked')));
  await symlink(join(top, 'outside.json'), join(source, 'link to a file.json'));
  if (isRoot) return;
  await writeFile(join(source, 'unreadable.json'), logFileText(athenaRecord('unreadable')));
  await chmod(join(source, 'unreadable.json'), 0);
}

beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'bad-input-'));
  source = join(top, 'source');
  lake = join(source, 'lake');
  athenaLake = join(top, 'athena-lake');
  await mkdir(source);
  await writeSource();
  athenaOnly = summaryOf(await ingest(athenaLake));
  first = await ingest(lake, ...BOTH);
  summary = JSON.parse(first.out);
  rows = await rowsByCommand(lake, 'SELECT * FROM athena_events ORDER BY source_key, record_index');
  athenaRows = await rowsByCommand(
    athenaLake,
    'SELECT * FROM athena_events ORDER BY source_key, record_index',
  );
}, 120_000);

afterAll(async () => {
  await rm(top, { recursive: true, force: true });
});

const failing = BAD_FILES.filter(({ code }) => code !== undefined);
const foreign = BAD_FILES.filter((file) => file.foreign);
const sound = BAD_FILES.filter(({ rows: expected }) => expected !== undefined);
const rowOf = (id: string) => rows.find((row) => row['event_id'] === id);
/** Files that are written but are not in BAD_FILES. */
const [LINKED, UNREADABLE] = [1, isRoot ? 0 : 1];

describe('a folder full of bad input', () => {
  test('ends with exit code 1 and one summary', () => {
    expect(first.err).toBe('');
    expect(first.code).toBe(1);
    expect(first.out.trim().split('\n')).toHaveLength(1);
  });

  test('is counted, and the counters balance', () => {
    const { listed, ingested, skipped, failed, foreign: others } = summary.log_files;
    expect(listed).toBe(ingested + skipped + failed + others);
    expect(summary.log_files).toEqual({
      listed: BAD_FILES.length + LINKED + UNREADABLE,
      ingested: sound.length + LINKED,
      skipped: 0,
      failed: failing.length + UNREADABLE,
      foreign: foreign.length,
    });
    const { read, selected, ignored, rejected } = summary.records;
    expect(read).toBe(selected + ignored + rejected);
    expect(rejected).toBe(sound.flatMap((file) => Object.keys(file.rejected ?? {})).length);
  });

  test('is counted the same where Athena events alone are kept, but for what is not looked at', () => {
    expect(athenaOnly.log_files).toEqual(summary.log_files);
    const { read, selected, ignored, rejected } = athenaOnly.records;
    expect(read).toBe(selected + ignored + rejected);
    expect(read).toBe(summary.records.read);
    expect(selected).toBe(athenaOnly.rows_written['athena_events']);
  });

  test('fails no file but the bad ones', () => {
    const names = failing.map(({ name }) => pathOf(name));
    if (!isRoot) names.push(join(source, 'unreadable.json'));
    expect(summary.failures.map(({ file }) => file).sort()).toEqual(names.sort());
  });

  test('gives every row of the good files, and none of the bad ones', () => {
    const expected = [...idsOf(sound), 'linked'].sort();
    for (const found of [rows, athenaRows])
      expect(found.map((row) => row['event_id']).sort()).toEqual(expected);
    expect(summary.rows_written['athena_events']).toBe(expected.length);
  });

  test('gives every row of cloudtrail_events, too, those of other services among them', async () => {
    const found = await rowsByCommand(lake, 'SELECT event_id FROM cloudtrail_events');
    expect(found.map((row) => row['event_id']).sort()).toEqual(
      [...idsOf(sound), 'linked', 'needle', 'needle-2'].sort(),
    );
    expect(summary.rows_written['cloudtrail_events']).toBe(found.length);
  });

  test('does not follow links in a circle, and reads no folder for a file', () => {
    const keys = new Set(rows.map((row) => String(row['source_key'])));
    expect([...keys].filter((key) => key.includes('loop') || key.includes('way out'))).toEqual([]);
    expect(keys).toContain('directory.json/x.json');
  });
});

describe('a bad file fails as a whole, with a code that stays', () => {
  test.each(failing.map((file) => [shown(file.name), file] as const))('%s', (_, file) => {
    for (const { failures } of [summary, athenaOnly]) {
      const failure = failures.find((it) => it.file === pathOf(file.name));
      expect(failure?.code).toBe(file.code);
      expect(failure?.message).toMatch(/\w/);
    }
  });

  test.skipIf(isRoot)('an unreadable file', () => {
    expect(summary.failures.find(({ file }) => file.endsWith('unreadable.json'))?.code).toBe('READ_FAILED');
  });
});

describe('a good file gives its rows, whatever lies in it', () => {
  test.each(sound.map((file) => [shown(file.name), file] as const))('%s', (_, file) => {
    const key = file.name.toString();
    for (const found of [rows, athenaRows]) {
      // A folder such as `deep/er/..` is another one on disk.
      const own = found.filter((row) => resolve('/', String(row['source_key'])) === resolve('/', key));
      expect(own.map((row) => row['event_id'])).toEqual(file.rows);
    }
    const rejections = summary.rejections.filter((it) => it.file === pathOf(key));
    expect(Object.fromEntries(rejections.map((it) => [it.record_index, it.code]))).toEqual(
      file.rejected ?? {},
    );
  });
});

describe('what an odd record says arrives', () => {
  test('numbers beyond 2^53, digit for digit', () => {
    const row = rowOf('big');
    for (const cell of ['request_parameters', 'raw_event']) {
      expect(row?.[cell]).toContain('"big":9007199254740993,"far":1e999,"workGroup":12345678901234567890');
    }
    expect(row?.['work_group']).toBeNull();
  });

  test('__proto__ and constructor as the fields they are', () => {
    expect(rowOf('proto')?.['event_source']).toBe('athena.amazonaws.com');
    expect(rowOf('proto')?.['raw_event']).toContain('"__proto__":{"eventSource":"x","polluted":1}');
  });

  test('nobody, where nobody is named', () => {
    for (const id of ['nobody', 'text-user']) {
      expect(rowOf(id)).toMatchObject({ user_name: null, user_type: null, user_arn: null });
    }
    expect(rowOf('text-user')?.['raw_event']).toContain('"userIdentity":"root"');
  });

  test('a request that is a string, as that string', () => {
    expect(rowOf('text-request')).toMatchObject({
      request_parameters: JSON.stringify('{"queryString":"SELECT 1"}'),
      query_text: null,
    });
  });

  test('half a surrogate pair and a NUL', () => {
    expect(rowOf('lone')).toMatchObject({ user_agent: 'aws\ufffdcli/2.31.4' });
    expect(rowOf('lone')?.['raw_event']).toContain('aws\\ud83ccli');
    expect(rowOf('nul')).toMatchObject({ user_agent: 'aws\0cli/2.31.4' });
  });

  test('bytes that are no UTF-8, as U+FFFD, and the table can still be read', () => {
    expect(String(rowOf('latin')?.['user_agent'])).toMatch(/^aws\ufffd+cli/);
    expect(String(rowOf('latin')?.['raw_event'])).toMatch(/aws\ufffd+cli/);
    expect(rowOf('latin-request')?.['request_parameters']).toBe(
      '{"queryString":"***OMITTED***","workGroup":"\ufffd("}',
    );
  });

  test('and every raw event is JSON', () => {
    for (const row of [...rows, ...athenaRows]) {
      const parsed = JSON.parse(String(row['raw_event']));
      expect(parsed.eventID ?? null).toBe(row['event_id']);
    }
  });
});

describe('the second run', () => {
  test('skips what is settled, tries the bad files again, writes nothing, and never reads the lake', async () => {
    const again = summaryOf(await ingest(lake, ...BOTH));
    expect(again.log_files).toEqual({
      ...summary.log_files,
      ingested: 0,
      skipped: summary.log_files.ingested,
    });
    expect(again.failures.map(({ code }) => code).sort()).toEqual(
      summary.failures.map(({ code }) => code).sort(),
    );
    expect([again.data_files, again.rows_written, again.records.read]).toEqual([
      0,
      { athena_events: 0, cloudtrail_events: 0 },
      0,
    ]);
    expect(await rowsByCommand(lake, 'SELECT count(*) AS n FROM athena_events')).toEqual([
      { n: rows.length },
    ]);
  });

  test('takes a bad file that was mended', async () => {
    await writeFile(pathOf('cut.json'), logFileText(athenaRecord('mended')));
    await rm(lake, { recursive: true });
    expect(summaryOf(await ingest(athenaLake)).rows_written).toEqual({ athena_events: 1 });
    const found = await rowsByCommand(
      athenaLake,
      "SELECT source_key FROM athena_events WHERE event_id = 'mended'",
    );
    expect(found).toEqual([{ source_key: 'cut.json' }]);
  });
});
