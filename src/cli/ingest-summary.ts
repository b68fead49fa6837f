import type { TextMode } from '../datasets/text-privacy.js';
import { ERROR_CODES, type ErrorCode } from '../errors.js';
import type { IngestReport } from '../jobs/ingest-log-files.js';
import { printable } from '../shown/printable.js';
import { formatBytes, formatCount, formatDuration } from '../shown/units.js';
import { failureLines, moreLines, SHOWN } from './failure-lines.js';

export type SummaryFacts = {
  readonly lake: string;
  readonly datasets: readonly string[];
  readonly seconds: number;
  readonly dryRun: boolean;
  /** How query texts are kept. */
  readonly textMode: TextMode;
};

/** The summary as one object: what `--output json` prints. Names in it are kept. */
export function summaryObject(
  { counters, failures, rejections, interrupted }: IngestReport,
  facts: SummaryFacts,
) {
  const rowsWritten = Object.fromEntries(
    facts.datasets.map((name) => [name, counters.rowsWritten[name] ?? 0]),
  );
  return {
    schema_version: 1,
    lake: facts.lake,
    dry_run: facts.dryRun,
    interrupted,
    log_files: counters.logFiles,
    records: counters.records,
    rows_written: rowsWritten,
    query_text: facts.textMode,
    query_texts: counters.queryTexts,
    data_files: counters.dataFiles,
    partitions: counters.partitions.size,
    bytes: counters.bytes,
    seconds: Number(facts.seconds.toFixed(3)),
    failures,
    rejections: rejections.map(({ file, index, code }) => ({ file, record_index: index, code })),
  };
}

const REST = ': see --output json';

/** The summary for people: the counters, in sums that can be checked by eye, then what went wrong. */
export function summaryText(report: IngestReport, facts: SummaryFacts): string {
  const { counters, failures, rejections } = report;
  const { logFiles, records, bytes } = counters;
  const n = formatCount;
  const verb = facts.dryRun ? 'Would write' : 'Wrote';
  const rows = facts.datasets
    .map((name) => `${n(counters.rowsWritten[name] ?? 0)} rows of ${name}`)
    .join(', ');
  const lines = [
    `Log files  ${n(logFiles.listed)} listed = ${n(logFiles.ingested)} ingested + ${n(logFiles.skipped)} skipped + ` +
      `${n(logFiles.failed)} failed + ${n(logFiles.foreign)} foreign`,
    `Records    ${n(records.read)} read = ${n(records.selected)} selected + ${n(records.ignored)} ignored + ` +
      `${n(records.rejected)} rejected`,
    `${verb.padEnd(10)} ${rows}: ${n(counters.dataFiles)} data files in ${n(counters.partitions.size)} partitions`,
    ...queryTextLine(counters.queryTexts, facts.textMode),
    `Read       ${formatBytes(bytes.compressed)} (${formatBytes(bytes.inflated)} inflated) in ${formatDuration(facts.seconds)}`,
    `Lake       ${facts.lake}${facts.dryRun ? ' (dry run: nothing was written)' : ''}`,
    ...failureLines('failed     ', failures),
    ...moreLines('failed     ', logFiles.failed, ` failed log files${REST}`),
    ...whatToDo(failures.map(({ code }) => code)),
    ...rejections
      .slice(0, SHOWN)
      .map(({ file, index, code }) => `rejected   ${code}  ${printable(file)}, record ${index}`),
    ...moreLines('rejected   ', Math.min(records.rejected, rejections.length), ` rejected records${REST}`),
  ];
  return `${lines.join('\n')}\n`;
}

function queryTextLine(texts: { readonly [status: string]: number }, mode: TextMode): string[] {
  const told = Object.entries(texts)
    .filter(([status]) => status !== 'not_applicable')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (told.length === 0) return [];
  const counts = told.map(([status, count]) => `${formatCount(count)} ${status}`).join(', ');
  return [`Query text ${counts}${mode === 'full' ? '' : ` (query_text: ${mode})`}`];
}

function whatToDo(codes: readonly ErrorCode[]): string[] {
  return [...new Set(codes)].map((code) => `           ${code}: ${ERROR_CODES[code].todo}`);
}
