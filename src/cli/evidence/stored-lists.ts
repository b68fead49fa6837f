import { AlteredCount, alteredAmong } from '../../jobs/altered-files.js';
import { isReadBy } from '../../jobs/held-data.js';
import type { Day } from '../../lake/partition.js';
import { TABLE_NAMES } from '../../lake/tables.js';
import type { LakeEvidence, NotedPartition } from '../../ports/lake-evidence.js';
import type { AnswerColumn, AnswerValue } from '../../ports/query-engine.js';
import type { StoredFiles } from '../../ports/stored-files.js';
import { DataList } from '../../report/data-list.js';
import type { Altered, DataRead } from '../../report/report.js';
import { csvHead, csvLines } from '../answer-format.js';
import type { PackFolder } from './pack-folder.js';

const text = (name: string): AnswerColumn => ({ name, type: 'VARCHAR' });
const whole = (name: string): AnswerColumn => ({ name, type: 'BIGINT' });
const yesOrNo = (name: string): AnswerColumn => ({ name, type: 'BOOLEAN' });

/** Of `data-files.csv`. */
const DATA_FILES: readonly AnswerColumn[] = [
  ...[
    text('table'),
    text('day'),
    text('path'),
    whole('bytes'),
    whole('rows'),
    text('sha256'),
    text('bundle'),
  ],
  ...[yesOrNo('in_period'), yesOrNo('in_report'), yesOrNo('as_committed')],
];

/** Of `partitions.csv`. */
const PARTITIONS: readonly AnswerColumn[] = [
  ...[text('table'), text('day'), text('registration'), whole('data_files'), whole('rows'), whole('bytes')],
  yesOrNo('in_period'),
];

/** What the data files of a lake are in numbers. */
export type Stored = {
  readonly dataFiles: number;
  /** Of the period, or of the report. */
  readonly altered: Altered;
  readonly partitions: number;
  /** In the tables of events: what log files became. */
  readonly eventRows: number;
  readonly detailRows: number;
  /** What the report is made from. */
  readonly read: DataRead;
};

/** Writes all data files and partitions of a lake, and adds them up. A partition in memory at a time. */
export async function writeStored(
  pack: PackFolder,
  { evidence, stored }: { readonly evidence: LakeEvidence; readonly stored: StoredFiles },
  days: ReadonlySet<Day>,
): Promise<Stored> {
  const list = new StoredList(days, stored);
  await pack.write('data-files.csv', list.dataFiles(evidence));
  await pack.write('partitions.csv', [csvHead(PARTITIONS), csvLines(PARTITIONS)(list.partitions)]);
  return list.sums();
}

class StoredList {
  readonly partitions: AnswerValue[][] = [];
  readonly #days: ReadonlySet<Day>;
  readonly #stored: StoredFiles;
  readonly #read = new DataList();
  readonly #altered = new AlteredCount();
  #sums = { dataFiles: 0, eventRows: 0, detailRows: 0 };

  constructor(days: ReadonlySet<Day>, stored: StoredFiles) {
    this.#days = days;
    this.#stored = stored;
  }

  async *dataFiles(evidence: LakeEvidence): AsyncGenerator<string> {
    yield csvHead(DATA_FILES);
    const lines = csvLines(DATA_FILES);
    for (const table of [...TABLE_NAMES].sort()) {
      for await (const partition of evidence.partitions(table)) yield lines(await this.#rowsOf(partition));
    }
  }

  sums(): Stored {
    const altered = this.#altered.altered();
    return { ...this.#sums, altered, partitions: this.partitions.length, read: this.#read.read() };
  }

  async #rowsOf(partition: NotedPartition): Promise<AnswerValue[][]> {
    const { table, day, registration } = partition;
    const files = [...partition.files].sort((a, b) => (a.path < b.path ? -1 : 1));
    const inReport = isReadBy(this.#days, partition);
    const inPeriod = this.#days.has(day);
    const [rows, bytes] = [sumOf(files, 'rows'), sumOf(files, 'bytes')];
    const altered = inPeriod || inReport ? await alteredAmong(this.#stored, files) : undefined;
    this.#altered.add(altered ?? []);
    if (inReport) this.#read.add(files);
    this.partitions.push([table, day, registration, files.length, rows, bytes, inPeriod]);
    const { dataFiles, eventRows, detailRows } = this.#sums;
    const isOfDetails = table === 'athena_query_details';
    this.#sums = {
      dataFiles: dataFiles + files.length,
      eventRows: eventRows + (isOfDetails ? 0 : rows),
      detailRows: detailRows + (isOfDetails ? rows : 0),
    };
    return files.map((file) => [
      ...[table, day, file.path, file.bytes, file.rows, file.sha256, bundleOf(file.path)],
      ...[inPeriod, inReport, altered ? !altered.has(file.path) : null],
    ]);
  }
}

const sumOf = (files: NotedPartition['files'], of: 'rows' | 'bytes') =>
  files.reduce((sum, file) => sum + file[of], 0);

const bundleOf = (path: string): string | null => /\/b-([^/]+)\.parquet$/.exec(path)?.[1] ?? null;
