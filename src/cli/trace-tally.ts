import type { Chains } from '../trace/chains.js';
import type { TraceRow } from '../trace/trace-row.js';

/** What is counted and kept of a timeline while it passes: its memory does not grow with the timeline. */
export class TraceTally {
  events = 0;
  errors = 0;
  readonly accounts = new Set<string>();
  readonly eventsByKey = new Map<string, number>();
  /** The oldest ones. */
  readonly rows: TraceRow[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** The rows as they come. */
  async *watch(
    rows: AsyncIterable<readonly TraceRow[]>,
    chains: Chains,
  ): AsyncGenerator<readonly TraceRow[]> {
    for await (const chunk of rows) {
      for (const row of chunk) this.#note(row, chains);
      yield chunk;
    }
  }

  #note(row: TraceRow, chains: Chains): void {
    const { key, account, error } = row;
    this.events += 1;
    if (error !== null) this.errors += 1;
    if (account !== null) this.accounts.add(account);
    if (key !== null && chains.grantOf(key)) this.eventsByKey.set(key, (this.eventsByKey.get(key) ?? 0) + 1);
    if (this.rows.length < this.#most) this.rows.push(row);
  }
}
