import type { PlannedSlice, Unlisted } from '../backfill/plan.js';
import { placeOf } from '../backfill/slice.js';
import type { SliceEnd, SliceFailure } from '../backfill/slice-end.js';
import { AuditLakeError } from '../errors.js';
import type { LogFileOutcome } from './ingest-bundle.js';

type OpenSlice = {
  /** Log files of the plan. */
  readonly planned: number;
  isListed: boolean;
  unlisted: SliceEnd['unlisted'];
  listed: number;
  ingested: number;
  skipped: number;
  failed: number;
  foreign: number;
  readonly failures: SliceFailure[];
};

/** So many failures of a slice are kept by name; the rest is counted. */
const MOST_FAILURES = 5;

/**
 * Slices on their way: begun, listed to their end, and each of their log files with an outcome, in any order and in
 * any bundle. Holds those that have not ended.
 */
export class OpenSlices {
  readonly #slices = new Map<string, OpenSlice>();
  readonly #now: () => number;
  #ended: SliceEnd[] = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  begin({ place, files }: PlannedSlice): void {
    const counts = { listed: 0, ingested: 0, skipped: 0, failed: 0, foreign: 0 };
    this.#slices.set(place, {
      planned: files,
      isListed: false,
      unlisted: undefined,
      ...counts,
      failures: [],
    });
  }

  listed(place: string, isForeign: boolean): void {
    const slice = this.#at(place);
    slice.listed++;
    if (isForeign) slice.foreign++;
  }

  /** Nothing more comes from this folder. */
  listedAll(place: string): void {
    this.#at(place).isListed = true;
    this.#endIfDone(place);
  }

  /** This folder could not be listed to its end: nothing more comes. */
  giveUp({ place, code, message }: Unlisted): void {
    this.#at(place).unlisted = { code, message };
    this.listedAll(place);
  }

  arrived(outcomes: readonly LogFileOutcome[]): void {
    for (const outcome of outcomes) {
      const { location } = outcome.file;
      const place = placeOf(location);
      const slice = this.#slices.get(place);
      if (slice === undefined) continue;
      slice[outcome.kind]++;
      if (outcome.kind === 'failed' && slice.failures.length < MOST_FAILURES) {
        slice.failures.push({ file: location, code: outcome.code, message: outcome.message });
      }
      this.#endIfDone(place);
    }
  }

  /** The slices that have ended since this was asked last. */
  takeEnded(): readonly SliceEnd[] {
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }

  #endIfDone(place: string): void {
    const { isListed, planned, ...slice } = this.#at(place);
    const { listed, ingested, skipped, failed, foreign, unlisted } = slice;
    if (!isListed || listed !== ingested + skipped + failed + foreign) return;
    this.#slices.delete(place);
    const gone = unlisted ? 0 : Math.max(0, planned - (listed - foreign));
    this.#ended.push({ place, ...slice, gone, queued: 0, at: this.#now() });
  }

  #at(place: string): OpenSlice {
    const slice = this.#slices.get(place);
    if (slice) return slice;
    throw new AuditLakeError('INTERNAL', `the slice ${place} was not begun`);
  }
}
