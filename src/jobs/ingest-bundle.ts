import type { DatasetName } from '../datasets/dataset.js';
import type { ErrorCode } from '../errors.js';
import type { CommitPart } from '../ports/lake-state.js';
import type { CommitPorts } from './commit-bundle.js';
import { type CommittedDatasets, commitDatasets } from './commit-datasets.js';
import type { LogFileReport } from './log-file-report.js';
import type { BundleLane } from './open-bundle.js';
import { type ListedLogFile, leaveOutSettled, resolveDoubts, type Unsettled } from './settled.js';

/** What became of one log file. `report` tells what was read, where it was read. */
export type LogFileOutcome = { readonly file: ListedLogFile; readonly report?: LogFileReport } & (
  | { readonly kind: 'ingested' }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string }
);

/** What became of one bundle: an outcome for each of its log files, and the parts that were committed. */
export type BundleOutcome = {
  readonly files: readonly LogFileOutcome[];
  readonly parts: readonly CommitPart[];
  readonly queryTexts: { readonly [status: string]: number };
};

export type IngestBundleOptions = {
  readonly datasets: readonly DatasetName[];
  /** The next log files for this lane; undefined when there are no more, or none may be started. */
  readonly next: () => Promise<readonly ListedLogFile[] | undefined>;
  readonly lane: BundleLane;
  readonly ports: CommitPorts;
};

/**
 * The story of this product: log files become visible rows, exactly once (protocol 4.2).
 *
 * 1 leave out what the ledger has settled; 2 read log files to records, pick events, make rows, until the bundle
 * is full; 3 close it: query texts, one data file per dataset and day; 4 to 8 stage, commit, publish each dataset
 * in one transaction; 9 an outcome for every log file. Undefined when there was nothing to take.
 * @throws AuditLakeError of disposition `stop`; every other failure is an outcome
 */
export async function ingestBundle(options: IngestBundleOptions): Promise<BundleOutcome | undefined> {
  const { datasets, next, lane, ports } = options;
  const skipped: ListedLogFile[] = [];
  const unsettled: Unsettled[] = [];
  let took = false;
  for (let full = false; !full; ) {
    const files = await next();
    if (files === undefined) break;
    took = true;
    const known = await leaveOutSettled(files, datasets, ports.state);
    skipped.push(...known.settled);
    unsettled.push(...known.unsettled);
    full = await lane.add(known.unsettled.map(({ task }) => task));
  }
  if (!took) return undefined;
  const bundle = await lane.close();
  const conflicts = await resolveDoubts(bundle.reports, unsettled, ports.state);
  const committed = await commitDatasets(bundle, datasets, { lane, ports, conflicts });
  return {
    files: [
      ...skipped.map((file) => ({ kind: 'skipped', file }) as const),
      ...bundle.reports.map((report) => outcomeOf(report, conflicts, committed)),
    ],
    parts: committed.parts,
    queryTexts: committed.queryTexts,
  };
}

function outcomeOf(
  first: LogFileReport,
  conflicts: ReadonlySet<string>,
  { lost, failedAgain }: CommittedDatasets,
): LogFileOutcome {
  const report = failedAgain.get(first.location) ?? first;
  const file = { ref: report.ref, location: report.location, etag: report.etag };
  if (report.kind === 'failed') {
    return { kind: 'failed', file, report, code: report.code, message: report.message };
  }
  if (conflicts.has(report.location)) {
    const message = `another log file with the key ${report.ref.key} and other content is in the lake already`;
    return { kind: 'failed', file, report, code: 'SOURCE_CONFLICT', message };
  }
  const gained = report.datasets.filter((dataset) => !lost.get(report.location)?.has(dataset));
  return { kind: gained.length > 0 ? 'ingested' : 'skipped', file, report };
}
