import { parseEventTime } from '../cloudtrail/event-time.js';
import type { LogFileFacts } from '../cloudtrail/log-file.js';
import type { JsonObject, LogRecord } from '../cloudtrail/record.js';
import type { RecordSink, RecordSlice } from '../cloudtrail/record-splitter.js';
import type { CheapTest } from '../datasets/cheap-test.js';
import type { Row } from '../datasets/column.js';
import { type Dataset, type DatasetName, rowOf, takes } from '../datasets/dataset.js';
import { privateRecord } from '../datasets/private-record.js';
import type { TextPrivacy } from '../datasets/text-privacy.js';
import { AuditLakeError, type ErrorCode } from '../errors.js';
import { type RecordCounts, recordsBalance } from '../telemetry.js';
import { sizeOf } from './dataset-rows.js';
import type { LogFileReport, LogFileTask, Rejection } from './log-file-report.js';

/** How records are picked: the same for all log files of a lane. */
export type Picking = {
  readonly datasets: readonly Dataset[];
  readonly test: CheapTest;
  readonly ownRoleArns: ReadonlySet<string>;
  readonly askingRoleArns?: ReadonlySet<string> | undefined;
  readonly privacy: TextPrivacy;
  /** Milliseconds since 1970: ingested_at of the rows. */
  readonly now: number;
};

/** How much of rows one unproven log file may hold. */
const HELD_BYTES = 32 << 20;

/** A log file with more rows than may wait for its end. */
export class TooManyRows extends Error {}

/** The records of one log file that its datasets take, as rows. */
export class PickedRecords implements RecordSink {
  readonly #records: RecordCounts = { read: 0, selected: 0, ignored: 0, rejected: 0 };
  readonly #counts: { [dataset in DatasetName]?: number } = {};
  readonly #rejections: Rejection[] = [];
  readonly #picking: Picking;
  readonly #task: LogFileTask;
  readonly #datasets: readonly Dataset[];
  readonly #handOn: (() => Promise<void>) | undefined;
  #rows = new Map<DatasetName, Row[]>();
  #held = 0;

  /** `handOn` takes the rows while the log file is still being read; without it they wait for its end. */
  constructor(picking: Picking, task: LogFileTask, handOn?: () => Promise<void>) {
    this.#picking = picking;
    this.#task = task;
    this.#datasets = picking.datasets.filter(({ name }) => task.datasets.includes(name));
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
    if (!this.#picking.test.mayTake(slice)) {
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
    const eventTime = parseEventTime(record.json['eventTime']);
    if (eventTime === undefined) {
      this.#reject(record.index, 'RECORD_BAD_TIME');
      return;
    }
    this.#records.selected++;
    const { now, ownRoleArns, askingRoleArns, privacy } = this.#picking;
    const context = { ref: this.#task.ref, ingestedAt: now, ownRoleArns, askingRoleArns };
    // From here on nobody keeps a text that the lake may not keep.
    const picked = { ...privateRecord(record, privacy), eventTime, delivered: record.json };
    for (const dataset of taking) this.#keep(dataset.name, rowOf(dataset, picked, context));
  }

  #keep(dataset: DatasetName, row: Row): void {
    this.#held += sizeOf(row);
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
