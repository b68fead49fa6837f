import { createHash } from 'node:crypto';
import { surplus } from '../multiset.ts';
import type { ArchiveTruth } from './archive-truth.ts';
import type { LakeContents } from './lake-contents.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** The id of a log file as protocol 4.1 says it, bit by bit. */
export function fileIdOf(bucket: string, key: string): string {
  const digest = createHash('sha256').update(`v1\nathena_events\n${bucket}\n${key}`).digest();
  const bits = [...digest].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const places = Array.from({ length: 26 }, (_, at) => Number.parseInt(bits.slice(at * 5, at * 5 + 5), 2));
  return places.map((place) => ALPHABET.charAt(place)).join('');
}

/** How a lake differs from the truth; every list is empty when it does not. */
export type Differences = {
  readonly lost: readonly string[];
  /** Rows that are too many: doubled, or of nowhere. */
  readonly surplus: readonly string[];
  /** Log files whose ledger entry is another one, or missing. */
  readonly ledger: readonly string[];
  /** Entries of log files that are not in the archive. */
  readonly strange: number;
};

export const NO_DIFFERENCES: Differences = { lost: [], surplus: [], ledger: [], strange: 0 };

/** Compares a finished lake with the truth. `bucket`: that of the log files; `file` for a folder. */
export function differencesOf(lake: LakeContents, truth: ArchiveTruth, bucket: string): Differences {
  const expected = [...truth.ledger].map(([key, status]) => ({ key, status, fid: fileIdOf(bucket, key) }));
  const known = new Set(expected.map(({ fid }) => fid));
  return {
    lost: surplus(truth.rows, lake.rows),
    surplus: surplus(lake.rows, truth.rows),
    ledger: expected
      .filter(({ fid, status }) => lake.ledger.get(fid) !== status)
      .map(({ key, fid, status }) => `${key}: ${lake.ledger.get(fid) ?? 'nothing'}, not ${status}`),
    strange: [...lake.ledger.keys()].filter((fid) => !known.has(fid)).length,
  };
}

/** Compares a lake in the middle of the work: what is there is true and not double, and rows and ledger agree. */
export function contradictionsOf(lake: LakeContents, truth: ArchiveTruth, bucket: string): Differences {
  const settled = [...truth.ledger].filter(([key]) => lake.ledger.has(fileIdOf(bucket, key)));
  const keys = new Set(settled.map(([key]) => key));
  const rows = truth.rows.filter((row) => keys.has(row.slice(0, row.indexOf(' '))));
  return differencesOf(lake, { ...truth, rows, ledger: new Map(settled) }, bucket);
}
