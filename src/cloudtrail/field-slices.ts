import { ValueScanner } from './value-scanner.js';

const QUOTE = 0x22;
const COLON = 0x3a;
const COMMA = 0x2c;
const CLOSE = 0x7d;

/**
 * The bytes of some top-level fields of a record, as they stand: evidence, not a re-serialisation. `record` is
 * valid JSON (it was parsed). Of a field given twice the last counts, as for `JSON.parse`; null is no value.
 */
export function fieldSlices(record: Uint8Array, fields: ReadonlySet<string>): Map<string, Uint8Array> {
  const slices = new Map<string, Uint8Array>();
  const scanner = new ValueScanner();
  let at = skipTo(record, 0, QUOTE);
  while (at < record.length && record[at] === QUOTE) {
    const keyEnd = endOfValue(record, at, scanner);
    const key = textOfString(record, at, keyEnd);
    const start = firstOfValue(record, keyEnd);
    const end = endOfValue(record, start, scanner);
    if (fields.has(key)) {
      const isNull = record[start] === 0x6e;
      if (isNull) slices.delete(key);
      else slices.set(key, record.subarray(start, end));
    }
    at = skipTo(record, end, QUOTE);
  }
  return slices;
}

/** What the JSON string in these bytes, quotes included, says. */
export function textOfString(record: Uint8Array, start: number, end: number): string {
  const text = Buffer.from(record.buffer, record.byteOffset + start, end - start).toString();
  return text.includes('\\') ? String(JSON.parse(text)) : text.slice(1, -1);
}

/** From behind a key to the first byte of its value. */
function firstOfValue(record: Uint8Array, keyEnd: number): number {
  let at = skipTo(record, keyEnd, COLON) + 1;
  while ((record[at] ?? 0x21) <= 0x20) at++;
  return at;
}

function endOfValue(record: Uint8Array, start: number, scanner: ValueScanner): number {
  const first = record[start];
  if (first === QUOTE || first === 0x5b || first === 0x7b) {
    scanner.begin();
    return scanner.scan(record, start);
  }
  let at = start;
  while (at < record.length && record[at] !== COMMA && record[at] !== CLOSE && (record[at] ?? 0) > 0x20) at++;
  return at;
}

function skipTo(record: Uint8Array, start: number, byte: number): number {
  const found = record.indexOf(byte, start);
  return found < 0 ? record.length : found;
}
