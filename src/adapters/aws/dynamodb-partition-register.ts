import type { PartitionKey } from '../../lake/partition.js';
import type { TableName } from '../../lake/tables.js';
import type { PartitionRegister, RegisteredPartition } from '../../ports/partition-register.js';
import { lakePart } from './dynamodb-part.js';
import { partitionsOf } from './dynamodb-partitions.js';
import { DynamoDbRegistrations } from './dynamodb-registrations.js';
import type { DynamoDbTable } from './dynamodb-table.js';

/** The register of a lake in S3. Its tables have thousands of partitions at most: it reads them all. */
export class DynamoDbPartitionRegister
  extends DynamoDbRegistrations<PartitionKey>
  implements PartitionRegister
{
  readonly #table: DynamoDbTable;

  constructor(table: DynamoDbTable) {
    super(table, lakePart);
    this.#table = table;
  }

  async list(table: TableName): Promise<readonly RegisteredPartition[]> {
    return partitionsOf(this.#table, table);
  }

  async open(table: TableName): Promise<readonly RegisteredPartition[]> {
    return (await this.list(table)).filter(({ registration }) => registration !== 'REGISTERED');
  }
}
