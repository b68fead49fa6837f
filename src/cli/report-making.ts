import type { Config } from '../config.js';
import { namedLake } from '../config.js';
import { AuditLakeError } from '../errors.js';
import type { ReportFacts } from '../jobs/collect-report.js';
import type { LakeFile } from '../lake/lake-file.js';
import { epochMsOf } from '../questions/moment.js';
import { type Period, periodOf, periodText } from '../questions/period.js';
import type { Question } from '../questions/question.js';
import { type Given, sqlOf } from '../questions/rendered-question.js';
import type { Report } from '../report/report.js';
import { quoted } from '../shown/shell-quoted.js';
import { counted } from '../shown/units.js';

/** Which period is looked at, as it is written on a command line. */
export type PeriodFlags = { readonly from?: string; readonly to?: string; readonly days?: string };

/** What questions are told, beside the period. */
export type ValueFlags = { readonly networks: string; readonly price: string };

/** SQL and command of each question, by its name. */
export type AskedQuestions = {
  readonly sql: ReadonlyMap<string, string>;
  readonly commands: Report['commands'];
};

/** So many days where nothing else is said: a quarter. */
export const STANDARD_DAYS = 90;

/** Of DuckDB, which spills beyond it: a lake of any size is read on any machine. */
export const ENGINE_MEMORY = '1GB';

/** Log files tell no fractions of a second. */
export const wholeSecond = (now: number): number => Math.floor(now / 1000) * 1000;

/** Both in milliseconds since 1970. @throws AuditLakeError USAGE */
export function momentsOf({ from, to, days }: PeriodFlags, now: number): Report['period'] {
  if (days !== undefined && from !== undefined)
    throw new AuditLakeError('USAGE', '--days and --from both say where the period begins: leave one out');
  if (days !== undefined && !/^[1-9]\d{0,3}$/.test(days))
    throw new AuditLakeError('USAGE', `--days ${days} is no number of days from 1 to 9999`);
  const written = periodOf({ from, to }, Number(days ?? STANDARD_DAYS));
  periodText(written, now);
  return { from: epochMsOf(written.from, now), to: written.to ? epochMsOf(written.to, now) : now };
}

/** The same as a period that does not move with the day on which it is asked. */
export const fixed = ({ from, to }: Report['period']): Period => ({
  from: { kind: 'at', epochMs: from },
  to: { kind: 'at', epochMs: to },
});

/** All users are asked for: those that are not shown are counted. */
const ALL = '999999999';

/** These questions, for one period. @throws AuditLakeError USAGE for a value that is none */
export function askedOf(
  questions: readonly Question[],
  { networks, price }: ValueFlags,
  period: Report['period'],
): AskedQuestions {
  const given: { readonly [question: string]: Given } = {
    cost: { price },
    ...{ addresses: { networks }, 'outside-networks': { networks } },
  };
  const sql = questions.map((question) => {
    const values = { ...given[question.name], ...(question.name === 'cost' && { top: ALL }) };
    return [question.name, sqlOf(question, values, fixed(period))] as const;
  });
  const commands = questions.map(({ name }) => [name, commandOf(name, given[name] ?? {}, period)] as const);
  return { sql: new Map(sql), commands: Object.fromEntries(commands) };
}

/** What whoever made something of altered data must know. */
export const alteredText = (files: number): string =>
  `Warning: ${counted(files, 'data file')} ${files === 1 ? 'is' : 'are'} not as committed: changed since, or not there. The answers cannot be trusted.`;

/** A moment as people write it: without what is zero. */
export const shortIso = (epochMs: number): string =>
  new Date(epochMs)
    .toISOString()
    .replace(/\.000Z$/, 'Z')
    .replace(/T00:00:00Z$/, '');

function commandOf(name: string, given: Given, { from, to }: Report['period']): string {
  const values = Object.entries(given).map(([option, value = '']) => `--${option} ${quoted(value)}`);
  return ['audit-lake ask', name, ...values, `--from ${shortIso(from)} --to ${shortIso(to)}`].join(' ');
}

type Facts = {
  readonly flags: ValueFlags;
  readonly period: Report['period'];
  readonly now: number;
  readonly version: string;
  readonly commands: Report['commands'];
  readonly lakeFile: LakeFile;
  readonly isAthena: boolean;
};

/** What a report is about. @throws AuditLakeError USAGE for no lake */
export function factsOf(config: Config, { flags, lakeFile, now, isAthena, ...facts }: Facts): ReportFacts {
  return {
    ...{ lake: namedLake(config), ...facts, generatedAt: now, engine: isAthena ? 'Athena' : 'DuckDB' },
    ...{ price: flags.price, networks: flags.networks, ...keptBy(lakeFile) },
  };
}

const keptBy = ({ datasets, text_mode }: LakeFile): Pick<Report, 'datasets' | 'textMode'> => ({
  textMode: text_mode,
  datasets: datasets.map(({ name, event_sources, added_at }) => ({
    name,
    eventSources: event_sources === 'all' ? 'every service' : event_sources.join(', '),
    since: added_at.slice(0, 10),
  })),
});
