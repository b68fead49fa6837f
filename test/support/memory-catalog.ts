import { AuditLakeError } from '../../src/errors.js';
import type { Day, PartitionKey } from '../../src/lake/partition.js';
import { TABLE_NAMES, type TableName } from '../../src/lake/tables.js';
import { VIEWS, type ViewName } from '../../src/lake/views.js';
import type { AddedBatch, Catalog, CatalogLocation, StatementOutcome } from '../../src/ports/catalog.js';

type Batch = AddedBatch;
type Execution = Batch & { readonly startedAt: number; readonly endsAt: number; ends: StatementOutcome };
/** How a statement will go: how long it takes, and whether it fails. */
export type Course = { readonly millis?: number; readonly fails?: string };

export const ROOT = 's3://amzn-s3-demo-lake/';
const own = (generation: number): CatalogLocation => ({ kind: 'own', generation });
export const elsewhere = (location: string): CatalogLocation => ({ kind: 'foreign', location, root: ROOT });

/**
 * Athena over Glue, in memory: statements take their time whether anybody asks or not, tokens are forgotten, what
 * exists is not touched by ADD IF NOT EXISTS.
 */
export class MemoryCatalog implements Catalog {
  /** Where each partition of a table lies. A table that is missing here is missing. */
  readonly tables = new Map<TableName, Map<Day, CatalogLocation>>();
  readonly views = new Set<ViewName>();
  hasDatabase = false;
  /** Every statement that ran: a repeated token that is remembered makes none. */
  readonly executions: Execution[] = [];
  /** How statements go from now on; the first is taken first, and then all succeed after a second. */
  readonly courses: Course[] = [];
  tokenMemoryMs = 3_600_000;
  /** Not an Athena that writes to this catalog: statements succeed, and nothing is seen of it. */
  isBlind = false;
  readonly #now: () => number;
  readonly #applied = new Set<Execution>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** How many statements asked for this partition. */
  statementsFor({ table, day }: PartitionKey): readonly Execution[] {
    return this.executions.filter((it) => it.table === table && it.names.includes(day));
  }

  drop({ table, day }: PartitionKey): void {
    this.#advance();
    this.tables.get(table)?.delete(day);
  }

  async ensureDatabase(): Promise<'there' | 'created'> {
    if (this.hasDatabase) return 'there';
    this.hasDatabase = true;
    return 'created';
  }

  async ensureView(view: ViewName): Promise<'there' | 'created'> {
    if (!this.hasDatabase) throw new AuditLakeError('AWS_FAILED', 'no database');
    if (this.views.has(view)) return 'there';
    const reads = TABLE_NAMES.filter((name) => VIEWS[view].query.includes(`FROM ${name}`));
    if (!reads.every((name) => this.tables.has(name))) {
      throw new AuditLakeError('AWS_FAILED', `${view} reads a table that is missing`);
    }
    this.views.add(view);
    return 'created';
  }

  async ensureTable(table: TableName): Promise<'there' | 'created'> {
    if (this.tables.has(table)) return 'there';
    this.hasDatabase = true;
    this.tables.set(table, new Map());
    return 'created';
  }

  async startAdding(batch: Batch): Promise<string | undefined> {
    this.#advance();
    const known = this.executions.findIndex((it) => it.token === batch.token && this.#isRemembered(it));
    if (known >= 0) return sameDays(this.executions[known], batch) ? `execution-${known}` : undefined;
    if (batch.names.length > 50) throw new Error('more than 50 days in one statement');
    const { millis = 1_000, fails } = this.courses.shift() ?? {};
    const ends: StatementOutcome =
      fails === undefined ? { kind: 'succeeded' } : { kind: 'failed', reason: fails };
    const startedAt = this.#now();
    this.executions.push({ ...batch, startedAt, endsAt: startedAt + millis, ends });
    return `execution-${this.executions.length - 1}`;
  }

  async outcomeOf(executionId: string): Promise<StatementOutcome> {
    this.#advance();
    const execution = this.executions[Number(executionId.slice('execution-'.length))];
    if (!execution) return { kind: 'failed', reason: 'unknown execution' };
    return this.#applied.has(execution) ? execution.ends : { kind: 'running' };
  }

  async locations(table: TableName, days: readonly Day[]): Promise<ReadonlyMap<Day, CatalogLocation>> {
    const all = await this.list(table);
    return new Map([...all].filter(([day]) => days.includes(day)));
  }

  async list(table: TableName): Promise<ReadonlyMap<Day, CatalogLocation>> {
    this.#advance();
    return this.isBlind ? new Map() : new Map(this.tables.get(table));
  }

  async move({ table, day }: PartitionKey, generation: number): Promise<void> {
    this.#advance();
    const days = this.tables.get(table);
    if (!days?.has(day)) throw new AuditLakeError('AWS_FAILED', `no partition ${table} ${day}`);
    days.set(day, own(generation));
  }

  /** What ended since the last look takes effect. */
  #advance(): void {
    for (const execution of this.executions) {
      if (!this.#hasEnded(execution) || this.#applied.has(execution)) continue;
      this.#applied.add(execution);
      const days = this.tables.get(execution.table);
      if (!days) execution.ends = { kind: 'failed', reason: 'table not found' };
      if (execution.ends.kind !== 'succeeded') continue;
      for (const day of execution.names) if (!days?.has(day)) days?.set(day, own(0));
    }
  }

  #hasEnded({ endsAt }: Execution): boolean {
    return endsAt <= this.#now();
  }

  #isRemembered({ startedAt }: Execution): boolean {
    return startedAt + this.tokenMemoryMs > this.#now();
  }
}

const sameDays = (one: Batch | undefined, two: Batch) => one?.names.join() === two.names.join();

/** The same catalog, but for some calls of it. */
export function otherwise(catalog: Catalog, calls: Partial<Catalog>): Catalog {
  return {
    ensureDatabase: () => catalog.ensureDatabase(),
    ensureView: (view) => catalog.ensureView(view),
    ensureTable: (table) => catalog.ensureTable(table),
    startAdding: (batch) => catalog.startAdding(batch),
    outcomeOf: (executionId) => catalog.outcomeOf(executionId),
    locations: (table, days) => catalog.locations(table, days),
    list: (table) => catalog.list(table),
    move: (partition, generation) => catalog.move(partition, generation),
    ...calls,
  };
}
