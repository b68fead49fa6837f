import type { RecordSlice } from '../cloudtrail/record-splitter.js';
import type { Dataset } from './dataset.js';

/**
 * The cheap test before a record is parsed: may any of the datasets take these bytes? Never says no to a record
 * that a dataset takes; says yes to some that none does (the needle in another field). JSON may write any letter
 * as \u00XX, so a record with an escaped letter, digit, dot or hyphen is parsed too.
 */
export class CheapTest {
  readonly #finders: readonly Finder[] | 'all';

  constructor(datasets: readonly Dataset[]) {
    const sources = datasets.map(({ eventSources }) => eventSources);
    this.#finders = sources.includes('all')
      ? 'all'
      : [...new Set(sources.flat())].map((source) => new Finder(Buffer.from(source)));
  }

  /** May the record be taken? Asked for the records of a chunk in order. */
  mayTake(record: RecordSlice): boolean {
    if (this.#finders === 'all') return true;
    for (const finder of this.#finders) if (finder.isWithin(record)) return true;
    return record.hasUnicodeEscape && mayEscapeName(record);
  }
}

/** Finds one needle, remembering the next place of it in the chunk, so that a chunk is searched once. */
class Finder {
  readonly #needle: Buffer;
  #chunk: Uint8Array | undefined;
  /** Index of the next needle; Infinity where the chunk has no more. */
  #next = 0;

  constructor(needle: Buffer) {
    this.#needle = needle;
  }

  isWithin({ chunk, start, end }: RecordSlice): boolean {
    if (chunk !== this.#chunk) {
      this.#chunk = chunk;
      this.#next = -1;
    }
    if (this.#next < start) {
      const found = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).indexOf(this.#needle, start);
      this.#next = found < 0 ? Number.POSITIVE_INFINITY : found;
    }
    return this.#next + this.#needle.length <= end;
  }
}

/** Characters that names of services are made of, as the last two digits of a \u00XX escape. */
const NAME_CHARACTER_ESCAPE = /\\u00(?:2[de]|3[0-9]|6[1-9a-f]|7[0-9a])/i;

function mayEscapeName({ chunk, start, end }: RecordSlice): boolean {
  return NAME_CHARACTER_ESCAPE.test(
    Buffer.from(chunk.buffer, chunk.byteOffset + start, end - start).toString('latin1'),
  );
}
