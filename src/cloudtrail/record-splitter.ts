import { AuditLakeError, type ErrorCode } from '../errors.js';
import { ValueScanner } from './value-scanner.js';

/** CloudTrail allows 256 KB a record (quotas); these keep one hostile record from taking the rest with it. */
export const RECORD_LIMITS = { bytes: 16 << 20, depth: 256 } as const;

/** The bytes of a record: `chunk[start..end)`. One slice object serves all records. */
export type RecordSlice = {
  chunk: Uint8Array;
  start: number;
  end: number;
  /** Whether a `\u` escape may occur in it: then its bytes do not show its text. */
  hasUnicodeEscape: boolean;
};

/** Takes the elements of Records, in order. */
export type RecordSink = {
  /** An object. Copy what is kept of it: the chunk's memory is given back after its last record. */
  record(slice: RecordSlice): void;
  /** An element that cannot be a record. */
  rejected(code: ErrorCode): void;
  /** Called after each chunk: the sink may work off what it took, or throw to end the reading. */
  drain?(): Promise<void>;
};

type Expect =
  | 'root'
  | 'key-or-end'
  | 'key'
  | 'colon'
  | 'value'
  | 'comma-or-end'
  | 'element-or-end'
  | 'element'
  | 'element-comma'
  | 'nothing';

/**
 * Cuts the bytes of `{"Records":[...]}` into records, whatever the size of the chunks. Brackets and strings of
 * a record are followed, its other tokens are not: who selects a record parses it. The structure around the
 * records is checked to its last byte. Holds at most one record that spans chunks (16 MiB).
 */
export class RecordSplitter {
  readonly #sink: RecordSink;
  readonly #scanner = new ValueScanner();
  readonly #slice: RecordSlice = { chunk: new Uint8Array(0), start: 0, end: 0, hasUnicodeEscape: false };
  #expect: Expect = 'root';
  #inside: 'nothing' | 'key' | 'record' | 'value' | 'primitive' = 'nothing';
  #pieces: Uint8Array[] = [];
  #held = 0;
  #key = '';
  #foundRecords = false;
  #position = 0;
  /** Bytes of the byte order mark so far. */
  #marked = 0;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  /** @throws AuditLakeError BAD_JSON, BAD_SHAPE */
  push(chunk: Uint8Array): void {
    let at = this.#inside === 'nothing' ? 0 : this.#continue(chunk, 0, 0);
    while (at < chunk.length) {
      const byte = chunk[at] ?? 0;
      if (isSpace(byte)) at++;
      else at = this.#token(chunk, at, byte);
    }
    this.#position += chunk.length;
  }

  /** Call after the last chunk. @throws AuditLakeError BAD_JSON, BAD_SHAPE */
  end(): void {
    if (this.#expect === 'root') throw new AuditLakeError('BAD_JSON', 'the file is empty');
    if (this.#expect !== 'nothing')
      throw new AuditLakeError('BAD_JSON', `cut short after ${this.#position} bytes`);
    if (!this.#foundRecords) throw new AuditLakeError('BAD_SHAPE', 'no "Records" in the document');
  }

  #token(chunk: Uint8Array, at: number, byte: number): number {
    switch (this.#expect) {
      case 'root':
        if (byte === BYTE_ORDER_MARK[this.#marked] && this.#marked === this.#position + at) {
          this.#marked++;
          return at + 1;
        }
        if (this.#marked > 0 && this.#marked < BYTE_ORDER_MARK.length) return this.#take(false, 'root', at);
        if (byte === CHAR['['])
          throw new AuditLakeError('BAD_SHAPE', 'the document is a list, not {"Records":[...]}');
        return this.#take(byte === CHAR['{'], 'key-or-end', at);
      case 'key-or-end':
        if (byte === CHAR['}']) return this.#take(true, 'nothing', at);
        return this.#startKey(chunk, at, byte);
      case 'key':
        return this.#startKey(chunk, at, byte);
      case 'colon':
        return this.#take(byte === CHAR[':'], 'value', at);
      case 'value':
        return this.#startValue(chunk, at, byte);
      case 'comma-or-end':
        return this.#take(
          byte === CHAR[','] || byte === CHAR['}'],
          byte === CHAR[','] ? 'key' : 'nothing',
          at,
        );
      case 'element-or-end':
        if (byte === CHAR[']']) return this.#take(true, 'comma-or-end', at);
        return this.#startElement(chunk, at, byte);
      case 'element':
        return this.#startElement(chunk, at, byte);
      case 'element-comma':
        return this.#take(
          byte === CHAR[','] || byte === CHAR[']'],
          byte === CHAR[','] ? 'element' : 'comma-or-end',
          at,
        );
      case 'nothing':
        return this.#take(false, 'nothing', at);
    }
  }

  #take(fits: boolean, next: Expect, at: number): number {
    if (!fits)
      throw new AuditLakeError('BAD_JSON', `not the JSON of a log file at byte ${this.#position + at}`);
    this.#expect = next;
    return at + 1;
  }

  #startKey(chunk: Uint8Array, at: number, byte: number): number {
    if (byte !== CHAR['"']) return this.#take(false, 'key', at);
    this.#expect = 'colon';
    return this.#start('key', chunk, at);
  }

