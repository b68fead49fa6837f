import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { invalid } from './aws-error.ts';

export type Value = AttributeValue;
export type Item = Record<string, Value>;

/** The type of a value, such as `S`, and what it holds. @throws AwsError ValidationException for none or two */
export function typeOf(value: Value): string {
  const types = Object.keys(value).filter((type) => Reflect.get(value, type) !== undefined);
  const [type = ''] = types;
  if (types.length !== 1 || !TYPES.has(type)) {
    throw invalid('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes');
  }
  return type;
}

const TYPES: ReadonlySet<string> = new Set(['S', 'N', 'B', 'SS', 'NS', 'BS', 'M', 'L', 'NULL', 'BOOL']);

/** A copy of a value as DynamoDB keeps it. @throws AwsError ValidationException for what it does not take */
export function stored(value: Value): Value {
  typeOf(value);
  if (value.N !== undefined) return { N: canonicalNumber(value.N) };
  if (value.L !== undefined) return { L: value.L.map(stored) };
  if (value.M !== undefined) return { M: storedItem(value.M) };
  for (const set of [value.SS, value.NS, value.BS]) {
    if (set?.length === 0)
      throw invalid('One or more parameter values were invalid: An empty set is not allowed');
  }
  if (value.NS !== undefined) return { NS: distinct(value.NS.map(canonicalNumber)) };
  if (value.SS !== undefined) return { SS: distinct(value.SS) };
  return structuredClone(value);
}

export function storedItem(item: Readonly<Record<string, Value>>): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, stored(value)]));
}

function distinct(texts: readonly string[]): string[] {
  if (new Set(texts).size === texts.length) return [...texts];
  throw invalid('One or more parameter values were invalid: Input collection contains duplicates.');
}

/** One spelling for each number, so that equal numbers are equal texts. */
function canonicalNumber(text: string): string {
  if (/^-?\d+$/.test(text)) {
    const digits = BigInt(text).toString();
    if (digits.replace(/^-|0+$/g, '').length <= 38) return digits;
    throw invalid('Attempting to store more than 38 significant digits in a Number');
  }
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return String(Number(text));
  throw invalid(`The parameter cannot be converted to a numeric value: ${text}`);
}

/** Exact for whole numbers, as precise as a double for others. */
export function sumOf(a: string, b: string, sign: 1 | -1): string {
  if (isWhole(a) && isWhole(b)) return (BigInt(a) + BigInt(sign) * BigInt(b)).toString();
  return String(Number(a) + sign * Number(b));
}

const isWhole = (text: string) => /^-?\d+$/.test(text);

/** Negative, zero or positive; undefined where the two have no order: types that differ, or sets and documents. */
export function compareValues(a: Value, b: Value): number | undefined {
  if (a.S !== undefined && b.S !== undefined) return Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
  if (a.B !== undefined && b.B !== undefined) return Buffer.compare(a.B, b.B);
  if (a.N === undefined || b.N === undefined) return undefined;
  if (isWhole(a.N) && isWhole(b.N)) return BigInt(a.N) < BigInt(b.N) ? -1 : Number(BigInt(a.N) > BigInt(b.N));
  return Number(a.N) - Number(b.N);
}

/** Equal in type and content; sets have no order. */
export function sameValue(a: Value, b: Value): boolean {
  return typeOf(a) === typeOf(b) && comparable(a) === comparable(b);
}

function comparable(value: Value): string {
  if (value.L !== undefined) return JSON.stringify(value.L.map(comparable));
  if (value.M !== undefined) {
    const entries = Object.entries(value.M).sort(([a], [b]) => (a < b ? -1 : 1));
    return JSON.stringify(entries.map(([name, inner]) => [name, comparable(inner)]));
  }
  if (value.B !== undefined) return JSON.stringify({ B: Buffer.from(value.B).toString('base64') });
  const set = value.SS ?? value.NS ?? value.BS?.map((bytes) => Buffer.from(bytes).toString('base64'));
  return set === undefined ? JSON.stringify(value) : JSON.stringify([typeOf(value), ...[...set].sort()]);
}

/** Bytes of an item by DynamoDB's rule: names and values, lists and maps with their overhead. */
export function sizeOf(item: Readonly<Record<string, Value>>): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOfValue(value),
    0,
  );
}

function sizeOfValue(value: Value): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 1;
  if (value.B !== undefined) return value.B.length;
  if (value.L !== undefined) return value.L.reduce((sum, inner) => sum + 1 + sizeOfValue(inner), 3);
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + sizeOf(value.M);
  const set = value.SS ?? value.NS ?? value.BS ?? ['x'];
  return set.reduce((sum: number, one: string | Uint8Array) => sum + one.length, 0);
}
