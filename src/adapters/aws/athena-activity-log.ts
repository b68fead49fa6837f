import { parseEventTime } from '../../cloudtrail/event-time.js';
import type { ActivityLog, Search, TracedEvent } from '../../ports/activity-log.js';
import type { Answer, QueryEngine } from '../../ports/query-engine.js';
import type { Grant } from '../../trace/grant.js';
import { LONGEST_LIFE, type Span } from '../../trace/key-window.js';
import {
  type BatchBounds,
  MOST_PARTITIONS,
  partitionBatches,
  type RawBatch,
} from '../../trace/partition-batches.js';
import { monthsBetween } from '../../trace/partition-months.js';
import { grantOfRow, type KeptRow, keptRow, onceEach, timeOf, userNameOf } from '../../trace/raw-event.js';
import { batchSelect, grantsOf, keysMet, timelineOf } from '../../trace/raw-sql.js';
import { type Searched, type SearchedKey, spanOf } from '../../trace/searched-days.js';
import { uncoveredDays } from '../../trace/uncovered-days.js';
import type { AthenaTraceTable } from './athena-trace-table.js';
import type { RawPartitionMonths } from './raw-partition-months.js';
import { sideBySide } from './side-by-side.js';

export type ActivityLogOptions = {
  readonly rawTable: string;
  readonly partitions: RawPartitionMonths;
  readonly table: AthenaTraceTable;
  /** Reads the result table. */
  readonly engine: QueryEngine;
  /** Queries of ours that run at once: Athena's quota is shared by the account. */
  readonly mostRunning: number;
  /** Grants that one search tells: memory holds them. */
  readonly mostGrants: number;
  /** Is told what a search takes, before it runs. */
  readonly tell: (plan: SearchPlan) => void;
};

/** What a search takes, before anything is run. */
export type SearchPlan = {
  readonly queries: number;
  readonly partitions: number;
  /** Days, `YYYY-MM-DD`, of which no partition is known; empty where Athena computes them and nobody knows. */
  readonly notCovered: readonly string[];
  readonly isComputed: boolean;
};

/** What was done so far. */
export type TraceWork = {
  readonly queries: number;
  readonly partitions: number;
  readonly bytesScanned: number;
  readonly notCovered: readonly string[];
  readonly isComputed: boolean;
};

/** Athena takes 262,144 bytes: with room for the head of a statement, these are some 2,500 keys. */
const MOST_SQL_BYTES = 200_000;

/**
 * Events of all services in the raw CloudTrail table, found partition by partition: only those that matter are read,
 * and what is found is collected in a table that goes when the trace ends.
 */
export class AthenaActivityLog implements ActivityLog {
  readonly #options: ActivityLogOptions;
  readonly #notCovered = new Set<string>();
  #searches = 0;
  #queries = 0;
  #partitions = 0;
  #bytesScanned = 0;
  #isComputed = false;
  #isCreated = false;

  constructor(options: ActivityLogOptions) {
    this.#options = options;
  }

