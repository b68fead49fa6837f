import type { Access, DatabaseName } from './table-name.js';

/** Names that were seen, by how and where. Most of a text's are of one place, so the last is kept at hand. */
export class SeenNames {
  readonly #places = new Map<string, Set<string>>();
  #last: (DatabaseName & { readonly access: Access; readonly names: Set<string> }) | undefined;

  /** Whether a name is seen for the first time. From now on it is not. */
  isNew(name: string, access: Access, { catalog, database }: DatabaseName): boolean {
    const last = this.#last;
    const isThere = last?.access === access && last.database === database && last.catalog === catalog;
    const names = isThere ? last.names : this.#namesOf(`${access}\0${catalog}\0${database ?? ''}`);
    if (!isThere) this.#last = { access, catalog, database, names };
    const before = names.size;
    return names.add(name).size > before;
  }

  #namesOf(place: string): Set<string> {
    const known = this.#places.get(place);
    if (known !== undefined) return known;
    const names = new Set<string>();
    this.#places.set(place, names);
    return names;
  }
}
