import { counted, formatCount } from '../shown/units.js';
import { bytes, count, dataTable, label, text, time, word } from './data-table.js';
import { type Html, html } from './html.js';
import { meaningOf } from './missing-text-meanings.js';
import { rankChart } from './rank-chart.js';
import type { AddressUse, FailureCount, MissingTexts, Report, TableUse } from './report.js';
import { beside, moreText, nameOf, queries, section, startedIn } from './section.js';

export function outsideSection({ answers: { outside, places }, networks, commands }: Report): Html {
  const table = dataTable({
    caption: 'Users and addresses outside the networks',
    columns: [
      label('User', ({ user }: AddressUse) => nameOf(user)),
      label('Address', ({ address }: AddressUse) => html`<code>${address ?? '–'}</code>`),
      count('Queries', (it: AddressUse) => it.queries),
      count('Failed or refused', (it: AddressUse) => it.failed),
      bytes('Scanned', (it: AddressUse) => it.scannedBytes),
      time('First (UTC)', (it: AddressUse) => it.first),
      time('Last (UTC)', (it: AddressUse) => it.last),
    ],
    rows: outside.rows,
    more: moreText(outside),
  });
  const unknown =
    places.unknown === 0
      ? ''
      : ` Of ${queries(places.unknown)} no address is known: a service of AWS started them for somebody.`;
  const inside = `${queries(places.inside)} came from inside.${places.own === 0 ? '' : ` The lake's own functions started ${queries(places.own)}, from addresses of AWS.`}`;
  const lead = html`Networks that count as inside: <code>${networks.split(',').join(', ')}</code>. From outside came ${queries(places.outside)}; ${inside}${unknown}`;
  const body = outside.rows.length === 0 ? undefined : table;
  const title = 'Access from outside the networks';
  return section({ id: 'outside', title, lead, body, command: commands['addresses'] });
}

const MOST_RANKS = 8;

/** Stands at the end of a name where only the database is known. */
const isUnknown = ({ table }: TableUse) => table.endsWith('?');

export function tablesSection({ answers: { tables }, commands }: Report): Html {
  const chart = rankChart({
    id: 'chart-tables',
    title: 'Tables by queries that only read',
    ranks: tables.rows.slice(0, MOST_RANKS).map(({ table: label, reading: value }) => {
      return { label, value, shown: formatCount(value) };
    }),
  });
  const table = dataTable({
    caption: 'Tables by the number of queries that read them',
    columns: [
      label('Table', (it: TableUse) => html`<code>${it.table}</code>`),
      count('Only reading', (it: TableUse) => it.reading),
      count('All queries', (it: TableUse) => it.queries),
      count('Users', (it: TableUse) => it.users),
      time('Last (UTC)', (it: TableUse) => it.last),
    ],
    rows: tables.rows,
    more: moreText(tables, ['mention', 'mentions']),
  });
  const sure =
    'Tables as the SQL names them; views are named, not what lies behind them. Failed queries do not count.';
  const unsure =
    ' A question mark in place of a table: the tables of these queries are not known; the database in which they ran stands for them.';
  const lead = `${sure}${tables.rows.some(isUnknown) ? unsure : ''}`;
  return section({
    id: 'tables',
    title: 'Tables that were read most',
    lead: tables.rows.length === 0 ? 'No query has read a table in this period.' : lead,
    body: tables.rows.length === 0 ? undefined : beside(chart, table),
    command: commands['most-read'],
  });
}

export function failuresSection({ answers: { failures }, commands }: Report): Html {
  const { denied, failed, rows } = failures;
  const table = dataTable({
    caption: 'Failures and refusals by user and reason',
    columns: [
      label('User', ({ user }: FailureCount) => nameOf(user)),
      word('Outcome', ({ outcome }: FailureCount) => outcome),
      label('Call', ({ call }: FailureCount) => html`<code>${call}</code>`),
      text('Reason', ({ reason }: FailureCount) => reason),
      count('Times', (it: FailureCount) => it.times),
      time('First (UTC)', (it: FailureCount) => it.first),
      time('Last (UTC)', (it: FailureCount) => it.last),
    ],
    rows,
    more: moreText(failures, ['call', 'calls']),
  });
  const sum = `${counted(denied, 'call')} of Athena ${denied === 1 ? 'was' : 'were'} refused for want of a permission, ${formatCount(failed)} failed for other reasons. Queries that were accepted and failed later are among them.`;
  return section({
    id: 'failures',
    title: 'Failures and refusals',
    lead: rows.length === 0 ? 'No call of Athena failed or was refused in this period.' : sum,
    body: rows.length === 0 ? undefined : table,
    command: commands['failed'],
  });
}

export function missingSection({ answers, textMode, commands }: Report): Html {
  const { missing, places } = answers;
  const all = missing.reduce((sum, it) => sum + it.queries, 0);
  const started = startedIn(places);
  const table = dataTable({
    caption: 'Queries without a text, by reason',
    columns: [
      word('Reason', ({ status }: MissingTexts) => status || '(none)'),
      text('What that means', ({ status }: MissingTexts) => meaningOf(status)),
      count('Queries', (it: MissingTexts) => it.queries),
      time('Oldest (UTC)', (it: MissingTexts) => it.oldest),
      time('Newest (UTC)', (it: MissingTexts) => it.newest),
    ],
    rows: missing,
  });
  const kept = textMode === 'full' ? '' : ` This lake keeps query texts in the mode ${textMode}.`;
  const lead =
    all === 0
      ? `The text of every query is in the lake.${kept}`
      : `Of ${queries(started)}, ${formatCount(all)} have no text, each for a reason.${kept}`;
  return section({
    id: 'missing',
    title: 'Query texts that are missing',
    lead: started === 0 ? 'No query was started in this period.' : lead,
    body: all === 0 ? undefined : table,
    command: commands['missing-texts'],
  });
}
