import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runEvidence } from '../../src/cli/evidence/evidence-run.js';
import { type Manifest, manifestOf } from '../../src/cli/evidence/manifest.js';
import { type IdRow, sortedById } from '../../src/cli/evidence/sorted-rows.js';
import { readConfig } from '../../src/config.js';
import type { QueryEngine } from '../../src/ports/query-engine.js';
import { openEngine } from '../../src/wiring/engine.js';
import { run } from '../support/command-line.ts';
import { csvRows } from '../support/csv.ts';
import { makeLogFile } from '../support/log-files.ts';
import { QUESTIONS, rowsOfSql } from '../support/questions/asked.ts';
import { type DemoLake, demoLake } from '../support/questions/demo-lake.ts';
import { parsedPage, tableRows, textOf } from '../support/report/parsed-page.ts';
import { reportOf } from '../support/report/sample-report.ts';

const AS_OF = Date.UTC(2026, 10, 1, 12);
const PERIOD = { from: '2026-09-01', to: '2026-11-01' };
const STANDARD = { networks: '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7', price: '5' };

let lake: DemoLake;
let folder: string;
let pack: string;
let said: { readonly out: string; readonly err: string };

type Made = {
  readonly flags?: { readonly [flag: string]: string };
  readonly lakeFolder?: string;
  /** What is done before an answer is read. */
  readonly meddle?: (engine: QueryEngine) => QueryEngine;
};

/** Makes a pack; what was said. */
async function make(out: string, { flags = {}, lakeFolder = lake.folder, meddle = (it) => it }: Made = {}) {
  const texts = { out: '', err: '' };
  const io = {
    out: async (text: string) => {
      texts.out += text;
    },
    err: (text: string) => {
      texts.err += text;
    },
    ...{ stdoutIsTerminal: false, stderrIsTerminal: false, columns: 80 },
  };
  const doors = {
    openEngine: async (...args: Parameters<typeof openEngine>) => meddle(await openEngine(...args)),
    ...{ now: () => AS_OF + 123, version: '1.2.3', nodeVersion: 'v0', questions: QUESTIONS },
  };
  const config = await readConfig({ lake: lakeFolder }, ENVIRONMENT);
  await runEvidence(config, { ...STANDARD, ...PERIOD, ...flags, out }, { io, doors });
  return texts;
}

const ENVIRONMENT = {
  AUDIT_LAKE_QUERY_TEXT_KEY: 'planted-key-of-digests-with-32-characters',
  AUDIT_LAKE_QUERY_EXTERNAL_ID: 'planted-external-id',
  AWS_SECRET_ACCESS_KEY: 'planted-secret',
  AWS_PROFILE: 'planted-profile',
};

const text = (path: string, of = pack) => readFileSync(join(of, path), 'utf8');
const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');
const manifest = (of = pack): Manifest => JSON.parse(text('manifest.json', of));
const filesOf = (of: string) =>
  readdirSync(of, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.includes('.') || path === 'SHA256SUMS')
    .sort();
const sumOf = (rows: readonly { readonly [column: string]: string }[], column: string) =>
  rows.reduce((sum, row) => sum + Number(row[column]), 0);

beforeAll(async () => {
  lake = await demoLake(AS_OF);
  folder = await mkdtemp(join(tmpdir(), 'evidence-'));
  pack = join(folder, 'pack');
  said = await make(pack);
});
afterAll(async () => {
  await lake.close();
  await rm(folder, { recursive: true });
});

