import type { AnyPartition, PartitionKey, PartitionName } from '../lake/partition.js';
import type { TableName } from '../lake/tables.js';
import type { ViewName } from '../lake/views.js';

/**
 * Where the catalog says that a partition lies: in a generation of ours, or somewhere else; then `root` names the
 * place below which it would lie in this lake.
 */
export type CatalogLocation =
  | { readonly kind: 'own'; readonly generation: number }
  | { readonly kind: 'foreign'; readonly location: string; readonly root: string };

/** How a statement stands. A definite failure alone is `failed`; whatever is unknown is `running`. */
export type StatementOutcome =
  | { readonly kind: 'running' }
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly reason: string };

/** What was found: all as it should be, nothing, or what an older release made. */
export type Ensured = 'there' | 'created' | 'renewed';

/**
 * Where partitions become visible to engines. It always follows the register: it may lag, never lead. What
 * `startAdding` promises is only that it asked; `locations` tells what came of it.
 * @throws AuditLakeError AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
 */
export interface PartitionCatalog<K extends AnyPartition = PartitionKey> {
  /**
   * Makes the table where it is missing, and the database for it; gives it the columns that an older release did not
   * have. @throws AuditLakeError LAKE_FORMAT where the table of this name is that of another lake
   */
  ensureTable(table: K['table']): Promise<Ensured>;
  /**
   * Asks for partitions of generation 0, those that exist stay as they are. The same token gives the same execution
   * while the catalog remembers it. Gives the name of the execution; undefined where the catalog knows the token with
   * another text, so that there is nothing to ask: `locations` decides.
   */
  startAdding(batch: AddedBatch<K>): Promise<string | undefined>;
  outcomeOf(executionId: string): Promise<StatementOutcome>;
  /** Where these partitions lie; those that the catalog does not show are absent. */
  locations(table: K['table'], names: readonly PartitionName[]): Promise<Locations>;
  /** Points a partition to a generation of ours, and waits until the catalog says so. */
  move(partition: K, generation: number): Promise<void>;
}

/** What one statement adds to a table. */
export type AddedBatch<K extends AnyPartition = PartitionKey> = {
  readonly table: K['table'];
  readonly names: readonly PartitionName[];
  readonly token: string;
};

export type Locations = ReadonlyMap<PartitionName, CatalogLocation>;

/** What engines see of the lake: tables, views and partitions. */
export interface Catalog extends PartitionCatalog {
  ensureDatabase(): Promise<'there' | 'created'>;
  /**
   * Makes the view where it is missing, and replaces that of an older release, never of a newer one. The tables that it
   * reads must be there. @throws AuditLakeError LAKE_FORMAT where a table has its name
   */
  ensureView(view: ViewName): Promise<Ensured>;
  /** Every partition that the catalog shows of a table; none where the table is missing. */
  list(table: TableName): Promise<Locations>;
}
