import { AuditLakeError } from '../errors.js';
import type { LogFileCount } from '../lake/log-file-count.js';
import type { LakeEvidence } from '../ports/lake-evidence.js';
import type { QueryEngine } from '../ports/query-engine.js';
import type { Altered, Report } from '../report/report.js';
import { rowsOf } from './answer-rows.js';
import { heldData } from './held-data.js';
import { reportAnswers } from './report-answers.js';

/** What a report is about, and who makes it: all that is not in the lake. */
export type ReportFacts = Omit<Report, 'answers' | 'held' | 'altered' | 'changed'>;

type Ports = {
  readonly engine: QueryEngine;
  readonly evidence: Pick<LakeEvidence, 'partitions' | 'logFiles'>;
  /** Compares what lies in the lake with what was committed. */
  readonly altered: () => Promise<Altered>;
  /** The SQL of each question that a report asks, by its name, for the period of the report. */
  readonly sql: ReadonlyMap<string, string>;
};

/** The questions whose answers a report shows. */
export const REPORT_QUESTIONS: readonly string[] = [
  ...['addresses', 'cost', 'days', 'failed', 'hours', 'missing-texts', 'most-read'],
];

/**
 * Asks a lake what a report shows. Lists are cut while they are read: memory does not grow with the lake. What the lake
 * holds is read before the first question and after the last one, so that a report tells when it changed meanwhile.
 * @throws AuditLakeError QUERY_FAILED, LAKE_FORMAT, AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export async function collectReport(facts: ReportFacts, ports: Ports): Promise<Report> {
  const { engine, evidence, sql } = ports;
  const held = await heldData(evidence, facts.period);
  const altered = await ports.altered();
  const logFiles = await unlessDenied(evidence.logFiles());
  const answers = await reportAnswers(async function* (question) {
    yield* rowsOf(await engine.query(sqlOf(question, sql)));
  });
  const { data } = await heldData(evidence, facts.period);
  return {
    ...facts,
    answers,
    held: { ...held, ...(logFiles && { logFiles }) },
    ...(altered.files > 0 && { altered }),
    ...(data.sha256 !== held.data.sha256 && { changed: data }),
  };
}

/** Whoever may read a lake may not always read over its whole ledger: the report says so, and goes on. */
async function unlessDenied(
  counting: Promise<readonly LogFileCount[]>,
): Promise<readonly LogFileCount[] | undefined> {
  try {
    return await counting;
  } catch (error) {
    if (error instanceof AuditLakeError && error.code === 'AWS_DENIED') return undefined;
    throw error;
  }
}

function sqlOf(question: string, sql: ReadonlyMap<string, string>): string {
  const text = sql.get(question);
  if (text !== undefined) return text;
  throw new AuditLakeError('INTERNAL', `a report has no SQL of ${question}`);
}
