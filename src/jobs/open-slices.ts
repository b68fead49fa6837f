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

/** Whenever so many more log files of a slice have an outcome, it is noted on its way: a small one never is. */
const NOTED_EACH = 1_000;
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
  /** The places of those that are to be noted on their way. */
  readonly #toNote = new Set<string>();

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
      if ((slice.ingested + slice.skipped + slice.failed) % NOTED_EACH === 0) this.#toNote.add(place);
      this.#endIfDone(place);
    }
  }

  /** What is to be noted since this was asked last: slices that have ended, and how far large ones are. */
  takeNotes(): readonly SliceEnd[] {
    const onTheirWay = [...this.#toNote].map((place) => this.#noteOf(place, true));
    const notes = [...this.#ended, ...onTheirWay];
    this.#ended = [];
    this.#toNote.clear();
    return notes;
  }

  #endIfDone(place: string): void {
    const { isListed, listed, ingested, skipped, failed, foreign } = this.#at(place);
    if (!isListed || listed !== ingested + skipped + failed + foreign) return;
    this.#ended.push(this.#noteOf(place, false));
    this.#slices.delete(place);
    this.#toNote.delete(place);
  }

  #noteOf(place: string, isOpen: boolean): SliceEnd {
    const { isListed: _, planned, failures, ...slice } = this.#at(place);
    const isWhole = !isOpen && slice.unlisted === undefined;
    const gone = isWhole ? Math.max(0, planned - (slice.listed - slice.foreign)) : 0;
    return { place, isOpen, ...slice, failures: [...failures], gone, queued: 0, at: this.#now() };
  }

  #at(place: string): OpenSlice {
    const slice = this.#slices.get(place);
    if (slice) return slice;
    throw new AuditLakeError('INTERNAL', `the slice ${place} was not begun`);
  }
}
