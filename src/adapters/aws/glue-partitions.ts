import {
  BatchGetPartitionCommand,
  GetDatabaseCommand,
  GetPartitionsCommand,
  GetTableCommand,
  type GlueClient,
  type Partition,
  type PartitionValueList,
  type Table,
} from '@aws-sdk/client-glue';
import { AuditLakeError } from '../../errors.js';
import { type AnyPartition, type PartitionName, partitionName } from '../../lake/partition.js';
import type { ViewName } from '../../lake/views.js';
import type { CatalogLocation, Locations } from '../../ports/catalog.js';
import { awsError, nameOf } from './aws-error.js';
import { backOff, type Waiting } from './back-off.js';
import { lakeShape, type PartitionShape } from './partition-shape.js';

export type GlueOptions = {
  readonly glue: Pick<GlueClient, 'send'>;
  /** `s3://bucket/prefix` */
  readonly lake: string;
  readonly database: string;
  readonly waiting: Waiting;
};

const MOST_KEYS = 1_000;
/** Of one page, while Glue leaves some of its keys unread. */
const MOST_ATTEMPTS = 10;

/** What the Glue catalog shows of the tables of a lake: what is read is the same, whoever writes. */
export class GluePartitions {
  readonly #options: GlueOptions;
  readonly #shape: PartitionShape;

  constructor(options: GlueOptions, shape: PartitionShape = lakeShape(options.lake)) {
    this.#options = options;
    this.#shape = shape;
  }

  async hasDatabase(): Promise<boolean> {
    const { glue, database } = this.#options;
    const command = new GetDatabaseCommand({ Name: database });
    return (await this.#found('GetDatabase', `database ${database}`, () => glue.send(command))) !== undefined;
  }

  /** A table or a view. */
  async findTable(table: string): Promise<Table | undefined> {
    const { glue, database } = this.#options;
    const command = new GetTableCommand({ DatabaseName: database, Name: table });
    return (await this.#found('GetTable', this.nameOf(table), () => glue.send(command)))?.Table;
  }

  /** Somebody else's table of its name is no view of ours. @throws AuditLakeError LAKE_FORMAT */
  async findView(view: ViewName): Promise<Table | undefined> {
    const found = await this.findTable(view);
    if (found === undefined || found.TableType === 'VIRTUAL_VIEW') return found;
    const message = `${this.nameOf(view)} has the name of a view of the lake: rename it, or name another --database`;
    throw new AuditLakeError('LAKE_FORMAT', message);
  }

  /**
   * The table, where it is there. One of the same name that lies elsewhere is of another lake: to add partitions to it,
   * or to move them, would take them from that one. @throws AuditLakeError LAKE_FORMAT
   */
  async findOurs(table: string): Promise<Table | undefined> {
    const found = await this.findTable(table);
    if (!found) return undefined;
    const wanted = this.#shape.rootOf(table);
    const location = found.StorageDescriptor?.Location ?? 'nowhere';
    if (wanted === (location.endsWith('/') ? location : `${location}/`)) return found;
    const message = `${this.nameOf(table)} lies at ${location}, not at ${wanted}: name another --database`;
    throw new AuditLakeError('LAKE_FORMAT', message);
  }

  /** @throws AuditLakeError LAKE_FORMAT */
  async hasOurs(table: string): Promise<boolean> {
    return (await this.findOurs(table)) !== undefined;
  }

  async locations(table: string, names: readonly PartitionName[]): Promise<Locations> {
    const shown: Partition[] = [];
    for (let at = 0; at < names.length; at += MOST_KEYS) {
      const keys = names.slice(at, at + MOST_KEYS).map((name) => ({ Values: this.#shape.valuesOf(name) }));
      shown.push(...(await this.#page(table, keys)));
    }
    return this.#located(table, shown);
  }

  /** Every partition of our table; none where it is missing. @throws AuditLakeError LAKE_FORMAT */
  async list(table: string): Promise<Locations> {
    if (!(await this.hasOurs(table))) return new Map();
    const { glue, database } = this.#options;
    const shown: Partition[] = [];
    let from: string | undefined;
    do {
      const command = new GetPartitionsCommand({
        DatabaseName: database,
        TableName: table,
        ExcludeColumnSchema: true,
        ...(from !== undefined && { NextToken: from }),
      });
      const page = await this.#found('GetPartitions', this.nameOf(table), () => glue.send(command));
      shown.push(...(page?.Partitions ?? []));
      from = page?.NextToken;
    } while (from !== undefined);
    return this.#located(table, shown);
  }

  /** Holds a move against what the catalog shows. @throws AuditLakeError AWS_FAILED where it lies elsewhere */
  async mustLieAt(partition: AnyPartition, generation: number): Promise<void> {
    const { table } = partition;
    const name = partitionName(partition);
    const shown = (await this.locations(table, [name])).get(name);
    if (shown?.kind === 'own' && shown.generation === generation) return;
    const place = `generation ${generation} of ${this.nameOf(table)} ${name}`;
    throw new AuditLakeError('AWS_FAILED', `the catalog does not show ${place} after it was told to`);
  }

  /** How messages name a table. */
  nameOf(table: string): string {
    return `table ${this.#options.database}.${table}`;
  }

  async #page(table: string, keys: readonly { Values: string[] }[]): Promise<Partition[]> {
    const { glue, database, waiting } = this.#options;
    const shown: Partition[] = [];
    let left: PartitionValueList[] = [...keys];
    for (let attempt = 0; left.length > 0; attempt++) {
      if (attempt >= MOST_ATTEMPTS) {
        throw this.#failed('BatchGetPartition', this.nameOf(table), new Error('UnprocessedKeys'));
      }
      if (attempt > 0) await backOff(attempt, waiting);
      const input = { DatabaseName: database, TableName: table, PartitionsToGet: left };
      const command = new BatchGetPartitionCommand(input);
      const answer = await this.#found('BatchGetPartition', this.nameOf(table), () => glue.send(command));
      shown.push(...(answer?.Partitions ?? []));
      left = answer?.UnprocessedKeys ?? [];
    }
    return shown;
  }

  /** Partitions whose values are not as we make them cannot be ours. */
  #located(table: string, shown: readonly Partition[]): Locations {
    const located = new Map<PartitionName, CatalogLocation>();
    for (const { Values = [], StorageDescriptor } of shown) {
      const name = this.#shape.nameOf(Values);
      if (name !== undefined)
        located.set(name, this.#locationOf(table, name, StorageDescriptor?.Location ?? ''));
    }
    return located;
  }

  #locationOf(table: string, name: PartitionName, location: string): CatalogLocation {
    const generation = this.#shape.generationOf(table, name, location);
    if (generation !== undefined) return { kind: 'own', generation };
    return { kind: 'foreign', location, root: this.#shape.rootOf(table) };
  }

  /** Undefined where the table or database is missing. */
  async #found<T>(operation: string, resource: string, call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (error) {
      if (nameOf(error) === 'EntityNotFoundException') return undefined;
      throw this.#failed(operation, resource, error);
    }
  }

  #failed(operation: string, resource: string, error: unknown): AuditLakeError {
    return awsError(error, { action: `glue:${operation}`, resource });
  }
}
