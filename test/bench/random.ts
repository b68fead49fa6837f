/** Seeded random values, fast enough to write gigabytes of records. */
export type Random = {
  /** A float in [0, 1). */
  readonly next: () => number;
  /** A whole number in [0, below). */
  readonly below: (below: number) => number;
  readonly pick: <T>(choices: readonly T[]) => T;
  /** `length` lower-case hex digits. */
  readonly hex: (length: number) => string;
  /** `length` characters of an alphabet made by `pairsOf`. */
  readonly text: (pairs: readonly string[], length: number) => string;
  readonly uuid: () => string;
};

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** All pairs of an alphabet: one random number then yields two characters. */
const pairsOf = (alphabet: string): readonly string[] =>
  [...alphabet].flatMap((first) => [...alphabet].map((second) => first + second));

const HEX_PAIRS = pairsOf('0123456789abcdef');
export const UPPER_PAIRS = pairsOf(UPPER);
export const ALPHANUMERIC_PAIRS = pairsOf(ALPHANUMERIC);
export const BASE64_PAIRS = pairsOf(`${ALPHANUMERIC}+/`);

/** mulberry32: 32 bits of state, good enough for data that only has to look random. */
export const seeded = (seed: number): Random => {
  let state = seed >>> 0;

  const next32 = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const next = (): number => next32() / 4_294_967_296;
  const below = (limit: number): number => Math.floor(next() * limit);

  const pick = <T>(choices: readonly T[]): T => {
    const choice = choices[below(choices.length)];
    if (choice === undefined) throw new Error('nothing to pick from');
    return choice;
  };

  const text = (pairs: readonly string[], length: number): string => {
    let out = '';
    for (let done = 0; done < length; done += 2) out += pairs[below(pairs.length)];
    return out.length > length ? out.slice(0, length) : out;
  };

  const hex = (length: number): string => text(HEX_PAIRS, length);

  const hexOf32 = (): string => {
    const bits = next32();
    return `${HEX_PAIRS[bits >>> 24]}${HEX_PAIRS[(bits >>> 16) & 255]}${HEX_PAIRS[(bits >>> 8) & 255]}${HEX_PAIRS[bits & 255]}`;
  };
  const uuid = (): string => {
    const a = hexOf32();
    const b = hexOf32();
    const c = hexOf32();
    const d = hexOf32();
    return `${a}-${b.slice(0, 4)}-4${b.slice(5)}-a${c.slice(1, 4)}-${c.slice(4)}${d}`;
  };

  return { next, below, pick, hex, text, uuid };
};

/** Mixes numbers into one seed, so that every file has its own stream whoever writes it. */
export const mixSeed = (...parts: readonly number[]): number => {
  let hash = 0x811c9dc5;
  for (const part of parts) hash = Math.imul(hash ^ part, 0x01000193) ^ (hash >>> 13);
  return hash >>> 0;
};
