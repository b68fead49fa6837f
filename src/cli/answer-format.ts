import type { Answer, AnswerColumn, AnswerValue } from '../ports/query-engine.js';
import { jsonText, printable } from '../shown/printable.js';
import { asTable } from './answer-table.js';

export const OUTPUT_FORMATS = ['table', 'json', 'ndjson', 'csv', 'md'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

type Layout = {
  readonly format: OutputFormat;
  /** Width of a table in characters. */
  readonly width: number;
  /** A person reads it: then CSV, too, is kept from steering the terminal. */
  readonly toTerminal: boolean;
};

type Rows = readonly (readonly AnswerValue[])[];

function jsonValue(value: AnswerValue): string {
  if (typeof value === 'string') return jsonText(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return `"${value}"`;
  return String(value);
}

/** A function from row to JSON object; an integer of any size is written with all its digits. */
function jsonObjects(columns: readonly AnswerColumn[]): (row: readonly AnswerValue[]) => string {
  const keys = columns.map(({ name }) => jsonText(name));
  return (row) => `{${keys.map((key, index) => `${key}:${jsonValue(row[index] ?? null)}`).join(',')}}`;
}

async function* asJson({ columns, chunks }: Answer): AsyncGenerator<string> {
  const object = jsonObjects(columns);
  let before = '[\n';
  for await (const rows of chunks) {
    if (rows.length === 0) continue;
    yield before + rows.map(object).join(',\n');
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

async function* asNdjson({ columns, chunks }: Answer): AsyncGenerator<string> {
  const object = jsonObjects(columns);
  for await (const rows of chunks) if (rows.length > 0) yield `${rows.map(object).join('\n')}\n`;
}

/** A spreadsheet takes a text that begins so for a formula and runs it; a leading `'` makes it text. */
const FORMULA = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\r\n]|^ | $|^$/;

function csvText(text: string): string {
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** NULL is an empty field, the empty text is `""`. A DECIMAL is a number, though it comes as text. */
function csvValue(value: AnswerValue, type: string): string {
  if (value === null) return '';
  return typeof value === 'string' && !type.startsWith('DECIMAL') ? csvText(value) : String(value);
}

/** The first line of an answer as CSV. */
export const csvHead = (columns: readonly AnswerColumn[]): string =>
  `${columns.map(({ name }) => csvText(name)).join(',')}\r\n`;

/** A function from rows to lines of CSV. */
export function csvLines(columns: readonly AnswerColumn[]): (rows: Rows) => string {
  const types = columns.map(({ type }) => type);
  const line = (row: readonly AnswerValue[]) =>
    `${row.map((value, index) => csvValue(value, types[index] ?? '')).join(',')}\r\n`;
  return (rows) => rows.map(line).join('');
}

async function* asCsv({ columns, chunks }: Answer): AsyncGenerator<string> {
  yield csvHead(columns);
  const lines = csvLines(columns);
  for await (const rows of chunks) yield lines(rows);
}

/** Punctuation that Markdown (GitHub's) would take as its own, made plain. */
const mdText = (text: string) => printable(text).replace(/[\\`*[\]<>|&]/g, '\\$&');
const mdLine = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;

async function* asMarkdown({ columns, chunks }: Answer): AsyncGenerator<string> {
  yield mdLine(columns.map(({ name }) => mdText(name))) + mdLine(columns.map(() => '---'));
  const lines = (rows: Rows) =>
    rows.map((row) => mdLine(row.map((value) => (value === null ? '' : mdText(String(value))))));
  for await (const rows of chunks) yield lines(rows).join('');
}

async function* harmless(texts: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const text of texts) {
    yield text
      .split('\r\n')
      .map((line) => line.split('\n').map(printable).join('\n'))
      .join('\r\n');
  }
}

/**
 * An answer as text, piece by piece. Memory is bounded by one chunk of rows, except for `table`, which has to
 * see what it lays out: at most 10,000 rows, and it says when there were more.
 * json: one array; ndjson: one object a line; csv: RFC 4180 with a header, texts that a spreadsheet would
 * run as a formula begin with `'`; md: a table. No format but csv into a pipe lets a control character through.
 */
export function formatAnswer(answer: Answer, { format, width, toTerminal }: Layout): AsyncIterable<string> {
  switch (format) {
    case 'table':
      return asTable(answer, width);
    case 'json':
      return asJson(answer);
    case 'ndjson':
      return asNdjson(answer);
    case 'csv':
      return toTerminal ? harmless(asCsv(answer)) : asCsv(answer);
    case 'md':
      return asMarkdown(answer);
  }
}
