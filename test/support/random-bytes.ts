import { numbersFrom } from './chunks.js';

/** Bytes that do not compress, the same for the same seed. */
export function randomBytesFrom(seed: number, length: number): Buffer {
  const random = numbersFrom(seed);
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at++) bytes[at] = random() * 256;
  return bytes;
}
