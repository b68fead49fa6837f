import { type ParquetRow, parquetRows } from '../parquet-rows.ts';

/** What the view shows of one event. */
export type VisibleRow = {
  readonly account: string;
  readonly region: string;
  readonly eventId: string;
  readonly about: string;
  readonly text: string | null;
  readonly status: string;
  readonly source: string | null;
  readonly state: string | null;
};

/** A row of either table, as it lies in a data file. */
type StoredRow = VisibleRow & { readonly order: string; readonly isStart: boolean; readonly at: number };

const COLUMNS = [
  ...['account_id', 'aws_region', 'query_execution_id', 'named_query_id', 'query_text', 'ingested_at'],
  ...['query_text_status', 'query_text_source', 'query_state'],
];
const OF_EVENTS = ['event_id', 'event_name', 'source_key', 'record_index'];

/**
 * What readers of the lake see, from its data files alone: an event once, the delivery with the first key, joined with
 * the newest details of its query. Written down a second time here, not taken from the view.
 */
export class VisibleRows {
  /** The events of each bundle, and when its log files were taken in. */
  readonly bundles = new Map<string, { readonly at: number; readonly events: string[] }>();
  /** What somebody could see once and cannot see any more. */
  readonly losses: string[] = [];
  readonly #seen = new Set<string>();
  readonly #events = new Map<string, StoredRow>();
  readonly #details = new Map<string, StoredRow>();
  readonly #detailCounts = new Map<string, number>();
  /** Events by what they are about. */
  readonly #about = new Map<string, Set<string>>();
  readonly #texts = new Map<string, string>();

  /** Reads the data files that are new, and compares what is shown now with what was shown before. */
  async look(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const touched = new Set<string>();
    for (const [path, bytes] of files) {
      if (this.#seen.has(path)) continue;
      this.#seen.add(path);
      const isEvents = path.startsWith('athena_events/');
      const rows = await parquetRows(bytes, isEvents ? [...COLUMNS, ...OF_EVENTS] : COLUMNS);
      const bundle = /b-(\w+)\.parquet$/.exec(path)?.[1] ?? '';
      for (const row of rows.map(stored)) {
        if (isEvents) this.#noteEvent(row, bundle);
        else this.#noteDetails(row);
        touched.add(aboutOf(row));
      }
    }
    for (const about of touched) for (const key of this.#about.get(about) ?? []) this.#compare(key);
  }

  /** How many rows of details there are for each query that has some. */
  get detailCounts(): ReadonlyMap<string, number> {
    return this.#detailCounts;
  }

  /** All rows, keyed by account, Region and event. */
  rows(): ReadonlyMap<string, VisibleRow> {
    return new Map([...this.#events].map(([key, event]) => [key, this.#shown(event)]));
  }

  #noteEvent(row: StoredRow, bundle: string): void {
    const key = eventKey(row);
    const known = this.#events.get(key);
    if (known === undefined || row.order < known.order) this.#events.set(key, row);
    const bundled = this.bundles.get(bundle) ?? { at: row.at, events: [] };
    bundled.events.push(key);
    this.bundles.set(bundle, bundled);
    const about = aboutOf(row);
    this.#about.set(about, (this.#about.get(about) ?? new Set()).add(key));
  }

  #noteDetails(row: StoredRow): void {
    const about = aboutOf(row);
    this.#detailCounts.set(about, (this.#detailCounts.get(about) ?? 0) + 1);
    const known = this.#details.get(about);
    if (known === undefined || row.at > known.at) this.#details.set(about, row);
  }

  #compare(key: string): void {
    const event = this.#events.get(key);
    if (event === undefined) return;
    const { text } = this.#shown(event);
    const before = this.#texts.get(key);
    if (before !== undefined && text !== before) this.losses.push(`TEXT LOST: ${key}`);
    if (text !== null) this.#texts.set(key, text);
  }

  #shown(event: StoredRow): VisibleRow {
    const { order: _order, isStart, at: _at, ...row } = event;
    const isJoined = isStart || row.status === 'pending' || row.status === 'denied';
    const detail = isJoined ? this.#details.get(aboutOf(event)) : undefined;
    if (detail === undefined) return row;
    const state = detail.state ?? row.state;
    if (detail.text === null && row.text !== null) return { ...row, state };
    return { ...row, state, text: detail.text, status: detail.status, source: detail.source ?? row.source };
  }
}

type EventName = Pick<VisibleRow, 'account' | 'region' | 'eventId'>;
export const eventKey = ({ account, region, eventId }: EventName): string =>
  `${account} ${region} ${eventId}`;
const aboutOf = ({ account, region, about }: VisibleRow) => `${account} ${region} ${about}`;

function stored(row: ParquetRow): StoredRow {
  const text = (name: string) => (typeof row[name] === 'string' ? row[name] : null);
  const { ingested_at: at, record_index: index } = row;
  return {
    account: text('account_id') ?? '',
    region: text('aws_region') ?? '',
    eventId: text('event_id') ?? '',
    about: text('query_execution_id') ?? text('named_query_id') ?? '',
    text: text('query_text'),
    status: text('query_text_status') ?? '',
    source: text('query_text_source'),
    state: text('query_state'),
    order: `${text('source_key')} ${String(index).padStart(9, '0')}`,
    isStart: text('event_name') === 'StartQueryExecution',
    at: at instanceof Date ? at.getTime() : 0,
  };
}
