import {
  type HistoryAnswer,
  NOTHING_TOLD,
  type QueryExecution,
  type QueryName,
  queryKey,
} from '../../src/datasets/query-execution.js';
import type { TextPrivacy } from '../../src/datasets/text-privacy.js';
import { queryHistory } from '../../src/jobs/query-histories.js';
import { type ResolveReport, resolveQueries } from '../../src/jobs/resolve-queries.js';
import type { OpenQueries, OpenQuery, WaitingQuery } from '../../src/ports/open-queries.js';
import type { QueryHistory } from '../../src/ports/query-history.js';
import { Chaos } from './chaos.ts';
import { MemoryLake } from './memory-ingest.ts';
import { MemoryItems, MemoryLakeState, type PlantedBug } from './memory-lake-state.ts';
import type { PlantedQueryBug } from './memory-queries.ts';
import { parquetRows } from './parquet-rows.ts';

export const NOON = Date.UTC(2026, 0, 9, 12);
export const DAY_MS = 86_400_000;

export const openQuery = (id: string, more: Partial<OpenQuery> = {}): OpenQuery => ({
  ...{ account: '111122223333', region: 'us-east-1', id, started: NOON },
  ...{ why: 'pending', hasText: false },
  ...more,
});

/** What Athena tells of a query. */
export const told = (told: Partial<QueryExecution>): HistoryAnswer => ({
  ...{ kind: 'execution', source: 'athena', execution: { ...NOTHING_TOLD, ...told } },
});
export const ended = (text: string | null): HistoryAnswer => told({ text, state: 'SUCCEEDED' });
export const running = (text: string | null): HistoryAnswer => told({ text, state: 'RUNNING' });

/** A history that tells by id what a test says; the n-th answer of a list at the n-th look-up of it. */
export class ToldHistory implements QueryHistory {
  readonly answers = new Map<string, HistoryAnswer | readonly (HistoryAnswer | undefined)[]>();
  /** The ids of each look-up. */
  readonly lookups: (readonly string[])[] = [];
  /** How many log files waited for each. */
  readonly patience: number[] = [];
  /** The ids that nobody may ask it about. */
  readonly closed = new Set<string>();
  readonly #turns = new Map<string, number>();

  constructor(
    answers: { readonly [id: string]: HistoryAnswer | readonly (HistoryAnswer | undefined)[] } = {},
  ) {
    for (const [id, answer] of Object.entries(answers)) this.answers.set(id, answer);
  }

  mayKnow({ id }: QueryName): boolean {
    return !this.closed.has(id);
  }

  async lookup(
    queries: Parameters<QueryHistory['lookup']>[0],
    logFiles = 1,
  ): Promise<ReadonlyMap<string, HistoryAnswer>> {
    this.lookups.push(queries.map(({ id }) => id));
    this.patience.push(logFiles);
    return new Map(
      queries.flatMap((query) => {
        const answer = this.#next(query.id);
        return answer ? [[queryKey(query), answer] as const] : [];
      }),
    );
  }

  #next(id: string): HistoryAnswer | undefined {
    const answer = this.answers.get(id);
    if (answer === undefined || 'kind' in answer) return answer;
    const turn = this.#turns.get(id) ?? 0;
    this.#turns.set(id, turn + 1);
    return answer[Math.min(turn, answer.length - 1)];
  }
}

/** A row of `athena_query_details`, as a reader finds it. */
export type DetailsRow = {
  /** `account#region#id`. */
  readonly key: string;
  readonly day: string;
  readonly status: unknown;
  readonly text: unknown;
  readonly source: unknown;
  readonly state: unknown;
};

export type MemoryResolve = {
  readonly all?: boolean;
  readonly chaos?: Chaos;
  readonly mostItems?: number;
  readonly mayStart?: () => boolean;
  readonly mayCount?: () => boolean;
  readonly onLeftOpen?: (query: WaitingQuery, mayBeTold: boolean) => void;
  readonly histories?: readonly QueryHistory[];
  readonly privacy?: TextPrivacy;
};

/** A lake in memory with open queries, and the real job over it. */
export class ResolvingLake {
  now = NOON;
  readonly athena: ToldHistory;
  readonly lake: MemoryLake;
  readonly #bug: PlantedBug | undefined;

