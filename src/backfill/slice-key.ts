import { hash } from 'node:crypto';
import { base32 } from '../lake/names.js';

/** A name for the place of a slice that fits into a key of any store: a path may have 4,096 bytes. */
export function sliceKey(place: string): string {
  return base32(hash('sha256', place, 'buffer')).slice(0, 26);
}
