import type { PlannedSlice, Unlisted } from '../backfill/plan.js';
import { isWanted, type Scope } from '../backfill/scope.js';
import { AuditLakeError } from '../errors.js';
import type { Archive, StoredObject } from '../ports/archive.js';
import { ahead } from './ahead.js';

export type PlannedObjectsOptions = {
  readonly slices: AsyncIterable<PlannedSlice>;
  readonly archive: Pick<Archive, 'list'>;
  readonly scope: Scope;
  /** How many folders are asked for before their turn: for an archive that is far away. */
  readonly listAhead: number;
};

/** What the listing of the slices of a plan shows, slice by slice. */
type PlannedObjects =
  | { readonly kind: 'begin'; readonly slice: PlannedSlice }
  | { readonly kind: 'objects'; readonly slice: PlannedSlice; readonly objects: readonly StoredObject[] }
  | ListedSlice;

/** So many folders that could not be listed are kept by name; the rest is counted. */
export const MOST_UNLISTED = 1_000;

/** A slice from which nothing more comes. */
export type ListedSlice =
  | { readonly kind: 'end'; readonly slice: PlannedSlice }
  /** This folder could not be listed to its end; the rest goes on. */
  | { readonly kind: 'unlisted'; readonly slice: PlannedSlice; readonly unlisted: Unlisted };

/**
 * Lists the slices of a plan anew, in its order: what came since is found, what has gone is not. A log file that
 * the scope does not want is passed over.
 * @throws AuditLakeError AWS_CREDENTIALS, AWS_FAILED: no other folder would fare better
 */
export async function* plannedObjects(options: PlannedObjectsOptions): AsyncGenerator<PlannedObjects> {
  const { slices, archive, scope, listAhead } = options;
  const begin = async (slice: PlannedSlice) => {
    const pages = archive.list(slice)[Symbol.asyncIterator]();
    const first = await pages.next().catch(failedAlone);
    return { slice, pages, first };
  };
  for await (const { slice, pages, first } of ahead(slices, listAhead, begin)) {
    yield { kind: 'begin', slice };
    let page = first;
    while (!(page instanceof AuditLakeError) && !page.done) {
      const objects = page.value.filter(({ what }) => what === 'foreign' || isWanted(scope, what));
      yield { kind: 'objects', slice, objects };
      page = await pages.next().catch(failedAlone);
    }
    if (!(page instanceof AuditLakeError)) yield { kind: 'end', slice };
    else yield { kind: 'unlisted', slice, unlisted: unlistedOf(slice.place, page) };
  }
}

function unlistedOf(place: string, { code, message }: AuditLakeError): Unlisted {
  return { place, code, message };
}

/** A failure that concerns this folder, or this log file, alone; what every other one would meet is thrown. */
export function failedAlone(error: unknown): AuditLakeError {
  if (error instanceof AuditLakeError && (error.code === 'AWS_DENIED' || error.disposition !== 'stop')) {
    return error;
  }
  throw error;
}
