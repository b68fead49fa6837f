import { descend } from '../../backfill/layout.js';
import type { LeftOutReason } from '../../backfill/passed-over.js';
import { type Scope, verdictOf } from '../../backfill/scope.js';
import { type KeyKind, namedKey, parseKey } from '../../cloudtrail/log-file-ref.js';
import type { ListedObject } from '../../ports/log-source.js';

/** What is looked for in the bucket of an inventory. */
export type InventoryPlace = {
  /** What the keys below it begin with, with a slash at its end; empty for the whole bucket. */
  readonly folder: string;
  /** The object of exactly this key, which is tried whatever its ending; undefined where only a folder is meant. */
  readonly object: string | undefined;
};

/** What a key of the inventory is to a survey; undefined where it is of no interest. */
type Sighting =
  | { readonly kind: 'object'; readonly what: ListedObject['what'] }
  /** It is passed over, or a folder above it is. */
  | { readonly kind: 'passed'; readonly key: string; readonly why: 'skip' | LeftOutReason };

/** Folders of which it is known whether they are wanted. Keys mostly come in order, a folder at a time. */
const MOST_FOLDERS = 4_096;

/** Which keys of a bucket a survey wants: those that a listing of the places would show it. */
export class InventoryPlaces {
  readonly #bucket: string;
  readonly #places: readonly InventoryPlace[];
  readonly #lake: string | undefined;
  readonly #scope: Scope;
  readonly #folders = new Map<string, Sighting | 'list' | undefined>();

  /** `lake`: the folder of the lake, where that lies in the same bucket. */
  constructor(
    bucket: string,
    { places, lake }: { readonly places: readonly InventoryPlace[]; readonly lake: string | undefined },
    scope: Scope,
  ) {
    this.#bucket = bucket;
    // Of places within one another the widest comes first.
    this.#places = places.toSorted((a, b) => a.folder.length - b.folder.length);
    this.#lake = lake;
    this.#scope = scope;
  }

  see(key: string): Sighting | undefined {
    if (this.#lake !== undefined && key.startsWith(this.#lake)) return undefined;
    if (this.#places.some(({ object }) => object === key))
      return this.#object(key, namedKey(this.#bucket, key));
    const folder = this.#folder(key.slice(0, key.lastIndexOf('/') + 1));
    return folder === 'list' ? this.#object(key, parseKey(this.#bucket, key)) : folder;
  }

  #object(key: string, kind: KeyKind): Sighting {
    if (kind.kind === 'foreign') return { kind: 'object', what: 'foreign' };
    const verdict = verdictOf(this.#scope, kind.ref);
    return verdict === 'wanted' ? { kind: 'object', what: kind.ref } : { kind: 'passed', key, why: verdict };
  }

  #folder(folder: string): Sighting | 'list' | undefined {
    if (this.#folders.has(folder)) return this.#folders.get(folder);
    if (this.#folders.size >= MOST_FOLDERS) this.#folders.clear();
    const seen = this.#look(folder);
    this.#folders.set(folder, seen);
    return seen;
  }

  /** The word of a folder says what those above it say, and more: the first one that is not to be listed is told. */
  #look(folder: string): Sighting | 'list' | undefined {
    const place = this.#places.find((it) => folder.startsWith(it.folder));
    if (place === undefined) return undefined;
    if (descend(folder, this.#scope) === 'list') return 'list';
    for (let end = place.folder.length; ; end = folder.indexOf('/', end) + 1) {
      const above = folder.slice(0, end);
      const why = descend(above, this.#scope);
      if (why !== 'list') return { kind: 'passed', key: above, why };
    }
  }
}
