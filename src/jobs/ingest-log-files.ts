import type { DatasetName } from '../datasets/dataset.js';
import type { ErrorCode } from '../errors.js';
import type { Catalog } from '../ports/catalog.js';
import type { LogSource } from '../ports/log-source.js';
import { addCounts, type Counters, newCounters } from '../telemetry.js';
import type { CommitPorts } from './commit-bundle.js';
import { type BundleOutcome, ingestBundle, type LogFileOutcome } from './ingest-bundle.js';
import type { Rejection } from './log-file-report.js';
import type { BundleLane } from './open-bundle.js';
import { WorkList } from './work-list.js';

export type Failure = { readonly file: string; readonly code: ErrorCode; readonly message: string };
export type RejectedRecord = Rejection & { readonly file: string };

export type IngestReport = {
  readonly counters: Counters;
  readonly failures: readonly Failure[];
  /** The first thousand records that no dataset could keep; the counter has all. */
  readonly rejections: readonly RejectedRecord[];
  readonly interrupted: boolean;
};

export type IngestOptions = {
  readonly source: LogSource;
  readonly datasets: readonly DatasetName[];
  readonly lanes: readonly BundleLane[];
  readonly ports: CommitPorts;
  readonly catalog: Catalog;
  /** Counters move while the job runs; `isStopped` is asked before anything new is started. */
  readonly counters?: Counters;
  readonly isStopped: () => boolean;
};

const MOST_REJECTIONS = 1_000;

/**
 * Every log file of a source into the lake: lanes side by side, each filling and committing its own bundles.
 * Stops early when asked: what was committed stays, and the same call continues. A failure of a log file is in
 * the report; memory does not grow with the number of log files but by their keys.
 * @throws AuditLakeError of disposition `stop`
 */
export async function ingestLogFiles(options: IngestOptions): Promise<IngestReport> {
  const counters = options.counters ?? newCounters();
  const { logFiles } = counters;
  const tally = new Tally(counters);
  const work = new WorkList({
    objects: options.source.list(),
    onListed: (isLogFile) => addCounts(logFiles, isLogFile ? { listed: 1 } : { listed: 1, foreign: 1 }),
  });
  const halt = { broken: false };
  const isStopped = () => halt.broken || options.isStopped();
  const lanes = options.lanes.map((lane, at) => {
    const next = async () => (isStopped() ? undefined : work.next(at));
    return runLane({ ...options, lane, next }, tally).catch((error: unknown) => {
      halt.broken = true;
      throw error;
    });
  });
  const ends = await Promise.allSettled(lanes);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  await ingestTwins(work, options, tally);
  logFiles.listed -= work.left;
  await options.catalog.publish(await options.ports.state.committedList());
  return {
    counters,
    failures: tally.failures,
    rejections: tally.rejections,
    interrupted: options.isStopped(),
  };
}

type LaneOptions = Parameters<typeof ingestBundle>[0];

async function runLane(options: LaneOptions, tally: Tally): Promise<void> {
  for (;;) {
    const outcome = await ingestBundle(options);
    if (outcome === undefined) return;
    tally.add(outcome);
  }
}

/** One lane, one file at a time: whichever twin came first has settled, and the ledger tells. */
async function ingestTwins(work: WorkList, options: IngestOptions, tally: Tally): Promise<void> {
  const [lane] = options.lanes;
  if (lane === undefined) return;
  while (!options.isStopped()) {
    const twin = work.takeTwin();
    if (twin === undefined) return;
    const batches = [[twin]];
    await runLane({ ...options, lane, next: async () => batches.pop() }, tally);
  }
}

/** Adds outcomes to counters. */
class Tally {
  readonly failures: Failure[] = [];
  readonly rejections: RejectedRecord[] = [];
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
      this.failures.push({ file: outcome.file.location, code: outcome.code, message: outcome.message });
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
}
