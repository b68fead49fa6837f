/** Numbers that look random and are always the same for one seed: no clock and no Math.random in this folder. */
export type Random = {
  /** From 0 (included) to 1 (excluded). */
  readonly fraction: () => number;
  /** A whole number from `low` to `high`, both included. */
  readonly between: (low: number, high: number) => number;
  readonly pick: <T>(choices: readonly [T, ...T[]]) => T;
  /** A UUID of version 4 in shape. */
  readonly uuid: () => string;
  /** Letters and digits, as in the names of log files. */
  readonly alphanumeric: (length: number) => string;
};

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const HEX = '0123456789abcdef';

/** A generator for one seed. */
export function createRandom(seed: number): Random {
  const fraction = mulberry32(seed);
  const between = (low: number, high: number): number => low + Math.floor(fraction() * (high - low + 1));
  const pick = <T>(choices: readonly [T, ...T[]]): T => choices[between(0, choices.length - 1)] ?? choices[0];
  const text = (alphabet: string, length: number): string => {
    let out = '';
    for (let i = 0; i < length; i++) out += alphabet.charAt(between(0, alphabet.length - 1));
    return out;
  };
  const hex = (length: number): string => text(HEX, length);
  return {
    fraction,
    between,
    pick,
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${text('89ab', 1)}${hex(3)}-${hex(12)}`,
    alphanumeric: (length) => text(ALPHANUMERIC, length),
  };
}

/** Tommy Ettinger's mulberry32: 32 bits of state, good enough for a stage set. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
