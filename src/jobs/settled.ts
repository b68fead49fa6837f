import type { LogFileRef } from '../cloudtrail/log-file-ref.js';
import type { DatasetName } from '../datasets/dataset.js';
import { ERROR_CODES, type ErrorCode } from '../errors.js';
import { type FileStatus, isSettled } from '../lake/file-status.js';
import { fileId } from '../lake/names.js';
import type { LakeState, LedgerEntry } from '../ports/lake-state.js';
import type { LogFileReport, LogFileTask } from './log-file-report.js';

/** A listed log file: what it is, where it lies, and the etag that the listing showed. */
export type ListedLogFile = { readonly ref: LogFileRef; readonly location: string; readonly etag: string };

/** What is left to do for a log file, and settled entries of another etag: its SHA-256 decides what that means. */
export type Unsettled = { readonly task: LogFileTask; readonly doubtful: readonly LedgerEntry[] };

/**
 * Asks the ledger which datasets have settled which log files (protocol 4.2 step 1). Each dataset is its own
 * scope. Log files that all have settled, under the same etag, are left out: their bodies are not read.
 */
export async function leaveOutSettled(
  files: readonly ListedLogFile[],
  datasets: readonly DatasetName[],
  state: Pick<LakeState, 'lookup'>,
): Promise<{ readonly unsettled: Unsettled[]; readonly settled: ListedLogFile[] }> {
  const asked = files.map((file) => {
    const { bucket, key } = file.ref;
    return { file, fids: datasets.map((name) => ({ name, fid: fileId(name, bucket, key) })) };
  });
  const known = await state.lookup(asked.flatMap(({ fids }) => fids.map(({ fid }) => fid)));
  const unsettled: Unsettled[] = [];
  const settled: ListedLogFile[] = [];
  for (const { file, fids } of asked) {
    const entries = fids.map(({ name, fid }) => ({ name, entry: known.get(fid) }));
    const wanted = entries.filter(({ entry }) => !isSettled(entry)).map(({ name }) => name);
    const doubtful = entries.flatMap(({ entry }) =>
      isSettled(entry) && !hasEtag(entry, file.etag) ? [entry] : [],
    );
    if (wanted.length === 0 && doubtful.length === 0) settled.push(file);
    else unsettled.push({ task: { ...file, datasets: wanted }, doubtful });
  }
  return { unsettled, settled };
}

/** An etag that the listing or notification did not tell says nothing. */
const hasEtag = ({ etag, aliases }: LedgerEntry, seen: string) =>
  seen === '' || etag === seen || (aliases?.includes(seen) ?? false);

const PARKED_AS: { readonly [code in ErrorCode]?: FileStatus } = {
  LOG_FILE_MISSING: 'MISSING',
  LOG_FILE_ARCHIVED: 'DEFERRED',
};

/** The ledger entry that a report makes for one dataset; undefined where the file is simply to be tried again. */
export function entryOf(report: LogFileReport, dataset: DatasetName): LedgerEntry | undefined {
  const { bucket, key } = report.ref;
  const named = { fid: fileId(dataset, bucket, key), etag: report.etag };
  if (report.kind === 'failed') {
    if (ERROR_CODES[report.code].disposition !== 'park') return undefined;
    const nothing = { rows: 0, read: 0, ignored: 0, rejected: 0 };
    const status = PARKED_AS[report.code] ?? 'QUARANTINED';
    return { ...named, ...nothing, status, code: report.code, source: { bucket, key } };
  }
  const rows = report.rows[dataset] ?? 0;
  const { read, rejected } = report.records;
  const status = rows > 0 ? 'COMMITTED' : 'EMPTY';
  return {
    ...named,
    status,
    sha256: report.facts.sha256,
    rows,
    read,
    rejected,
    ignored: read - rows - rejected,
  };
}

/**
 * Settled log files that were listed under another etag: the same bytes are the same file, other bytes are a
 * conflict, and the first stays. Gives the locations in conflict, and tells the ledger.
 */
export async function resolveDoubts(
  reports: readonly LogFileReport[],
  unsettled: readonly Unsettled[],
  state: LakeState,
): Promise<ReadonlySet<string>> {
  const conflicts = new Set<string>();
  const byLocation = new Map(reports.map((report) => [report.location, report]));
  for (const { task, doubtful } of unsettled) {
    const report = byLocation.get(task.location);
    if (doubtful.length === 0 || report?.kind !== 'read') continue;
    const conflict = doubtful.some(({ sha256 }) => sha256 !== report.facts.sha256);
    if (conflict) conflicts.add(task.location);
    for (const { fid } of doubtful) await state.noteDelivery(fid, { etag: task.etag, conflict });
  }
  return conflicts;
}
