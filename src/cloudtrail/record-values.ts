import { textOfString } from './field-slices.js';
import { ValueScanner } from './value-scanner.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** A string, number, flag or null of a record: its bytes, and what its place in the record makes of it. */
export type RecordValue<Kind> = { readonly start: number; readonly end: number; readonly kind: Kind };

/** What a field with this key is, in an object of the kind `outer`. The items of a list are what the list is. */
export type KindOf<Kind> = (key: string, outer: Kind) => Kind;

/** All strings, numbers, flags and nulls of a record in the order of its bytes. `record` is valid JSON, an object. */
export function recordValues<Kind>(
  record: Uint8Array,
  root: Kind,
  kindOf: KindOf<Kind>,
): RecordValue<Kind>[] {
  const values: RecordValue<Kind>[] = [];
  const outer: { readonly kind: Kind; readonly isObject: boolean }[] = [];
  const scanner = new ValueScanner();
  let kind = root;
  let isKey = false;
  for (let at = 0; at < record.length; ) {
    const byte = record[at] ?? 0;
    const top = outer.at(-1);
    if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      isKey = byte === OPEN_OBJECT;
      outer.push({ kind, isObject: isKey });
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      outer.pop();
    } else if (byte === COMMA) {
      isKey = top?.isObject ?? false;
      kind = top?.kind ?? root;
    } else if (byte !== COLON && byte > 0x20) {
      const end = endOfScalar(record, at, scanner);
      if (isKey) kind = kindOf(textOfString(record, at, end), top?.kind ?? root);
      else values.push({ start: at, end, kind });
      isKey = false;
      at = end;
      continue;
    }
    at++;
  }
  return values;
}

function endOfScalar(record: Uint8Array, start: number, scanner: ValueScanner): number {
  if (record[start] === QUOTE) {
    scanner.begin();
    return scanner.scan(record, start);
  }
  let at = start;
  while (at < record.length && !isEnd(record[at] ?? 0)) at++;
  return at;
}

const isEnd = (byte: number) =>
  byte <= 0x20 || byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT;
