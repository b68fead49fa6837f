import type { PassedOver } from '../backfill/passed-over.js';
import type { Unlisted } from '../backfill/plan.js';
import type { Scope } from '../backfill/scope.js';
import type { Slice } from '../backfill/slice.js';
import type { Storage } from '../backfill/storage.js';
import type { ListedObject } from './log-source.js';

/** An object of an archive; without `storage` it is of the standard class. */
export type StoredObject = ListedObject & { readonly storage?: Storage };

/** What a survey finds. */
export type Found =
  | { readonly kind: 'objects'; readonly objects: readonly StoredObject[] }
  | PassedOver
  | ({ readonly kind: 'unlisted' } & Unlisted);

/** Where years of log files lie: can be surveyed as a whole, and read slice by slice. */
export interface Archive {
  /** Until when a survey knows what was delivered, milliseconds since 1970; undefined: until it is made. */
  readonly asOf?: number | undefined;
  /**
   * Every object of the scope once, in any order, page by page: slices that the layout puts out of scope are not
   * listed at all. What is passed over is told, and so is a place that may not be listed; the rest goes on.
   * @throws AuditLakeError AWS_CREDENTIALS, AWS_FAILED
   */
  survey(scope: Scope): AsyncIterable<Found>;
  /**
   * The objects that lie directly in a folder, in the order of their names, page by page. Nothing where the folder
   * is gone. @throws AuditLakeError READ_FAILED, AWS_DENIED, AWS_CREDENTIALS, AWS_FAILED
   */
  list(slice: Pick<Slice, 'place'>): AsyncIterable<readonly StoredObject[]>;
}
