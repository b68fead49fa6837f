import { type LogFileFacts, readLogFile } from '../cloudtrail/log-file.js';
import type { RecordSink } from '../cloudtrail/record-splitter.js';
import { CheapTest } from '../datasets/cheap-test.js';
import type { Dataset, DatasetName } from '../datasets/dataset.js';
import type { TextPrivacy } from '../datasets/text-privacy.js';
import { AuditLakeError, messageOf } from '../errors.js';
import type { LogFileBody, LogReader } from '../ports/log-source.js';
import type { QueryHistory } from '../ports/query-history.js';
import { BodiesAhead } from './bodies-ahead.js';
import { DatasetRows, type DecodedDataset } from './dataset-rows.js';
import type { LogFileReport, LogFileTask } from './log-file-report.js';
import { PickedRecords, type Picking, TooManyRows } from './picked-records.js';

/** A closed bundle: the reports of its log files, and their rows as data files in memory. */
export type DecodedBundle = {
  readonly reports: readonly LogFileReport[];
  readonly datasets: readonly DecodedDataset[];
};

/** What a lane has read since it began, for the progress display. Bytes are compressed, as listed. */
export type ReadSoFar = { files: number; compressed: number; inflated: number; records: number };

/** Takes log files until it is full, then gives them as one bundle. Runs here, or in a worker thread. */
export interface BundleLane {
  readonly soFar: Readonly<ReadSoFar>;
  /** Reads these log files into the open bundle. True: close it now. */
  add(tasks: readonly LogFileTask[]): Promise<boolean>;
  /** Closes the bundle and opens the next. */
  close(): Promise<DecodedBundle>;
}

export type OpenBundleOptions = {
  readonly datasets: readonly Dataset[];
  readonly reader: LogReader;
  readonly history: QueryHistory;
  readonly ownRoleArns: ReadonlySet<string>;
  readonly askingRoleArns?: ReadonlySet<string> | undefined;
  /** How query texts are kept. */
  readonly privacy: TextPrivacy;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** The moment that counts as now for rows: ingested_at, and what Athena has forgotten. */
  readonly now: number;
  /** Lets others have the thread; called between log files. */
  readonly breathe: () => Promise<void>;
  /** When a bundle is full; {@link FULL} where absent. */
  readonly full?: BundleSize;
  /** How many bodies are asked for ahead of the one that is read: for a source that is far away. */
  readonly readAhead?: number;
};

/** Log files, and the items of the largest transaction: log files with rows, and twice the days of their rows. */
export type BundleSize = {
  readonly bytes: number;
  readonly files: number;
  readonly millis: number;
  readonly items: number;
};

/** A local bundle (protocol 4.8): one that fills a data file, or two seconds. */
export const FULL: BundleSize = {
  bytes: 32 << 20,
  files: 2_000,
  millis: 2_000,
  items: Number.POSITIVE_INFINITY,
};

/**
 * Reads log files into one bundle: bytes to records to rows to data files. A log file counts only once it was
 * read to its end: until then its rows wait apart. One with too many to wait is read twice: once to see that it
 * is sound, once for its rows. Holds at most 32 MiB of rows of one log file, 12 MiB of other rows, and the
 * encoded data files (32 MiB).
 */
export class OpenBundle implements BundleLane {
  readonly soFar: ReadSoFar = { files: 0, compressed: 0, inflated: 0, records: 0 };
  readonly #options: OpenBundleOptions;
  readonly #picking: Picking;
  #reports: LogFileReport[] = [];
  #rows = new Map<DatasetName, DatasetRows>();
  #openedAt: number | undefined;
  #givenUp = false;

  constructor(options: OpenBundleOptions) {
    this.#options = options;
    this.#picking = { ...options, test: new CheapTest(options.datasets) };
  }

