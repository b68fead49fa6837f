import { AuditLakeError } from '../errors.js';

/** A line without its end, and which one it is: the first is 1. */
type NumberedLine = { readonly text: string; readonly number: number };

/** No line of a plan is nearly as long: the head has some 20 bytes for each account, all others a few hundred. */
const MOST_CHARACTERS = 2 ** 27;
const PIECE_CHARACTERS = 2 ** 16;

/**
 * The lines of a file, without those that are empty. Holds a chunk and a line.
 * @throws AuditLakeError PLAN_FORMAT for a line that no plan has, or bytes that are not UTF-8
 */
export async function* numberedLines(
  chunks: AsyncIterable<Uint8Array>,
  location: string,
): AsyncGenerator<NumberedLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 0;
  let begun: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const [rest = '', ...behind] = decoded(() => decoder.decode(chunk, { stream: true }), location).split(
      '\n',
    );
    begun.push(rest);
    length += rest.length;
    if (length > MOST_CHARACTERS) throw noPlan(location);
    for (const next of behind) {
      number++;
      const text = begun.join('');
      if (text.trim() !== '') yield { text, number };
      begun = [next];
      length = next.length;
    }
  }
  const text = begun.join('') + decoded(() => decoder.decode(), location);
  if (text.trim() !== '') yield { text, number: number + 1 };
}

function decoded(decode: () => string, location: string): string {
  try {
    return decode();
  } catch (error) {
    throw noPlan(location, error);
  }
}

function noPlan(location: string, cause?: unknown): AuditLakeError {
  const message = `${location} is no plan of a backfill: make one with \`audit-lake backfill plan\``;
  return new AuditLakeError('PLAN_FORMAT', message, cause);
}

/** Lines put together to pieces of some 64 Ki characters: a write for each line would take longer than all the rest. */
export function* inPieces(lines: Iterable<string>): Generator<string> {
  let piece: string[] = [];
  let length = 0;
  for (const line of lines) {
    piece.push(line);
    length += line.length;
    if (length < PIECE_CHARACTERS) continue;
    yield piece.join('');
    piece = [];
    length = 0;
  }
  if (piece.length > 0) yield piece.join('');
}
