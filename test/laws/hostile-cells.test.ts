import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OUTPUT_FORMATS, type OutputFormat } from '../../src/cli/answer-format.js';
import { runQuestion } from '../../src/cli/asked-question.js';
import { runQuery } from '../../src/cli/commands/query.js';
import { runReport } from '../../src/cli/report-run.js';
import { readConfig } from '../../src/config.js';
import { TABLES } from '../../src/lake/tables.js';
import type { AnswerValue } from '../../src/ports/query-engine.js';
import { openEngine } from '../../src/wiring/engine.js';
import { csvRecords } from '../support/csv.ts';
import type { ParquetRow } from '../support/parquet-rows.ts';
import { answer, QUESTIONS } from '../support/questions/asked.ts';
import { AT, FILE_NAME, type HostileLake, hostileLake } from '../support/questions/hostile-lake.ts';
import { asStored, hostileTexts } from '../support/questions/hostile-texts.ts';
import { below, parsedPage, textOf } from '../support/report/parsed-page.ts';

const TEXTS = hostileTexts(1_000);
const FROM = { from: '2026-01-01', to: '2026-02-01' };
const NAMES = { athena_audit_logs: 'athena_events', cloudtrail_audit_logs: 'cloudtrail_events' } as const;
type ViewName = keyof typeof NAMES;
const VIEWS: readonly ViewName[] = ['athena_audit_logs', 'cloudtrail_audit_logs'];

/** What no line on a terminal and no page may hold: it steers, or turns a text around. */
const STEERS = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

let lake: HostileLake;
let folder: string;
const stored = new Map<ViewName, readonly ParquetRow[]>();
beforeAll(async () => {
  lake = await hostileLake(TEXTS);
  folder = mkdtempSync(join(tmpdir(), 'hostile-cells-'));
  for (const view of VIEWS) stored.set(view, await lake.rowsOf(NAMES[view]));
});
afterAll(async () => {
  await lake.remove();
  rmSync(folder, { recursive: true, force: true });
});

const storedIn = (view: ViewName) => stored.get(view) ?? [];

/** What a command said; `terminal`: stdout is one. */
function listener(terminal: boolean) {
  const said = { out: '', err: '' };
  const io = {
    out: async (text: string) => {
      said.out += text;
    },
    err: (text: string) => {
      said.err += text;
    },
    ...{ stdoutIsTerminal: terminal, stderrIsTerminal: terminal, columns: 120 },
  };
  return { io, said };
}

const target = () => ({ kind: 'duckdb over a folder', lake: lake.folder }) as const;

async function queried(sql: string, output: OutputFormat, { terminal = false } = {}): Promise<string> {
  const { io, said } = listener(terminal);
  await runQuery({ target: target(), sql, output }, io, { openEngine });
  expect(said.err).toBe('');
  return said.out;
}

async function asked(name: string, output: OutputFormat, text: string, terminal = false) {
  const { io, said } = listener(terminal);
  const question = QUESTIONS.find((it) => it.name === name);
  if (!question) throw new Error(name);
  const named = question.parameters.filter(({ kind }) => kind === 'argument').map((it) => [it.name, text]);
  const doors = {
    openEngine,
    now: () => AT,
    exit: () => undefined,
    readConfig: () => readConfig({ lake: lake.folder }),
  };
  const options = { given: Object.fromEntries(named), flags: { ...FROM, output }, next: undefined };
  await runQuestion(question, options, { io, doors });
  return said;
}

/** A value as a query shows it, said once more: moments without a zone, integers as they are. */
function shown(value: unknown): AnswerValue {
  if (value instanceof Date)
    return value
      .toISOString()
      .replace('T', ' ')
      .replace(/\.?0*Z$/, '');
  if (typeof value === 'bigint') return Number(value);
  return value as AnswerValue;
}

