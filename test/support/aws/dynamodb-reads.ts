import type { QueryCommandInput, ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { invalid } from './aws-error.ts';
import { type Condition, holds, readCondition } from './dynamodb-conditions.ts';
import type { TableDouble, TableKey } from './dynamodb-table.ts';
import { type Path, Substitutions, Tokens, valueAt } from './dynamodb-tokens.ts';
import { type Item, sizeOf, type Value } from './dynamodb-values.ts';

/** One page of the items of a partition. @throws AwsError ValidationException */
export function queried(table: TableDouble, input: QueryCommandInput, pageBytes: number) {
  const placeholders = new Substitutions(input);
  const condition = readCondition(input.KeyConditionExpression ?? '', placeholders);
  const hash = hashOf(condition, table.key);
  const shaping = shapingOf(input, placeholders);
  const direction = input.ScanIndexForward === false ? -1 : 1;
  const start = startOf(table, input);
  const found = table
    .partition(hash)
    .filter((item) => holds(condition, item))
    .filter((item) => start === undefined || direction * table.compare(item, start) > 0);
  return page(direction < 0 ? found.reverse() : found, { table, input, shaping, pageBytes });
}

/** One page of all items. @throws AwsError ValidationException */
export function scanned(table: TableDouble, input: ScanCommandInput, pageBytes: number) {
  const shaping = shapingOf(input, new Substitutions(input));
  const start = startOf(table, input);
  const found = table.items().filter((item) => start === undefined || table.compare(item, start) > 0);
  return page(found, { table, input, shaping, pageBytes });
}

/** Where the page before ended; the item may be gone since. */
function startOf(
  table: TableDouble,
  { ExclusiveStartKey: start }: Pick<ScanCommandInput, 'ExclusiveStartKey'>,
) {
  if (start !== undefined) table.idOfKey(start);
  return start;
}

/** The partition that a key condition names: `pk = :p`, alone or with one condition on the sort key. */
function hashOf(condition: Condition, { hash, range }: TableKey): Value {
  const parts = condition.kind === 'and' ? condition.of : [condition];
  const equal = parts.map((part) =>
    isOn(part, hash) && part.kind === 'compare' && part.by === '=' ? part.right : undefined,
  );
  const at = equal.findIndex((operand) => operand !== undefined);
  const others = parts.filter((_, place) => place !== at);
  const found = equal[at];
  const isRange = (part: Condition) => part.kind !== 'compare' || part.by !== '<>';
  if (found === undefined || !('value' in found))
    throw invalid(`Query condition missed key schema element: ${hash}`);
  if (others.length > 1 || !others.every((part) => isOn(part, range) && isRange(part))) {
    throw invalid('Query key condition not supported');
  }
  return found.value;
}

function isOn(condition: Condition, name: string | undefined): boolean {
  const operand =
    condition.kind === 'compare'
      ? condition.left
      : condition.kind === 'between' || condition.kind === 'begins'
        ? condition.value
        : undefined;
  return operand !== undefined && 'path' in operand && operand.path.length === 1 && operand.path[0] === name;
}

type Shaping = { readonly filter: Condition | undefined; readonly projection: readonly Path[] | undefined };

type Shaped = {
  readonly FilterExpression?: string | undefined;
  readonly ProjectionExpression?: string | undefined;
  readonly Select?: string | undefined;
};

function shapingOf(input: Shaped, placeholders: Substitutions): Shaping {
  if (input.Select !== undefined && input.Select !== 'COUNT')
    throw new Error('The double knows no Select but COUNT');
  const { FilterExpression, ProjectionExpression } = input;
  const filter = FilterExpression === undefined ? undefined : readCondition(FilterExpression, placeholders);
  const projection =
    ProjectionExpression === undefined ? undefined : readPaths(ProjectionExpression, placeholders);
  placeholders.checkAllUsed();
  return { filter, projection };
}

function readPaths(expression: string, placeholders: Substitutions): readonly Path[] {
  const tokens = new Tokens(expression, placeholders);
  const paths = tokens.list(() => tokens.path());
  if (tokens.peek() !== '') throw tokens.unexpected();
  return paths;
}

/** The parts of an item that a ProjectionExpression names. @throws AwsError ValidationException */
export function projected(item: Item, expression: string | undefined, placeholders: Substitutions): Item {
  const paths = expression === undefined ? undefined : readPaths(expression, placeholders);
  placeholders.checkAllUsed();
  return shown(item, paths);
}

/** Whole top-level attributes, or what lies at nested paths. */
function shown(item: Item, paths: readonly Path[] | undefined): Item {
  if (paths === undefined) return structuredClone(item);
  const out: Item = {};
  for (const path of paths) {
    const value = valueAt(item, path);
    const [name = '', ...inner] = path;
    if (value === undefined) continue;
    const nested = inner.reduceRight<Value>(
      (inside, key) => ({ M: { [key]: inside } }),
      structuredClone(value),
    );
    out[name] = out[name]?.M && nested.M ? { M: { ...out[name].M, ...nested.M } } : nested;
  }
  return out;
}

type Page = {
  readonly table: TableDouble;
  readonly input: Pick<QueryCommandInput, 'Limit' | 'Select'>;
  readonly shaping: Shaping;
  readonly pageBytes: number;
};

/**
 * The filter comes after the page: a page may be empty and not the last. Where a limit was reached there is a
 * LastEvaluatedKey, also when nothing follows.
 */
function page(items: readonly Item[], { table, input, shaping, pageBytes }: Page) {
  let bytes = 0;
  const read: Item[] = [];
  for (const item of items) {
    read.push(item);
    bytes += sizeOf(item);
    if (bytes >= pageBytes || read.length === input.Limit) break;
  }
  const isFull = bytes >= pageBytes || read.length === input.Limit;
  const last = read.at(-1);
  const { filter, projection } = shaping;
  const kept = filter === undefined ? read : read.filter((item) => holds(filter, item));
  return {
    ...{ Count: kept.length, ScannedCount: read.length },
    ...(input.Select !== 'COUNT' && { Items: kept.map((item) => shown(item, projection)) }),
    ...(isFull && last !== undefined && { LastEvaluatedKey: structuredClone(table.keyOf(last)) }),
  };
}
