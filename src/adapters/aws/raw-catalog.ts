import type { Table } from '@aws-sdk/client-glue';
import { AuditLakeError } from '../../errors.js';
import { partitionName } from '../../lake/partition.js';
import { createDatabase, executionToken } from '../../lake/partition-ddl.js';
import { addRawPartitions, createRawTable, type RawTable, setRawLocation } from '../../lake/raw-ddl.js';
import { RAW_PARTITION_COLUMNS, type RawPartition } from '../../lake/raw-partition.js';
import { isProjected, type Properties } from '../../lake/raw-projection.js';
import type {
  AddedBatch,
  Ensured,
  Locations,
  PartitionCatalog,
  StatementOutcome,
} from '../../ports/catalog.js';
import { AthenaStatements, type AthenaStatementsOptions } from './athena-statements.js';
import { type GlueOptions, GluePartitions } from './glue-partitions.js';
import { rawShape } from './partition-shape.js';

export type RawCatalogOptions = AthenaStatementsOptions &
  Omit<GlueOptions, 'lake'> & {
    readonly table: RawTable;
  };

/** The raw table in the Glue catalog, changed by statements of Athena and read directly. */
export class RawCatalog implements PartitionCatalog<RawPartition> {
  readonly #options: RawCatalogOptions;
  readonly #statements: AthenaStatements;
  readonly #shown: GluePartitions;

  constructor(options: RawCatalogOptions) {
    const { root } = options.table;
    this.#options = options;
    this.#statements = new AthenaStatements(options);
    this.#shown = new GluePartitions({ ...options, lake: root }, rawShape(root));
  }

  /** The properties of the table; undefined where it is missing. @throws AuditLakeError LAKE_FORMAT */
  async properties(): Promise<Properties | undefined> {
    const { table } = this.#options;
    const found = await this.#shown.findOurs(table.name);
    if (found) mustHaveColumns(found, this.#shown.nameOf(table.name));
    return found && (found.Parameters ?? {});
  }

  /** With the partitions that it was asked for: registered, or computed. @throws AuditLakeError LAKE_FORMAT */
  async create(): Promise<'there' | 'created'> {
    const { table, database } = this.#options;
    const found = await this.properties();
    if (found) return 'there';
    if (!(await this.#shown.hasDatabase())) {
      await this.#statements.run(`making database ${database}`, { sql: createDatabase(database) });
    }
    const sql = createRawTable(table);
    await this.#statements.run(`making ${this.#shown.nameOf(table.name)}`, { sql, database });
    return 'created';
  }

  /** Made where it is missing. @throws AuditLakeError LAKE_FORMAT where what is registered would be ignored */
  async ensureTable(): Promise<Ensured> {
    const made = await this.create();
    if (isProjected((await this.properties()) ?? {})) {
      const name = this.#shown.nameOf(this.#options.table.name);
      const message = `${name} computes its partitions (projection.enabled): Athena ignores what is registered. Nothing has to be`;
      throw new AuditLakeError('LAKE_FORMAT', message);
    }
    return made;
  }

  async startAdding({ names, token }: AddedBatch<RawPartition>): Promise<string | undefined> {
    const { table, database } = this.#options;
    return this.#statements.start({
      sql: addRawPartitions(table, names),
      database,
      token: executionToken(token, { lake: table.root, database }),
    });
  }

  async outcomeOf(executionId: string): Promise<StatementOutcome> {
    const outcome = await this.#statements.outcome(executionId);
    if (outcome.kind === 'failed' && /already exists/i.test(outcome.reason)) return { kind: 'succeeded' };
    return outcome;
  }

  async locations(table: string, names: readonly string[]): Promise<Locations> {
    return this.#shown.locations(table, names);
  }

  /** There is one generation: its folder. */
  async move(partition: RawPartition): Promise<void> {
    const { table, database } = this.#options;
    const what = `moving ${this.#shown.nameOf(table.name)} ${partitionName(partition)}`;
    await this.#statements.run(what, { sql: setRawLocation(table, partition), database });
    await this.#shown.mustLieAt(partition, 0);
  }
}

/** Somebody else's table over the same folder has other partitions. */
function mustHaveColumns({ PartitionKeys = [] }: Table, name: string): void {
  const columns = PartitionKeys.map(({ Name }) => Name).join(', ');
  const wanted = RAW_PARTITION_COLUMNS.join(', ');
  if (columns === wanted) return;
  const message = `${name} is partitioned by ${columns || 'nothing'}, not by ${wanted}: name another --raw-table`;
  throw new AuditLakeError('LAKE_FORMAT', message);
}
