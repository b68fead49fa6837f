import { createHash } from 'node:crypto';
import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { AwsError, invalid } from './aws-error.ts';
import { compareValues, type Item, sizeOf, storedItem, type Value } from './dynamodb-values.ts';

export type TableKey = { readonly hash: string; readonly range?: string };

const MOST_ITEM_BYTES = 409_600;

/** One table: items by key, and how long it takes to become active. */
export class TableDouble {
  readonly name: string;
  readonly key: TableKey;
  /** How often it still says CREATING when it is asked. */
  creating: number;
  /** Whether point-in-time recovery is on. */
  isRecoverable = false;
  readonly #partitions = new Map<string, Map<string, Item>>();

  constructor(name: string, key: TableKey, creating: number) {
    this.name = name;
    this.key = key;
    this.creating = creating;
  }

  get(id: string): Item | undefined {
    return this.#partitions.get(hashIn(id))?.get(id);
  }

  /** Replaces the item that has this key; `undefined` deletes it. */
  set(id: string, item: Item | undefined): void {
    const hash = hashIn(id);
    const partition = this.#partitions.get(hash) ?? new Map<string, Item>();
    if (item === undefined) partition.delete(id);
    else partition.set(id, item);
    if (partition.size === 0) this.#partitions.delete(hash);
    else this.#partitions.set(hash, partition);
  }

  /** All items in the order of a Scan. */
  items(): readonly Item[] {
    return [...this.#partitions.values()]
      .flatMap((partition) => [...partition.values()])
      .sort((a, b) => this.compare(a, b));
  }

  /** The items of one partition by sort key. */
  partition(hash: Value): Item[] {
    const found = [...(this.#partitions.get(hash.S ?? '')?.values() ?? [])];
    return found.sort((a, b) => this.compare(a, b));
  }

  /** The order of a Scan: by a hash of the partition, as good as random, then by sort key. */
  compare(a: Item, b: Item): number {
    const [left, right] = [placeOf(a[this.key.hash]), placeOf(b[this.key.hash])];
    if (left !== right) return left < right ? -1 : 1;
    const [one, other] = [a[this.key.range ?? ''], b[this.key.range ?? '']];
    return one === undefined || other === undefined ? 0 : (compareValues(one, other) ?? 0);
  }

  keyOf(item: Item): Item {
    const names = [this.key.hash, ...(this.key.range === undefined ? [] : [this.key.range])];
    return Object.fromEntries(
      names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])),
    );
  }

  /** The identity of an item or a key. @throws AwsError ValidationException where a key part is missing or empty */
  idOf(item: Readonly<Record<string, Value>>): string {
    return JSON.stringify([this.#part(item, this.key.hash, 2048), this.#part(item, this.key.range, 1024)]);
  }

  /** As idOf, of what must be a key and nothing else. */
  idOfKey(key: Readonly<Record<string, Value>> | undefined): string {
    const id = this.idOf(key ?? {});
    const parts = this.key.range === undefined ? 1 : 2;
    if (Object.keys(key ?? {}).length === parts) return id;
    throw invalid('The provided key element does not match the schema');
  }

  #part(item: Readonly<Record<string, Value>>, name: string | undefined, mostBytes: number): string {
    if (name === undefined) return '';
    const text = item[name]?.S;
    if (text === undefined)
      throw invalid(`One of the required keys was not given a value or has the wrong type: ${name}`);
    if (text === '') {
      throw invalid(
        `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: ${name}`,
      );
    }
    if (Buffer.byteLength(text) > mostBytes)
      throw invalid(`Size of key ${name} has exceeded ${mostBytes} bytes`);
    return text;
  }
}

/** The partition in the identity of an item. */
const hashIn = (id: string): string => JSON.parse(id)[0];

const places = new Map<string, string>();

function placeOf(hash: Value | undefined): string {
  const text = hash?.S ?? '';
  const known = places.get(text) ?? createHash('md5').update(text).digest('hex');
  places.set(text, known);
  return known;
}

/** A copy of an item as it is kept. @throws AwsError ValidationException where it is too large */
export function keptItem(item: Readonly<Record<string, Value>>): Item {
  const kept = storedItem(item);
  if (sizeOf(kept) <= MOST_ITEM_BYTES) return kept;
  throw invalid('Item size has exceeded the maximum allowed size');
}

/** The key that a CreateTable asks for: strings alone. @throws AwsError ValidationException */
export function keyAskedFor({ KeySchema, AttributeDefinitions }: CreateTableCommandInput): TableKey {
  const named = (type: string) => KeySchema?.find(({ KeyType }) => KeyType === type)?.AttributeName;
  const [hash, range] = [named('HASH'), named('RANGE')];
  const names = [hash, range].filter((name) => name !== undefined);
  const defined = (AttributeDefinitions ?? []).filter(({ AttributeType }) => AttributeType === 'S');
  const isExact = names.every((name) => defined.some(({ AttributeName }) => AttributeName === name));
  if (hash === undefined || !isExact || AttributeDefinitions?.length !== names.length) {
    throw invalid('One or more parameter values were invalid: keys and attribute definitions differ');
  }
  return { hash, ...(range !== undefined && { range }) };
}

export function noTable(): AwsError {
  return new AwsError('ResourceNotFoundException', 'Requested resource not found');
}
