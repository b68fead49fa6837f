import type { Dataset } from './dataset.js';

/**
 * The cheap test before a record is parsed: may any of the datasets take these bytes? Never says no to a record
 * that a dataset takes; says yes to some that none does (the needle in another field). JSON may write any letter
 * as \u00XX, so a record with an escaped letter or dot is parsed too.
 */
export class CheapTest {
  readonly #finders: readonly Finder[] | 'all';

  constructor(datasets: readonly Dataset[]) {
    const sources = datasets.map(({ eventSources }) => eventSources);
    this.#finders = sources.includes('all')
      ? 'all'
      : [...new Set(sources.flat())]
          .map((source) => new Finder(Buffer.from(source)))
          .concat(new EscapeFinder());
  }

  /** May `chunk[start..end)` be taken? Asked for the records of a chunk in order. */
  mayTake(chunk: Uint8Array, start: number, end: number): boolean {
    if (this.#finders === 'all') return true;
    for (const finder of this.#finders) if (finder.isWithin(chunk, start, end)) return true;
    return false;
  }
}

/** Finds one needle, remembering the next place of it in the chunk, so that a chunk is searched once. */
class Finder {
  readonly #needle: Buffer;
  #chunk: Uint8Array | undefined;
  #next = 0;

  constructor(needle: Buffer) {
    this.#needle = needle;
  }

  isWithin(chunk: Uint8Array, start: number, end: number): boolean {
    if (chunk !== this.#chunk) {
      this.#chunk = chunk;
      this.#next = -1;
    }
    if (this.#next < start) this.#next = this.find(chunk, start);
    return this.#next + this.#needle.length <= end;
  }

  /** Index of the next needle at or behind `start`; Infinity where there is none. */
  protected find(chunk: Uint8Array, start: number): number {
    const found = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).indexOf(this.#needle, start);
    return found < 0 ? Number.POSITIVE_INFINITY : found;
  }
}

/** Finds `\u00` escapes of the characters that names of services are made of: a-z, 0-9, dot and hyphen. */
class EscapeFinder extends Finder {
  constructor() {
    super(Buffer.from('\\u00'));
  }

  protected override find(chunk: Uint8Array, start: number): number {
    let at = super.find(chunk, start);
    while (at + 6 <= chunk.length && !isNameCharacter(chunk[at + 4] ?? 0, chunk[at + 5] ?? 0)) {
      at = super.find(chunk, at + 4);
    }
    return at;
  }
}

function isNameCharacter(high: number, low: number): boolean {
  const code = Number.parseInt(String.fromCharCode(high, low), 16);
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x2d || code === 0x2e;
}