const columnsOf = (view: ViewName) => TABLES[NAMES[view]].columns;
const sqlOf = (
  view: ViewName,
  columns = columnsOf(view)
    .map(({ name }) => name)
    .join(', '),
) => `SELECT ${columns} FROM ${view} ORDER BY source_key, record_index`;
/** The cells of the rows of a view, in the order of its columns. */
const cellsOf = (view: ViewName) =>
  storedIn(view).map((row) => columnsOf(view).map(({ name }) => shown(row[name])));

/** As it stands in CSV: nothing is nothing, a formula gets a quote before it, numbers are as they are. */
function inCsv(value: AnswerValue): { readonly text: string; readonly nothing: boolean } {
  if (typeof value !== 'string')
    return { text: value === null ? '' : String(value), nothing: value === null };
  return {
    text: ['=', '+', '-', '@', '\t', '\r'].includes(value[0] ?? '') ? `'${value}` : value,
    nothing: false,
  };
}

/** As people are shown it: on one line, what steers written out. */
const written = (text: string): string =>
  [...text]
    .map((letter) => {
      if (!STEERS.test(letter)) return letter;
      const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[letter];
      return short ?? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
    })
    .join('');

/** The cells of the lines of a table of Markdown, by its own rules: a backslash makes what follows plain. */
function mdCells(line: string): readonly string[] {
  const cells: string[] = [];
  let cell = '';
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '\\' && /[\\`*[\]<>|&]/.test(line[at + 1] ?? '')) cell += line[++at];
    else if (line[at] === '|') {
      cells.push(cell.slice(1, -1));
      cell = '';
    } else cell += line[at];
  }
  if (cell !== '') throw new Error(`behind the last cell: ${cell}`);
  return cells.slice(1);
}

/** Half a million cells are compared as texts: only what differs is looked at. */
function same(found: unknown, expected: unknown): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found).toEqual(expected);
}

describe('1,000 texts that somebody chose', () => {
  test('stand in every column of texts, as they came, but for those that we make', () => {
    expect(TEXTS).toHaveLength(1_000);
    const wellFormed = new Set(TEXTS.map(asStored));
    const without = VIEWS.map((view) =>
      columnsOf(view)
        .filter(({ name }) => {
          const found = new Set(storedIn(view).map((row) => row[name]));
          return (
            [...wellFormed].some((text) => !found.has(text)) && typeof storedIn(view)[1]?.[name] === 'string'
          );
        })
        .map(({ name }) => name),
    );
    const json = ['request_parameters', 'response_elements', 'additional_event_data', 'raw_event'];
    const ours = ['query_text_status', 'query_text_source', 'statement_kind'];
    const tables = ['referenced_tables', 'tables_read', 'tables_written'];
    const where = ['source_bucket', 'source_key'];
    expect(without).toEqual([
      ['event_source', ...ours.slice(0, 2), 'execution_parameters', ours[2], ...tables, ...json, ...where],
      [...json, ...where],
    ]);
    for (const name of [...json, 'execution_parameters']) {
      const all = storedIn('athena_audit_logs').map((row) => JSON.stringify(JSON.parse(String(row[name]))));
      const missing = TEXTS.filter((text) => !all.some((it) => it.includes(JSON.stringify(text))));
      expect(missing, name).toEqual([]);
    }
    const touched = storedIn('athena_audit_logs').filter((row) => /[<=|"]/.test(String(row['tables_read'])));
    expect(touched.length).toBeGreaterThan(100);
    for (const row of storedIn('athena_audit_logs')) expect(row['source_key']).toContain(FILE_NAME);
  });

  describe.each(VIEWS)('of %s', (view) => {
    test('come back from JSON and NDJSON exactly, with numbers as numbers', async () => {
      const names = columnsOf(view).map(({ name }) => name);
      const expected = cellsOf(view);
      const ndjson = (await queried(sqlOf(view), 'ndjson')).split('\n').slice(0, -1);
      const json = JSON.parse(await queried(sqlOf(view), 'json'));
      expect([ndjson.length, json.length]).toEqual([expected.length, expected.length]);
      for (const [at, cells] of expected.entries()) {
        for (const row of [JSON.parse(ndjson[at] ?? ''), json[at]]) {
          same(Object.keys(row), names);
          same(Object.values(row), cells);
        }
      }
    });

    test('come back from CSV but for the quote before a formula, and numbers without one', async () => {
      const [head, ...records] = csvRecords(await queried(sqlOf(view), 'csv'));
      expect(head?.map(({ text }) => text)).toEqual(columnsOf(view).map(({ name }) => name));
      const expected = cellsOf(view);
      expect(records.length).toBe(expected.length);
      for (const [at, cells] of expected.entries()) {
        const found = records[at]?.map(({ text, quoted }) => ({ text, nothing: text === '' && !quoted }));
        same(found, cells.map(inCsv));
      }
      const formulas = records.flat().filter(({ text }) => /^[=+@\t\r]|^-(?!\d+$)/.test(text));
      expect(formulas).toEqual([]);
    });

    test('come back from Markdown as they are written for people, in cells that stay cells', async () => {
      const [head = '', rule = '', ...lines] = (await queried(sqlOf(view), 'md')).split('\n').slice(0, -1);
      expect(mdCells(head).map((it) => it.replaceAll('\\', ''))).toEqual(
        columnsOf(view).map(({ name }) => name),
      );
      expect(mdCells(rule)).toEqual(columnsOf(view).map(() => '---'));
      const expected = cellsOf(view);
      expect(lines.length).toBe(expected.length);
      for (const [at, cells] of expected.entries()) {
        const expectedCells = cells.map((value) => (value === null ? '' : written(String(value))));
        same(mdCells(lines[at] ?? ''), expectedCells);
      }
    });

    test.each(OUTPUT_FORMATS)('steer no terminal as %s', async (output) => {
      const out = await queried(sqlOf(view), output, { terminal: true });
      const steering = out
        .split('\n')
        .filter((line) => STEERS.test(output === 'csv' ? line.replace(/\r$/, '') : line));
      expect(steering).toEqual([]);
      const few = await queried(sqlOf(view, 'user_name, error_message'), output, { terminal: true });
      expect(few.split('\n').filter((line) => STEERS.test(line.replace(/\r$/, '')))).toEqual([]);
      if (output === 'csv') expect(new Set(csvRecords(out).map((it) => it.length)).size).toBe(1);
    });
  });

  test('of a terminal’s table leave each row one line, with its border', async () => {
    const out = await queried(sqlOf('athena_audit_logs', 'user_name, error_code'), 'table', {
      terminal: true,
    });
    const lines = out.trimEnd().split('\n').slice(3, -2);
    expect(lines).toHaveLength(storedIn('athena_audit_logs').length);
    expect(lines.filter((line) => !/^│ .* │$/.test(line))).toEqual([]);
  });

  test('beside numbers leave these as they are, in every format', async () => {
    const sql = `SELECT '-5' AS t, -5 AS i, CAST(-9007199254740993 AS BIGINT) AS b, CAST(-1.50 AS DECIMAL(9, 2)) AS d,
      -1.5e0 AS f, -data_scanned_bytes AS s, user_name AS u FROM athena_audit_logs
      WHERE data_scanned_bytes IS NOT NULL ORDER BY source_key, record_index`;
    const rows = storedIn('athena_audit_logs').filter((row) => row['data_scanned_bytes'] !== null);
    expect(rows.length).toBe(2_000);
    const numbers = (row: ParquetRow) => [
      '-5',
      '-9007199254740993',
      '-1.50',
      '-1.5',
      String(-Number(row['data_scanned_bytes'])),
    ];
    const csv = csvRecords(await queried(sql, 'csv')).slice(1);
    expect(csv.map((it) => it.map(({ text }) => text).slice(0, 6))).toEqual(
      rows.map((row) => ["'-5", ...numbers(row)]),
    );
    const md = (await queried(sql, 'md')).split('\n').slice(2, -1).map(mdCells);
    expect(md.map((it) => it.slice(1, 6))).toEqual(rows.map(numbers));
    const ndjson = (await queried(sql, 'ndjson')).split('\n').slice(0, -1);
    for (const [at, row] of rows.entries()) {
      const [i, b, d, f, s] = numbers(row);
      expect(ndjson[at]).toContain(`{"t":"-5","i":${i},"b":${b},"d":"${d}","f":${f},"s":${s},"u":"`);
    }
  });
});

