import { createHash } from 'node:crypto';
import { type Config, namedLake } from '../config.js';
import { AuditLakeError } from '../errors.js';
import { collectReport, REPORT_QUESTIONS, type ReportFacts } from '../jobs/collect-report.js';
import type { LakeFile } from '../lake/lake-file.js';
import { epochMsOf } from '../questions/moment.js';
import { type Period, periodOf, periodText } from '../questions/period.js';
import type { Question } from '../questions/question.js';
import { type Given, sqlOf } from '../questions/rendered-question.js';
import type { Report } from '../report/report.js';
import { reportHtml } from '../report/report-html.js';
import { printable } from '../shown/printable.js';
import { counted, formatBytes } from '../shown/units.js';
import { openEvidence } from '../wiring/lake-evidence.js';
import { type QueryDoors, withEngine } from './asked-engine.js';
import { type EngineFlags, engineTarget } from './engine-options.js';
import type { Io } from './io.js';
import { mustBeNew, writeNewFile } from './new-file.js';
import { s3LakeOf } from './s3-lake-of.js';
import { quoted } from './shell-quoted.js';

export type ReportFlags = Pick<EngineFlags, 'engine'> & {
  readonly out: string;
  readonly from?: string;
  readonly to?: string;
  readonly days?: string;
  readonly networks: string;
  readonly price: string;
};

export type ReportDoors = QueryDoors & {
  readonly now: () => number;
  readonly version: string;
  readonly questions: readonly Question[];
};

type Asked = { readonly sql: ReadonlyMap<string, string>; readonly commands: Report['commands'] };

/** So many days where nothing else is said: a quarter. */
export const STANDARD_DAYS = 90;

/** Of DuckDB, which spills beyond it: a lake of any size is read on any machine. */
const ENGINE_MEMORY = '1GB';

/** What stdout is called. */
const STDOUT = '-';

/**
 * Makes a report of a lake: a file, or stdout; what it is and what it covers on stderr.
 * @throws AuditLakeError USAGE for values that are none and a file that is there; LAKE_MISSING, LAKE_FORMAT,
 *   LAKE_WRITE_FAILED, QUERY_FAILED, AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 * @throws Interrupted
 */
export async function runReport(
  config: Config,
  flags: ReportFlags,
  { io, doors }: { readonly io: Io; readonly doors: ReportDoors },
): Promise<void> {
  // Log files tell no fractions of a second.
  const now = Math.floor(doors.now() / 1000) * 1000;
  const period = momentsOf(flags, now);
  const asked = askedOf(flags, period, doors.questions);
  if (flags.out !== STDOUT) mustBeNew(flags.out);
  const report = await reportOf(config, { flags, period, asked, now }, { io, doors });
  const page = reportHtml(report);
  if (flags.out === STDOUT) await io.out(page);
  else await writeNewFile(flags.out, page);
  io.err(told(report, page, flags.out));
}

/** Both in milliseconds since 1970. @throws AuditLakeError USAGE */
function momentsOf({ from, to, days }: ReportFlags, now: number): Report['period'] {
  if (days !== undefined && from !== undefined)
    throw new AuditLakeError('USAGE', '--days and --from both say where the period begins: leave one out');
  if (days !== undefined && !/^[1-9]\d{0,3}$/.test(days))
    throw new AuditLakeError('USAGE', `--days ${days} is no number of days from 1 to 9999`);
  const written = periodOf({ from, to }, Number(days ?? STANDARD_DAYS));
  periodText(written, now);
  return { from: epochMsOf(written.from, now), to: written.to ? epochMsOf(written.to, now) : now };
}

const fixed = ({ from, to }: Report['period']): Period => ({
  from: { kind: 'at', epochMs: from },
  to: { kind: 'at', epochMs: to },
});

/** All users are asked for: those that are not shown are counted. */
const ALL = '999999999';

/** The questions of a report, for one period. @throws AuditLakeError USAGE for a value that is none */
function askedOf(
  { networks, price }: ReportFlags,
  period: Report['period'],
  all: readonly Question[],
): Asked {
  const given: { readonly [question: string]: Given } = { cost: { price }, addresses: { networks } };
  const asked = all.filter(({ name }) => REPORT_QUESTIONS.includes(name));
  const sql = asked.map((question) => {
    const values = { ...given[question.name], ...(question.name === 'cost' && { top: ALL }) };
    return [question.name, sqlOf(question, values, fixed(period))] as const;
  });
  const commands = asked.map(({ name }) => [name, commandOf(name, given[name] ?? {}, period)] as const);
  return { sql: new Map(sql), commands: Object.fromEntries(commands) };
}

const iso = (epochMs: number) =>
  new Date(epochMs)
    .toISOString()
    .replace(/\.000Z$/, 'Z')
    .replace(/T00:00:00Z$/, '');

function commandOf(name: string, given: Given, { from, to }: Report['period']): string {
  const values = Object.entries(given).map(([option, value = '']) => `--${option} ${quoted(value)}`);
  return ['audit-lake ask', name, ...values, `--from ${iso(from)} --to ${iso(to)}`].join(' ');
}

type Making = {
  readonly flags: ReportFlags;
  readonly period: Report['period'];
  readonly asked: Asked;
  readonly now: number;
};

async function reportOf(
  config: Config,
  { flags, period, asked, now }: Making,
  { io, doors }: { readonly io: Io; readonly doors: ReportDoors },
): Promise<Report> {
  const lake = namedLake(config);
  const target = engineTarget(config, flags);
  const { evidence, lakeFile, close } = await openEvidence(lake, s3LakeOf(config));
  try {
    const facts: ReportFacts = {
      ...{ lake, period, generatedAt: now, version: doors.version, commands: asked.commands },
      ...{ price: flags.price, networks: flags.networks, ...keptBy(lakeFile) },
      engine: target.kind === 'athena' ? 'Athena' : 'DuckDB',
    };
    const opening = { target, sql: [...asked.sql.values()].join('\n'), memoryLimit: ENGINE_MEMORY };
    return await withEngine(opening, { io, doors }, (engine) =>
      collectReport(facts, { engine, evidence, sql: asked.sql }),
    );
  } finally {
    await close();
  }
}

const keptBy = ({ datasets, text_mode }: LakeFile): Pick<Report, 'datasets' | 'textMode'> => ({
  textMode: text_mode,
  datasets: datasets.map(({ name, event_sources, added_at }) => ({
    name,
    eventSources: event_sources === 'all' ? 'every service' : event_sources.join(', '),
    since: added_at.slice(0, 10),
  })),
});

const occurrences = (page: string, tag: string) => page.split(`<${tag} `).length - 1;

/** What was made, and what it covers: for a log, and for whoever compares the file later. */
function told({ lake, period, answers, held, changed }: Report, page: string, out: string): string {
  const { data } = held;
  const charts = counted(occurrences(page, 'svg'), 'chart');
  const days = counted(answers.days.length, 'day');
  const events = answers.days.reduce((sum, day) => sum + day.events, 0);
  const lines = [
    `${out === STDOUT ? 'The report' : printable(out)}: ${formatBytes(Buffer.byteLength(page))}, ${charts}`,
    `SHA-256 ${createHash('sha256').update(page).digest('hex')}`,
    `It covers ${iso(period.from)} to ${iso(period.to)} of ${printable(lake)}: ${counted(events, 'event')} of Athena on ${days},`,
    `from ${counted(data.files, 'data file')}, whose list has the SHA-256 ${data.sha256}`,
    ...(changed
      ? ['Warning: data was added meanwhile; the report says so. Make it again for one moment.']
      : []),
  ];
  return `${lines.join('\n')}\n`;
}
