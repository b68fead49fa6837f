import type {
  BatchCreatePartitionCommandInput,
  BatchGetPartitionCommandInput,
  CreateDatabaseCommandInput,
  CreateTableCommandInput,
  DeletePartitionCommandInput,
  GetDatabaseCommandInput,
  GetPartitionCommandInput,
  GetPartitionsCommandInput,
  GetTableCommandInput,
  PartitionInput,
  UpdatePartitionCommandInput,
} from '@aws-sdk/client-glue';
import type { Mishap } from './aws-call.ts';
import { AwsError } from './aws-error.ts';
import { Catalog, type CatalogTable, type Partition } from './glue-catalog.ts';
import { readExpression } from './glue-expression.ts';
import { operation } from './operations.ts';

const TABLE = ['CatalogId', 'DatabaseName', 'TableName'] as const;
const MOST_CREATED = 100;
const MOST_ASKED = 1000;

type Place = { readonly DatabaseName?: string | undefined; readonly TableName?: string | undefined };

/** The catalog of Glue: databases, tables, partitions. Nothing here compares and swaps, as in life. */
export class GlueDouble extends Catalog {
  /** Most partitions of one page, whatever is asked for. */
  pageSize = 1000;

  readonly operations = {
    GetDatabase: operation<GetDatabaseCommandInput>(['CatalogId', 'Name'], ({ Name = '' }) => ({
      Database: { Name: this.database(Name).name, CatalogId: this.account },
    })),
    CreateDatabase: operation<CreateDatabaseCommandInput>(['CatalogId', 'DatabaseInput'], (input) => {
      this.createDatabase(input.DatabaseInput?.Name ?? '');
      return {};
    }),
    GetTable: operation<GetTableCommandInput>(['CatalogId', 'DatabaseName', 'Name'], (input) => ({
      Table: tableShown(this.table(input.DatabaseName, input.Name), input.DatabaseName),
    })),
    CreateTable: operation<CreateTableCommandInput>(['CatalogId', 'DatabaseName', 'TableInput'], (input) => {
      this.createTable(input.DatabaseName ?? '', { Name: undefined, ...input.TableInput });
      return {};
    }),
    GetPartition: operation<GetPartitionCommandInput>([...TABLE, 'PartitionValues'], (input) => ({
      Partition: shown(this.partition(this.#table(input), input.PartitionValues ?? []), input),
    })),
    GetPartitions: operation<GetPartitionsCommandInput>(
      [...TABLE, 'NextToken', 'MaxResults', 'ExcludeColumnSchema', 'Expression'],
      (input) => this.#page(input),
    ),
    BatchGetPartition: operation<BatchGetPartitionCommandInput>(
      [...TABLE, 'PartitionsToGet'],
      (input, mishap) => this.#getMany(input, mishap),
    ),
    BatchCreatePartition: operation<BatchCreatePartitionCommandInput>(
      [...TABLE, 'PartitionInputList'],
      (input, mishap) => this.#createMany(input, mishap),
    ),
    UpdatePartition: operation<UpdatePartitionCommandInput>(
      [...TABLE, 'PartitionValueList', 'PartitionInput'],
      (input) => {
        this.replacePartition(this.#table(input), input.PartitionValueList ?? [], input.PartitionInput ?? {});
        return {};
      },
    ),
    DeletePartition: operation<DeletePartitionCommandInput>([...TABLE, 'PartitionValues'], (input) => {
      this.dropPartition(this.#table(input), input.PartitionValues ?? []);
      return {};
    }),
  };

  #table({ DatabaseName, TableName }: Place): CatalogTable {
    return this.table(DatabaseName, TableName);
  }

  #page(input: GetPartitionsCommandInput) {
    const table = this.#table(input);
    const keys = (table.input.PartitionKeys ?? []).map(({ Name = '' }) => Name);
    const fits = readExpression(input.Expression ?? '', keys);
    const all = [...table.partitions.values()].filter(({ input: { Values = [] } }) => fits(Values));
    const from = Number(input.NextToken ?? 0);
    const end = from + Math.min(input.MaxResults ?? MOST_ASKED, this.pageSize);
    const partitions = all.slice(from, end).map((partition) => shown(partition, input));
    return { Partitions: partitions, ...(end < all.length && { NextToken: String(end) }) };
  }

  #getMany(input: BatchGetPartitionCommandInput, { processed = MOST_ASKED }: Mishap) {
    const { PartitionsToGet: asked = [] } = input;
    if (asked.length > MOST_ASKED) throw invalidInput('PartitionsToGet has more than 1000 members');
    const table = this.#table(input);
    const found = asked
      .slice(0, processed)
      .flatMap(({ Values = [] }) => table.partitions.get(idOf(Values)) ?? []);
    return {
      Partitions: found.map((partition) => shown(partition, input)),
      UnprocessedKeys: asked.slice(processed),
    };
  }

  /** A 200 answer, whatever became of each. */
  #createMany(input: BatchCreatePartitionCommandInput, { processed = MOST_CREATED }: Mishap) {
    const { PartitionInputList: list = [] } = input;
    if (list.length > MOST_CREATED) throw invalidInput('PartitionInputList has more than 100 members');
    const table = this.#table(input);
    const errors = list.flatMap((partition, at) => {
      const error = at < processed ? this.#created(table, partition) : internalError();
      return error === undefined ? [] : [failed(partition, error)];
    });
    return { Errors: errors };
  }

  #created(table: CatalogTable, partition: PartitionInput): AwsError | undefined {
    try {
      this.addPartition(table, partition);
      return undefined;
    } catch (error) {
      if (error instanceof AwsError) return error;
      throw error;
    }
  }
}

const idOf = (values: readonly string[]) => values.join('/');

const internalError = () =>
  new AwsError('InternalServiceException', 'An internal error occurred', { status: 500 });

function invalidInput(message: string): AwsError {
  return new AwsError('InvalidInputException', message);
}

const failed = ({ Values = [] }: PartitionInput, { name, message }: AwsError) => ({
  PartitionValues: Values,
  ErrorDetail: { ErrorCode: name, ErrorMessage: message },
});

function shown({ input, createdAt }: Partition, { DatabaseName, TableName }: Place) {
  return { ...structuredClone(input), DatabaseName, TableName, CreationTime: new Date(createdAt) };
}

function tableShown({ input, createdAt }: CatalogTable, database: string | undefined) {
  return { ...structuredClone(input), DatabaseName: database, CreateTime: new Date(createdAt) };
}
