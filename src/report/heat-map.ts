import { counted } from '../shown/units.js';
import { drawing, percent } from './chart.js';
import { type Html, html } from './html.js';

export const WEEKDAYS = [
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
  'Sunday',
] as const;
export const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));

/** Steps of colour for what is not nothing. */
const STEPS = 6;
/** Pixels of one row; the share of the width that the names of the weekdays take. */
const ROW = 26;
const NAMES = 0.1;
const CELL = (1 - NAMES) / HOURS.length;

/** The step of colour of a count: by its root, since a few busy hours would make all others alike. */
function stepOf(count: number, most: number): number {
  return count === 0 ? 0 : Math.max(1, Math.ceil(Math.sqrt(count / most) * STEPS));
}

type HeatMap = {
  readonly id: string;
  readonly title: string;
  /** By weekday from Monday, and hour. */
  readonly counts: readonly (readonly number[])[];
};

/** Weekdays below one another, hours side by side: the stronger the colour, the more. */
export function heatMap({ id, title, counts }: HeatMap): Html {
  const most = Math.max(...counts.flat(), 1);
  const rows = WEEKDAYS.map((weekday, row) => {
    const cells = HOURS.map((hour, column) => {
      const count = counts[row]?.[column] ?? 0;
      return html`<rect class="heat${stepOf(count, most)}" x="${percent(NAMES + column * CELL)}" width="${percent(CELL * 0.92)}" y="${row * ROW}" height="${ROW - 2}" rx="2"><title>${weekday} ${hour}:00: ${counted(count, 'query', 'queries')}</title></rect>`;
    });
    return html`<text class="label" x="0" y="${row * ROW + 17}">${weekday.slice(0, 3)}</text>${cells}`;
  });
  const hours = HOURS.map((hour, column) =>
    column % 6 === 0
      ? html`<text class="axis" x="${percent(NAMES + column * CELL)}" y="${WEEKDAYS.length * ROW + 14}">${hour}:00</text>`
      : undefined,
  );
  return drawing({ id, title, height: WEEKDAYS.length * ROW + 20, shapes: [rows, hours] });
}
