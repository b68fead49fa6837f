import { createHash } from 'node:crypto';
import { formatCount } from '../shown/units.js';
import { failuresSection, missingSection, outsideSection, tablesSection } from './access-sections.js';
import { costText, daysSection, hoursSection, usersSection } from './activity-sections.js';
import { bytesText } from './data-table.js';
import { type Html, html, styleElement } from './html.js';
import { coverageSection, heldSection, methodSection } from './lake-sections.js';
import type { Report } from './report.js';
import { STYLE } from './style.js';

/** Nothing is loaded, nothing runs, nothing is sent, and one style element is applied: this one. */
export const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** A moment as people read it: `2026-11-21 19:04:07`. */
const momentText = (epochMs: number) => new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ');

const periodText = ({ period: { from, to } }: Report) => `${momentText(from)} to ${momentText(to)} (UTC)`;

function facts(report: Report): Html {
  const { lake, held, generatedAt, version, engine } = report;
  const all: readonly (readonly [string, string | Html])[] = [
    ['Lake', lake],
    ['Engine', engine],
    ['Data (SHA-256)', html`<code class="hash">${held.data.sha256}</code>`],
    ['Generated', `${momentText(generatedAt)} (UTC) by athena-audit-lake ${version}`],
  ];
  return html`<dl class="facts">${all.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
}

function figures({ answers }: Report): Html {
  const { users, places, failures, missing } = answers;
  const started = places.inside + places.outside + places.unknown;
  const all: readonly (readonly [string, string])[] = [
    [formatCount(started), 'queries'],
    [formatCount(users.rows.length + users.more.rows), 'users with queries'],
    [bytesText(users.scannedBytes), 'scanned'],
    [users.cost === null ? '–' : `${costText(users.cost)} USD`, 'cost of scanning'],
    [formatCount(places.outside), 'queries from outside'],
    [formatCount(failures.denied), 'calls refused'],
    [formatCount(failures.failed), 'calls failed'],
    [formatCount(missing.reduce((sum, it) => sum + it.queries, 0)), 'texts missing'],
  ];
  return html`<ul class="figures">${all.map(([value, name]) => html`<li><b>${value}</b>${name}</li>`)}</ul>`;
}

/** The report as one file: the same report gives the same bytes. */
export function reportHtml(report: Report): string {
  const sections = [
    ...[coverageSection, daysSection, hoursSection, usersSection, outsideSection, tablesSection],
    ...[failuresSection, missingSection, heldSection, methodSection],
  ];
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Athena audit report, ${periodText(report)}</title>
${styleElement(STYLE)}
</head>
<body>
<header>
<h1>Athena audit report</h1>
<p class="period">${periodText(report)}</p>
${facts(report)}
${figures(report)}
</header>
<main>${sections.map((section) => section(report))}</main>
</body>
</html>
`;
  return page.markup;
}
