import type { DatasetName } from '../datasets/dataset.js';
import { AuditLakeError, ERROR_CODES, type ErrorCode } from '../errors.js';
import type { CommitPart, LedgerEntry } from '../ports/lake-state.js';
import { addCounts } from '../telemetry.js';
import { type CommitPorts, commitBundle } from './commit-bundle.js';
import type { DecodedDataset } from './dataset-rows.js';
import type { LogFileReport } from './log-file-report.js';
import type { BundleLane, DecodedBundle } from './open-bundle.js';
import { entryOf } from './settled.js';

/** What the transactions of a bundle came to. */
export type CommittedDatasets = {
  readonly parts: CommitPart[];
  readonly queryTexts: { [status: string]: number };
  /** Log files that others had settled first, by location: for which datasets. */
  readonly lost: Map<string, Set<DatasetName>>;
  /** Log files that were sound at first and could not be committed, by location. */
  readonly failedAgain: Map<string, LogFileReport>;
};

type Means = {
  readonly lane: BundleLane;
  readonly ports: CommitPorts;
  /** Locations of log files that may not be committed: others of the same key and other content were. */
  readonly conflicts: ReadonlySet<string>;
};
type Settling = Means & { readonly dataset: DatasetName; readonly done: CommittedDatasets };

/**
 * One transaction for each dataset of a bundle, or several where it is larger than a transaction may be. Where
 * others settled a log file first, or one is in conflict, its rows must not get in: the rest is read again and
 * proposed without it.
 * @throws AuditLakeError of disposition `stop`
 */
export async function commitDatasets(
  bundle: DecodedBundle,
  datasets: readonly DatasetName[],
  means: Means,
): Promise<CommittedDatasets> {
  const done: CommittedDatasets = { parts: [], queryTexts: {}, lost: new Map(), failedAgain: new Map() };
  for (const dataset of datasets) {
    const reports = reportsOf(bundle, dataset);
    const rest = reports.filter((report) => !isInConflict(report, means, done));
    const settling = { ...means, dataset, done };
    await settle(rest.length < reports.length ? await readAgain(rest, settling) : bundle, settling);
  }
  return done;
}

/** Known from the start, or found by the transaction of an earlier dataset. */
function isInConflict({ location }: LogFileReport, { conflicts }: Means, done: CommittedDatasets): boolean {
  const again = done.failedAgain.get(location);
  return conflicts.has(location) || (again?.kind === 'failed' && again.code === 'SOURCE_CONFLICT');
}

/** Until every log file is settled, by us or by others. */
async function settle(bundle: DecodedBundle, settling: Settling): Promise<void> {
  const reports = reportsOf(bundle, settling.dataset);
  for (const report of reports) noteFailure(report, settling.done);
  if (itemsOf(bundle, settling.dataset) > settling.ports.state.mostItems) {
    return settleInPieces(reports, settling);
  }
  const settled = await propose(bundle, settling);
  if (settled.length === 0) return;
  const rest: LogFileReport[] = [];
  for (const report of reports) {
    const winner = settled.find(({ fid }) => fid === entryOf(report, settling.dataset)?.fid);
    if (winner) await leaveOut(report, winner, settling);
    else rest.push(report);
  }
  await settle(await readAgain(rest, settling), settling);
}

/** One dataset may have parked a log file that could not be read for another: what must come again outweighs that. */
function noteFailure(report: LogFileReport, { failedAgain }: CommittedDatasets): void {
  if (report.kind !== 'failed') return;
  const known = failedAgain.get(report.location);
  const mustComeAgain = known?.kind === 'failed' && ERROR_CODES[known.code].disposition === 'retry';
  if (!mustComeAgain) failedAgain.set(report.location, report);
}

/** Halves, each read again; a log file that is too large by itself is parked. */
async function settleInPieces(reports: readonly LogFileReport[], settling: Settling): Promise<void> {
  const [only, ...more] = reports.filter((report) => rowsOf(report, settling.dataset) > 0);
  if (only && more.length === 0) {
    const message = 'its events fall on more days than one transaction can hold';
    const spread = failed(only, 'DATE_SPREAD', message);
    const others = reports.map((report) => (report === only ? spread : report));
    return settle({ reports: others, datasets: [] }, settling);
  }
  const middle = Math.ceil(reports.length / 2);
  for (const piece of [reports.slice(0, middle), reports.slice(middle)]) {
    await settle(await readAgain(piece, settling), settling);
  }
}

/** Somebody settled this log file in the meantime: with the same bytes, or with others, and then the first stays. */
async function leaveOut(
  report: LogFileReport,
  winner: LedgerEntry,
  { dataset, done, ports }: Settling,
): Promise<void> {
  const { location, etag, ref } = report;
  if (report.kind === 'read' && winner.sha256 !== undefined && winner.sha256 !== report.facts.sha256) {
    await ports.state.noteDelivery(winner.fid, { etag, conflict: true });
    const message = `another log file with the key ${ref.key} and other content was settled first`;
    noteFailure(failed(report, 'SOURCE_CONFLICT', message), done);
    return;
  }
  done.lost.set(location, (done.lost.get(location) ?? new Set()).add(dataset));
}

/** Proposes one transaction: the entries that refused it, none where it was committed. */
async function propose(
  bundle: DecodedBundle,
  { dataset, ports, done }: Settling,
): Promise<readonly LedgerEntry[]> {
  const entries = reportsOf(bundle, dataset).flatMap((report) => entryOf(report, dataset) ?? []);
  if (entries.length === 0) return [];
  const decoded = decodedOf(bundle, dataset);
  const { parts, openQueries } = decoded;
  const proposal = { table: dataset, parts, entries, openQueries, endedQueries: [] };
  const result = await commitBundle(proposal, ports);
  if (result.kind === 'files-settled') return result.settled;
  if (result.kind === 'queries-ended') throw new AuditLakeError('INTERNAL', 'a log file ends no query');
  done.parts.push(...result.parts);
  addCounts(done.queryTexts, decoded.queryTexts);
  return [];
}

function decodedOf(bundle: DecodedBundle, dataset: DatasetName): DecodedDataset {
  const nothing = { dataset, parts: [], openQueries: [], queryTexts: {} };
  return bundle.datasets.find((it) => it.dataset === dataset) ?? nothing;
}

const reportsOf = ({ reports }: DecodedBundle, dataset: DatasetName) =>
  reports.filter((report) => report.datasets.includes(dataset));

const rowsOf = (report: LogFileReport, dataset: DatasetName) =>
  report.kind === 'read' ? (report.rows[dataset] ?? 0) : 0;

/** What a transaction counts: protocol 4.2 step 3. */
function itemsOf(bundle: DecodedBundle, dataset: DatasetName): number {
  const files = bundle.reports.filter((report) => rowsOf(report, dataset) > 0).length;
  return files + 2 * decodedOf(bundle, dataset).parts.length;
}

function failed(report: LogFileReport, code: ErrorCode, message: string): LogFileReport {
  const { ref, location, etag, datasets } = report;
  return { ref, location, etag, datasets, kind: 'failed', code, message };
}

/** Reads the sound ones of these log files again, alone; what is told of the others stays. */
async function readAgain(
  reports: readonly LogFileReport[],
  { lane, dataset }: Settling,
): Promise<DecodedBundle> {
  const sound = reports.filter(({ kind }) => kind === 'read');
  await lane.add(sound.map(({ ref, location, etag }) => ({ ref, location, etag, datasets: [dataset] })));
  const again = await lane.close();
  return {
    reports: [...reports.filter(({ kind }) => kind === 'failed'), ...again.reports],
    datasets: again.datasets,
  };
}
