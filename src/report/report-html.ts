import { formatCount } from '../shown/units.js';
import { failuresSection, missingSection, outsideSection, tablesSection } from './access-sections.js';
import { costText, daysSection, hoursSection, usersSection } from './activity-sections.js';
import { bytesText } from './data-table.js';
import { type Html, html } from './html.js';
import { coverageSection, heldSection, methodSection } from './lake-sections.js';
import { factList, figureList, momentText, pageOf, policyOf } from './page.js';
import type { Report } from './report.js';
import { startedIn } from './section.js';
import { STYLE } from './style.js';

export const POLICY: string = policyOf(STYLE);

const periodText = ({ period: { from, to } }: Report) => `${momentText(from)} to ${momentText(to)} (UTC)`;

function facts(report: Report): Html {
  const { lake, held, generatedAt, version, engine } = report;
  const all: readonly (readonly [string, string | Html])[] = [
    ['Lake', lake],
    ['Engine', engine],
    ['Data (SHA-256)', html`<code class="hash">${held.data.sha256}</code>`],
    ['Generated', `${momentText(generatedAt)} (UTC) by athena-audit-lake ${version}`],
  ];
  return factList(all);
}

function figures({ answers }: Report): Html {
  const { users, places, failures, missing } = answers;
  const started = startedIn(places);
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
  return figureList(all);
}

/** The report as one file: the same report gives the same bytes. */
export function reportHtml(report: Report): string {
  const sections = [
    ...[coverageSection, daysSection, hoursSection, usersSection, outsideSection, tablesSection],
    ...[failuresSection, missingSection, heldSection, methodSection],
  ];
  const body = html`<header>
<h1>Athena audit report</h1>
<p class="period">${periodText(report)}</p>
${facts(report)}
${figures(report)}
</header>
<main>${sections.map((section) => section(report))}</main>`;
  return pageOf({ title: `Athena audit report, ${periodText(report)}`, style: STYLE, body });
}