  constructor({ athena = new ToldHistory(), bug }: { athena?: ToldHistory; bug?: Planted } = {}) {
    const ofQueries = bug === 'postpone-reopens' || bug === 'learn-overwrites' ? { bug } : {};
    this.#bug = bug === 'no-query-check' || bug === 'no-query-end' ? bug : undefined;
    this.athena = athena;
    this.lake = new MemoryLake(new MemoryItems({ now: () => this.now, ...ofQueries }));
  }

  async open(...queries: readonly OpenQuery[]): Promise<void> {
    await this.lake.items.queries.open(queries);
  }

  /** Every effect of a port is one of `chaos`. */
  resolve({ chaos = new Chaos(), ...options }: MemoryResolve = {}): Promise<ResolveReport> {
    const { items, store, newBundleId } = this.lake;
    const { mostItems = 99, histories = [this.athena], privacy = { mode: 'full' } } = options;
    const bug = this.#bug ? { bug: this.#bug } : {};
    const wrap = <T extends object>(name: string, port: T) => chaos.wrap(name, port, 'LAKE_WRITE_FAILED');
    const ports = {
      state: wrap('state', new MemoryLakeState(items, { mostItems, ...bug })),
      bundles: wrap('bundles', store),
      newBundleId,
      queries: queriesUnder(chaos, items.queries),
      history: queryHistory({
        known: wrap('known', items.known),
        histories: histories.map((history) => historyUnder(history, wrap('history', history))),
        privacy,
      }),
    };
    const { all = true, mayStart = () => true, mayCount, onLeftOpen = () => undefined } = options;
    return resolveQueries(ports, {
      ...{ now: () => this.now, textMode: privacy.mode, all, mayStart, onLeftOpen },
      ...(mayCount && { mayCount }),
    });
  }

  /** The open queries, by their ids. */
  async waiting(): Promise<ReadonlyMap<string, WaitingQuery>> {
    const waiting = new Map<string, WaitingQuery>();
    for await (const query of this.lake.items.queries.openQueries()) waiting.set(query.id, query);
    return waiting;
  }

  /** In the order of their keys. Fails where a listed data file is not there. */
  async rows(): Promise<DetailsRow[]> {
    const rows: DetailsRow[] = [];
    const { items, store } = this.lake;
    for (const { day, files } of await new MemoryLakeState(items).committedList('athena_query_details')) {
      for (const { path } of files) {
        const bytes = store.files.get(path);
        if (!bytes) throw new Error(`a listed data file is not there: ${path}`);
        rows.push(...(await detailsOf(bytes, day)));
      }
    }
    return rows.sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}

export type Planted = PlantedQueryBug | Extract<PlantedBug, 'no-query-check' | 'no-query-end'>;

/** The same history; what it may know is no effect. */
function historyUnder(history: QueryHistory, { lookup }: QueryHistory): QueryHistory {
  return { lookup, ...(history.mayKnow && { mayKnow: (query) => history.mayKnow?.(query) ?? true }) };
}

/** The same port; its list is an effect at each step. */
function queriesUnder(chaos: Chaos, queries: OpenQueries): OpenQueries {
  const code = 'LAKE_WRITE_FAILED';
  const { list } = chaos.wrap('queries', { list: () => queries.openQueries() }, code);
  const { open, reopen, postpone, wake } = chaos.wrap('queries', queries, code);
  return { openQueries: list, open, reopen, postpone, wake };
}

/** The rows of a data file of `athena_query_details`, read by another library than the one that wrote it. */
export async function detailsOf(bytes: Uint8Array, day: string): Promise<DetailsRow[]> {
  return (await parquetRows(bytes)).map((row) => {
    const kept = row['named_query_id']
      ? `named_query/${row['named_query_id']}`
      : `prepared_statement/${row['work_group']}/${row['statement_name']}`;
    const id = row['query_execution_id'] ?? kept;
    return {
      ...{ key: `${row['account_id']}#${row['aws_region']}#${id}`, day, status: row['query_text_status'] },
      ...{ text: row['query_text'], source: row['query_text_source'], state: row['query_state'] },
    };
  });
}
