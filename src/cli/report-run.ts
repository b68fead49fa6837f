import { createHash } from 'node:crypto';
import { type Config, namedLake } from '../config.js';
import { alteredFiles } from '../jobs/altered-files.js';
import { collectReport, REPORT_QUESTIONS } from '../jobs/collect-report.js';
import type { Question } from '../questions/question.js';
import type { Report } from '../report/report.js';
import { reportHtml } from '../report/report-html.js';
import { printable } from '../shown/printable.js';
import { counted, formatBytes } from '../shown/units.js';
import { openEvidence } from '../wiring/lake-evidence.js';
import { type QueryDoors, withEngine } from './asked-engine.js';
import { type EngineFlags, engineTarget } from './engine-options.js';
import type { Io } from './io.js';
import { mustBeNew, writeNewFile } from './new-file.js';
import * as making from './report-making.js';
import { s3LakeOf } from './s3-lake-of.js';

export type ReportFlags = Pick<EngineFlags, 'engine'> &
  making.PeriodFlags &
  making.ValueFlags & { readonly out: string };

export type ReportDoors = QueryDoors & {
  readonly now: () => number;
  readonly version: string;
  readonly questions: readonly Question[];
};

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
  const now = making.wholeSecond(doors.now());
  const period = making.momentsOf(flags, now);
  const questions = doors.questions.filter(({ name }) => REPORT_QUESTIONS.includes(name));
  const asked = making.askedOf(questions, flags, period);
  if (flags.out !== STDOUT) mustBeNew(flags.out);
  const report = await reportOf(config, { flags, period, asked, now }, { io, doors });
  const page = reportHtml(report);
  if (flags.out === STDOUT) await io.out(page);
  else await writeNewFile(flags.out, page);
  io.err(told(report, page, flags.out));
}

type Making = {
  readonly flags: ReportFlags;
  readonly period: Report['period'];
  readonly asked: making.AskedQuestions;
  readonly now: number;
};

async function reportOf(
  config: Config,
  { flags, period, asked, now }: Making,
  { io, doors }: { readonly io: Io; readonly doors: ReportDoors },
): Promise<Report> {
  const target = engineTarget(config, flags);
  const { evidence, stored, lakeFile, close } = await openEvidence(namedLake(config), s3LakeOf(config));
  try {
    const { commands } = asked;
    const { version } = doors;
    const isAthena = target.kind === 'athena';
    const facts = making.factsOf(config, { flags, period, now, version, commands, lakeFile, isAthena });
    const opening = { target, sql: [...asked.sql.values()].join('\n'), memoryLimit: making.ENGINE_MEMORY };
    return await withEngine(opening, { io, doors }, (engine) =>
      collectReport(facts, {
        ...{ engine, evidence, sql: asked.sql },
        altered: () => alteredFiles({ evidence, stored }, period),
      }),
    );
  } finally {
    await close();
  }
}

const occurrences = (page: string, tag: string) => page.split(`<${tag} `).length - 1;

/** What was made, and what it covers: for a log, and for whoever compares the file later. */
function told({ lake, period, answers, held, altered, changed }: Report, page: string, out: string): string {
  const { data } = held;
  const charts = counted(occurrences(page, 'svg'), 'chart');
  const days = counted(answers.days.length, 'day');
  const events = answers.days.reduce((sum, day) => sum + day.events, 0);
  const lines = [
    `${out === STDOUT ? 'The report' : printable(out)}: ${formatBytes(Buffer.byteLength(page))}, ${charts}`,
    `SHA-256 ${createHash('sha256').update(page).digest('hex')}`,
    `It covers ${making.shortIso(period.from)} to ${making.shortIso(period.to)} of ${printable(lake)}: ${counted(events, 'event')} of Athena on ${days},`,
    `from ${counted(data.files, 'data file')}, whose list has the SHA-256 ${data.sha256}`,
    ...(altered ? [making.alteredText(altered.files)] : []),
    ...(changed
      ? ['Warning: data was added meanwhile; the report says so. Make it again for one moment.']
      : []),
  ];
  return `${lines.join('\n')}\n`;
}
