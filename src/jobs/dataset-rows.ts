import { DAY_MS } from '../cloudtrail/event-time.js';
import { askedQuery, isForgotten } from '../datasets/asked-query.js';
import type { Cell, Cells, Row } from '../datasets/column.js';
import type { DatasetName } from '../datasets/dataset.js';
import { hasText, openReason } from '../datasets/open-query.js';
import { ofOwnCall, withAnswer, withoutAnswer } from '../datasets/query-cells.js';
import { type AskedQuery, type HistoryAnswer, queryKey } from '../datasets/query-execution.js';
import type { TextMode, TextPrivacy } from '../datasets/text-privacy.js';
import { type DataFile, DataFileWriter } from '../lake/data-file.js';
import { type Day, dayOf } from '../lake/partition.js';
import { TABLES } from '../lake/tables.js';
import type { OpenQuery } from '../ports/open-queries.js';
import type { QueryHistory } from '../ports/query-history.js';

/** The rows of a bundle for one dataset: a data file a day, and the queries still to be asked about. */
export type DecodedDataset = {
  readonly dataset: DatasetName;
  readonly parts: readonly (DataFile & { readonly day: Day; readonly files: number })[];
  readonly openQueries: readonly OpenQuery[];
  readonly queryTexts: { readonly [status: string]: number };
};

/** Bytes of rows that wait in memory before they are encoded as row groups. */
const WAITING_BYTES = 12 << 20;
/** Queries asked about together, and those that one call takes. */
const MOST_ASKED = 200;
const CALL = 50;
/** What a row weighs in memory beside its record. */
const ROW_BYTES = 2_000;

type RowsOptions = {
  readonly history: QueryHistory;
  readonly now: number;
  readonly privacy: TextPrivacy;
};

type DayFile = { readonly writer: DataFileWriter; readonly sources: Set<string> };

/** Collects rows, asks for the texts of many queries at once, and encodes row groups by day. */
export class DatasetRows {
  readonly #dataset: DatasetName;
  readonly #history: QueryHistory;
  readonly #now: number;
  readonly #textMode: TextMode;
  readonly #days = new Map<Day, DayFile>();
  readonly #dayNumbers = new Set<number>();
  readonly #openQueries: OpenQuery[] = [];
  readonly #queryTexts: { [status: string]: number } = {};
  #waiting: Row[] = [];
  #waitingBytes = 0;

  constructor(dataset: DatasetName, { history, now, privacy }: RowsOptions) {
    this.#dataset = dataset;
    this.#history = history;
    this.#now = now;
    this.#textMode = privacy.mode;
  }

  /** Bytes of the data files so far. */
  get size(): number {
    let size = 0;
    for (const { writer } of this.#days.values()) size += writer.size;
    return size;
  }

  /** How many days its rows fall on. */
  get days(): number {
    return this.#dayNumbers.size;
  }

  async append(rows: readonly Row[]): Promise<void> {
    for (const row of rows) {
      this.#dayNumbers.add(Math.floor(Number(row.event['event_time']) / DAY_MS));
      this.#waiting.push(row);
      this.#waitingBytes += sizeOf(row);
      if (this.#waitingBytes >= WAITING_BYTES) await this.#encode();
    }
  }

  async finish(): Promise<DecodedDataset> {
    await this.#encode();
    const parts = [...this.#days].map(([day, { writer, sources }]) => ({
      day,
      files: sources.size,
      ...writer.finish(),
    }));
    return { dataset: this.#dataset, parts, openQueries: this.#openQueries, queryTexts: this.#queryTexts };
  }

  async #encode(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (this.#dataset !== 'athena_events') return this.#write(waiting);
    let told: Row[] = [];
    let bytes = 0;
    for (const rows of askedTogether(waiting)) {
      for (const row of await this.#withTexts(rows)) {
        told.push(row);
        bytes += sizeOf(row);
      }
      if (bytes < WAITING_BYTES) continue;
      this.#write(told);
      told = [];
      bytes = 0;
    }
    this.#write(told);
  }

