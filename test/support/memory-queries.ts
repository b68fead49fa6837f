import { mayChange, nextTry, startedBefore } from '../../src/datasets/open-query.js';
import {
  type AskedQuery,
  better,
  type QueryExecution,
  type QueryName,
  queryKey,
} from '../../src/datasets/query-execution.js';
import { dayOf } from '../../src/lake/partition.js';
import type { KnownQueries, KnownQuery } from '../../src/ports/known-queries.js';
import type { OpenQueries, OpenQuery, WaitingQuery } from '../../src/ports/open-queries.js';

/** Mistakes that a law must notice. */
export type PlantedQueryBug = 'postpone-reopens' | 'learn-overwrites';

type Item = { readonly query: WaitingQuery; readonly endedBy?: string };
const keyOf = (query: AskedQuery) => `${dayOf(query.started)}#${queryKey(query)}`;

/** The open queries of a lake in memory: the model of those in LMDB and DynamoDB. */
export class MemoryOpenQueries implements OpenQueries {
  readonly items = new Map<string, Item>();
  readonly #now: () => number;
  readonly #bug: PlantedQueryBug | undefined;

  constructor(now: () => number, bug?: PlantedQueryBug) {
    this.#now = now;
    this.#bug = bug;
  }

  async *openQueries(): AsyncIterable<WaitingQuery> {
    const items = [...this.items].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [, { query, endedBy }] of items) if (endedBy === undefined) yield query;
  }

  async open(queries: readonly OpenQuery[]): Promise<void> {
    for (const query of queries) this.note(query);
  }

  async reopen(queries: readonly OpenQuery[]): Promise<void> {
    for (const query of queries) {
      if (this.isOpen(query)) continue;
      this.items.delete(keyOf(query));
      this.note(query);
    }
  }

  async postpone(queries: readonly WaitingQuery[]): Promise<void> {
    for (const query of queries) {
      if (this.isOpen(query) || this.#bug === 'postpone-reopens') this.items.set(keyOf(query), { query });
    }
  }

  async wake(name: QueryName, at: number): Promise<boolean> {
    for (const started of startedBefore(at)) {
      const key = keyOf({ ...name, started });
      const item = this.items.get(key);
      if (item === undefined || item.endedBy !== undefined) continue;
      this.items.set(key, { query: { ...item.query, nextTry: Math.min(item.query.nextTry, this.#now()) } });
      return true;
    }
    return false;
  }

  isOpen(query: AskedQuery): boolean {
    const item = this.items.get(keyOf(query));
    return item !== undefined && item.endedBy === undefined;
  }

  note(query: OpenQuery): void {
    if (this.items.has(keyOf(query)) && (!mayChange(query) || this.isOpen(query))) return;
    const now = this.#now();
    this.items.set(keyOf(query), {
      query: { ...query, firstSeen: now, nextTry: nextTry(now, 0), tries: 0 },
    });
  }

  end(query: AskedQuery, bid: string): void {
    const item = this.items.get(keyOf(query));
    if (item) this.items.set(keyOf(query), { ...item, endedBy: bid });
  }
}

/** What a lake in memory has learned of queries. */
export class MemoryKnownQueries implements KnownQueries {
  readonly items = new Map<string, QueryExecution>();
  readonly #bug: PlantedQueryBug | undefined;

  constructor(bug?: PlantedQueryBug) {
    this.#bug = bug;
  }

  async find(queries: readonly QueryName[]): Promise<ReadonlyMap<string, QueryExecution>> {
    const keys = queries.map(queryKey).filter((key) => this.items.has(key));
    return new Map([...this.items].filter(([key]) => keys.includes(key)));
  }

  async learn(queries: readonly KnownQuery[]): Promise<void> {
    for (const query of queries) {
      const known = this.#bug === 'learn-overwrites' ? undefined : this.items.get(queryKey(query));
      this.items.set(queryKey(query), better(known, query.execution));
    }
  }
}
