import { mayChange, nextTry, startedBefore } from '../../datasets/open-query.js';
import { type AskedQuery, type QueryName, queryKey, queryOfKey } from '../../datasets/query-execution.js';
import { dayOf } from '../../lake/partition.js';
import type { OpenQueries, OpenQuery, WaitingQuery } from '../../ports/open-queries.js';
import type { FencedItems, QueryItem } from './lmdb-items.js';

/** Days stand in order, so a listing begins with what Athena forgets first. */
const keyOf = (query: AskedQuery) => `ENR#${dayOf(query.started)}#${queryKey(query)}`;
const PREFIX = 'ENR#YYYY-MM-DD#'.length;

/** The open queries of a lake in a folder (items ENR). Ended ones stay, so that nobody opens them again. */
export class LmdbOpenQueries implements OpenQueries {
  readonly #fenced: FencedItems;
  readonly #now: () => number;

  /** `now` gives milliseconds since 1970. */
  constructor(fenced: FencedItems, now: () => number) {
    this.#fenced = fenced;
    this.#now = now;
  }

  async *openQueries(): AsyncIterable<WaitingQuery> {
    for (const { key, value } of this.#fenced.items.getRange({ start: 'ENR#', end: 'ENR#~' })) {
      const { st, bid: _, ...item } = value as QueryItem;
      if (st === 'OPEN') yield { ...queryOfKey(key.slice(PREFIX)), ...item };
    }
  }

  async open(queries: readonly OpenQuery[]): Promise<void> {
    if (queries.length === 0) return;
    this.#fenced.write(() => {
      for (const query of queries) this.note(query);
    });
  }

  async reopen(queries: readonly OpenQuery[]): Promise<void> {
    if (queries.length === 0) return;
    this.#fenced.write(() => {
      for (const query of queries) if (!this.isOpen(query)) this.#putNew(query);
    });
  }

  async postpone(queries: readonly WaitingQuery[]): Promise<void> {
    if (queries.length === 0) return;
    this.#fenced.write(() => {
      for (const query of queries) {
        if (this.isOpen(query)) this.#fenced.items.putSync(keyOf(query), itemOf(query));
      }
    });
  }

  async wake(query: QueryName, at: number): Promise<boolean> {
    return this.#fenced.write(() => {
      for (const started of startedBefore(at)) {
        const key = keyOf({ ...query, started });
        const item = this.#fenced.items.get(key) as QueryItem | undefined;
        if (item?.st !== 'OPEN') continue;
        this.#fenced.items.putSync(key, { ...item, nextTry: Math.min(item.nextTry, this.#now()) });
        return true;
      }
      return false;
    });
  }

  /** For the transaction of a commit, as are the next two. */
  isOpen(query: AskedQuery): boolean {
    return (this.#fenced.items.get(keyOf(query)) as QueryItem | undefined)?.st === 'OPEN';
  }

  note(query: OpenQuery): void {
    const isNew = this.#fenced.items.get(keyOf(query)) === undefined;
    if (isNew || (mayChange(query) && !this.isOpen(query))) this.#putNew(query);
  }

  #putNew(query: OpenQuery): void {
    const now = this.#now();
    this.#fenced.items.putSync(
      keyOf(query),
      itemOf({ ...query, firstSeen: now, nextTry: nextTry(now, 0), tries: 0 }),
    );
  }

  end(query: AskedQuery, bid: string): void {
    const item = this.#fenced.items.get(keyOf(query)) as QueryItem;
    this.#fenced.items.putSync(keyOf(query), { ...item, st: 'DONE', bid });
  }
}

function itemOf({ started, why, hasText, firstSeen, nextTry, tries }: WaitingQuery): QueryItem {
  return { st: 'OPEN', started, why, hasText, firstSeen, nextTry, tries };
}
