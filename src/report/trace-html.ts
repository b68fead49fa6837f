import { counted, formatCount } from '../shown/units.js';
import { askedBy, type Branch, grantedTo, lifeText } from '../trace/chains.js';
import { requestBrief } from '../trace/request-brief.js';
import { isTemporary } from '../trace/subject-of.js';
import { dayText, serviceOf, type TraceRow, timeText } from '../trace/trace-row.js';
import { type Html, html } from './html.js';
import { factList, figureList, momentText, pageOf } from './page.js';
import { section } from './section.js';
import { MOST_BRANCHES, type TracePage } from './trace-page.js';
import { TRACE_STYLE } from './trace-style.js';

/** The timeline of a person, a role or a key as one file: the same data gives the same bytes. */
export function traceHtml(page: TracePage): string {
  const period = `${momentText(page.period.from)} to ${momentText(page.period.to)} (UTC)`;
  const body = html`<header>
<h1>Trace of <span class="who">${page.who}</span></h1>
<p class="period">${period}</p>
${factList([
  ['Lake', page.lake],
  ['Engine', page.engine],
  ['Generated', `${momentText(page.generatedAt)} (UTC) by athena-audit-lake ${page.version}`],
])}
${figureList([
  [formatCount(page.events), page.events === 1 ? 'event' : 'events'],
  [formatCount(page.errors), 'refused or failed'],
  [formatCount(page.chains.size), page.chains.size === 1 ? 'key given out' : 'keys given out'],
  [formatCount(page.accounts), page.accounts === 1 ? 'account' : 'accounts'],
])}
${page.warnings.map((text) => html`<p class="warning">${text}</p>`)}
</header>
<main>${chainsSection(page)}${timelineSection(page)}</main>`;
  return pageOf({ title: `Trace of ${page.who}, ${period}`, style: TRACE_STYLE, body });
}

function chainsSection({ chains, eventsByKey, unseen }: TracePage): Html {
  const shown = chains.tree.slice(0, MOST_BRANCHES);
  const left = chains.tree.length - shown.length;
  return section({
    id: 'keys',
    title: 'How the keys were given out',
    lead: 'Each key stands below the one under which it was asked for; the first of each chain was asked for with a long-lived key, or by signing in.',
    body: [
      shown.length === 0
        ? html`<p>No credentials were given out, as far as the events tell.</p>`
        : tree(shown, eventsByKey),
      left > 0 ? html`<p class="more">and ${counted(left, 'more key')}</p>` : undefined,
      unseen.length === 0 ? undefined : unseenList(unseen),
    ],
  });
}

/** From the last branch to the first: whatever is deeper is there before what holds it, and no depth is too deep. */
function tree(branches: readonly Branch[], eventsByKey: ReadonlyMap<string, number>): Html {
  const waiting: Html[][] = [];
  for (const { grant, depth } of branches.toReversed()) {
    const below = waiting[depth + 1] ?? [];
    waiting.length = depth + 1;
    const level = waiting[depth] ?? [];
    waiting[depth] = level;
    const from = depth === 0 ? html`<span class="from">${askedBy(grant)} › </span>` : undefined;
    level.unshift(html`<li><span class="name">${from}${grantedTo(grant)}</span>
<div class="about"><span>${lifeText(grant)}</span><span>${grant.how}</span><code>${grant.key}</code><span>${counted(eventsByKey.get(grant.key) ?? 0, 'event')}</span></div>
${below.length === 0 ? undefined : html`<ul>${below}</ul>`}</li>
`);
  }
  return html`<ul class="tree">${waiting[0] ?? []}</ul>`;
}

/** More than these say nothing more. */
const MOST_UNSEEN = 50;

function unseenList(unseen: TracePage['unseen']): Html {
  const shown = unseen.slice(0, MOST_UNSEEN);
  const items = shown.map(
    ({ key, userArn, userName }) => html`<li><code>${key}</code> ${userArn ?? userName ?? ''}</li>`,
  );
  const left = unseen.length - shown.length;
  return html`<p>Nobody saw how ${unseen.length === 1 ? 'this session' : 'these sessions'} began:</p><ul>${items}</ul>${left > 0 ? html`<p class="more">and ${formatCount(left)} more</p>` : undefined}`;
}

function timelineSection(page: TracePage): Html {
  const left = page.events - page.rows.length;
  const days = grouped(page.rows, ({ at }) => dayText(at));
  return section({
    id: 'timeline',
    title: 'What was done',
    lead: 'By day and by session, oldest first. All times are UTC. What was asked is cut short here: the other formats have all of it.',
    body: [
      page.rows.length === 0 ? html`<p>No events.</p>` : days.map(([day, rows]) => dayPart(day, rows, page)),
      left > 0
        ? html`<p class="warning">The page ends here: ${counted(left, 'later event')} ${left === 1 ? 'is' : 'are'} left out. --output csv or ndjson has all of them.</p>`
        : undefined,
    ],
    command: page.command,
  });
}

function dayPart(day: string, rows: readonly TraceRow[], page: TracePage): Html {
  const sessions = grouped(rows, ({ via, key }) => `${via}\0${key}`);
  return html`<div class="day"><h3>${day}</h3>
${sessions.map(([, of]) => sessionPart(of, page))}</div>
`;
}

function sessionPart(rows: readonly TraceRow[], { chains }: TracePage): Html {
  const { via = '', key = null } = rows[0] ?? {};
  const isUnseen = key !== null && isTemporary(key) && chains.grantOf(key) === undefined;
  return html`<div class="session${isUnseen ? ' unseen' : ''}"><h4>${via.replaceAll(' > ', ' › ')}${key === null ? undefined : html`<code>${key}</code>`}</h4>
<div class="scroll"><table class="events"><colgroup><col class="time"><col class="call"><col class="place"><col></colgroup>
<thead class="hidden"><tr><th scope="col">Time</th><th scope="col">Call</th><th scope="col">Where and from where</th><th scope="col">Request</th></tr></thead>
<tbody>
${rows.map(eventRow)}</tbody></table></div></div>
`;
}

function eventRow(row: TraceRow): Html {
  const error = row.error === null ? undefined : html` <span class="error">${row.error}</span>`;
  const place = [row.account, row.region, row.ip].filter((it) => it !== null).join(' ');
  return html`<tr${row.error === null ? undefined : html` class="failed"`}><td class="time">${timeText(row.at)}</td><td><span class="service">${serviceOf(row.source)}</span> ${row.name ?? '?'}${error}</td><td class="place">${place}</td><td class="request">${requestBrief(row.request)}</td></tr>
`;
}

/** Rows by a name, in the order in which the names come first. */
function grouped(
  rows: readonly TraceRow[],
  nameOf: (row: TraceRow) => string,
): readonly (readonly [string, readonly TraceRow[]])[] {
  const groups = new Map<string, TraceRow[]>();
  for (const row of rows) {
    const group = groups.get(nameOf(row));
    if (group) group.push(row);
    else groups.set(nameOf(row), [row]);
  }
  return [...groups];
}
