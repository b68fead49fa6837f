import { createHash } from 'node:crypto';
import { FILE_STATUSES, type FileStatus } from '../../lake/file-status.js';
import type { LogFileCount } from '../../lake/log-file-count.js';
import type { DataRead, Report } from '../../report/report.js';
import type { PackedFile } from './pack-folder.js';
import type { PackedAnswer } from './packed-answers.js';
import type { Sources } from './source-list.js';
import type { Stored } from './stored-lists.js';

/** Of the manifest, and of what a pack holds. */
export const PACK_VERSION = 1;
export const MANIFEST = 'manifest.json';
export const SUMS = 'SHA256SUMS';

/** Two numbers that are the same where nothing was lost and nothing came meanwhile. */
type Equation = {
  readonly says: string;
  readonly left: number;
  readonly right: number;
  readonly balances: boolean;
};

type LogFiles = { readonly listed: number; readonly rows: number } & {
  readonly [counter in 'records_read' | 'records_ignored' | 'records_rejected']: number;
} & { readonly by_status: { readonly [status in FileStatus]: number } };

/** What a pack says of itself. */
export type Manifest = {
  readonly schema_version: typeof PACK_VERSION;
  readonly made_by: string;
  readonly made_at: string;
  readonly lake: string;
  /** `to` is not part of it. */
  readonly period: { readonly from: string; readonly to: string };
  readonly log_files: LogFiles;
  /** `altered`: data files of the period or of the report that are not as they were committed. */
  readonly stored: {
    readonly [counter in
      | 'data_files'
      | 'altered'
      | 'partitions'
      | 'rows_of_events'
      | 'rows_of_details']: number;
  };
  /** Log files that rows of the period came from. */
  readonly sources: { readonly log_files: number; readonly rows: number };
  readonly questions: {
    readonly asked: readonly PackedAnswer[];
    /** Those that ask for somebody or something, and what. */
    readonly not_asked: readonly { readonly name: string; readonly needs: readonly string[] }[];
  };
  readonly equations: readonly Equation[];
  /** What the report was made from: as it says at its head. */
  readonly data_read: DataRead;
  readonly changed_meanwhile: boolean;
  readonly files: readonly PackedFile[];
};

/** Everything that was found while a pack was made. */
export type Findings = {
  readonly report: Report;
  readonly counts: readonly LogFileCount[];
  readonly stored: Stored;
  readonly sources: Sources;
  readonly questions: Manifest['questions'];
  readonly files: readonly PackedFile[];
};

export function manifestOf({ report, counts, stored, sources, questions, files }: Findings): Manifest {
  const { read, dataFiles, altered, partitions, eventRows, detailRows } = stored;
  const logFiles = logFilesOf(counts);
  const { version, generatedAt, lake, period } = report;
  return {
    ...{ schema_version: PACK_VERSION, made_by: `athena-audit-lake ${version}` },
    ...{ made_at: iso(generatedAt), lake, period: { from: iso(period.from), to: iso(period.to) } },
    log_files: logFiles,
    stored: {
      ...{ data_files: dataFiles, altered: altered.files, partitions },
      ...{ rows_of_events: eventRows, rows_of_details: detailRows },
    },
    sources: { log_files: sources.logFiles, rows: sources.rows },
    questions,
    equations: equationsOf(logFiles, stored),
    data_read: report.held.data,
    changed_meanwhile: report.changed !== undefined || read.sha256 !== report.held.data.sha256,
    files,
  };
}

const iso = (epochMs: number) => new Date(epochMs).toISOString();

function logFilesOf(counts: readonly LogFileCount[]): LogFiles {
  const sum = (of: 'files' | 'read' | 'ignored' | 'rejected' | 'rows') =>
    counts.reduce((total, count) => total + count[of], 0);
  const filesOf = (status: FileStatus) => counts.find((it) => it.status === status)?.files ?? 0;
  const [committed, empty, missing, deferred, quarantined] = FILE_STATUSES.map(filesOf);
  return {
    listed: sum('files'),
    by_status: {
      ...{ COMMITTED: committed ?? 0, EMPTY: empty ?? 0, MISSING: missing ?? 0 },
      ...{ DEFERRED: deferred ?? 0, QUARANTINED: quarantined ?? 0 },
    },
    ...{ records_read: sum('read'), records_ignored: sum('ignored') },
    ...{ records_rejected: sum('rejected'), rows: sum('rows') },
  };
}

const equation = (says: string, left: number, right: number): Equation => ({
  ...{ says, left, right, balances: left === right },
});

function equationsOf(files: LogFiles, { eventRows }: Stored): readonly Equation[] {
  const standing = Object.values(files.by_status).reduce((sum, count) => sum + count, 0);
  const { records_read, records_ignored, records_rejected, rows } = files;
  return [
    equation(
      'log files listed = COMMITTED + EMPTY + MISSING + DEFERRED + QUARANTINED',
      files.listed,
      standing,
    ),
    equation(
      'records read = ignored + rejected + rows',
      records_read,
      records_ignored + records_rejected + rows,
    ),
    equation('rows of log files = rows of data files of events', rows, eventRows),
  ];
}

/** The file as it lies in a pack. */
export const manifestText = (manifest: Manifest): string => `${JSON.stringify(manifest, null, 2)}\n`;

/** `SHA256SUMS`: a line for each file and for the manifest, in the order of their paths, for `sha256sum -c`. */
export function sumsText(files: readonly Pick<PackedFile, 'path' | 'sha256'>[], manifest: string): string {
  const all = [...files, { path: MANIFEST, sha256: sha256Of(manifest) }];
  const inOrder = all.sort((a, b) => (a.path < b.path ? -1 : 1));
  return inOrder.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('');
}

export const sha256Of = (content: string | Uint8Array): string =>
  createHash('sha256').update(content).digest('hex');
