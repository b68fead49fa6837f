import { formatBytes, formatCount } from '../shown/units.js';
import { type Html, type HtmlValue, html } from './html.js';

/** A column of a table, and how its cells come from a row. */
export type Column<T> = {
  readonly head: string;
  /** Numbers stand at the right; words, times among them, do not break on a screen. */
  readonly kind: 'text' | 'label' | 'number' | 'word';
  readonly cell: (row: T) => HtmlValue;
};

type DataTable<T> = {
  /** What it shows: its name for whoever hears it. */
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  /** What is not shown, below it. */
  readonly more?: string | undefined;
};

/** A table with fewer columns does not spread over the page; one with more is set close. */
const NARROW = 4;
const DENSE = 12;

function classOf(columns: number): string {
  if (columns < NARROW) return 'scroll narrow';
  return columns > DENSE ? 'scroll dense' : 'scroll';
}

/** A table that scrolls by itself where the page is narrow. */
export function dataTable<T>({ caption, columns, rows, more }: DataTable<T>): Html {
  const heads = columns.map(({ head, kind }) => html`<th scope="col" class="${kind}">${head}</th>`);
  const lines = rows.map(
    (row) => html`<tr>${columns.map(({ kind, cell }) => html`<td class="${kind}">${cell(row)}</td>`)}</tr>\n`,
  );
  return html`<div class="${classOf(columns.length)}" role="region" tabindex="0" aria-label="${caption}"><table><caption>${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${lines}</tbody></table></div>${more === undefined ? undefined : html`<p class="more">${more}</p>`}`;
}

export const text = <T>(head: string, of: (row: T) => HtmlValue): Column<T> => ({
  head,
  kind: 'text',
  cell: of,
});

/** Of a few letters. */
export const word = <T>(head: string, of: (row: T) => string): Column<T> => ({
  head,
  kind: 'word',
  cell: of,
});

/** Of data: of any length. */
export const label = <T>(head: string, of: (row: T) => HtmlValue): Column<T> => ({
  head,
  kind: 'label',
  cell: of,
});

export const count = <T>(head: string, of: (row: T) => number): Column<T> => ({
  head,
  kind: 'number',
  cell: (row) => formatCount(of(row)),
});

/** Nothing is known where there is none. */
export const bytes = <T>(head: string, of: (row: T) => number | null): Column<T> => ({
  head,
  kind: 'number',
  cell: (row) => bytesText(of(row)),
});

export const bytesText = (value: number | null): string => (value === null ? '–' : formatBytes(value));

/** A UTC time as an engine writes it, to the minute. */
export const time = <T>(head: string, of: (row: T) => string | null): Column<T> => ({
  head,
  kind: 'word',
  cell: (row) => minuteOf(of(row)),
});

export const minuteOf = (moment: string | null): string => moment?.slice(0, 16) ?? '–';
