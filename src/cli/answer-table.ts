import type { Answer, AnswerColumn, AnswerValue } from '../ports/query-engine.js';
import { printable } from '../shown/printable.js';

/** A table has to be seen whole to be laid out: rows beyond these are left out, and the last line says so. */
export const TABLE_ROWS = 10_000;

/** Narrower than this a column shows nothing: then rows are printed one under the other instead. */
const NARROWEST = 8;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/gu;

const widthOf = (text: string) => [...text].length + (text.match(WIDE)?.length ?? 0);
/** The text, no wider than that: what is left out is an ellipsis. */
export const cut = (text: string, width: number) =>
  widthOf(text) <= width ? text : `${[...text].slice(0, Math.max(1, width - 1)).join('')}…`;

type Page = { readonly rows: readonly (readonly string[])[]; readonly more: boolean };

/** A cell wider than the terminal is cut here already, so that memory is bounded by what can be shown. */
async function firstPage(answer: Answer, width: number): Promise<Page> {
  const rows: string[][] = [];
  for await (const chunk of answer.chunks) {
    for (const row of chunk) {
      if (rows.length === TABLE_ROWS) return { rows, more: true };
      rows.push(row.map((value) => cell(value, width)));
    }
  }
  return { rows, more: false };
}

function cell(value: AnswerValue, width: number): string {
  return value === null ? '' : cut(printable(String(value).slice(0, 4 * width)), width);
}

/** Takes from the widest columns until all fit; undefined where they cannot. */
function fitted(natural: readonly number[], available: number): readonly number[] | undefined {
  if (natural.reduce((sum, width) => sum + Math.min(width, NARROWEST), 0) > available) return undefined;
  let limit = Math.max(0, ...natural);
  const taken = () => natural.reduce((sum, width) => sum + Math.min(width, limit), 0);
  while (limit > NARROWEST && taken() > available) limit -= 1;
  return natural.map((width) => Math.min(width, limit));
}

const NUMBERS = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/;

async function grid(columns: readonly AnswerColumn[], rows: Page['rows'], widths: readonly number[]) {
  const { default: Table } = await import('cli-table3');
  const table = new Table({
    head: columns.map(({ name }, index) => cut(printable(name), widths[index] ?? 1)),
    colWidths: widths.map((width) => width + 2),
    colAligns: columns.map(({ type }) => (NUMBERS.test(type) ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  for (const row of rows) table.push([...row]);
  return `${table.toString()}\n`;
}

function* oneUnderTheOther(columns: readonly AnswerColumn[], rows: Page['rows'], width: number) {
  const names = columns.map(({ name }) => printable(name));
  const indent = Math.max(...names.map(widthOf)) + 2;
  for (const [index, row] of rows.entries()) {
    const fields = row.flatMap((text, at) => {
      const name = names[at] ?? '';
      return text === ''
        ? []
        : `${name}${' '.repeat(indent - widthOf(name))}${cut(text, Math.max(1, width - indent))}\n`;
    });
    yield `${`── row ${index + 1} `.padEnd(width, '─')}\n${fields.join('')}`;
  }
}

/**
 * An answer for the eye, as wide as the terminal: a table whose long cells end in `…`; where there are too
 * many columns, one field a line, without those that are NULL. Memory: the rows shown, {@link TABLE_ROWS} at most.
 */
export async function* asTable(answer: Answer, width: number): AsyncGenerator<string> {
  const { columns } = answer;
  const { rows, more } = await firstPage(answer, width);
  const natural = columns.map(({ name }, index) =>
    Math.max(widthOf(printable(name)), 1, ...widthsAt(rows, index)),
  );
  const widths = fitted(natural, width - 3 * columns.length - 1);
  if (widths) yield await grid(columns, rows, widths);
  else yield* oneUnderTheOther(columns, rows, width);
  const count = `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`;
  yield more ? `First ${count}; there are more: --output ndjson or csv gives all.\n` : `${count}\n`;
}

function* widthsAt(rows: Page['rows'], index: number) {
  for (const row of rows) yield widthOf(row[index] ?? '');
}
