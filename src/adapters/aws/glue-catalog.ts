import {
  BatchCreatePartitionCommand,
  CreateDatabaseCommand,
  CreateTableCommand,
  type PartitionError,
  UpdatePartitionCommand,
} from '@aws-sdk/client-glue';
import { AuditLakeError } from '../../errors.js';
import type { Day, PartitionKey } from '../../lake/partition.js';
import { MOST_DAYS } from '../../lake/partition-ddl.js';
import { TABLES, type TableName } from '../../lake/tables.js';
import type { ViewName } from '../../lake/views.js';
import type { AddedBatch, Catalog, Ensured, Locations, StatementOutcome } from '../../ports/catalog.js';
import { ensureColumns } from './athena-new-columns.js';
import { AthenaStatements, type AthenaStatementsOptions } from './athena-statements.js';
import { ensureView } from './athena-views.js';
import { awsError, nameOf } from './aws-error.js';
import { type GlueOptions, GluePartitions } from './glue-partitions.js';
import { partitionInput, tableInput } from './glue-table-input.js';

export type GlueCatalogOptions = GlueOptions & AthenaStatementsOptions;

const EXISTS = 'AlreadyExistsException';
/** A call of Glue has ended when it is answered: the name of the execution tells how. */
const ADDED = 'glue: added';
const REFUSED = 'glue: refused ';
const MOST_NAMED = 3;

/** The Glue catalog without Athena, but for views and new columns: partitions need no statements, no results, no quota of DDL. */
export class GlueCatalog implements Catalog {
  readonly #options: GlueCatalogOptions;
  readonly #shown: GluePartitions;

  constructor(options: GlueCatalogOptions) {
    this.#options = options;
    this.#shown = new GluePartitions(options);
  }

  async ensureDatabase(): Promise<'there' | 'created'> {
    if (await this.#shown.hasDatabase()) return 'there';
    const { glue, database } = this.#options;
    const command = new CreateDatabaseCommand({ DatabaseInput: { Name: database } });
    return this.#unlessThere('CreateDatabase', `database ${database}`, () => glue.send(command));
  }

  async ensureTable(table: TableName): Promise<Ensured> {
    const found = await this.#shown.findOurs(table);
    if (found) return ensureColumns(table, found, this.#byStatement());
    await this.ensureDatabase();
    const { glue, lake, database } = this.#options;
    const TableInput = tableInput(TABLES[table], lake);
    const command = new CreateTableCommand({ DatabaseName: database, TableInput });
    return this.#unlessThere('CreateTable', this.#shown.nameOf(table), () => glue.send(command));
  }

  async ensureView(view: ViewName): Promise<Ensured> {
    return ensureView(view, this.#byStatement());
  }

  /** Views are left to Athena, and what an older release made. */
  #byStatement() {
    const statements = new AthenaStatements(this.#options);
    return { statements, shown: this.#shown, database: this.#options.database };
  }

  /** Glue needs no token: what exists it refuses by itself, partition by partition. */
  async startAdding({ table, names: days }: AddedBatch): Promise<string> {
    if (days.length > MOST_DAYS) throw new AuditLakeError('INTERNAL', `${days.length} days at once`);
    const { glue, lake, database } = this.#options;
    const like = (await this.#shown.findTable(table))?.StorageDescriptor;
    if (!like) return `${REFUSED}${this.#shown.nameOf(table)} is missing`;
    const inputs = days.map((day) => partitionInput(like, { lake, place: { table, day, generation: 0 } }));
    const command = new BatchCreatePartitionCommand({
      DatabaseName: database,
      TableName: table,
      PartitionInputList: inputs,
    });
    const { Errors = [] } = await this.#tried('BatchCreatePartition', this.#shown.nameOf(table), () =>
      glue.send(command),
    );
    const refused = Errors.filter(({ ErrorDetail }) => ErrorDetail?.ErrorCode !== EXISTS).map(wordsOf);
    if (refused.length === 0) return ADDED;
    return `${REFUSED}${refused.length} of ${days.length}: ${refused.slice(0, MOST_NAMED).join(', ')}`;
  }

  /** An execution that another kind of catalog named cannot be asked here: `locations` decides. */
  async outcomeOf(executionId: string): Promise<StatementOutcome> {
    if (!executionId.startsWith(REFUSED)) return { kind: 'succeeded' };
    return { kind: 'failed', reason: executionId };
  }

  async locations(table: TableName, days: readonly Day[]): Promise<Locations> {
    return this.#shown.locations(table, days);
  }

  async list(table: TableName): Promise<Locations> {
    return this.#shown.list(table);
  }

  async move({ table, day }: PartitionKey, generation: number): Promise<void> {
    const { glue, lake, database } = this.#options;
    const place = { table, day, generation };
    const like = (await this.#shown.findTable(table))?.StorageDescriptor;
    const command = new UpdatePartitionCommand({
      DatabaseName: database,
      TableName: table,
      PartitionValueList: day.split('-'),
      PartitionInput: partitionInput(like, { lake, place }),
    });
    await this.#tried('UpdatePartition', `${this.#shown.nameOf(table)} ${day}`, () => glue.send(command));
    await this.#shown.mustLieAt(place, generation);
  }

  /** Somebody else may be faster: what is there is as good as made. */
  async #unlessThere(
    operation: string,
    resource: string,
    call: () => Promise<unknown>,
  ): Promise<'there' | 'created'> {
    try {
      await call();
      return 'created';
    } catch (error) {
      if (nameOf(error) === EXISTS) return 'there';
      throw awsError(error, { action: `glue:${operation}`, resource });
    }
  }

  async #tried<T>(operation: string, resource: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw awsError(error, { action: `glue:${operation}`, resource });
    }
  }
}

function wordsOf({ PartitionValues, ErrorDetail }: PartitionError): string {
  return `${PartitionValues?.join('-') ?? 'a partition'} ${ErrorDetail?.ErrorCode ?? 'without a reason'}`;
}
