import type { ErrorCode } from '../errors.js';
import { addCounts, type Counters } from '../telemetry.js';
import type { BundleOutcome, LogFileOutcome } from './ingest-bundle.js';
import type { Rejection } from './log-file-report.js';

export type Failure = { readonly file: string; readonly code: ErrorCode; readonly message: string };
export type RejectedRecord = Rejection & { readonly file: string };

const MOST_REJECTIONS = 1_000;
/** Of each code, so that a million of one kind hide no other. */
const MOST_FAILURES = 1_000;

/** Adds what became of bundles to counters, and keeps the names of what went wrong. */
export class Tally {
  /** The first thousand of each code; the counter has all. */
  readonly failures: Failure[] = [];
  /** The first thousand; the counter has all. */
  readonly rejections: RejectedRecord[] = [];
  readonly #failed = new Map<ErrorCode, number>();
  readonly #counters: Counters;

  constructor(counters: Counters) {
    this.#counters = counters;
  }

  add({ files, parts, queryTexts }: BundleOutcome): void {
    const counters = this.#counters;
    for (const file of files) this.#addFile(file);
    addCounts(counters.queryTexts, queryTexts);
    for (const { table, day, rows } of parts) {
      addCounts(counters.rowsWritten, { [table]: rows });
      counters.partitions.add(`${table}/${day}`);
      counters.dataFiles++;
    }
  }

  #addFile(outcome: LogFileOutcome): void {
    const counters = this.#counters;
    counters.logFiles[outcome.kind]++;
    const { report } = outcome;
    if (outcome.kind === 'failed') {
      this.#addFailure({ file: outcome.file.location, code: outcome.code, message: outcome.message });
    }
    if (report?.kind !== 'read') return;
    counters.bytes.compressed += report.facts.compressed;
    counters.bytes.inflated += report.facts.inflated;
    if (outcome.kind !== 'ingested') return;
    addCounts(counters.records, report.records);
    for (const rejection of report.rejections) {
      if (this.rejections.length < MOST_REJECTIONS)
        this.rejections.push({ ...rejection, file: report.location });
    }
  }

  #addFailure(failure: Failure): void {
    const failed = (this.#failed.get(failure.code) ?? 0) + 1;
    this.#failed.set(failure.code, failed);
    if (failed <= MOST_FAILURES) this.failures.push(failure);
  }
}
