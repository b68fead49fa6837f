import type { DatasetName } from '../datasets/dataset.js';
import type { CommitPart } from '../ports/lake-state.js';
import { addCounts } from '../telemetry.js';
import { type CommitPorts, commitBundle } from './commit-bundle.js';
import type { LogFileReport } from './log-file-report.js';
import type { BundleLane, DecodedBundle } from './open-bundle.js';
import { entryOf } from './settled.js';

/** What the transactions of a bundle came to. */
export type CommittedDatasets = {
  readonly parts: CommitPart[];
  readonly queryTexts: { [status: string]: number };
  /** Log files that others had settled first, by location: for which datasets. */
  readonly lost: Map<string, Set<DatasetName>>;
  /** Log files that were sound at first and could not be read again, by location. */
  readonly failedAgain: Map<string, LogFileReport>;
};

type Means = {
  readonly lane: BundleLane;
  readonly ports: CommitPorts;
  /** Locations of log files that may not be committed: others of the same key and other content were. */
  readonly conflicts: ReadonlySet<string>;
};

/**
 * One transaction for each dataset of a bundle. Where others settled a log file first, or one is in conflict, its
 * rows must not get in: the rest is read again and proposed without it.
 * @throws AuditLakeError of disposition `stop`
 */
export async function commitDatasets(
  bundle: DecodedBundle,
  datasets: readonly DatasetName[],
  means: Means,
): Promise<CommittedDatasets> {
  const done: CommittedDatasets = { parts: [], queryTexts: {}, lost: new Map(), failedAgain: new Map() };
  for (const dataset of datasets) {
    let proposed = await withoutConflicts(bundle, dataset, means);
    for (;;) {
      const refused = await propose(dataset, proposed, { ...means, done });
      if (refused.size === 0) break;
      const reports = reportsOf(proposed, dataset);
      const isRefused = (report: LogFileReport) => refused.has(entryOf(report, dataset)?.fid ?? '');
      for (const { location } of reports.filter(isRefused)) {
        done.lost.set(location, (done.lost.get(location) ?? new Set()).add(dataset));
      }
      const rest = reports.filter((report) => !isRefused(report));
      proposed = await readAgain(rest, dataset, means.lane);
    }
    for (const report of proposed.reports) {
      if (report.kind === 'failed') done.failedAgain.set(report.location, report);
    }
  }
  return done;
}

async function withoutConflicts(
  bundle: DecodedBundle,
  dataset: DatasetName,
  { conflicts, lane }: Means,
): Promise<DecodedBundle> {
  const reports = reportsOf(bundle, dataset);
  const rest = reports.filter(({ location }) => !conflicts.has(location));
  return rest.length < reports.length ? readAgain(rest, dataset, lane) : bundle;
}

/** Proposes one transaction: the ids of log files for which it was refused, none where it was committed. */
async function propose(
  dataset: DatasetName,
  bundle: DecodedBundle,
  { ports, done }: Means & { readonly done: CommittedDatasets },
): Promise<ReadonlySet<string>> {
  const entries = reportsOf(bundle, dataset).flatMap((report) => entryOf(report, dataset) ?? []);
  if (entries.length === 0) return new Set();
  const nothing = { dataset, parts: [], openQueries: [], queryTexts: {} };
  const decoded = bundle.datasets.find((it) => it.dataset === dataset) ?? nothing;
  const result = await commitBundle({ decoded, entries }, ports);
  if (result.kind === 'files-settled') return new Set(result.fids);
  done.parts.push(...result.parts);
  addCounts(done.queryTexts, decoded.queryTexts);
  return new Set();
}

const reportsOf = ({ reports }: DecodedBundle, dataset: DatasetName) =>
  reports.filter((report) => report.datasets.includes(dataset));

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
