import { createTable } from '../../lake/ddl.js';
import type { Day, PartitionKey } from '../../lake/partition.js';
import { addPartitions, createDatabase, executionToken, setLocation } from '../../lake/partition-ddl.js';
import { TABLES, type TableName } from '../../lake/tables.js';
import type { ViewName } from '../../lake/views.js';
import type { AddedBatch, Catalog, Ensured, Locations, StatementOutcome } from '../../ports/catalog.js';
import { ensureColumns } from './athena-new-columns.js';
import { AthenaStatements, type AthenaStatementsOptions } from './athena-statements.js';
import { ensureView } from './athena-views.js';
import { type GlueOptions, GluePartitions } from './glue-partitions.js';

export type AthenaCatalogOptions = AthenaStatementsOptions & GlueOptions;

/** The Glue catalog, changed by statements of Athena and read directly: a statement that succeeded proves nothing. */
export class AthenaCatalog implements Catalog {
  readonly #options: AthenaCatalogOptions;
  readonly #statements: AthenaStatements;
  readonly #shown: GluePartitions;

  constructor(options: AthenaCatalogOptions) {
    this.#options = options;
    this.#statements = new AthenaStatements(options);
    this.#shown = new GluePartitions(options);
  }

  async ensureDatabase(): Promise<'there' | 'created'> {
    if (await this.#shown.hasDatabase()) return 'there';
    const { database } = this.#options;
    await this.#statements.run(`making database ${database}`, { sql: createDatabase(database) });
    return 'created';
  }

  async ensureTable(table: TableName): Promise<Ensured> {
    const { lake, database } = this.#options;
    const [statements, shown] = [this.#statements, this.#shown];
    const found = await shown.findOurs(table);
    if (found) return ensureColumns(table, found, { statements, shown, database });
    await this.ensureDatabase();
    const sql = createTable(TABLES[table], lake);
    await this.#statements.run(`making ${this.#shown.nameOf(table)}`, { sql, database });
    return 'created';
  }

  async ensureView(view: ViewName): Promise<Ensured> {
    const { database } = this.#options;
    return ensureView(view, { statements: this.#statements, shown: this.#shown, database });
  }

  async startAdding({ table, names, token }: AddedBatch): Promise<string | undefined> {
    const { lake, database } = this.#options;
    return this.#statements.start({
      sql: addPartitions(lake, table, names),
      database,
      token: executionToken(token, { lake, database }),
    });
  }

  /** A partition that exists already is what was asked for; where it lies is for `locations` to tell. */
  async outcomeOf(executionId: string): Promise<StatementOutcome> {
    const outcome = await this.#statements.outcome(executionId);
    if (outcome.kind === 'failed' && /already exists/i.test(outcome.reason)) return { kind: 'succeeded' };
    return outcome;
  }

  async locations(table: TableName, days: readonly Day[]): Promise<Locations> {
    return this.#shown.locations(table, days);
  }

  async list(table: TableName): Promise<Locations> {
    return this.#shown.list(table);
  }

  async move({ table, day }: PartitionKey, generation: number): Promise<void> {
    const { lake, database } = this.#options;
    const sql = setLocation(lake, { table, day, generation });
    await this.#statements.run(`moving ${this.#shown.nameOf(table)} ${day}`, { sql, database });
    await this.#shown.mustLieAt({ table, day }, generation);
  }
}
