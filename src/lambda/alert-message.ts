import type { FirstRows } from '../jobs/first-rows.js';
import type { AlertText } from '../ports/alert-topic.js';
import type { KnownAlert } from '../questions/alert.js';
import { toldColumns } from '../questions/told-columns.js';
import { printable } from '../shown/printable.js';
import { quoted } from '../shown/shell-quoted.js';
import { formatCount } from '../shown/units.js';
import type { AthenaSettings } from '../wiring/athena-engine.js';

export type Found = {
  readonly alert: KnownAlert;
  /** As `--from` and `--to` take them. */
  readonly from: string;
  readonly to: string;
  readonly found: FirstRows;
  readonly athena: AthenaSettings;
};

/** SNS takes fewer than 100. */
const LONGEST_SUBJECT = 99;
const LONGEST_VALUE = 200;
/** Half characters and what XML cannot hold. */
const UNSENDABLE = /[\p{Cs}\ufffe\uffff]/gu;

/**
 * What people are told: how many rows, the first of them a value a line, and how to see all. Nothing that stands in a row can
 * begin a line, end one or turn it around.
 */
export function alertMessage(it: Found): AlertText {
  const { question } = it.alert;
  const rows = countOf(it.found);
  const subject = `audit-lake: ${rows}: ${question.title}`.replace(/[^ -~]/g, '?').slice(0, LONGEST_SUBJECT);
  const parts = [
    `${rows}: ${question.title}`,
    question.answers,
    fields([['period', `${it.from} to ${it.to}`], ...askedFor(it.alert)]),
    ...rowsOf(it),
    `All of it, with the query texts:\n  ${command(it)}`,
    `In Athena's console the workgroup ${it.athena.workGroup} has it as the saved query "${question.title}", for a period and values of its own.`,
    NOTES,
  ];
  return { subject, text: `${parts.join('\n\n')}\n` };
}

const NOTES =
  'No query texts, parameters of requests or messages of errors are in here: they may quote the data that was asked for,\n' +
  'and more people read mail than the lake. The same message may come twice: its period tells.';

function countOf({ count, isAll }: FirstRows): string {
  if (!isAll) return `more than ${formatCount(count)} rows`;
  return count === 1 ? '1 row' : `${formatCount(count)} rows`;
}

const askedFor = ({ question, given, every }: KnownAlert): Field[] => [
  ['asked', `${question.name}, every ${every}`],
  ...question.parameters.flatMap(({ name }): Field[] => (given[name] ? [[name, given[name]]] : [])),
];

function rowsOf({ alert, found }: Found): readonly string[] {
  const places = toldColumns(alert.question, found.columns).map((name) => found.columns.indexOf(name));
  const shown = found.rows.map((row, at) => {
    const told = places.map((place): Field => [found.columns[place] ?? '', valueText(row[place] ?? null)]);
    return `row ${at + 1}\n${fields(told)}`;
  });
  const left = found.count - found.rows.length;
  if (left === 0 && found.isAll) return shown;
  return [
    ...shown,
    `${found.isAll ? formatCount(left) : `More than ${formatCount(left)}`} rows are not shown here.`,
  ];
}

function valueText(value: FirstRows['rows'][number][number]): string {
  if (value === null) return '-';
  const characters = [...printable(String(value).slice(0, 2 * LONGEST_VALUE)).replace(UNSENDABLE, '\ufffd')];
  if (characters.length <= LONGEST_VALUE) return characters.join('');
  return `${characters.slice(0, LONGEST_VALUE).join('')}...`;
}

type Field = readonly [name: string, value: string];

function fields(all: readonly Field[]): string {
  const width = Math.max(...all.map(([name]) => name.length));
  return all.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
}

/** The same question, period and lake on a command line. */
function command({ alert: { question, given }, from, to, athena }: Found): string {
  const valuesOf = (kind: 'argument' | 'option') =>
    question.parameters.flatMap(({ kind: its, name }) =>
      its === kind && given[name] ? [{ name, value: given[name] }] : [],
    );
  const { lake, database, workGroup, results, region } = athena;
  const options = [
    ...valuesOf('option'),
    ...[
      { name: 'from', value: from },
      { name: 'to', value: to },
      { name: 'lake', value: lake },
    ],
    ...[
      { name: 'database', value: database },
      { name: 'work-group', value: workGroup },
    ],
    ...[
      { name: 'results', value: results },
      ...(region === undefined ? [] : [{ name: 'region', value: region }]),
    ],
  ];
  const values = valuesOf('argument').map(({ value }) => quoted(value));
  const words = options.map(({ name, value }) => `--${name}=${quoted(value)}`);
  // An argument may begin with a hyphen.
  return [
    'npx audit-lake ask',
    question.name,
    ...words,
    ...(values.length > 0 ? ['--', ...values] : []),
  ].join(' ');
}
