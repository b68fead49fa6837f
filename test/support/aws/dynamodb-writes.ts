import type {
  ConditionCheck,
  DeleteItemCommandInput,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { AwsError, invalid } from './aws-error.ts';
import { type Condition, holds, readCondition } from './dynamodb-conditions.ts';
import { keptItem, type TableDouble } from './dynamodb-table.ts';
import { type Placeholders, Substitutions } from './dynamodb-tokens.ts';
import { readUpdate, type Update, updated } from './dynamodb-updates.ts';
import type { Item, Value } from './dynamodb-values.ts';

/** A write of one item, read and checked: what it asks of the item as it stands, and what it makes of it. */
export type ItemWrite = {
  readonly table: TableDouble;
  readonly id: string;
  readonly condition: Condition | undefined;
  /** Whether a failure shows the item. */
  readonly showsOld: boolean;
  readonly next: (before: Item | undefined) => Item | undefined;
};

type Write = Placeholders & {
  readonly ConditionExpression?: string | undefined;
  readonly UpdateExpression?: string | undefined;
  readonly ReturnValuesOnConditionCheckFailure?: string | undefined;
};

/** Reads the expressions of one write. @throws AwsError ValidationException */
function read(write: Write): { readonly condition: Condition | undefined; readonly update: Update } {
  const { ConditionExpression, UpdateExpression } = write;
  if (ConditionExpression === undefined && UpdateExpression === undefined) {
    if (write.ExpressionAttributeNames ?? write.ExpressionAttributeValues) {
      throw invalid(
        'ExpressionAttributeNames and ExpressionAttributeValues can only be specified when using expressions',
      );
    }
    return { condition: undefined, update: [] };
  }
  const placeholders = new Substitutions(write);
  const update = UpdateExpression === undefined ? [] : readUpdate(UpdateExpression, placeholders);
  const condition =
    ConditionExpression === undefined ? undefined : readCondition(ConditionExpression, placeholders);
  placeholders.checkAllUsed();
  return { condition, update };
}

const shows = (write: Write) => write.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';

type Keyed = Write & { readonly Key?: Record<string, Value> | undefined };

export function putOf(table: TableDouble, put: Pick<PutItemCommandInput, 'Item'> & Write): ItemWrite {
  const item = keptItem(put.Item ?? {});
  return {
    table,
    id: table.idOf(item),
    condition: read(put).condition,
    showsOld: shows(put),
    next: () => item,
  };
}

export function deleteOf(table: TableDouble, write: Pick<DeleteItemCommandInput, 'Key'> & Write): ItemWrite {
  const { condition } = read(write);
  return { table, id: table.idOfKey(write.Key), condition, showsOld: shows(write), next: () => undefined };
}

/** A check alone: the item stays as it is. */
export function checkOf(table: TableDouble, check: Pick<ConditionCheck, 'Key'> & Write): ItemWrite {
  const { condition } = read(check);
  if (condition === undefined) throw invalid('The expression can not be empty;');
  return { table, id: table.idOfKey(check.Key), condition, showsOld: shows(check), next: (before) => before };
}

export function updateOf(table: TableDouble, write: Pick<UpdateItemCommandInput, 'Key'> & Keyed): ItemWrite {
  const { condition, update } = read(write);
  const key = table.keyOf(keptItem(write.Key ?? {}));
  if (update.some(({ path }) => path[0] !== undefined && path[0] in key)) {
    throw invalid(
      'One or more parameter values were invalid: Cannot update attribute. This attribute is part of the key',
    );
  }
  return {
    ...{ table, id: table.idOfKey(write.Key), condition, showsOld: shows(write) },
    next: (before) => keptItem(updated(before ?? key, update)),
  };
}

/** Whether the item as it stands lets the write through. */
export function isAllowed({ table, id, condition }: ItemWrite): boolean {
  return condition === undefined || holds(condition, table.get(id) ?? {});
}

/** Does one write. Gives the item before and after. @throws AwsError ConditionalCheckFailedException */
export function apply(write: ItemWrite): {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
} {
  const before = write.table.get(write.id);
  if (!isAllowed(write)) {
    const item = write.showsOld && before !== undefined ? { Item: structuredClone(before) } : {};
    throw new AwsError('ConditionalCheckFailedException', 'The conditional request failed', item);
  }
  const after = write.next(before);
  write.table.set(write.id, after);
  return { before, after };
}
