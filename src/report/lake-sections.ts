import { FILE_STATUSES, type FileStatus } from '../lake/file-status.js';
import type { LogFileCount } from '../lake/log-file-count.js';
import { counted, formatBytes } from '../shown/units.js';
import { bytes, count, dataTable, label, text, word } from './data-table.js';
import { type Html, html } from './html.js';
import type { DataRead, DaySpan, HeldTable, KeptDataset, Report } from './report.js';
import { section } from './section.js';

const dataText = ({ files, rows, bytes: size }: DataRead): string =>
  `${counted(files, 'data file')}, ${counted(rows, 'row')}, ${formatBytes(size)}`;

/** Days on which the lake has nothing, and what its answers were computed from. */
export function coverageSection({ held, altered, changed, answers: { days }, datasets }: Report): Html {
  const { silent, data } = held;
  const first = days[0]?.firstEvent.slice(0, 19);
  const last = days.at(-1)?.lastEvent.slice(0, 19);
  const events = days.reduce((sum, day) => sum + day.events, 0);
  const seen =
    first === undefined
      ? 'The lake has no event of Athena in this period.'
      : `${counted(events, 'event')} of Athena on ${counted(days.length, 'day')}: the first on ${first}, the last on ${last} (UTC).`;
  const gaps =
    silent.days === 0
      ? ' No day of the period is without a row.'
      : ` On ${counted(silent.days, 'day')} the lake has no row at all: nothing happened, or no log file of that day was put in.`;
  const hasAthena = datasets.some(({ name }) => name === 'athena_events');
  const without = hasAthena
    ? ''
    : ' This lake does not keep the dataset athena_events: the report has nothing to show.';
  const table = dataTable({
    caption: 'Days without any row',
    columns: [
      word('From', ({ from }: DaySpan) => from),
      word('To', ({ to }: DaySpan) => to),
      count('Days', ({ days: length }: DaySpan) => length),
    ],
    rows: silent.rows,
    more:
      silent.more.rows === 0
        ? undefined
        : `and ${counted(silent.more.rows, 'more row')} with ${counted(silent.more.count, 'day')}`,
  });
  const meanwhile = changed
    ? html`<p class="warning">Data was added while this report was made: ${dataText(changed)} at its end, SHA-256 <code class="hash">${changed.sha256}</code>. Some answers may hold it already.</p>`
    : undefined;
  const hash = html`<p>Data read: ${dataText(data)}. The SHA-256 at the head of this report stands for them (<a href="#method">how</a>).</p>`;
  const forged = altered
    ? html`<p class="warning">${counted(altered.files, 'data file')} ${altered.files === 1 ? 'is' : 'are'} not as committed: changed since, or not there. The answers cannot be trusted. ${altered.files > altered.first.length ? 'The first: ' : ''}${altered.first.map((path) => html`<code class="hash">${path}</code> `)}</p>`
    : undefined;
  const body = [hash, forged, meanwhile, silent.rows.length === 0 ? undefined : table];
  return section({ id: 'coverage', title: 'What this covers', lead: `${seen}${gaps}${without}`, body });
}

const STATUS_MEANINGS: { readonly [status in FileStatus]: string } = {
  COMMITTED: 'in the lake, with rows',
  EMPTY: 'read to its end; no record of it was picked',
  MISSING: 'was announced, and was not there',
  DEFERRED: 'lies in an archive class',
  QUARANTINED: 'damaged, or no log file',
};

export function heldSection({ held: { tables, logFiles }, datasets }: Report): Html {
  const hidden = tables.reduce((sum, table) => sum + table.hidden, 0);
  const tableOfTables = dataTable({
    caption: 'Tables and partitions, all days',
    columns: [
      label('Table', ({ table }: HeldTable) => html`<code>${table}</code>`),
      count('Partitions', (it: HeldTable) => it.days),
      count('Not in the catalog', (it: HeldTable) => it.hidden),
      word('First day', ({ firstDay }: HeldTable) => firstDay ?? '–'),
      word('Last day', ({ lastDay }: HeldTable) => lastDay ?? '–'),
      count('Data files', (it: HeldTable) => it.files),
      count('Rows', (it: HeldTable) => it.rows),
      bytes('Size', (it: HeldTable) => it.bytes),
    ],
    rows: tables,
  });
  const tableOfFiles =
    logFiles &&
    dataTable({
      caption: 'Log files by how they stand in the ledger, all days',
      columns: [
        word('Status', ({ status }: LogFileCount) => status),
        text('What that means', ({ status }: LogFileCount) => STATUS_MEANINGS[status]),
        count('Log files', ({ files }: LogFileCount) => files),
        count('Records read', ({ read }: LogFileCount) => read),
        count('Ignored', ({ ignored }: LogFileCount) => ignored),
        count('Rejected', ({ rejected }: LogFileCount) => rejected),
        count('Rows', ({ rows }: LogFileCount) => rows),
      ],
      rows: FILE_STATUSES.flatMap((status) => logFiles.filter((it) => it.status === status)),
    });
  const uncounted = html`<p>Log files were not counted: the reader of this lake may not read over its ledger.</p>`;
  const kept = datasets.map(
    ({ name, eventSources, since }: KeptDataset) =>
      html`<li><code>${name}</code> of ${eventSources}, since ${since}</li>`,
  );
  const warning =
    hidden === 0
      ? undefined
      : html`<p class="warning">${counted(hidden, 'partition')} ${hidden === 1 ? 'is' : 'are'} not in the catalog yet: Athena does not see ${hidden === 1 ? 'its' : 'their'} rows.</p>`;
  return section({
    id: 'held',
    title: 'What the lake holds',
    lead: 'Of all days, not of the period alone. A log file counts once for each dataset. Every record that was read was ignored (of another service), rejected (no possible time), or is a row.',
    body: [html`<ul>${kept}</ul>`, warning, tableOfTables, tableOfFiles ?? uncounted],
  });
}

export function methodSection({ engine, version }: Report): Html {
  const points = [
    `${engine} answered, over the views of the lake, which show each event once however often it was delivered. All times are UTC.`,
    'Rows come from the log files of CloudTrail. Each log file is in the lake once or not at all; a text once seen is never lost.',
    'The SHA-256 of the data covers a list with a line for each data file: its path below the lake, its size in bytes, its rows, and the SHA-256 of its bytes, as noted when its rows were committed; tabs between them, a line feed behind each. The bytes that lie there now were compared with it. The lines are in the order of table, day and path. The list holds the files of athena_events for the days of the period, and all files of athena_query_details, which tells of queries what was learned later. In S3 a file is listed moments before engines see it.',
    'A user is whoever acted: the session name or source identity behind a role, not the role that everybody shares.',
    'Characters that would steer a terminal or turn a text around are written out, as in \\u202e.',
    `Made by athena-audit-lake ${version}. This file runs no script and loads nothing.`,
  ];
  const body = html`<ul>${points.map((point) => html`<li>${point}</li>`)}</ul>`;
  return section({ id: 'method', title: 'How this was made', lead: undefined, body });
}
