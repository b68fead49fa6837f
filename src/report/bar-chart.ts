import { formatCount } from '../shown/units.js';
import { drawing, percent, roundUp } from './chart.js';
import { type Html, html } from './html.js';

export type Bar = {
  readonly label: string;
  readonly value: number;
  /** A part of the value that is drawn apart. */
  readonly marked: number;
  readonly note: string;
};

type BarChart = { readonly id: string; readonly title: string; readonly bars: readonly Bar[] };

/** Pixels: of the plot, of what stands above and below it. */
const PLOT = 150;
const ABOVE = 16;
const BELOW = 24;
/** So many bars fill the width: fewer are not made broader. */
const FEWEST = 24;
const MOST_LABELS = 5;

/** Values over time, one bar each. */
export function barChart({ id, title, bars }: BarChart): Html {
  const top = roundUp(Math.max(...bars.map(({ value }) => value), 1));
  const slots = Math.max(bars.length, FEWEST);
  const shapes = html`${gridLines(top)}${bars.map((bar, at) => oneBar(bar, { at, slots, top }))}${labels(bars, slots)}`;
  return drawing({ id, title, height: ABOVE + PLOT + BELOW, shapes });
}

const y = (share: number) => ABOVE + PLOT * (1 - share);

function gridLines(top: number): readonly Html[] {
  const shares = top % 2 === 0 ? [0, 0.5, 1] : [0, 1];
  return shares.map(
    (share) =>
      html`<line class="grid" x1="0" x2="100%" y1="${y(share)}" y2="${y(share)}"/><text class="axis" x="0" y="${y(share) - 4}">${share === 0 ? undefined : formatCount(top * share)}</text>`,
  );
}

type Place = { readonly at: number; readonly slots: number; readonly top: number };

function oneBar({ value, marked, note }: Bar, { at, slots, top }: Place): Html {
  const left = percent((at + 0.12) / slots);
  const width = percent(0.76 / slots);
  const rect = (kind: string, count: number) => {
    // What is there can be seen, however little it is.
    const height = count === 0 ? 0 : Math.max((count / top) * PLOT, 1.5);
    return html`<rect class="${kind}" x="${left}" width="${width}" y="${Number((y(0) - height).toFixed(2))}" height="${Number(height.toFixed(2))}"/>`;
  };
  return html`<g><title>${note}</title>${value > 0 ? rect('bar', value) : undefined}${marked > 0 ? rect('marked', marked) : undefined}</g>`;
}

function labels(bars: readonly Bar[], slots: number): readonly Html[] {
  const count = Math.min(MOST_LABELS, bars.length);
  const last = bars.length - 1;
  return Array.from({ length: count }, (_, at) => {
    const place = count === 1 ? 0 : Math.round((at * last) / (count - 1));
    const isLast = bars.length === slots && at === count - 1;
    const anchor = at === 0 ? 'start' : isLast ? 'end' : 'middle';
    const x = at === 0 ? 0 : isLast ? 1 : (place + 0.5) / slots;
    const isBetween = at % 2 === 1;
    return html`<text class="axis${isBetween ? ' between' : ''}" x="${percent(x)}" y="${ABOVE + PLOT + 17}" text-anchor="${anchor}">${bars[place]?.label}</text>`;
  });
}
