import { hash } from 'node:crypto';
import { type PartitionKey, partitionPath } from './partition.js';

/** Identity of a log file within one dataset: exactly-once is counted by it (protocol 4.1). */
export type FileId = string;
/** Identity of one attempt to commit a set of log files; drawn afresh, never reused (protocol 4.1). */
export type BundleId = string;

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** RFC 4648 base32, lower case, without padding. */
export function base32(bytes: Uint8Array): string {
  let out = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out += ALPHABET[(held >>> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? out + ALPHABET[(held << (5 - bits)) & 31] : out;
}

/** 26 base32 characters of sha256 over dataset, bucket and key: no ETag, time or attempt in it. */
export function fileId(dataset: string, bucket: string, key: string): FileId {
  return base32(hash('sha256', `v1\n${dataset}\n${bucket}\n${key}`, 'buffer')).slice(0, 26);
}

/** A bundle id from 17 random bytes (130 bits are kept). */
export function bundleId(randomBytes: Uint8Array): BundleId {
  return base32(randomBytes).slice(0, 26);
}

/** Where the rows of a bundle for one table and day lie, relative to the root of the lake. */
export function dataFilePath(
  { table, generation, day }: PartitionKey & { readonly generation: number },
  bid: BundleId,
): string {
  return `${table}/${partitionPath(generation, day)}/b-${bid}.parquet`;
}

/** Places below the root of a lake that hold no rows. */
export const META = {
  lakeFile: '_meta/lake.json',
  catalogFile: '_meta/catalog.json',
  stateFolder: '_meta/state',
  tmpFolder: '_meta/tmp',
  plansFolder: '_meta/plans',
  /** Where bundles wait for their commit, and no reader looks (protocol 4.1). */
  stageFolder: '_meta/stage',
  resultsFolder: '_meta/results',
} as const;
