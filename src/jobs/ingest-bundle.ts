import type { DatasetName } from '../datasets/dataset.js';
import type { ErrorCode } from '../errors.js';
import type { CommitPart } from '../ports/lake-state.js';
import { type CommitPorts, commitBundle } from './commit-bundle.js';
import type { LogFileReport } from './log-file-report.js';
import type { BundleLane, DecodedBundle } from './open-bundle.js';
import { entryOf, type ListedLogFile, leaveOutSettled, type Unsettled } from './settled.js';

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
  const conflicts = await resolveDoubts(bundle, unsettled, ports);
  const committed = await commitDatasets(bundle, conflicts, options);
  return {
    files: [
      ...skipped.map((file) => ({ kind: 'skipped', file }) as const),
      ...bundle.reports.map((report) => outcomeOf(report, conflicts, committed)),
    ],
    parts: committed.parts,
    queryTexts: committed.queryTexts,
  };
}

type Committed = {
  readonly parts: CommitPart[];
  /** Locations whose rows others had committed first, by dataset. */
  readonly lost: Map<string, Set<DatasetName>>;
  /** Log files that were sound at first and could not be read again, by location. */
  readonly failedAgain: Map<string, LogFileReport>;
  readonly queryTexts: { [status: string]: number };
};

/** One transaction per dataset. Where others settled a log file first, the rest is read and proposed again. */
async function commitDatasets(
  bundle: DecodedBundle,
  conflicts: ReadonlySet<string>,
  options: IngestBundleOptions,
): Promise<Committed> {
  const done: Committed = { parts: [], lost: new Map(), failedAgain: new Map(), queryTexts: {} };
  for (const dataset of options.datasets) {
    let current = bundle;
    const all = reportsOf(bundle, dataset);
    const sound = all.filter(({ location }) => !conflicts.has(location));
    if (sound.length < all.length) current = await readAgain(sound, dataset, options.lane);
    for (;;) {
      const reports = reportsOf(current, dataset);
      const refused = await commitDataset(dataset, { current, reports }, options.ports, done);
      if (refused.size === 0) break;
      const isLost = (report: LogFileReport) => refused.has(entryOf(report, dataset)?.fid ?? '');
      for (const report of reports.filter(isLost)) noteLost(done.lost, report.location, dataset);
      current = await readAgain(
        reports.filter((report) => !isLost(report)),
        dataset,
        options.lane,
      );
    }
    noteFailures(done.failedAgain, current);
  }
  return done;
}

/** Proposes one transaction; gives the log files for which it was refused, none where it was committed. */
async function commitDataset(
  dataset: DatasetName,
  proposed: { readonly current: DecodedBundle; readonly reports: readonly LogFileReport[] },
  ports: CommitPorts,
  done: Committed,
): Promise<ReadonlySet<string>> {
  const entries = proposed.reports.flatMap((report) => entryOf(report, dataset) ?? []);
  if (entries.length === 0) return new Set();
  const decoded = proposed.current.datasets.find((it) => it.dataset === dataset) ?? nothingOf(dataset);
  const result = await commitBundle({ decoded, entries }, ports);
  if (result.kind === 'files-settled') return new Set(result.fids);
  done.parts.push(...result.parts);
  for (const [status, n] of Object.entries(decoded.queryTexts)) {
    done.queryTexts[status] = (done.queryTexts[status] ?? 0) + n;
  }
  return new Set();
}

const nothingOf = (dataset: DatasetName) => ({ dataset, parts: [], openQueries: [], queryTexts: {} });

const reportsOf = ({ reports }: DecodedBundle, dataset: DatasetName) =>
  reports.filter((report) => report.datasets.includes(dataset));

function noteLost(lost: Map<string, Set<DatasetName>>, location: string, dataset: DatasetName): void {
  lost.set(location, (lost.get(location) ?? new Set()).add(dataset));
}

function noteFailures(failed: Map<string, LogFileReport>, { reports }: DecodedBundle): void {
  for (const report of reports) if (report.kind === 'failed') failed.set(report.location, report);
}

/** Reads the sound ones of these log files again, alone; what is told of the others stays. */
async function readAgain(
  reports: readonly LogFileReport[],
  dataset: DatasetName,
  lane: BundleLane,
): Promise<DecodedBundle> {
  const sound = reports.filter(({ kind }) => kind === 'read');
  await lane.add(sound.map(({ ref, location, etag }) => ({ ref, location, etag, datasets: [dataset] })));
  const again = await lane.close();
  return {
    reports: [...reports.filter(({ kind }) => kind === 'failed'), ...again.reports],
    datasets: again.datasets,
  };
}

/** A settled log file under another etag: the same bytes are the same file, other bytes are a conflict. */
async function resolveDoubts(bundle: DecodedBundle, unsettled: readonly Unsettled[], { state }: CommitPorts) {
  const conflicts = new Set<string>();
  const reports = new Map(bundle.reports.map((report) => [report.location, report]));
  for (const { task, doubtful } of unsettled) {
    const report = reports.get(task.location);
    if (doubtful.length === 0 || report?.kind !== 'read') continue;
    const conflict = doubtful.some(({ sha256 }) => sha256 !== report.facts.sha256);
    if (conflict) conflicts.add(task.location);
    for (const { fid } of doubtful) await state.noteDelivery(fid, { etag: task.etag, conflict });
  }
  return conflicts;
}

function outcomeOf(
  first: LogFileReport,
  conflicts: ReadonlySet<string>,
  { lost, failedAgain }: Committed,
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