  #startValue(chunk: Uint8Array, at: number, byte: number): number {
    if (this.#key === 'Records') {
      if (byte !== CHAR['[']) throw new AuditLakeError('BAD_SHAPE', '"Records" is not a list');
      this.#foundRecords = true;
      return this.#take(true, 'element-or-end', at);
    }
    this.#expect = 'comma-or-end';
    return this.#start(isBracketOrQuote(byte) ? 'value' : 'primitive', chunk, at);
  }

  #startElement(chunk: Uint8Array, at: number, byte: number): number {
    this.#expect = 'element-comma';
    if (byte === CHAR['{']) return this.#start('record', chunk, at);
    this.#sink.rejected('RECORD_NOT_OBJECT');
    return this.#start(isBracketOrQuote(byte) ? 'value' : 'primitive', chunk, at);
  }

  #start(inside: 'key' | 'record' | 'value' | 'primitive', chunk: Uint8Array, at: number): number {
    this.#inside = inside;
    this.#scanner.begin();
    if (inside === 'primitive' && !isPrimitive(chunk[at] ?? 0)) return this.#take(false, 'nothing', at);
    return this.#continue(chunk, at, at);
  }

  /** Goes on inside a value that began at `start` of this chunk, or in an earlier one (then `start` is 0). */
  #continue(chunk: Uint8Array, start: number, at: number): number {
    const end = this.#inside === 'primitive' ? endOfPrimitive(chunk, at) : this.#scanner.scan(chunk, at);
    if (end < 0) {
      this.#hold(chunk.subarray(start));
      return chunk.length;
    }
    if (this.#inside === 'record') this.#emit(chunk, start, end);
    else if (this.#inside === 'key') this.#key = this.#readKey(chunk, start, end);
    else if (this.#inside === 'primitive') this.#checkPrimitive(chunk, start, end);
    this.#inside = 'nothing';
    this.#pieces = [];
    this.#held = 0;
    return end;
  }

  /** Keeps the beginning of a value whose end lies in a later chunk; of one too large, only its length. */
  #hold(piece: Uint8Array): void {
    this.#held += piece.length;
    if (this.#inside === 'value') return;
    if (this.#held > RECORD_LIMITS.bytes) this.#pieces = [];
    else this.#pieces.push(Uint8Array.prototype.slice.call(piece));
  }

  #emit(chunk: Uint8Array, start: number, end: number): void {
    if (this.#held + end - start > RECORD_LIMITS.bytes) this.#sink.rejected('RECORD_TOO_LARGE');
    else if (this.#scanner.deepest > RECORD_LIMITS.depth) this.#sink.rejected('RECORD_TOO_DEEP');
    else if (this.#pieces.length === 0) this.#give(chunk, start, end);
    else {
      const whole = Buffer.concat([...this.#pieces, chunk.subarray(start, end)]);
      this.#give(whole, 0, whole.length);
    }
  }

  #give(chunk: Uint8Array, start: number, end: number): void {
    this.#slice.chunk = chunk;
    this.#slice.start = start;
    this.#slice.end = end;
    this.#slice.hasUnicodeEscape = this.#scanner.hasUnicodeEscape;
    this.#sink.record(this.#slice);
  }

  #checkPrimitive(chunk: Uint8Array, start: number, end: number): void {
    const text = Buffer.concat([...this.#pieces, chunk.subarray(start, end)]).toString('latin1');
    if (!PRIMITIVE.test(text)) this.#take(false, 'nothing', start);
  }

  #readKey(chunk: Uint8Array, start: number, end: number): string {
    const text = Buffer.concat([...this.#pieces, chunk.subarray(start, end)]).toString();
    try {
      return String(JSON.parse(text));
    } catch (error) {
      throw new AuditLakeError('BAD_JSON', `not a JSON key before byte ${this.#position + end}`, error);
    }
  }
}

const CHAR = { '"': 0x22, ',': 0x2c, ':': 0x3a, '[': 0x5b, ']': 0x5d, '{': 0x7b, '}': 0x7d } as const;
const PRIMITIVE = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function isBracketOrQuote(byte: number): boolean {
  return byte === CHAR['{'] || byte === CHAR['['] || byte === CHAR['"'];
}

/** Bytes of numbers, true, false and null. */
function isPrimitive(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2d ||
    byte === 0x2b ||
    byte === 0x2e ||
    byte === 0x45
  );
}

function endOfPrimitive(chunk: Uint8Array, start: number): number {
  for (let at = start; at < chunk.length; at++) if (!isPrimitive(chunk[at] ?? 0)) return at;
  return -1;
}
