import { placeOf } from '../../src/backfill/slice.js';
import type { Storage } from '../../src/backfill/storage.js';
import { parseKey } from '../../src/cloudtrail/log-file-ref.js';
import { AuditLakeError, type ErrorCode } from '../../src/errors.js';
import type { Archive, Found, StoredObject } from '../../src/ports/archive.js';
import { etagOfContent, type MemoryObject } from './memory-log-source.ts';

export type ArchivedObject = MemoryObject & { readonly storage?: Storage };

/** An archive in memory, a page an object or so many. Folders may refuse to be listed. */
export class MemoryArchive implements Archive {
  objects: readonly ArchivedObject[];
  /** By folder: a survey does not go below it either. */
  readonly refused = new Map<string, ErrorCode>();
  /** So many pages of a folder that refuses come before it does. */
  pagesBefore = 0;
  /** Every folder that was listed, in order. */
  readonly listed: string[] = [];
  readonly #pageSize: number;

  constructor(objects: readonly ArchivedObject[], pageSize = 2) {
    this.objects = objects;
    this.#pageSize = pageSize;
  }

  async *survey(): AsyncIterable<Found> {
    for (const place of this.places()) {
      const isBelow = [...this.refused.keys()].some((above) => above !== place && place.startsWith(above));
      if (isBelow) continue;
      for (const objects of this.#pages(place)) yield { kind: 'objects', objects };
    }
    for (const [place, code] of this.refused) yield { kind: 'unlisted', place, code, message: 'refused' };
  }

  async *list({ place }: { readonly place: string }): AsyncIterable<readonly StoredObject[]> {
    this.listed.push(place);
    yield* this.#pages(place);
    const code = this.refused.get(place);
    if (code !== undefined) throw new AuditLakeError(code, `${place} is refused`);
  }

  /** The folders that hold objects, sorted. */
  places(): string[] {
    return [...new Set(this.objects.map((object) => placeOf(locationOf(object))))].sort();
  }

  *#pages(place: string): Generator<readonly StoredObject[]> {
    const objects = this.objects.filter((object) => placeOf(locationOf(object)) === place).map(stored);
    const end = this.refused.has(place) ? this.pagesBefore * this.#pageSize : objects.length;
    for (let at = 0; at < Math.min(end, objects.length); at += this.#pageSize) {
      yield objects.slice(at, at + this.#pageSize);
    }
  }
}

const locationOf = ({ location, key }: MemoryObject) => location ?? key;

function stored(object: ArchivedObject): StoredObject {
  const kind = parseKey('amzn-s3-demo-bucket', object.key);
  return {
    location: locationOf(object),
    size: object.bytes.length,
    etag: etagOfContent(object),
    what: kind.kind === 'foreign' ? 'foreign' : kind.ref,
    ...(object.storage && { storage: object.storage }),
  };
}
