/** Small and fast, and the same on every machine: mulberry32. */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Bytes in pieces of this size. */
export function inPieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

/**
 * Bytes in pieces of random sizes up to `most`, now and then an empty one; each piece lies at a random offset
 * of a buffer of its own, so that most are not aligned to words.
 */
export function inRandomPieces(bytes: Uint8Array, seed: number, most: number): Uint8Array[] {
  const random = numbersFrom(seed);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = Math.floor(random() * (most + 1));
    pieces.push(shifted(bytes.subarray(at, at + size), Math.floor(random() * 4)));
    at += size;
  }
  return pieces;
}

/** A copy that begins `offset` bytes into its buffer, with quotes and backslashes around it. */
export function shifted(bytes: Uint8Array, offset: number): Uint8Array {
  const buffer = new Uint8Array(bytes.length + 8).fill(offset % 2 === 0 ? 0x22 : 0x5c);
  buffer.set(bytes, offset);
  return buffer.subarray(offset, offset + bytes.length);
}
