import { drawing, percent, shortened } from './chart.js';
import { type Html, html } from './html.js';

export type Rank = { readonly label: string; readonly value: number; readonly shown: string };

type RankChart = { readonly id: string; readonly title: string; readonly ranks: readonly Rank[] };

/** Pixels of one line: a name, what it has, and the bar below them. */
const LINE = 34;
const BAR = 7;
const LONGEST_LABEL = 36;

/** Who has most of something: lines with a bar each. */
export function rankChart({ id, title, ranks }: RankChart): Html {
  const top = Math.max(...ranks.map(({ value }) => value), 1);
  const shapes = ranks.map(({ label, value, shown }, at) => {
    const y = at * LINE;
    return html`<text class="label" x="0" y="${y + 14}">${shortened(label, LONGEST_LABEL)}</text><text class="value" x="100%" y="${y + 14}" text-anchor="end">${shown}</text><rect class="track" x="0" width="100%" y="${y + 20}" height="${BAR}" rx="2"/><rect class="bar" x="0" width="${percent(value / top)}" y="${y + 20}" height="${BAR}" rx="2"/>`;
  });
  return drawing({ id, title, height: ranks.length * LINE, shapes });
}
