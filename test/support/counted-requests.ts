import type { PriceName } from '../../src/backfill/price-table.js';
import type { AwsCall } from './aws/aws-call.ts';
import type { Item } from './aws/dynamodb-values.ts';

const KB = 1024;

/** What AWS charges for calls, as its price pages tell: counted without our own code. */
export function chargedFor(calls: readonly AwsCall[]): { readonly [kind in PriceName]?: number } {
  const of = (operation: string) => calls.filter((call) => call.operation === operation);
  return {
    s3_list: of('ListObjectsV2').length,
    s3_get: of('GetObject').length,
    s3_put: of('PutObject').length,
    dynamodb_write: sum(calls.map(writeUnits)),
    dynamodb_read: sum(calls.map(readUnits)),
  };
}

type Written = { readonly Item?: Item };

/** A unit a KB; twice that in a transaction. An update is of small items. */
function writeUnits({ operation, input }: AwsCall): number {
  if (operation === 'PutItem') return unitsOf(input as Written);
  if (operation === 'UpdateItem' || operation === 'DeleteItem') return 1;
  if (operation !== 'TransactWriteItems') return 0;
  const { TransactItems = [] } = input as { TransactItems?: readonly { readonly Put?: Written }[] };
  return sum(TransactItems.map(({ Put }) => 2 * (Put ? unitsOf(Put) : 1)));
}

/** A unit an item, half of it for a read that may be behind. */
function readUnits({ operation, input }: AwsCall): number {
  if (operation === 'GetItem' || operation === 'Query') return 1;
  if (operation !== 'BatchGetItem') return 0;
  type Asked = { readonly Keys: readonly Item[]; readonly ConsistentRead?: boolean };
  const { RequestItems = {} } = input as { RequestItems?: { readonly [table: string]: Asked } };
  return sum(
    Object.values(RequestItems).map(({ Keys, ConsistentRead }) => Keys.length * (ConsistentRead ? 1 : 0.5)),
  );
}

const unitsOf = ({ Item: item = {} }: Written) => Math.ceil(sizeOfMembers(item) / KB);
const lengthOf = (text: string) => Buffer.byteLength(text);
const sizeOfMembers = (item: Item) =>
  sum(Object.entries(item).map(([name, value]) => lengthOf(name) + sizeOf(value)));

/** As DynamoDB counts: text by its bytes, a number by pairs of digits, 3 a list or map and 1 for each part of it. */
function sizeOf({ S, N, L, M }: Item[string]): number {
  if (S !== undefined) return lengthOf(S);
  if (N !== undefined) return Math.ceil(N.length / 2) + 1;
  if (L !== undefined) return 3 + sum(L.map((part) => 1 + sizeOf(part)));
  return M === undefined ? 1 : 3 + Object.keys(M).length + sizeOfMembers(M);
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
