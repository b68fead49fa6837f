import type { Config } from '../../config.js';
import { collectReport, REPORT_QUESTIONS, type ReportFacts } from '../../jobs/collect-report.js';
import type { LakeFile } from '../../lake/lake-file.js';
import type { LogFileCount } from '../../lake/log-file-count.js';
import type { LakeEvidence } from '../../ports/lake-evidence.js';
import type { QueryEngine } from '../../ports/query-engine.js';
import type { StoredFiles } from '../../ports/stored-files.js';
import type { Question } from '../../questions/question.js';
import { daysBetween } from '../../report/calendar.js';
import type { Report } from '../../report/report.js';
import { reportHtml } from '../../report/report-html.js';
import type { EngineTarget } from '../../wiring/engine.js';
import { type AskedQuestions, factsOf, type ValueFlags } from '../report-making.js';
import { writeLedger } from './ledger-list.js';
import {
  type Findings,
  MANIFEST,
  type Manifest,
  manifestOf,
  manifestText,
  SUMS,
  sumsText,
} from './manifest.js';
import type { PackFolder } from './pack-folder.js';
import { readmeText } from './pack-readme.js';
import { settingsText } from './pack-settings.js';
import { PackedAnswers } from './packed-answers.js';
import { writeSources } from './source-list.js';
import { writeStored } from './stored-lists.js';

/** What a pack is to be made of. */
export type Contents = {
  readonly config: Config;
  readonly flags: ValueFlags;
  readonly target: EngineTarget;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly period: Report['period'];
  readonly asked: AskedQuestions;
  /** The SQL of `sources.csv`. */
  readonly sources: string;
  readonly questions: readonly Question[];
  readonly version: string;
  readonly nodeVersion: string;
};

type Opened = {
  readonly engine: QueryEngine;
  readonly evidence: LakeEvidence;
  readonly stored: StoredFiles;
  readonly lakeFile: LakeFile;
};

/** Of questions that ask for nothing but a period. */
export const isComplete = ({ parameters }: Question): boolean =>
  parameters.every(({ kind }) => kind === 'option');

/**
 * Writes all files of a pack. The ledger comes first and the report last: what comes meanwhile is told by the manifest.
 * @throws AuditLakeError LAKE_WRITE_FAILED, LAKE_FORMAT, QUERY_FAILED, AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function writeContents(pack: PackFolder, contents: Contents, opened: Opened): Promise<Manifest> {
  const { engine, evidence } = opened;
  const { asked, period, sources: sql, questions } = contents;
  const facts = reportFacts(contents, opened);
  const counts = (await writeLedger(pack, evidence)).counts();
  const stored = await writeStored(pack, opened, new Set(daysBetween(period)));
  const sources = await writeSources(pack, engine, sql);
  const answers = new PackedAnswers(engine, pack, asked.sql);
  for (const [name, text] of asked.sql) if (!REPORT_QUESTIONS.includes(name)) await answers.ask(text);
  const altered = async () => stored.altered;
  const ports = { engine: answers, evidence: counting(evidence, counts), altered, sql: asked.sql };
  const report = await collectReport(facts, ports);
  await pack.write('report.html', [reportHtml(report)]);
  await pack.write('settings.json', [await settingsOf(contents, facts, opened)]);
  const asking = { asked: answers.asked, not_asked: notAsked(questions) };
  return await sealed(pack, { report, counts, stored, sources, questions: asking });
}

const reportFacts = ({ config, asked, target, ...contents }: Contents, { lakeFile }: Opened): ReportFacts => {
  const { flags, period, now, version } = contents;
  const isAthena = target.kind === 'athena';
  return factsOf(config, { flags, period, now, version, commands: asked.commands, lakeFile, isAthena });
};

/** The same evidence, with log files that were counted already. */
const counting = (evidence: LakeEvidence, counts: readonly LogFileCount[]) => ({
  partitions: evidence.partitions.bind(evidence),
  logFiles: async () => counts,
});

async function settingsOf(
  { config, nodeVersion, target }: Contents,
  facts: ReportFacts,
  { engine, lakeFile }: Opened,
): Promise<string> {
  const engineVersion = target.kind === 'athena' ? undefined : await versionOf(engine);
  return settingsText(config, { facts, lakeFile, node: nodeVersion, engineVersion });
}

async function versionOf(engine: QueryEngine): Promise<string> {
  for await (const [row] of (await engine.query('SELECT version()')).chunks) return String(row?.[0]);
  return '';
}

const notAsked = (questions: readonly Question[]): Manifest['questions']['not_asked'] =>
  questions
    .filter((question) => !isComplete(question))
    .map(({ name, parameters }) => ({
      name,
      needs: parameters.filter(({ kind }) => kind === 'argument').map((it) => it.name),
    }));

/** What tells of the rest, and stands for it. */
async function sealed(pack: PackFolder, found: Omit<Findings, 'files'>): Promise<Manifest> {
  await pack.write('README.txt', [readmeText(manifestOf({ ...found, files: [] }))]);
  const manifest = manifestOf({ ...found, files: pack.files });
  const text = manifestText(manifest);
  await pack.write(MANIFEST, [text]);
  await pack.write(SUMS, [sumsText(manifest.files, text)]);
  return manifest;
}