describe('every question of the library', () => {
  const ARGUMENTS = ['=1+1', '\u001b[31m'];

  test.each(QUESTIONS.map(({ name }) => name))(
    '%s shows them without being steered, row by row',
    async (name) => {
      const engine = await openEngine(target(), {
        sql: '',
        tell: () => undefined,
        signal: new AbortController().signal,
      });
      const parameters = QUESTIONS.find((it) => it.name === name)?.parameters ?? [];
      const argument = parameters.find(({ kind }) => kind === 'argument')?.name;
      for (const text of argument === undefined ? [''] : ARGUMENTS) {
        const given = argument === undefined ? {} : { [argument]: text };
        const rows = await answer(engine, name, { given, period: FROM });
        const json = await asked(name, 'json', text);
        expect(JSON.parse(json.out)).toEqual(rows);
        const records = csvRecords((await asked(name, 'csv', text)).out).slice(1);
        expect(records.map((it) => it.map(({ text: cell }) => cell))).toEqual(
          rows.map((row) => Object.values(row).map((value) => inCsv(value).text)),
        );
        for (const output of OUTPUT_FORMATS) {
          const { out, err } = await asked(name, output, text, true);
          expect(`${out}${err}`.split('\n').filter((line) => STEERS.test(line.replace(/\r$/, '')))).toEqual(
            [],
          );
          expect(`${out}${err}`.length).toBeGreaterThan(50);
        }
      }
      await engine.close();
    },
  );
});

