import { counted } from '../shown/units.js';
import { type Html, type HtmlValue, html } from './html.js';
import type { Listed, Report } from './report.js';

type Section = {
  readonly id: string;
  readonly title: string;
  /** What it says, in a sentence or two. */
  readonly lead: HtmlValue;
  readonly body: HtmlValue;
  /** Who asks again. */
  readonly command?: string | undefined;
};

/** A part of the report, with its heading. */
export const section = ({ id, title, lead, body, command }: Section): Html => html`
<section aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
<p class="lead">${lead}</p>
${body}
${command === undefined ? undefined : html`<p class="command">Ask again: <code>${command}</code></p>`}
</section>
`;

/** A chart and its data, side by side where there is room. */
export const beside = (chart: Html, table: Html): Html =>
  html`<div class="beside"><figure>${chart}</figure><div>${table}</div></div>`;

/** A chart above its data, which may be folded, but not on paper. */
export const above = (chart: Html, table: Html, isOpen: boolean): Html =>
  html`<figure>${chart}</figure><details${isOpen ? html` open` : undefined}><summary>The data of this chart</summary>${table}</details>`;

/** What a list leaves out: `and 12 more rows with 340 queries`. */
export function moreText(
  { more }: Pick<Listed<unknown>, 'more'>,
  [one, many]: readonly [string, string] = QUERIES,
): string | undefined {
  if (more.rows === 0) return undefined;
  return `and ${counted(more.rows, 'more row')} with ${counted(more.count, one, many)}`;
}

export const QUERIES = ['query', 'queries'] as const;
export const queries = (count: number): string => counted(count, ...QUERIES);
export const nameOf = (name: string | null): string => (name === null || name === '' ? '(no name)' : name);

/** All queries, wherever they came from. */
export const startedIn = ({ inside, outside, own, unknown }: Report['answers']['places']): number =>
  inside + outside + own + unknown;