  #write(rows: readonly Row[]): void {
    const byDay = new Map<Day, Row[]>();
    for (const row of rows) {
      const day = dayOf(Number(row.event['event_time']));
      const list = byDay.get(day);
      if (list) list.push(row);
      else byDay.set(day, [row]);
    }
    for (const [day, list] of byDay) this.#fileOf(day, list).writer.write(list);
  }

  #fileOf(day: Day, rows: readonly Row[]): DayFile {
    const file = this.#days.get(day) ?? {
      writer: new DataFileWriter(TABLES[this.#dataset], this.#textMode),
      sources: new Set(),
    };
    for (const row of rows) file.sources.add(String(row.evidence['source_key']));
    this.#days.set(day, file);
    return file;
  }

  /** Asks about every query once; a row of our own calls is kept and never looked up. */
  async #withTexts(rows: readonly Row[]): Promise<Row[]> {
    const asked = new Map<string, AskedQuery>();
    const logFiles = new Set<unknown>();
    const names = rows.map((row) => askedQuery(row));
    for (const [at, row] of rows.entries()) {
      const query = names[at];
      if (query === undefined) continue;
      asked.set(queryKey(query), query);
      logFiles.add(row.evidence['source_key']);
    }
    const answers =
      asked.size === 0 ? new Map() : await this.#history.lookup([...asked.values()], logFiles.size);
    return rows.map((row, at) => {
      if (row.query === undefined) return row;
      const name = names[at];
      const answer = name && answers.get(queryKey(name));
      const isAsked = name !== undefined;
      const query = toldBy(answer, { row, query: row.query, isAsked, now: this.#now });
      this.#note(query, name, answer);
      return { ...row, query };
    });
  }

  #note(query: Cells, name: AskedQuery | undefined, answer: HistoryAnswer | undefined): void {
    const status = String(query['query_text_status']);
    this.#queryTexts[status] = (this.#queryTexts[status] ?? 0) + 1;
    if (name === undefined || isForgotten(name, this.#now)) return;
    const why = openReason(query, answer);
    if (why) this.#openQueries.push({ ...name, why, hasText: hasText(query) });
  }
}

type Told = {
  readonly row: Row;
  readonly query: Cells;
  readonly isAsked: boolean;
  readonly now: number;
};

function toldBy(answer: HistoryAnswer | undefined, { row, query, isAsked, now }: Told): Cells {
  if (answer) return withoutAnswer(withAnswer(query, answer), now);
  if (row.event['is_own_call'] === true) return ofOwnCall(query);
  // A text is hidden, and nothing in the event names what could be asked for it.
  return isAsked ? withoutAnswer(query, now) : withAnswer(query, { kind: 'not_found' });
}

/**
 * Rows in portions of few enough queries that their texts fit into memory, 256 KiB each. Those of one account and
 * Region stay together, in multiples of the fifty that one call of Athena takes.
 */
function* askedTogether(rows: readonly Row[]): Generator<readonly Row[]> {
  const places = new Map<string, Map<string, Row[]>>();
  let portion: Row[] = [];
  for (const row of rows) {
    const query = askedQuery(row);
    if (query === undefined) {
      portion.push(row);
      continue;
    }
    const place = `${query.account}#${query.region}`;
    const queries = places.get(place) ?? new Map<string, Row[]>();
    places.set(place, queries);
    const ofQuery = queries.get(query.id);
    if (ofQuery) ofQuery.push(row);
    else queries.set(query.id, [row]);
  }
  let asked = 0;
  for (const queries of places.values()) {
    const ofPlace = [...queries.values()];
    for (let at = 0; at < ofPlace.length; at += CALL) {
      const call = ofPlace.slice(at, at + CALL);
      if (asked > 0 && asked + call.length > MOST_ASKED) {
        yield portion;
        portion = [];
        asked = 0;
      }
      portion.push(...call.flat());
      asked += call.length;
    }
  }
  if (portion.length > 0) yield portion;
}

/** Bytes of memory that a row holds, about. */
export function sizeOf({ query, evidence }: Row): number {
  const raw = evidence['raw_event'];
  const tables = lengthOf(query?.['referenced_tables']);
  // Those that are read and those that are written are among them.
  const ofTexts = lengthOf(query?.['query_text']) + 2 * tables;
  return ROW_BYTES + ofTexts + (raw instanceof Uint8Array || typeof raw === 'string' ? raw.length : 0);
}

const lengthOf = (cell: Cell | undefined) => (typeof cell === 'string' ? cell.length : 0);
