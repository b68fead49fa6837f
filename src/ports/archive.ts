import type { Unlisted } from '../backfill/plan.js';
import type { Scope } from '../backfill/scope.js';
import type { Slice } from '../backfill/slice.js';
import type { ForeignReason } from '../cloudtrail/log-file-ref.js';
import type { ListedObject } from './log-source.js';

/** How an object is stored, where that is not simply readable. */
export type Storage = {
  /** As S3 names it: GLACIER, DEEP_ARCHIVE, STANDARD_IA, ... */
  readonly storageClass: string;
  /** Of an object in an archive class; undefined where it has not been asked for. */
  readonly restore?: 'restored' | 'restoring';
};

/** An object of an archive; without `storage` it is of the standard class. */
export type StoredObject = ListedObject & { readonly storage?: Storage };

/** What a survey finds. */
export type Found =
  | { readonly kind: 'objects'; readonly objects: readonly StoredObject[] }
  /** A folder whose objects are none of ours, so that it was not listed. */
  | { readonly kind: 'left-out'; readonly place: string; readonly reason: ForeignReason }
  /** A folder that the scope leaves out, so that it was not listed: says what is there when nothing was found. */
  | { readonly kind: 'out-of-scope'; readonly place: string }
  | ({ readonly kind: 'unlisted' } & Unlisted);

/** Where years of log files lie: can be surveyed as a whole, and read slice by slice. */
export interface Archive {
  /**
   * Every object of the scope once, in any order, page by page: slices that the layout puts out of scope are not
   * listed at all. A place that may not be listed is found as such; the rest goes on.
   * @throws AuditLakeError AWS_CREDENTIALS, AWS_FAILED
   */
  survey(scope: Scope): AsyncIterable<Found>;
  /**
   * The objects that lie directly in a folder, in the order of their names, page by page. Nothing where the folder
   * is gone. @throws AuditLakeError READ_FAILED, AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
   */
  list(slice: Pick<Slice, 'place'>): AsyncIterable<readonly StoredObject[]>;
}
