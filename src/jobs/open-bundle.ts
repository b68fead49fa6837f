import { parseEventTime } from '../cloudtrail/event-time.js';
import { type LogFileFacts, readLogFile } from '../cloudtrail/log-file.js';
import type { LogFileRef } from '../cloudtrail/log-file-ref.js';
import type { JsonObject, LogRecord } from '../cloudtrail/record.js';
import type { RecordSink, RecordSlice } from '../cloudtrail/record-splitter.js';
import { CheapTest } from '../datasets/cheap-test.js';
import type { Row } from '../datasets/column.js';
import { type Dataset, type DatasetName, rowOf, takes } from '../datasets/dataset.js';
import { AuditLakeError, type ErrorCode, messageOf } from '../errors.js';
import type { LogReader } from '../ports/log-source.js';
import type { QueryHistory } from '../ports/query-history.js';
import { type RecordCounts, recordsBalance } from '../telemetry.js';
import { DatasetRows, type DecodedDataset } from './dataset-rows.js';

/** A log file to be read, for the datasets that have not settled it. None: only its SHA-256 is wanted. */
export type LogFileTask = {
  readonly ref: LogFileRef;
  readonly location: string;
  readonly etag: string;
  readonly datasets: readonly DatasetName[];
};

/** A record that no dataset can keep. */
export type Rejection = { readonly index: number; readonly code: ErrorCode };

/** What became of reading one log file. */
export type LogFileReport =
  | (LogFileTask & {
      readonly kind: 'read';
      readonly facts: LogFileFacts;
      readonly records: RecordCounts;
      readonly rows: { readonly [dataset in DatasetName]?: number };
      readonly rejections: readonly Rejection[];
    })
  | (LogFileTask & { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string });

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
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** The moment that counts as now for rows: ingested_at, and what Athena has forgotten. */
  readonly now: number;
  /** Lets others have the thread; called between log files. */
  readonly breathe: () => Promise<void>;
};

/** When a bundle is full (protocol 4.8). */
const FULL = { bytes: 32 << 20, files: 2_000, millis: 2_000 };

/**
 * Reads log files into one bundle: bytes to records to rows to data files. A log file counts only once it was
 * read to its end: until then its rows wait apart. One with too many to wait is read twice: once to see that it
 * is sound, once for its rows. Holds at most 32 MiB of rows of one log file, 12 MiB of other rows, and the
 * encoded data files (32 MiB).
 */
export class OpenBundle implements BundleLane {
  readonly soFar: ReadSoFar = { files: 0, compressed: 0, inflated: 0, records: 0 };
  readonly #options: OpenBundleOptions;
  readonly #test: CheapTest;
  #reports: LogFileReport[] = [];
  #rows = new Map<DatasetName, DatasetRows>();
  #openedAt: number | undefined;

  constructor(options: OpenBundleOptions) {
    this.#options = options;
    this.#test = new CheapTest(options.datasets);
  }

  async add(tasks: readonly LogFileTask[]): Promise<boolean> {
    this.#openedAt ??= this.#options.clock();
    for (const task of tasks) {
      this.#note(await this.#read(task));
      await this.#options.breathe();
    }
    return this.#isFull();
  }

