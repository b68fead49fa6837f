import type {
  BatchGetItemCommandInput,
  CreateTableCommandInput,
  DeleteItemCommandInput,
  DescribeContinuousBackupsCommandInput,
  DescribeTableCommandInput,
  GetItemCommandInput,
  KeysAndAttributes,
  PutItemCommandInput,
  QueryCommandInput,
  ScanCommandInput,
  TransactWriteItemsCommandInput,
  UpdateContinuousBackupsCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { Mishap } from './aws-call.ts';
import { AwsError, invalid } from './aws-error.ts';
import { projected, queried, scanned } from './dynamodb-reads.ts';
import { keyAskedFor, noTable, TableDouble } from './dynamodb-table.ts';
import { Substitutions } from './dynamodb-tokens.ts';
import { Transactions } from './dynamodb-transactions.ts';
import type { Item } from './dynamodb-values.ts';
import { apply, deleteOf, type ItemWrite, putOf, updateOf } from './dynamodb-writes.ts';
import { operation } from './operations.ts';

const PLACEHOLDERS = ['ExpressionAttributeNames', 'ExpressionAttributeValues'] as const;
const CONDITION = ['ConditionExpression', ...PLACEHOLDERS, 'ReturnValuesOnConditionCheckFailure'] as const;
const READING = ['TableName', 'ConsistentRead', 'ProjectionExpression', 'ExpressionAttributeNames'] as const;
const PAGING = [
  'FilterExpression',
  'ExpressionAttributeValues',
  'ExclusiveStartKey',
  'Limit',
  'Select',
] as const;
const TABLE = [
  'TableName',
  'KeySchema',
  'AttributeDefinitions',
  'BillingMode',
  'DeletionProtectionEnabled',
] as const;
const MOST_KEYS = 100;

/** DynamoDB: tables of items under a string key, conditions, transactions. Every read is strong. */
export class DynamoDbDouble {
  /** Bytes of items after which a page of a Query or Scan ends. */
  pageBytes = 1_048_576;
  /** How often a new table says CREATING before it is ACTIVE. */
  creating = 1;
  /** How often the backups of tables say that they are still being enabled, when recovery is to be switched on. */
  enablingBackups = 0;
  readonly #tables = new Map<string, TableDouble>();
  readonly #transactions: Transactions;

  constructor({ now }: { readonly now: () => number }) {
    this.#transactions = new Transactions(now, (name) => this.#table(name));
  }

  readonly operations = {
    CreateTable: operation<CreateTableCommandInput>(TABLE, (input) => this.#create(input)),
    DescribeTable: operation<DescribeTableCommandInput>(['TableName'], (input) => this.#describe(input)),
    UpdateContinuousBackups: operation<UpdateContinuousBackupsCommandInput>(
      ['TableName', 'PointInTimeRecoverySpecification'],
      (input) => this.#protect(input),
    ),
    DescribeContinuousBackups: operation<DescribeContinuousBackupsCommandInput>(['TableName'], (input) =>
      backupsOf(this.#table(input.TableName)),
    ),
    GetItem: operation<GetItemCommandInput>([...READING, 'Key'], (input) => this.#get(input)),
    PutItem: operation<PutItemCommandInput>(['TableName', 'Item', 'ReturnValues', ...CONDITION], (input) =>
      written(putOf(this.#table(input.TableName), input), input.ReturnValues),
    ),
    UpdateItem: operation<UpdateItemCommandInput>(
      ['TableName', 'Key', 'UpdateExpression', 'ReturnValues', ...CONDITION],
      (input) => written(updateOf(this.#table(input.TableName), input), input.ReturnValues),
    ),
    DeleteItem: operation<DeleteItemCommandInput>(
      ['TableName', 'Key', 'ReturnValues', ...CONDITION],
      (input) => written(deleteOf(this.#table(input.TableName), input), input.ReturnValues),
    ),
    BatchGetItem: operation<BatchGetItemCommandInput>(['RequestItems'], (input, mishap) =>
      this.#getMany(input.RequestItems ?? {}, mishap),
    ),
    Query: operation<QueryCommandInput>(
      [...READING, ...PAGING, 'KeyConditionExpression', 'ScanIndexForward'],
      (input) => queried(this.#table(input.TableName), input, this.pageBytes),
    ),
    Scan: operation<ScanCommandInput>([...READING, ...PAGING], (input) =>
      scanned(this.#table(input.TableName), input, this.pageBytes),
    ),
    TransactWriteItems: operation<TransactWriteItemsCommandInput>(
      ['TransactItems', 'ClientRequestToken'],
      (input) => {
        this.#transactions.write(input);
        return {};
      },
    ),
  };

  /** An active table with the keys `pk` and `sk`, and point-in-time recovery. */
  createTable(name: string): void {
    const table = new TableDouble(name, { hash: 'pk', range: 'sk' }, 0);
    table.isRecoverable = true;
    this.#tables.set(name, table);
  }

  /** Every item of a table, by its keys. */
  items(table: string): readonly Item[] {
    const items = this.#table(table)
      .items()
      .map((item) => structuredClone(item));
    return items.sort((a, b) => (keyText(a) < keyText(b) ? -1 : 1));
  }

  /** Puts an item as somebody else would: no call, no condition, no fault. */
  put(table: string, item: Item): void {
    apply(putOf(this.#table(table), { Item: item }));
  }

  #table(name: string | undefined): TableDouble {
    const table = this.#tables.get(name ?? '');
    if (table === undefined || table.creating > 0) throw noTable();
    return table;
  }

  #create(input: CreateTableCommandInput) {
    const { TableName: name = '' } = input;
    if (this.#tables.has(name)) throw new AwsError('ResourceInUseException', `Table already exists: ${name}`);
    const table = new TableDouble(name, keyAskedFor(input), this.creating);
    this.#tables.set(name, table);
    return { TableDescription: description(table) };
  }

  #describe({ TableName: name = '' }: DescribeTableCommandInput) {
    const table = this.#tables.get(name);
    if (table === undefined) throw noTable();
    const answer = { Table: description(table) };
    table.creating = Math.max(0, table.creating - 1);
    return answer;
  }

  #protect({ TableName, PointInTimeRecoverySpecification: it }: UpdateContinuousBackupsCommandInput) {
    const table = this.#table(TableName);
    if (this.enablingBackups > 0) {
      this.enablingBackups -= 1;
      const message = `Backups are being enabled for the table: ${table.name}. Please retry later`;
      throw new AwsError('ContinuousBackupsUnavailableException', message);
    }
    table.isRecoverable = it?.PointInTimeRecoveryEnabled ?? false;
    return backupsOf(table);
  }

  #get(input: GetItemCommandInput) {
    const table = this.#table(input.TableName);
    const item = table.get(table.idOfKey(input.Key));
    if (item === undefined) return {};
    return { Item: projected(item, input.ProjectionExpression, new Substitutions(input)) };
  }

  /** Duplicate keys and more than a hundred are refused. */
  #getMany(request: Readonly<Record<string, KeysAndAttributes>>, { processed = MOST_KEYS }: Mishap) {
    const asked = Object.entries(request).flatMap(([name, { Keys = [], ...as }]) => {
      const table = this.#table(name);
      return Keys.map((key) => ({ name, table, key, id: table.idOfKey(key), as }));
    });
    if (asked.length > MOST_KEYS) throw invalid('Too many items requested for the BatchGetItem call');
    if (new Set(asked.map(({ name, id }) => `${name} ${id}`)).size < asked.length) {
      throw invalid('Provided list of item keys contains duplicates');
    }
    const responses: Record<string, Item[]> = Object.fromEntries(asked.map(({ name }) => [name, []]));
    for (const { name, table, id, as } of asked.slice(0, processed)) {
      const item = table.get(id);
      if (item !== undefined) {
        responses[name]?.push(projected(item, as.ProjectionExpression, new Substitutions(as)));
      }
    }
    const unprocessed: Record<string, KeysAndAttributes> = {};
    for (const { name, key, as } of asked.slice(processed)) {
      unprocessed[name] = { ...as, Keys: [...(unprocessed[name]?.Keys ?? []), key] };
    }
    return { Responses: responses, UnprocessedKeys: unprocessed };
  }
}

const keyText = (item: Item) => `${item['pk']?.S}\0${item['sk']?.S}`;

/** Does a write of one item and answers what was asked for. */
function written(write: ItemWrite, values = 'NONE') {
  if (!['NONE', 'ALL_OLD', 'ALL_NEW'].includes(values))
    throw new Error(`The double knows no ReturnValues ${values}`);
  const { before, after } = apply(write);
  const shown = values === 'ALL_NEW' ? after : values === 'ALL_OLD' ? before : undefined;
  return shown === undefined ? {} : { Attributes: structuredClone(shown) };
}

const description = ({ name, key, creating }: TableDouble) => ({
  TableName: name,
  TableStatus: creating > 0 ? ('CREATING' as const) : ('ACTIVE' as const),
  KeySchema: [
    { AttributeName: key.hash, KeyType: 'HASH' as const },
    ...(key.range === undefined ? [] : [{ AttributeName: key.range, KeyType: 'RANGE' as const }]),
  ],
});

const backupsOf = ({ isRecoverable }: TableDouble) => ({
  ContinuousBackupsDescription: {
    ContinuousBackupsStatus: 'ENABLED' as const,
    PointInTimeRecoveryDescription: {
      PointInTimeRecoveryStatus: isRecoverable ? ('ENABLED' as const) : ('DISABLED' as const),
    },
  },
});
