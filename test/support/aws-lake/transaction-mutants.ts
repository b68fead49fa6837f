import {
  type AttributeValue,
  PutItemCommand,
  type TransactWriteItem,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { AwsError, transactionCanceled } from '../aws/aws-error.ts';
import type { Circumstances } from './aws-process.ts';
import type { AwsCommand } from './effect-name.ts';

type Send = NonNullable<Circumstances['send']>;
type Keys = Record<string, AttributeValue> | undefined;
type Write = {
  Item?: Keys;
  Key?: Keys;
  ConditionExpression?: string | undefined;
  ExpressionAttributeValues?: Record<string, AttributeValue> | undefined;
  UpdateExpression?: string | undefined;
};

const operationOf = (command: AwsCommand) => command.constructor.name.replace(/Command$/, '');
const keyOf = ({ Item, Key }: Write) => (Item ?? Key)?.['pk']?.S ?? '';

/** Writes of one kind of item without what they are held to: by themselves, or those of a commit. */
export function withoutCondition(operation: 'PutItem' | 'TransactWriteItems', kind: string): Send {
  return async (command, send) => {
    const isMeant = operationOf(command) === operation && (operation === 'PutItem' || isCommit(command));
    if (isMeant) for (const write of writesOf(command)) if (keyOf(write).startsWith(kind)) strip(write);
    return send(command);
  };
}

const isCommit = (command: AwsCommand) =>
  writesOf(command).some((write) => keyOf(write).startsWith('BUNDLE#'));

function writesOf(command: AwsCommand): readonly Write[] {
  const items = command.input['TransactItems'];
  if (!Array.isArray(items)) return [command.input];
  return items.flatMap(({ Put, Update }: TransactWriteItem) => [Put ?? [], Update ?? []].flat());
}

/** DynamoDB refuses values that no expression names. */
function strip(write: Write): void {
  delete write.ConditionExpression;
  const named = Object.entries(write.ExpressionAttributeValues ?? {}).filter(([name]) =>
    new RegExp(`${name}\\b`).test(write.UpdateExpression ?? ''),
  );
  if (named.length > 0) write.ExpressionAttributeValues = Object.fromEntries(named);
  else delete write.ExpressionAttributeValues;
}

/** The commit item by item, log files first; it tells of a refusal as a transaction would. */
export const nonAtomic: Send = async (command, send) => {
  const items = command.input['TransactItems'];
  if (!Array.isArray(items) || !isCommit(command)) return send(command);
  const list: readonly TransactWriteItem[] = items;
  const order = [...list.keys()].sort((a, b) => rank(list[a]) - rank(list[b]) || a - b);
  for (const at of order) {
    try {
      await send(single(list[at]));
    } catch (error) {
      if (!(error instanceof AwsError) || error.name !== 'ConditionalCheckFailedException') throw error;
      throw transactionCanceled(list.map((_, n) => reason(n === at ? error : undefined)));
    }
  }
  return {};
};

const rank = (item: TransactWriteItem | undefined) =>
  item?.Put && keyOf(item.Put).startsWith('FILE#') ? 0 : 1;

function single(item: TransactWriteItem | undefined): AwsCommand {
  if (item?.Put) return new PutItemCommand(item.Put) as never;
  if (item?.Update) return new UpdateItemCommand(item.Update) as never;
  throw new Error('a commit puts and updates, nothing else');
}

function reason(error: AwsError | undefined) {
  if (!error) return { Code: 'None' };
  const Item = error.fields['Item'];
  return {
    Code: 'ConditionalCheckFailed',
    ...(typeof Item === 'object' && Item !== null && { Item: { ...Item } }),
  };
}