  async add(tasks: readonly LogFileTask[]): Promise<boolean> {
    this.#openedAt ??= this.#options.clock();
    const bodies = new BodiesAhead(this.#options.reader, this.#options.readAhead ?? 0);
    try {
      for (const [at, task] of tasks.entries()) {
        this.#note(await this.#read(task, bodies.take(tasks, at)));
        await this.#options.breathe();
      }
    } finally {
      bodies.letGo();
    }
    return this.#isFull();
  }

  async close(): Promise<DecodedBundle> {
    const reports = this.#reports;
    const rows = [...this.#rows.values()];
    this.#reports = [];
    this.#rows = new Map();
    this.#openedAt = undefined;
    if (this.#givenUp) {
      this.#givenUp = false;
      return { reports: reports.map(notRead), datasets: [] };
    }
    const datasets = [];
    for (const dataset of rows) datasets.push(await dataset.finish());
    return { reports, datasets };
  }

  #note(report: LogFileReport): void {
    this.#reports.push(report);
    this.soFar.files++;
    if (report.kind === 'failed') return;
    this.soFar.compressed += report.facts.compressed;
    this.soFar.inflated += report.facts.inflated;
    this.soFar.records += report.records.read;
  }

  #isFull(): boolean {
    const { bytes, files, millis, items } = this.#options.full ?? FULL;
    let size = 0;
    for (const rows of this.#rows.values()) size += rows.size;
    // A clock that was set back makes it no younger.
    const age = Math.abs(this.#options.clock() - (this.#openedAt ?? 0));
    const isLarge = size >= bytes || this.#reports.length >= files || this.#items() >= items;
    return this.#givenUp || isLarge || age >= millis;
  }

  #items(): number {
    const items = [...this.#rows].map(([name, rows]) => {
      const files = this.#reports.filter((report) => report.kind === 'read' && report.rows[name]).length;
      return files + 2 * rows.days;
    });
    return Math.max(0, ...items);
  }

  async #read(task: LogFileTask, body: Promise<LogFileBody>): Promise<LogFileReport> {
    try {
      return await this.#readOnce(task, body);
    } catch (error) {
      if (!(error instanceof AuditLakeError) || error.disposition === 'stop') throw error;
      return { ...task, kind: 'failed', code: error.code, message: messageOf(error) };
    }
  }

  async #readOnce(listed: LogFileTask, asked: Promise<LogFileBody>): Promise<LogFileReport> {
    const body = await asked;
    const task = { ...listed, etag: body.etag ?? listed.etag };
    const picked = new PickedRecords(this.#picking, task);
    try {
      const facts = await readLogFile(task.ref.key, body.chunks, picked);
      await this.#append(picked);
      return picked.report(facts);
    } catch (error) {
      if (error instanceof TooManyRows) return this.#readTwice(task);
      throw error;
    }
  }

  /**
   * The second reading hands its rows on as it goes, so it must find what the first one found sound. Where it does
   * not, somebody changes the log file right now: the whole bundle is given up, for the next run to read again.
   */
  async #readTwice(task: LogFileTask): Promise<LogFileReport> {
    const sound = await this.#readInto(task, { record: () => undefined, rejected: () => undefined });
    const picked = new PickedRecords(this.#picking, task, () => this.#append(picked));
    try {
      const facts = await this.#readInto(task, picked);
      if (facts.sha256 === sound.sha256) {
        await this.#append(picked);
        return picked.report(facts);
      }
      throw new AuditLakeError('READ_FAILED', 'it changed while it was read');
    } catch (error) {
      this.#givenUp = true;
      throw error;
    }
  }

  async #readInto(task: LogFileTask, sink: RecordSink): Promise<LogFileFacts> {
    const body = await this.#options.reader.read(task.location);
    return readLogFile(task.ref.key, body.chunks, sink);
  }

  async #append(picked: PickedRecords): Promise<void> {
    for (const [name, rows] of picked.takeRows()) await this.#rowsOf(name).append(rows);
  }

  #rowsOf(name: DatasetName): DatasetRows {
    const known = this.#rows.get(name);
    if (known) return known;
    const rows = new DatasetRows(name, this.#options);
    this.#rows.set(name, rows);
    return rows;
  }
}

/** A log file of a bundle that was given up: nothing of it was kept. */
function notRead(report: LogFileReport): LogFileReport {
  if (report.kind === 'failed') return report;
  const { ref, location, etag, datasets } = report;
  const message = 'it was read together with a log file that changed meanwhile';
  return { ref, location, etag, datasets, kind: 'failed', code: 'READ_FAILED', message };
}
