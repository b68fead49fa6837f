/** Every counter once, and the equations that must hold between them, on success and on failure. */
export type LogFileCounts = {
  listed: number;
  ingested: number;
  skipped: number;
  failed: number;
  foreign: number;
};
export type RecordCounts = { read: number; selected: number; ignored: number; rejected: number };

/** Messages of a queue: each that is received is acknowledged or comes again. */
export type MessageCounts = { received: number; acknowledged: number; returned: number };

export type Counters = {
  readonly logFiles: LogFileCounts;
  readonly records: RecordCounts;
  /** Rows by table: what the commits say. */
  readonly rowsWritten: { [table: string]: number };
  readonly queryTexts: { [status: string]: number };
  readonly bytes: { compressed: number; inflated: number };
  dataFiles: number;
  readonly partitions: Set<string>;
};

export function newCounters(): Counters {
  return {
    logFiles: { listed: 0, ingested: 0, skipped: 0, failed: 0, foreign: 0 },
    records: { read: 0, selected: 0, ignored: 0, rejected: 0 },
    rowsWritten: {},
    queryTexts: {},
    bytes: { compressed: 0, inflated: 0 },
    dataFiles: 0,
    partitions: new Set(),
  };
}

/** Adds counts of the same names. */
export function addCounts<K extends string>(
  to: { [key in K]?: number },
  more: { readonly [key in K]?: number },
): void {
  for (const key of Object.keys(more) as K[]) to[key] = (to[key] ?? 0) + (more[key] ?? 0);
}

/** What counts of any names come to together. */
export const sumOf = (counts: { readonly [name: string]: number }): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

/** Whether each record read was either taken, ignored or rejected. */
export function recordsBalance(records: Readonly<RecordCounts>): boolean {
  return records.read === records.selected + records.ignored + records.rejected;
}

/** Whether each message received had an outcome. */
export function messagesBalance({ received, acknowledged, returned }: Readonly<MessageCounts>): boolean {
  return received === acknowledged + returned;
}

/** The equations that do not hold, in words; empty when all is well. */
export function imbalances(counters: Counters): string[] {
  const { logFiles, records } = counters;
  const found: string[] = [];
  const settled = logFiles.ingested + logFiles.skipped + logFiles.failed + logFiles.foreign;
  if (logFiles.listed !== settled) {
    found.push(
      `listed ${logFiles.listed} log files, but ${settled} were ingested, skipped, failed or foreign`,
    );
  }
  if (!recordsBalance(records)) {
    found.push(
      `read ${records.read} records, but ${records.selected + records.ignored + records.rejected} were told`,
    );
  }
  return found;
}

/** Of all that handlers count in CloudWatch. */
export const METRICS_NAMESPACE = 'AuditLake';

/** What the Lambda counts in CloudWatch (dimension service), from the counters of one invocation. */
export const METRICS = {
  FilesListed: (counters: Counters) => counters.logFiles.listed,
  FilesIngested: (counters: Counters) => counters.logFiles.ingested,
  FilesSkipped: (counters: Counters) => counters.logFiles.skipped,
  FilesFailed: (counters: Counters) => counters.logFiles.failed,
  FilesForeign: (counters: Counters) => counters.logFiles.foreign,
  RecordsRead: (counters: Counters) => counters.records.read,
  RecordsSelected: (counters: Counters) => counters.records.selected,
  RecordsIgnored: (counters: Counters) => counters.records.ignored,
  RecordsRejected: (counters: Counters) => counters.records.rejected,
  RowsWritten: (counters: Counters) => sumOf(counters.rowsWritten),
  DataFiles: (counters: Counters) => counters.dataFiles,
  QueryTextsPending: (counters: Counters) => counters.queryTexts['pending'] ?? 0,
  BytesInflated: (counters: Counters) => counters.bytes.inflated,
  Imbalances: (counters: Counters) => imbalances(counters).length,
} as const;