  async close(): Promise<DecodedBundle> {
    const reports = this.#reports;
    const rows = [...this.#rows.values()];
    this.#reports = [];
    this.#rows = new Map();
    this.#openedAt = undefined;
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
    let bytes = 0;
    for (const rows of this.#rows.values()) bytes += rows.size;
    const age = this.#options.clock() - (this.#openedAt ?? 0);
    return bytes >= FULL.bytes || this.#reports.length >= FULL.files || age >= FULL.millis;
  }

  async #read(task: LogFileTask): Promise<LogFileReport> {
    try {
      return await this.#readOnce(task);
    } catch (error) {
      if (!(error instanceof AuditLakeError) || error.disposition === 'stop') throw error;
      return { ...task, kind: 'failed', code: error.code, message: messageOf(error) };
    }
  }

  async #readOnce(task: LogFileTask): Promise<LogFileReport> {
    const picked = new PickedRecords(this.#options, this.#test, task);
    try {
      const facts = await this.#readInto(task, picked);
      await this.#append(picked);
      return picked.report(facts);
    } catch (error) {
      if (error instanceof TooManyRows) return this.#readTwice(task);
      throw error;
    }
  }

  /** The second reading hands its rows on as it goes, so it must find what the first one found sound. */
  async #readTwice(task: LogFileTask): Promise<LogFileReport> {
    const sound = await this.#readInto(task, { record: () => undefined, rejected: () => undefined });
    const picked = new PickedRecords(this.#options, this.#test, task, () => this.#append(picked));
    const facts = await this.#readInto(task, picked).catch((cause: unknown) => {
      throw new AuditLakeError('INTERNAL', `${task.location} could not be read a second time`, cause);
    });
    if (facts.sha256 !== sound.sha256)
      throw new AuditLakeError('INTERNAL', `${task.location} changed while being read`);
    await this.#append(picked);
    return picked.report(facts);
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

/** What a row weighs in memory beside its record, and how much one unproven log file may hold. */
const ROW_BYTES = 2_000;
const HELD_BYTES = 32 << 20;

/** A log file with more rows than may wait for its end. */
class TooManyRows extends Error {}

/** The records of one log file that its datasets take, as rows. */
class PickedRecords implements RecordSink {
  readonly #records: RecordCounts = { read: 0, selected: 0, ignored: 0, rejected: 0 };
  readonly #counts: { [dataset in DatasetName]?: number } = {};
  readonly #rejections: Rejection[] = [];
  readonly #options: OpenBundleOptions;
  readonly #test: CheapTest;
  readonly #task: LogFileTask;
  readonly #datasets: readonly Dataset[];
  readonly #handOn: (() => Promise<void>) | undefined;
  #rows = new Map<DatasetName, Row[]>();
  #held = 0;

  constructor(options: OpenBundleOptions, test: CheapTest, task: LogFileTask, handOn?: () => Promise<void>) {
    this.#options = options;
    this.#test = test;
    this.#task = task;
    this.#datasets = options.datasets.filter(({ name }) => task.datasets.includes(name));
    this.#handOn = handOn;
  }

  takeRows(): ReadonlyMap<DatasetName, readonly Row[]> {
    const rows = this.#rows;
    this.#rows = new Map();
    this.#held = 0;
    return rows;
  }

  report(facts: LogFileFacts): LogFileReport {
    if (!recordsBalance(this.#records))
      throw new AuditLakeError('INTERNAL', `records of ${this.#task.location}`);
    const told = { facts, records: this.#records, rows: this.#counts, rejections: this.#rejections };
    return { ...this.#task, kind: 'read', ...told };
  }

  async drain(): Promise<void> {
    if (this.#held < HELD_BYTES) return;
    if (!this.#handOn) throw new TooManyRows();
    await this.#handOn();
  }

  record(slice: RecordSlice): void {
    const index = this.#records.read++;
    if (!this.#test.mayTake(slice)) {
      this.#records.ignored++;
      return;
    }
    const bytes = Uint8Array.prototype.slice.call(slice.chunk, slice.start, slice.end);
    const json = parse(bytes);
    if (json === undefined) this.#reject(index, 'RECORD_BAD_JSON');
    else this.#pick({ bytes, json, index });
  }

  rejected(code: ErrorCode): void {
    this.#reject(this.#records.read++, code);
  }

  #pick(record: LogRecord): void {
    const taking = this.#datasets.filter((dataset) => takes(dataset, record));
    if (taking.length === 0) {
      this.#records.ignored++;
      return;
    }
    const time = parseEventTime(record.json['eventTime']);
    if (time === undefined) {
      this.#reject(record.index, 'RECORD_BAD_TIME');
      return;
    }
    this.#records.selected++;
    const { now, ownRoleArns } = this.#options;
    const context = { ref: this.#task.ref, ingestedAt: now, ownRoleArns };
    for (const dataset of taking) this.#keep(dataset.name, rowOf(dataset, record, time, context));
    this.#held += (record.bytes.length + ROW_BYTES) * taking.length;
  }

  #keep(dataset: DatasetName, row: Row): void {
    const rows = this.#rows.get(dataset);
    if (rows) rows.push(row);
    else this.#rows.set(dataset, [row]);
    this.#counts[dataset] = (this.#counts[dataset] ?? 0) + 1;
  }

  #reject(index: number, code: ErrorCode): void {
    this.#records.rejected++;
    this.#rejections.push({ index, code });
  }
}

function parse(bytes: Uint8Array): JsonObject | undefined {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString());
  } catch {
    return undefined;
  }
}