  get work(): TraceWork {
    return {
      queries: this.#queries,
      partitions: this.#partitions,
      bytesScanned: this.#bytesScanned,
      notCovered: [...this.#notCovered].sort(),
      isComputed: this.#isComputed,
    };
  }

  /** What a search would take. Asks the catalog alone. @throws AuditLakeError USAGE, LAKE_FORMAT, AWS_DENIED, AWS_FAILED */
  async plan(search: Search): Promise<SearchPlan> {
    return (await this.#planned(search, 1)).plan;
  }

  async search(search: Search): Promise<readonly Grant[]> {
    const number = ++this.#searches;
    try {
      return await this.#searched(search, number);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async *timeline(): AsyncIterable<readonly TracedEvent[]> {
    if (!this.#isCreated) return;
    for await (const rows of onceEach(this.#rows(timelineOf(this.#options.table.name)))) {
      const events = rows.flatMap((row) => tracedEvent(row) ?? []);
      if (events.length > 0) yield events;
    }
  }

  async close(): Promise<void> {
    await this.#options.engine.close().catch(() => undefined);
    await this.#options.table.remove();
  }

  async #planned(search: Searched, number: number) {
    const { partitions, rawTable } = this.#options;
    const { isComputed, oneAccount, oneRegion } = await partitions.kind();
    const span = spanOf(search);
    const months = span ? monthsBetween(span.first, span.last) : [];
    const there = await partitions.months(months, accountsOf(search));
    const select = (batch: RawBatch) => batchSelect({ rawTable, searched: search, batch, number });
    const bounds: BatchBounds = {
      ...{ mostPartitions: MOST_PARTITIONS, mostBytes: MOST_SQL_BYTES, oneAccount, oneRegion },
      bytesOf: (batch) => Buffer.byteLength(select(batch)),
    };
    const batches = partitionBatches(search, there, bounds);
    const notCovered = isComputed ? [] : uncoveredDays(search, there);
    const count = sum(batches.map((batch) => batch.partitions));
    const plan: SearchPlan = { queries: batches.length, partitions: count, notCovered, isComputed };
    return { batches, select, plan };
  }

  /**
   * A subject's name may stand in neither who asked for a session nor what the session is called: the keys that its events
   * show, and of which no grant was found, are asked for too, in the time before they were met.
   */
  async #searched(search: Search, number: number): Promise<readonly Grant[]> {
    await this.#collect(search, number);
    if (!this.#isCreated) return [];
    const found = await this.#grants(number);
    if (search.kind !== 'subject') return found;
    const keys = await this.#unexplained(search, { number, known: new Set(found.map(({ key }) => key)) });
    if (keys.length === 0) return found;
    await this.#collect({ kind: 'grants', keys }, number);
    return this.#grants(number);
  }

  /** Reads the partitions that matter, and keeps what is found in them. */
  async #collect(searched: Searched, number: number): Promise<void> {
    const { table, mostRunning, tell } = this.#options;
    const { batches, select, plan } = await this.#planned(searched, number);
    tell(plan);
    this.#isComputed = plan.isComputed;
    for (const day of plan.notCovered) this.#notCovered.add(day);
    const [first] = batches;
    if (first === undefined) return;
    await table.create(select(first));
    this.#isCreated = true;
    await sideBySide(batches, mostRunning, async (batch) => {
      const { bytesScanned } = await table.insert(nameOf(batch), select(batch));
      this.#queries++;
      this.#partitions += batch.partitions;
      this.#bytesScanned += bytesScanned;
    });
  }

  async #grants(number: number): Promise<readonly Grant[]> {
    const { table, mostGrants } = this.#options;
    const grants: Grant[] = [];
    for await (const rows of onceEach(this.#rows(grantsOf(table.name, number, mostGrants)))) {
      grants.push(...rows.flatMap((row) => grantOfRow(row) ?? []));
    }
    return grants;
  }

  async #unexplained({ from, to }: Span, { number, known }: Met): Promise<readonly SearchedKey[]> {
    const { table, mostGrants } = this.#options;
    const keys: SearchedKey[] = [];
    for await (const chunk of this.#answer(keysMet(table.name, number, mostGrants))) {
      for (const [key, time] of chunk) {
        const at = parseEventTime(time);
        if (typeof key !== 'string' || at === undefined || known.has(key)) continue;
        const given = { from: Math.max(from, at - LONGEST_LIFE), to: Math.min(to, at + 1_000) };
        keys.push({ key, account: null, ...given });
      }
    }
    return keys;
  }

  async *#rows(sql: string): AsyncIterable<readonly KeptRow[]> {
    for await (const chunk of this.#answer(sql)) yield chunk.map(keptRow);
  }

  async *#answer(sql: string): Answer['chunks'] {
    const { chunks, bytesScanned = 0 } = await this.#options.engine.query(sql);
    this.#bytesScanned += bytesScanned;
    yield* chunks;
  }
}

type Met = { readonly number: number; readonly known: ReadonlySet<string> };

/** The accounts of a search that knows them all; none where it does not. */
function accountsOf(search: Searched): readonly string[] {
  if (search.kind !== 'keys' || search.keys.some(({ account }) => account === null)) return [];
  return [...new Set(search.keys.flatMap(({ account }) => account ?? []))];
}

/** How messages call the query of a batch. */
function nameOf({ month, days, accounts, regions }: RawBatch): string {
  const [first = '', last = ''] = [days[0], days.at(-1)];
  const when = first === last ? `${month}-${first}` : `${month}-${first} to ${month}-${last}`;
  const one = (names: readonly string[], many: string) =>
    names.length === 1 ? names[0] : `${names.length} ${many}`;
  return `the query of ${when}, ${one(accounts, 'accounts')}, ${one(regions, 'Regions')}`;
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, number) => all + number, 0);

function tracedEvent(row: KeptRow): TracedEvent | undefined {
  const at = timeOf(row);
  if (at === undefined) return undefined;
  return {
    at,
    eventId: row('event_id'),
    account: row('account_id'),
    region: row('aws_region'),
    source: row('event_source'),
    name: row('event_name'),
    error: row('error_code'),
    ip: row('source_ip'),
    agent: row('user_agent'),
    userName: userNameOf(row),
    userArn: row('user_arn'),
    key: row('access_key_id'),
    request: row('request_parameters'),
  };
}
