import { printable } from '../shown/printable.js';

/** A column: its name, and whether its cells are numbers, which stand to the right. */
type AlignedColumn = { readonly name: string; readonly isNumber: boolean };

/** Columns with numbers in them. */
export const numbers = (...names: readonly string[]): readonly AlignedColumn[] =>
  names.map((name) => ({ name, isNumber: true }));

/** Columns with words in them. */
export const words = (...names: readonly string[]): readonly AlignedColumn[] =>
  names.map((name) => ({ name, isNumber: false }));

const INDENT = '  ';
const BETWEEN = '  ';

/**
 * A small table in the middle of a text: no lines, two blanks between columns. Harmless to a terminal. Cells are
 * ASCII for all we know, and as wide as they are.
 */
export function alignedTable(
  columns: readonly AlignedColumn[],
  rows: readonly (readonly string[])[],
): string {
  const head = columns.map(({ name }) => name);
  const cells = [head, ...rows].map((row) => row.map(printable));
  const widths = columns.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    columns
      .map(({ isNumber }, at) => {
        const [cell = '', width = 0] = [row[at], widths[at]];
        return isNumber ? cell.padStart(width) : cell.padEnd(width);
      })
      .join(BETWEEN)
      .trimEnd();
  return cells.map((row) => `${INDENT}${line(row)}\n`).join('');
}
