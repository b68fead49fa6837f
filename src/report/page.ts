import { createHash } from 'node:crypto';
import { type Html, html, styleElement } from './html.js';

/** Nothing is loaded, nothing runs, nothing is sent, and one style element is applied: that of the page. */
export const policyOf = (style: string): string =>
  `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** A whole page, as one file. */
export function pageOf({
  title,
  style,
  body,
}: {
  readonly title: string;
  readonly style: string;
  readonly body: Html;
}): string {
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(style)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
${styleElement(style)}
</head>
<body>
${body}
</body>
</html>
`.markup;
}

/** Facts of the head of a page, each with its name. */
export const factList = (facts: readonly (readonly [string, string | Html])[]): Html =>
  html`<dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;

/** Numbers that are to be seen first. */
export const figureList = (figures: readonly (readonly [string, string])[]): Html =>
  html`<ul class="figures">${figures.map(([value, name]) => html`<li><b>${value}</b>${name}</li>`)}</ul>`;

/** A moment as people read it: `2026-11-21 19:04:07`. */
export const momentText = (epochMs: number): string =>
  new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ');
