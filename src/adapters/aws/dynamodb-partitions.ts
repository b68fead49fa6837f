import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { AnyPartition, PartitionKey } from '../../lake/partition.js';
import type { TableName } from '../../lake/tables.js';
import type { OpenPartition } from '../../ports/lake-state.js';
import type { RegisteredPartition } from '../../ports/partition-register.js';
import { ITEM_VERSION, type Item, text, whole } from './dynamodb-attributes.js';
import { pastConflicts } from './dynamodb-conflict.js';
import { lakePart, partKey, partsOf, readPart } from './dynamodb-part.js';
import type { DynamoDbTable } from './dynamodb-table.js';
import { sideBySide } from './side-by-side.js';

/** Partitions created side by side. */
const AT_ONCE = 16;
/** A new partition: open in generation 0, without members, and PENDING: the registrar does the rest. */
const NEW_PART =
  'SET ver = if_not_exists(ver, :ver), reg = if_not_exists(reg, :pending), v = if_not_exists(v, :zero), ' +
  'w = if_not_exists(w, :zero), n = if_not_exists(n, :zero)';

/** The generations of partitions, in the order asked; new ones are made (protocol 4.2 step 5). Strong reads. */
export async function openPartitions(
  table: DynamoDbTable,
  keys: readonly PartitionKey[],
): Promise<readonly OpenPartition[]> {
  const asked = keys.map(partKey);
  const known = (await table.getMany(asked, { consistent: true })).map((item) => readPart(item, lakePart));
  return sideBySide(keys, AT_ONCE, async (key) => {
    const part = known.find(({ table: name, day }) => name === key.table && day === key.day);
    const { visible, writing } = part ?? readPart(await makePart(table, key), lakePart);
    return { visible, writing };
  });
}

/** The partition as it stands then, whoever made it. */
export async function makePart(table: DynamoDbTable, key: AnyPartition): Promise<Item> {
  const command = new UpdateItemCommand({
    TableName: table.name,
    Key: { ...partKey(key) },
    UpdateExpression: NEW_PART,
    ExpressionAttributeValues: {
      ':ver': whole(ITEM_VERSION),
      ':pending': text('PENDING'),
      ':zero': whole(0),
    },
    ReturnValues: 'ALL_NEW',
  });
  const answer = await table.tried('dynamodb:UpdateItem', () =>
    pastConflicts(table.waiting, () => table.client.send(command)),
  );
  return answer.Attributes ?? {};
}

/** All partitions of a table by day. Strong reads. */
export async function partitionsOf(table: DynamoDbTable, name: TableName): Promise<RegisteredPartition[]> {
  const parts: RegisteredPartition[] = [];
  for await (const item of table.query(partsOf(name))) parts.push(readPart(item, lakePart));
  return parts;
}
