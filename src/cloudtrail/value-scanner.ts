/**
 * Finds the end of a JSON object, list or string in bytes, across chunks. Only brackets and strings are looked
 * at: enough to find where a record ends, at more than a gigabyte a second.
 */
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LETTER_U = 0x75;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** ORed over the first word of a string, these hide the bytes before its start from the search. */
const BEFORE = new Int32Array([0, 0xff, 0xffff, 0xffffff]);
const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

export class ValueScanner {
  #depth = 0;
  #deepest = 0;
  #inString = false;
  #escaped = false;
  #unicode = false;
  #chunk: Uint8Array = new Uint8Array(0);
  #words: Int32Array = new Int32Array(0);

  /** Levels of brackets that the value reached so far. */
  get deepest(): number {
    return this.#deepest;
  }

  /** Whether a string of the value so far may hold a `\u` escape. Never false where it does. */
  get hasUnicodeEscape(): boolean {
    return this.#unicode;
  }

  begin(): void {
    this.#depth = 0;
    this.#deepest = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#unicode = false;
  }

  /**
   * Scans on from `start`, which is the first byte of the value on the first call. Returns the index behind
   * the value's last byte, or -1 where the chunk ends first: call again with the next chunk and 0.
   */
  scan(chunk: Uint8Array, start: number): number {
    if (chunk !== this.#chunk) {
      this.#chunk = chunk;
      this.#words = wordsOf(chunk);
    }
    const words = this.#words;
    let at = start;
    let depth = this.#depth;
    if (this.#inString) {
      at = this.#endOfString(chunk, at);
      if (this.#inString) return -1;
      if (depth === 0) return at;
    }
    while (at < chunk.length) {
      const byte = chunk[at++];
      if (byte === QUOTE) {
        // The plain end of a string, within one chunk, is the hot path of this whole product.
        at = findQuoteOrBackslash(chunk, words, at);
        if (chunk[at] === QUOTE) at++;
        else {
          this.#inString = true;
          at = this.#endOfString(chunk, at);
          if (this.#inString) break;
        }
        if (depth === 0) return at;
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        depth++;
        if (depth > this.#deepest) this.#deepest = depth;
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        depth--;
        if (depth === 0) return at;
      }
    }
    this.#depth = depth;
    return -1;
  }

  /** From inside a string to behind its closing quote; where the chunk ends first, `#inString` stays true. */
  #endOfString(chunk: Uint8Array, start: number): number {
    let at = start;
    if (this.#escaped && at < chunk.length) {
      this.#escaped = false;
      at++;
    }
    for (;;) {
      at = findQuoteOrBackslash(chunk, this.#words, at);
      if (at >= chunk.length) return at;
      if (chunk[at] === QUOTE) {
        this.#inString = false;
        return at + 1;
      }
      if (at + 1 >= chunk.length || chunk[at + 1] === LETTER_U) this.#unicode = true;
      at += 2;
      if (at > chunk.length) this.#escaped = true;
    }
  }
}

/** The chunk as aligned 32-bit words, empty where it is not aligned: then bytes are looked at one by one. */
function wordsOf(chunk: Uint8Array): Int32Array {
  if (!LITTLE_ENDIAN || chunk.byteOffset % 4 !== 0) return new Int32Array(0);
  return new Int32Array(chunk.buffer, chunk.byteOffset, chunk.length >> 2);
}

/** Four bytes at a time: a word whose bytes differ from the wanted one has no zero byte after XOR. */
function findQuoteOrBackslash(chunk: Uint8Array, words: Int32Array, start: number): number {
  let word = start >> 2;
  if (word < words.length) {
    let value = (words[word] ?? 0) | (BEFORE[start & 3] ?? 0);
    for (;;) {
      const quotes = value ^ 0x22222222;
      const slashes = value ^ 0x5c5c5c5c;
      const found = (((quotes - 0x01010101) & ~quotes) | ((slashes - 0x01010101) & ~slashes)) & 0x80808080;
      if (found !== 0) return (word << 2) + ((31 - Math.clz32(found & -found)) >> 3);
      word++;
      if (word >= words.length) break;
      value = words[word] ?? 0;
    }
  }
  let at = Math.max(start, words.length << 2);
  while (at < chunk.length && chunk[at] !== QUOTE && chunk[at] !== BACKSLASH) at++;
  return at;
}
