import type { ActivityLog, Search, TracedEvent } from '../../ports/activity-log.js';
import type { QueryEngine } from '../../ports/query-engine.js';
import type { Grant } from '../../trace/grant.js';
import {
  type BatchBounds,
  MOST_PARTITIONS,
  partitionBatches,
  type RawBatch,
} from '../../trace/partition-batches.js';
import { monthsBetween } from '../../trace/partition-months.js';
import { grantOfRow, type KeptRow, keptRow, timeOf, userNameOf } from '../../trace/raw-event.js';
import { batchSelect, grantsOf, timelineOf } from '../../trace/raw-sql.js';
import { spanOf } from '../../trace/searched-days.js';
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

/** Athena takes 262,144 bytes of SQL; the first line of a statement is ours. */
const MOST_SQL_BYTES = 262_144 - 1_024;

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
    const { batches, isComputed, notCovered } = await this.#planned(search, 1);
    const partitions = sum(batches.map((batch) => batch.partitions));
    return { queries: batches.length, partitions, isComputed, notCovered };
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

  async #planned(search: Search, number: number) {
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
    return { batches, select, isComputed, notCovered: isComputed ? [] : uncoveredDays(search, there) };
  }

  async #searched(search: Search, number: number): Promise<readonly Grant[]> {
    const { table, mostRunning, mostGrants } = this.#options;
    const { batches, select, isComputed, notCovered } = await this.#planned(search, number);
    this.#isComputed = isComputed;
    for (const day of notCovered) this.#notCovered.add(day);
    const [first] = batches;
    if (first === undefined) return [];
    await table.create(select(first));
    this.#isCreated = true;
    await sideBySide(batches, mostRunning, async (batch) => {
      const { bytesScanned } = await table.insert(nameOf(batch), select(batch));
      this.#queries++;
      this.#partitions += batch.partitions;
      this.#bytesScanned += bytesScanned;
    });
    const grants: Grant[] = [];
    for await (const rows of onceEach(this.#rows(grantsOf(table.name, number, mostGrants)))) {
      grants.push(...rows.flatMap((row) => grantOfRow(row) ?? []));
    }
    return grants;
  }

  async *#rows(sql: string): AsyncIterable<readonly KeptRow[]> {
    const { chunks, bytesScanned = 0 } = await this.#options.engine.query(sql);
    this.#bytesScanned += bytesScanned;
    for await (const chunk of chunks) yield chunk.map(keptRow);
  }
}

/** The accounts of a search that knows them all; none where it does not. */
function accountsOf(search: Search): readonly string[] {
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

/** Rows without those of an event that was delivered twice, in other words: both bear its id, and are neighbours. */
async function* onceEach(chunks: AsyncIterable<readonly KeptRow[]>): AsyncIterable<readonly KeptRow[]> {
  let last: string | null = null;
  for await (const rows of chunks) {
    yield rows.filter((row) => {
      const id = eventOf(row);
      const isNew = id === null || id !== last;
      last = id;
      return isNew;
    });
  }
}

/** What an event is known by, as in the views of a lake; null where it has no id. */
const eventOf = (row: KeptRow): string | null =>
  row('event_id') && `${row('event_id')} ${row('account_id')} ${row('aws_region')}`;

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
