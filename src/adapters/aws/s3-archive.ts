import type { _Object, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { descend } from '../../backfill/layout.js';
import { passedOver, sifted } from '../../backfill/passed-over.js';
import type { Scope } from '../../backfill/scope.js';
import type { Slice } from '../../backfill/slice.js';
import { namedKey, parseKey } from '../../cloudtrail/log-file-ref.js';
import { AuditLakeError } from '../../errors.js';
import type { Archive, Found, StoredObject } from '../../ports/archive.js';
import { asTheyCome } from './as-they-come.js';
import type { Waiting } from './back-off.js';
import { covers, distinctPlaces, mayBeObject } from './s3-named-places.js';
import { bareEtag, listPages, type S3Access } from './s3-pages.js';
import { folderOf, formatPlace, isBelow, parsePlace, type S3Place } from './s3-place.js';
import { storageOf } from './s3-stored-object.js';

export type S3ArchiveOptions = S3Access & {
  readonly places: readonly S3Place[];
  /** The lake to be written to: what lies in it is no part of the archive. */
  readonly lake?: S3Place | undefined;
  readonly waiting: Waiting;
  /** Milliseconds since 1970: restored objects are there until a date. */
  readonly now: () => number;
};

/** Enough that waiting for S3 costs nothing, and far from the 5,500 requests a second that a prefix allows. */
const LISTINGS_AT_ONCE = 32;

/** A folder on its way: what it is asked for next. */
type Walk = { readonly folder: S3Place; readonly pages: AsyncIterator<ListObjectsV2CommandOutput> };

/**
 * Years of log files below places in S3. A survey goes down folder by folder, many at once, and never into one that
 * CloudTrail's layout puts out of scope. A place without a slash at its end is an object, a folder, or both. Holds
 * a page for each listing under way, and the folders beside those on the way down.
 */
export class S3Archive implements Archive {
  readonly #options: S3ArchiveOptions;
  readonly #folders: readonly S3Place[];
  /** Locations of what may be an object that somebody named. */
  readonly #named: ReadonlyMap<string, S3Place>;

  constructor(options: S3ArchiveOptions) {
    this.#options = options;
    const places = distinctPlaces(options.places);
    const named = places.filter(mayBeObject);
    this.#named = new Map(named.map((place) => [formatPlace(place), place]));
    const widest = places.filter((place) => !places.some((other) => covers(other, place)));
    this.#folders = widest.map(({ bucket, prefix }) => ({ bucket, prefix: folderOf(prefix) }));
  }

  async *survey(scope: Scope): AsyncIterable<Found> {
    for (const place of this.#named.values()) yield* this.#surveyNamed(place, scope);
    const found: Found[] = [];
    const walks = this.#into(this.#folders, { scope, found });
    yield* found;
    const steps = asTheyCome<Walk, readonly Found[]>(walks, LISTINGS_AT_ONCE, (walk, more) =>
      this.#step(walk, { scope, more }),
    );
    for await (const some of steps) yield* some;
  }

  async *list({ place }: Pick<Slice, 'place'>): AsyncIterable<readonly StoredObject[]> {
    const folder = parsePlace(place);
    if (!folder) throw new AuditLakeError('READ_FAILED', `${place} is no place in S3`);
    for await (const page of this.#pages({ ...folder, prefix: folderOf(folder.prefix) })) {
      const objects = objectsOf(page).flatMap((object) => this.#stored(folder.bucket, object) ?? []);
      if (objects.length > 0) yield objects;
    }
  }

  /** The next page of a folder; what it leads to comes before what waits. */
  async #step(walk: Walk, to: { scope: Scope; more: (...walks: Walk[]) => void }): Promise<readonly Found[]> {
    const { folder, pages } = walk;
    const { bucket } = folder;
    const next = await pages.next().catch((error: unknown) => unlisted(folder, error));
    if ('kind' in next) return [next];
    if (next.done) return [];
    const objects = objectsOf(next.value).flatMap((object) => {
      const isNamed = this.#named.has(formatPlace({ bucket, prefix: object.Key ?? '' }));
      return isNamed ? [] : (this.#stored(bucket, object) ?? []);
    });
    const found: Found[] = [...sifted(objects, to.scope)];
    const below = (next.value.CommonPrefixes ?? []).map(({ Prefix: prefix = '' }) => ({ bucket, prefix }));
    const deeper = this.#into(below, { scope: to.scope, found });
    const isLast = next.value.NextContinuationToken === undefined;
    to.more(...deeper, ...(isLast ? [] : [walk]));
    return found;
  }

  /** The folders that are worth it, on their way; the others are found as what they are. */
  #into(folders: readonly S3Place[], { scope, found }: { scope: Scope; found: Found[] }): Walk[] {
    return folders.flatMap((folder) => {
      if (this.#isInLake(folder)) return [];
      const descent = descend(folder.prefix, scope);
      if (descent === 'list') return [{ folder, pages: this.#pages(folder)[Symbol.asyncIterator]() }];
      found.push(passedOver(formatPlace(folder), descent));
      return [];
    });
  }

  /** The object of exactly this key, where there is one: it comes first of all keys that begin like it. */
  async *#surveyNamed(place: S3Place, scope: Scope): AsyncIterable<Found> {
    try {
      const { waiting } = this.#options;
      const listing = { ...place, most: 1, restoreStatus: true, waiting };
      for await (const page of listPages(this.#options, listing)) {
        const object = page.Contents?.[0];
        if (object?.Key !== place.prefix) continue;
        const stored = this.#stored(place.bucket, object);
        if (stored) yield* sifted([stored], scope);
      }
    } catch (error) {
      yield unlisted(place, error);
    }
  }

  /** Undefined where it is none of what was named. */
  #stored(bucket: string, object: _Object): StoredObject | undefined {
    const { Key: key = '', Size: size = 0, ETag = '' } = object;
    const location = formatPlace({ bucket, prefix: key });
    const isNamed = this.#named.has(location);
    if (!isNamed && !this.#folders.some((folder) => isBelow(folder, { bucket, key }))) return undefined;
    const kind = isNamed ? namedKey(bucket, key) : parseKey(bucket, key);
    const isOurs = this.#options.lake !== undefined && isBelow(this.#options.lake, { bucket, key });
    const what = isOurs || kind.kind === 'foreign' ? 'foreign' : kind.ref;
    const storage = storageOf(object, this.#options.now());
    return { location, size, etag: bareEtag(ETag), what, ...(storage && { storage }) };
  }

  /** One level: what lies directly in a folder, and its folders. */
  #pages(folder: S3Place): AsyncIterable<ListObjectsV2CommandOutput> {
    const { waiting } = this.#options;
    return listPages(this.#options, { ...folder, delimiter: '/', restoreStatus: true, waiting });
  }

  #isInLake({ bucket, prefix }: S3Place): boolean {
    const { lake } = this.#options;
    return lake !== undefined && isBelow(lake, { bucket, key: prefix });
  }
}

function objectsOf({ Contents = [] }: ListObjectsV2CommandOutput): readonly _Object[] {
  return Contents;
}

/** A place that may not be listed is found so; any other failure is thrown. */
function unlisted(place: S3Place, error: unknown): Extract<Found, { kind: 'unlisted' }> {
  if (!(error instanceof AuditLakeError) || error.code !== 'AWS_DENIED') throw error;
  return { kind: 'unlisted', place: formatPlace(place), code: error.code, message: error.message };
}
