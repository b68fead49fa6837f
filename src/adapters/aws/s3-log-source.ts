import type { _Object } from '@aws-sdk/client-s3';
import { type KeyKind, namedKey, parseKey } from '../../cloudtrail/log-file-ref.js';
import type { ListedObject, LogSource } from '../../ports/log-source.js';
import { covers, distinctPlaces, mayBeObject } from './s3-named-places.js';
import { bareEtag, listPages, type S3Access } from './s3-pages.js';
import { folderOf, formatPlace, isBelow, type S3Place } from './s3-place.js';

export type S3LogSourceOptions = S3Access & {
  readonly places: readonly S3Place[];
  /** The lake to be written to, whose objects are no log files, wherever it lies. */
  readonly lake?: S3Place | undefined;
};

/**
 * Log files below places in S3, in the order of their keys: of one account and Region the days of delivery in
 * order. A place without a slash at its end is an object, a folder, or both. Holds one page of a listing.
 * @throws AuditLakeError AWS_CREDENTIALS, AWS_DENIED, AWS_FAILED
 */
export class S3LogSource implements LogSource {
  readonly #options: S3LogSourceOptions;
  readonly #places: readonly S3Place[];

  constructor(options: S3LogSourceOptions) {
    this.#options = options;
    this.#places = distinctPlaces(options.places);
  }

  /** Counting costs as much as listing. */
  async count(): Promise<undefined> {}

  async *list(): AsyncIterable<ListedObject> {
    for (const place of this.#places) {
      const isCovered = this.#places.some((other) => covers(other, place));
      yield* this.#named(place, isCovered);
      if (!isCovered) yield* this.#below(place);
    }
  }

  /** The object of exactly this key, where there is one: it comes first of all keys that begin like it. */
  async *#named({ bucket, prefix }: S3Place, isCovered: boolean): AsyncIterable<ListedObject> {
    if (!mayBeObject({ bucket, prefix })) return;
    if (isCovered && parseKey(bucket, prefix).kind === 'log-file') return;
    for await (const page of listPages(this.#options, { bucket, prefix, most: 1 })) {
      const object = page.Contents?.[0];
      if (object?.Key === prefix) yield this.#listed(bucket, object, namedKey);
    }
  }

  async *#below({ bucket, prefix }: S3Place): AsyncIterable<ListedObject> {
    for await (const page of listPages(this.#options, { bucket, prefix: folderOf(prefix) })) {
      for (const object of page.Contents ?? []) yield this.#listed(bucket, object, parseKey);
    }
  }

  #listed(bucket: string, { Key: key = '', Size, ETag }: _Object, parse: typeof parseKey): ListedObject {
    const { lake } = this.#options;
    const isOurs = lake !== undefined && isBelow(lake, { bucket, key });
    return {
      location: formatPlace({ bucket, prefix: key }),
      size: Size ?? 0,
      etag: bareEtag(ETag ?? ''),
      what: isOurs ? 'foreign' : refOf(parse(bucket, key)),
    };
  }
}

function refOf(kind: KeyKind): ListedObject['what'] {
  return kind.kind === 'foreign' ? 'foreign' : kind.ref;
}