describe('an evidence pack', () => {
  test('holds what it names, each file with its size and hash, and tells the hash of its manifest', () => {
    const { files } = manifest();
    expect(files.map(({ path }) => path)).toEqual(
      filesOf(pack).filter((path) => path !== 'manifest.json' && path !== 'SHA256SUMS'),
    );
    for (const { path, bytes, sha256: hash } of files) {
      const content = readFileSync(join(pack, path));
      expect([path, content.length, sha256(content)]).toEqual([path, bytes, hash]);
    }
    const lines = text('SHA256SUMS').split('\n').slice(0, -1);
    expect(lines).toEqual(
      filesOf(pack)
        .filter((path) => path !== 'SHA256SUMS')
        .map((path) => `${sha256(readFileSync(join(pack, path)))}  ${path}`),
    );
    expect(said.out).toBe(`${pack}\nSHA-256 of manifest.json ${sha256(text('manifest.json'))}\n`);
    expect(said.err).not.toContain('Warning');
  });

  test('has the log files of the ledger, each by its id, whose sums are those of manifest, report and trail', () => {
    const rows = csvRows(text('log-files.csv'));
    const { log_files: counted, equations, stored } = manifest();
    const ids = rows.map((row) => row['id'] ?? '');
    expect(ids).toEqual([...new Set(ids)].sort());
    const ofStatus = (status: string) => rows.filter((row) => row['status'] === status);
    const statuses = ['COMMITTED', 'EMPTY', 'MISSING', 'DEFERRED', 'QUARANTINED'];
    expect(counted).toEqual({
      listed: rows.length,
      by_status: Object.fromEntries(statuses.map((status) => [status, ofStatus(status).length])),
      records_read: sumOf(rows, 'records_read'),
      records_ignored: sumOf(rows, 'records_ignored'),
      records_rejected: sumOf(rows, 'records_rejected'),
      rows: sumOf(rows, 'rows'),
    });
    expect(rows).toHaveLength(statuses.reduce((sum, status) => sum + ofStatus(status).length, 0));
    const balance = ['records_ignored', 'records_rejected', 'rows'].map((column) => sumOf(rows, column));
    expect(sumOf(rows, 'records_read')).toBe(balance.reduce((sum, count) => sum + count));
    const events = csvRows(text('data-files.csv')).filter((row) => row['table'] !== 'athena_query_details');
    expect([sumOf(rows, 'rows'), stored.rows_of_events]).toEqual([
      sumOf(events, 'rows'),
      sumOf(events, 'rows'),
    ]);
    expect(equations.map(({ balances }) => balances)).toEqual([true, true, true]);

    const shown = tableRows(
      parsedPage(text('report.html')),
      'Log files by how they stand in the ledger, all days',
    );
    expect(
      shown.map(([status, , ...numbers]) => [status, ...numbers.map((it) => Number(it.replaceAll(',', '')))]),
    ).toEqual(
      statuses.flatMap((status) => {
        const of = ofStatus(status);
        const columns = ['records_read', 'records_ignored', 'records_rejected', 'rows'];
        return of.length === 0 ? [] : [[status, of.length, ...columns.map((column) => sumOf(of, column))]];
      }),
    );
    const { files, records } = lake.trail.facts;
    expect(rows).toHaveLength(2 * (files.sound + files.corrupt));
    expect(sumOf(rows, 'records_read')).toBe(2 * records.read);
  });

  test('has them in the order of their ids, however many there are and in whatever order they come', async () => {
    const scratch = join(folder, 'scratch');
    await mkdir(scratch);
    const ids = Array.from({ length: 50_000 }, (_, at) => base32(createHash('md5').update(`${at}`).digest()));
    async function* rows(): AsyncGenerator<IdRow> {
      for (const [at, id] of ids.entries()) yield [id, at, null, `"\n,${at}`];
    }
    const found: IdRow[] = [];
    for await (const chunk of sortedById(rows(), scratch)) found.push(...chunk);
    expect(readdirSync(scratch)).toHaveLength(32);
    const places = new Map(ids.map((id, at) => [id, at]));
    expect(found).toEqual([...ids].sort().map((id) => [id, places.get(id), null, `"\n,${places.get(id)}`]));
  });

  test('has where rows of the period came from, under the ids of the ledger, row by row', async () => {
    const sources = csvRows(text('sources.csv'));
    const ledger = new Map(csvRows(text('log-files.csv')).map((row) => [row['id'] ?? '', row]));
    expect(sources.length).toBeGreaterThan(50);
    for (const { id = '', table_name, source_bucket, source_key, row_count } of sources) {
      const four = createHash('sha256').update(`v1\n${table_name}\n${source_bucket}\n${source_key}`).digest();
      expect(id).toBe(base32(four).slice(0, 26));
      expect(ledger.get(id)?.['status'], source_key).toBe('COMMITTED');
      expect(Number(row_count)).toBeLessThanOrEqual(Number(ledger.get(id)?.['rows']));
    }
    const days = "year || '-' || month || '-' || day BETWEEN '2026-09-01' AND '2026-10-31'";
    const sql = (table: string) => `SELECT count(*) AS n FROM ${table} WHERE ${days}`;
    const all = await Promise.all(
      ['athena_events', 'cloudtrail_events'].map((it) => rowsOfSql(lake.engine, sql(it))),
    );
    const rows = all.reduce((sum, [row]) => sum + Number(row?.['n']), 0);
    expect([sumOf(sources, 'row_count'), manifest().sources.rows]).toEqual([rows, rows]);
    expect(manifest().sources.log_files).toBe(sources.length);
  });

  test('has all data files as they lie in the lake, and marks those that the report was made from', () => {
    const rows = csvRows(text('data-files.csv'));
    const there = readdirSync(lake.folder, { recursive: true, encoding: 'utf8' }).filter((it) =>
      it.endsWith('.parquet'),
    );
    expect(rows.map((row) => row['path']).sort()).toEqual(there.sort());
    for (const row of rows) {
      const bytes = readFileSync(join(lake.folder, row['path'] ?? ''));
      expect([row['sha256'], row['bytes']]).toEqual([sha256(bytes), String(bytes.length)]);
      expect(row['in_period']).toBe(
        String((row['day'] ?? '') >= PERIOD.from && (row['day'] ?? '') < PERIOD.to),
      );
    }
    const read = rows.filter((row) => row['in_report'] === 'true');
    const list = read.map((it) => `${it['path']}\t${it['bytes']}\t${it['rows']}\t${it['sha256']}\n`).join('');
    expect(manifest().data_read.sha256).toBe(sha256(list));
    expect(textOf(parsedPageBody())).toContain(sha256(list));
    const partitions = csvRows(text('partitions.csv'));
    expect(sumOf(partitions, 'data_files')).toBe(rows.length);
    expect(sumOf(partitions, 'bytes')).toBe(sumOf(rows, 'bytes'));
  });

  test('has the answer to each question that asks for nothing but a period, as its SQL gives it', async () => {
    const { asked, not_asked } = manifest().questions;
    const names = QUESTIONS.filter(({ parameters }) => parameters.every(({ kind }) => kind === 'option'));
    expect(asked.map(({ name }) => name)).toEqual(names.map(({ name }) => name));
    expect([...asked, ...not_asked].map(({ name }) => name).sort()).toEqual(
      QUESTIONS.map(({ name }) => name),
    );
    for (const { name, rows } of asked) {
      const found = await rowsOfSql(lake.engine, text(`questions/${name}.sql`));
      const csv = csvRows(text(`questions/${name}.csv`));
      expect([name, csv.length]).toEqual([name, rows]);
      const plain = (value: unknown) => (value === null ? '' : String(value));
      expect(csv.map((row) => Object.values(row).map((it) => it.replace(/^'(?=[=+\-@\t\r])/, '')))).toEqual(
        found.map((row) => Object.values(row).map(plain)),
      );
      expect(text(`questions/${name}.sql`)).not.toContain('current_date');
    }
    for (const { name } of not_asked) expect(text('README.txt')).toContain(`  ${name} (asks for: `);
  });

  test('of a period without rows has every file, with the names of the columns', async () => {
    const empty = join(folder, 'empty');
    await make(empty, { flags: { from: '2020-01-01', to: '2020-02-01' } });
    expect(filesOf(empty)).toEqual(filesOf(pack));
    for (const { name } of manifest(empty).questions.asked) {
      const [head = '', ...rest] = text(`questions/${name}.csv`, empty).split('\r\n');
      expect(head).toBe(text(`questions/${name}.csv`).split('\r\n')[0]);
      if (name !== 'hours') expect(rest, name).toEqual(['']);
    }
    expect(text('sources.csv', empty).split('\r\n')).toHaveLength(2);
    expect(text('log-files.csv', empty)).toBe(text('log-files.csv'));
  });

  test.each([
    ['without a log file', 0],
    ['with one row', 1],
  ])('of a lake %s is whole', async (name, rows) => {
    const trail = join(folder, `trail of ${rows}`);
    await mkdir(trail);
    const file = makeLogFile(1, [{ service: 'athena', day: 0 }], { key: '1.json.gz' });
    if (rows > 0) await writeFile(join(trail, file.key), file.bytes);
    const small = join(folder, `lake of ${rows}`);
    expect((await run(['ingest', trail, '--lake', small])).code).toBe(0);
    const out = join(folder, name);
    const { err } = await make(out, { lakeFolder: small, flags: { from: '2026-01-01' } });
    expect(err).not.toContain('Warning');
    expect(filesOf(out)).toEqual(filesOf(pack));
    const { log_files, sources, stored, equations } = manifest(out);
    expect([
      log_files.listed,
      log_files.rows,
      sources.log_files,
      stored.data_files,
      stored.partitions,
    ]).toEqual(new Array(5).fill(rows));
    expect(equations.every(({ balances }) => balances)).toBe(true);
    expect(csvRows(text('questions/days.csv', out))).toHaveLength(rows);
    expect(parsedPage(text('report.html', out)).errors).toEqual([]);
  });

  test('is the same bytes for the same lake, period and clock', async () => {
    const again = join(folder, 'again');
    expect((await make(again)).out).toBe(said.out.replace(pack, again));
    expect(filesOf(again)).toEqual(filesOf(pack));
    for (const path of filesOf(pack)) expect(text(path, again) === text(path), path).toBe(true);
  });

  test('is told what a report is told, and its report is the same page', async () => {
    const dearer = join(folder, 'dearer');
    await make(dearer, { flags: { price: '50', networks: '0.0.0.0/0,::/0' } });
    expect(csvRows(text('questions/outside-networks.csv', dearer))).toEqual([]);
    expect(csvRows(text('questions/outside-networks.csv')).length).toBeGreaterThan(5);
    const cost = (of: string) => sumOf(csvRows(text('questions/cost.csv', of)), 'cost_usd');
    expect(cost(dearer)).toBeCloseTo(10 * cost(pack), 1);
    expect(JSON.parse(text('settings.json', dearer)).run).toMatchObject({
      price_usd_a_tb: '50',
      networks: '0.0.0.0/0,::/0',
    });
  });

  test('tells versions and settings, and no secret', () => {
    expect(JSON.parse(text('settings.json'))).toMatchObject({
      versions: { product: '1.2.3', node: 'v0', engine: expect.stringMatching(/^DuckDB v1\./), views: 2 },
      lake: { format: 1, text_mode: 'full' },
      run: { lake: lake.folder },
    });
    for (const path of filesOf(pack)) expect(text(path), path).not.toContain('planted-');
  });

  test('is not there before it is whole, and nothing is left of one that failed', async () => {
    const out = join(folder, 'failed');
    let answers = 0;
    const meddle = (engine: QueryEngine): QueryEngine => ({
      query: async (sql) => {
        expect(existsSync(out)).toBe(false);
        if (++answers === 9) throw new Error('the engine is gone');
        return await engine.query(sql);
      },
      close: () => engine.close(),
    });
    await expect(make(out, { meddle })).rejects.toThrow('the engine is gone');
    expect(readdirSync(folder).filter((name) => name.includes('failed'))).toEqual([]);
  });

  test('says so where data came while it was made', async () => {
    const copy = join(folder, 'copy');
    await cp(lake.folder, copy, { recursive: true });
    const late = join(folder, 'late');
    const file = makeLogFile(1, [{ service: 'athena', day: 0 }], { key: '1.json.gz' });
    await mkdir(late);
    await writeFile(join(late, file.key), file.bytes);
    let answers = 0;
    const meddle = (engine: QueryEngine): QueryEngine => ({
      query: async (sql) => {
        // A process of its own: LMDB is opened once in each.
        if (++answers === 5) expect((await run(['ingest', late, '--lake', copy])).code).toBe(0);
        return await engine.query(sql);
      },
      close: () => engine.close(),
    });
    const out = join(folder, 'changed');
    const flags = { from: '2026-01-01' };
    const { err } = await make(out, { lakeFolder: copy, meddle, flags });
    expect([manifest(out).changed_meanwhile, manifest().changed_meanwhile]).toEqual([true, false]);
    expect(err).toContain('Warning: data was added meanwhile');
  });

  test('says so where a data file of the period is another one than was committed, or is gone', async () => {
    const copy = join(folder, 'tampered');
    await cp(lake.folder, copy, { recursive: true });
    const rows = csvRows(text('data-files.csv')).filter((row) => row['table'] === 'athena_events');
    const paths = rows.filter((row) => row['in_report'] === 'true').map((row) => row['path'] ?? '');
    const [changed = '', other = ''] = paths;
    const old = rows.find((row) => row['in_period'] === 'false')?.['path'] ?? '';
    // A good data file, of other rows; and one of a day that nobody looks at.
    await cp(join(copy, other), join(copy, changed));
    await cp(join(copy, other), join(copy, old));
    const out = join(folder, 'of-tampered');
    const { err } = await make(out, { lakeFolder: copy });
    const told = csvRows(text('data-files.csv', out));
    const named = told.filter((row) => row['as_committed'] === 'false').map((row) => row['path']);
    expect([named, manifest(out).stored.altered]).toEqual([[changed], 1]);
    expect(told.find((row) => row['path'] === old)?.['as_committed']).toBe('');
    expect(err).toContain('Warning: 1 data file is not as committed');
    expect(textOf(parsedPage(text('report.html', out)).elements[0] ?? parsedPageBody())).toContain(
      `1 data file is not as committed: changed since, or not there. The answers cannot be trusted. ${changed}`,
    );
    expect([manifest().stored.altered, text('report.html').includes('not as committed')]).toEqual([0, false]);
  });

  test('says so where an equation does not hold', () => {
    const report = reportOf('lake');
    const count = { status: 'COMMITTED', files: 2, read: 10, ignored: 3, rejected: 1, rows: 5 } as const;
    const altered = { files: 0, first: [] };
    const stored = {
      dataFiles: 1,
      altered,
      partitions: 1,
      eventRows: 6,
      detailRows: 0,
      read: report.held.data,
    };
    const made = { sources: { logFiles: 2, rows: 5 }, questions: { asked: [], not_asked: [] }, files: [] };
    const { equations } = manifestOf({ report, counts: [count], stored, ...made });
    expect(equations.map(({ left, right, balances }) => [left, right, balances])).toEqual([
      [2, 2, true],
      [10, 9, false],
      [5, 6, false],
    ]);
  });

  test('takes an empty folder, and leaves alone what is in another', async () => {
    const out = join(folder, 'there');
    await mkdir(out);
    await make(out);
    expect(filesOf(out)).toEqual(filesOf(pack));
    await rm(join(out, 'README.txt'));
    await writeFile(join(out, 'mine.txt'), 'x');
    await expect(make(out)).rejects.toMatchObject({ code: 'USAGE' });
    expect(text('mine.txt', out)).toBe('x');
    await expect(make(join(folder, 'no/folder'))).rejects.toThrow('there is no folder');
    const file = join(folder, 'file.txt');
    await writeFile(file, '');
    await expect(make(file)).rejects.toThrow('is there already');
  });
});

function parsedPageBody() {
  const [html] = parsedPage(text('report.html')).elements;
  if (!html) throw new Error('no page');
  return html;
}

/** RFC 4648 in lower case, bit by bit. */
function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const groups = bits.match(/.{5}/g) ?? [];
  return groups.map((group) => 'abcdefghijklmnopqrstuvwxyz234567'[Number.parseInt(group, 2)]).join('');
}
