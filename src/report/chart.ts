import { type Html, type HtmlValue, html } from './html.js';

/**
 * Charts are as wide as the page lets them be: what lies side by side is placed in percent, what lies below one another
 * in pixels, so that letters keep their size.
 */
type Drawing = {
  /** Of its own on the page. */
  readonly id: string;
  /** What the chart shows, for whoever does not see it. */
  readonly title: string;
  /** Pixels. */
  readonly height: number;
  readonly shapes: HtmlValue;
};

/** A picture with a name. */
export const drawing = ({ id, title, height, shapes }: Drawing): Html =>
  html`<svg role="img" aria-labelledby="${id}" width="100%" height="${height}"><title id="${id}">${title}</title>${shapes}</svg>`;

/** A share of the width. */
export const percent = (share: number): string => `${Number((share * 100).toFixed(3))}%`;

/** The next of 1, 2, 3, 4, 6, 8, 10, 20, 30 ...: where an axis ends. */
export function roundUp(value: number): number {
  if (value <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 3, 4, 6, 8].find((step) => step * power >= value) ?? 10) * power;
}

/** A text that is short enough to be drawn, whole characters. */
export function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}