describe('the report of a lake of them', () => {
  async function page(of: HostileLake, name: string) {
    const out = join(folder, name);
    const doors = { openEngine, now: () => AT, version: '1.2.3', questions: QUESTIONS };
    const flags = { ...FROM, networks: '10.0.0.0/8', price: '5', out };
    const { io, said } = listener(true);
    await runReport(await readConfig({ lake: of.folder }), flags, { io, doors });
    expect(said.err.split('\n').filter((line) => STEERS.test(line))).toEqual([]);
    return readFileSync(out, 'utf8');
  }
  const kindsOf = (html: string) =>
    new Set(
      parsedPage(html).elements.map(
        ({ tagName, attrs }) =>
          `${tagName} ${attrs
            .map((it) => it.name)
            .sort()
            .join(' ')}`,
      ),
    );

  test('has the elements and attributes of a harmless one, no parse error, and their text as text', async () => {
    const harmless = await hostileLake(TEXTS.map((_, at) => `text-${at}`));
    const [hostile, plain] = [await page(lake, 'hostile.html'), await page(harmless, 'plain.html')];
    await harmless.remove();
    expect(readdirSync(folder).sort()).toEqual(['hostile.html', 'plain.html']);
    const parsed = parsedPage(hostile);
    expect(parsed.errors).toEqual([]);
    expect([...kindsOf(hostile)].filter((kind) => !kindsOf(plain).has(kind))).toEqual([]);
    expect([...kindsOf(hostile)].filter((kind) => /^script|^iframe|^img|\bon\w+|\bsrc\b/.test(kind))).toEqual(
      [],
    );
    for (const { attrs } of parsed.elements) {
      for (const { name, value } of attrs) if (name === 'href') expect(value).toMatch(/^#[a-z-]+$/);
    }
    expect(hostile.split('\n').filter((line) => STEERS.test(line))).toEqual([]);
    const cells = parsed.elements.flatMap((element) => below(element, 'td')).map(textOf);
    expect(cells.some((text) => /<|>/.test(text))).toBe(true);
  });
});
