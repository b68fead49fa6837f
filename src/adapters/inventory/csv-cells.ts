const QUOTE = 0x22;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** No row is as long: a key has at most 1,024 bytes, an access control list some thousand. */
const MOST_ROW_BYTES = 1 << 20;

/** CSV as it comes, in pieces, to the cells of some of its columns. Holds a piece and the row that it ends in. */
export class CsvCells {
  readonly #columns: number;
  readonly #wanted: readonly number[];
  #rest: Buffer = Buffer.alloc(0);

  /**
   * @param columns how many cells a row has
   * @param wanted which of them are given, in this order; -1 for one that is always empty
   */
  constructor(columns: number, wanted: readonly number[]) {
    this.#columns = columns;
    this.#wanted = wanted;
  }

  /** The rows that end in this piece. @throws Error for a row of another number of cells, or too long */
  *push(piece: Uint8Array): Generator<readonly string[]> {
    const bytes = Buffer.concat([this.#rest, piece]);
    let starts = [0];
    let isQuoted = false;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at];
      // A quote within quotes is written twice, which leaves the state as it was.
      if (byte === QUOTE) isQuoted = !isQuoted;
      else if (isQuoted) continue;
      else if (byte === COMMA) starts.push(at + 1);
      else if (byte === NEWLINE) {
        starts.push(at + 1);
        yield* this.#row(bytes, starts);
        starts = [at + 1];
      }
    }
    // A copy, so that the piece can go.
    this.#rest = Buffer.from(bytes.subarray(starts[0]));
    if (this.#rest.length > MOST_ROW_BYTES) throw new Error(`a row is longer than ${MOST_ROW_BYTES} bytes`);
  }

  /** The last row, where no newline stands at its end. @throws Error where it ends within quotes */
  *end(): Generator<readonly string[]> {
    if (this.#rest.length === 0) return;
    yield* this.push(Buffer.from('\n'));
    if (this.#rest.length > 0) throw new Error('it ends within a quoted cell');
  }

  /** `starts`: where its cells begin, and behind the newline at its end. */
  *#row(bytes: Buffer, starts: readonly number[]): Generator<readonly string[]> {
    const cell = (at: number) => textOf(bytes, starts[at] ?? 0, (starts[at + 1] ?? 0) - 1);
    const cells = starts.length - 1;
    if (cells === 1 && cell(0) === '') return;
    if (cells !== this.#columns) throw new Error(`a row has ${cells} cells of ${this.#columns}`);
    yield this.#wanted.map((at) => (at < 0 ? '' : cell(at)));
  }
}

/** A text of its own: one that were a part of a larger one would keep all of that in memory. */
function textOf(bytes: Buffer, start: number, end: number): string {
  const last = bytes[end - 1] === RETURN && bytes[end] === NEWLINE ? end - 1 : end;
  if (bytes[start] !== QUOTE) return bytes.toString('utf8', start, last);
  return bytes.toString('utf8', start + 1, last - 1).replaceAll('""', '"');
}
