import { join } from 'node:path';
import { namedKey, parseKey } from '../../cloudtrail/log-file-ref.js';
import type { ListedObject, LogSource } from '../../ports/log-source.js';
import { type LocalArgument, LocalArguments, type NamedFile } from './local-arguments.js';
import { compare, entriesOf, fileNames, isFile, listedFile } from './local-files.js';

/** A folder with files in it, and the argument below which keys are counted. */
type Folder = { readonly root: string; readonly path: string; readonly day: string; readonly files: number };
type Walked = { readonly folders: readonly Folder[]; readonly named: readonly NamedFile[] };

/**
 * Files and folders of the command line. Folders are walked twice: once to order them by day of delivery and
 * count, once to list. Lakes are left out, wherever they lie. Holds the folders that have files, and the names in
 * one folder.
 */
export class FsLogSource implements LogSource {
  readonly #given: LocalArguments;
  #found: Walked | undefined;

  /**
   * `lake` is the folder to be written to, which may lie inside a source folder.
   * @throws AuditLakeError USAGE where a path is no file or folder, or is (in) a lake
   */
  constructor(given: readonly LocalArgument[], lake: string) {
    this.#given = new LocalArguments(given, lake);
  }

  async count(): Promise<number> {
    const { folders, named } = this.#walked();
    return folders.reduce((sum, { files }) => sum + files, named.length);
  }

  async *list(): AsyncIterable<ListedObject> {
    const { folders, named } = this.#walked();
    for (const { path, below } of named) yield listedFile(path, below, namedKey);
    for (const { root, path } of folders) {
      const names = fileNames(path, entriesOf(path) ?? []);
      for (const name of names) yield listedFile(join(path, name), root, parseKey);
    }
  }

  #walked(): Walked {
    if (this.#found) return this.#found;
    const found = { folders: [] as Folder[], named: [...this.#given.named] };
    for (const folder of this.#given.folders) this.#walk(folder, found);
    found.folders.sort((a, b) => compare(a.day, b.day) || compare(a.path, b.path));
    this.#found = found;
    return found;
  }

  /**
   * Symbolic links to folders are not followed: they may lead round in a circle. A folder that cannot be listed is
   * listed itself, so that it fails by name and the rest goes on.
   */
  #walk(root: string, found: { readonly folders: Folder[]; readonly named: NamedFile[] }): void {
    const todo = [root];
    for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
      if (this.#given.isLake(path)) continue;
      const entries = entriesOf(path);
      if (entries === undefined) found.named.push({ path, below: root });
      let files = 0;
      for (const entry of entries ?? []) {
        if (entry.isDirectory()) todo.push(join(path, entry.name));
        else if (isFile(path, entry)) files++;
      }
      if (files > 0) found.folders.push({ root, path, day: dayOfFolder(path), files });
    }
  }
}

/** `.../2026/01/09` is a day of delivery; other folders come first, in order of their names. */
function dayOfFolder(path: string): string {
  return /(\d{4})[\\/](\d\d)[\\/](\d\d)$/.exec(path)?.slice(1).join('-') ?? '';
}
