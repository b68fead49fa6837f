import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { type KeyKind, keyOfLocalPath, namedKey, parseKey } from '../../cloudtrail/log-file-ref.js';
import { AuditLakeError } from '../../errors.js';
import type { ListedObject, LogSource } from '../../ports/log-source.js';
import { fileEtag } from './fs-log-reader.js';
import { isLake } from './lake-folder.js';

/** The bucket of log files that lie in a folder (protocol 4.8). */
export const LOCAL_BUCKET = 'file';

/** What the user named: a path, or a file that a pattern found, and the folder where the pattern begins. */
export type LocalArgument = string | { readonly path: string; readonly below: string };

/** A folder with files in it, and the argument below which keys are counted. */
type Folder = { readonly root: string; readonly path: string; readonly day: string; readonly files: number };
/** A file to be tried, whatever it is, and the folder below which its key is counted. */
type Named = { readonly path: string; readonly below: string };
type Plan = { readonly folders: readonly Folder[]; readonly named: readonly Named[] };

/**
 * Files and folders of the command line. Folders are walked twice: once to order them by day of delivery and
 * count, once to list. Lakes are left out, wherever they lie. Holds the folders that have files, and the names in
 * one folder.
 */
export class FsLogSource implements LogSource {
  readonly #folders: readonly string[];
  readonly #named: readonly Named[];
  readonly #lake: string;
  readonly #inLake = new Map<string, boolean>();
  #plan: Plan | undefined;

  /**
   * `lake` is the folder to be written to, which may lie inside a source folder.
   * @throws AuditLakeError USAGE where a path is no file or folder, or is (in) a lake
   */
  constructor(given: readonly LocalArgument[], lake: string) {
    this.#lake = realPath(lake);
    const paths = [...new Set(given.filter((it) => typeof it === 'string').map((path) => resolve(path)))];
    const found = given.filter((it) => typeof it !== 'string');
    this.#folders = paths.filter((path) => kindOf(path) === 'folder');
    for (const folder of this.#folders) {
      if (this.#isInLake(folder)) throw new AuditLakeError('USAGE', `${folder} is a lake, not log files`);
    }
    const files = paths.filter((path) => !this.#folders.includes(path));
    const named = [...files.map((path) => ({ path, below: dirname(path) })), ...found];
    const sources = named.filter(
      ({ path }) => !this.#isInLake(dirname(path)) && !isCovered(path, this.#folders),
    );
    this.#named = [...new Map(sources.map((it) => [realPath(it.path), it])).values()];
  }

  async count(): Promise<number> {
    const { folders, named } = this.#planned();
    return folders.reduce((sum, { files }) => sum + files, named.length);
  }

  async *list(): AsyncIterable<ListedObject> {
    const { folders, named } = this.#planned();
    for (const { path, below } of named) yield listed(path, below, namedKey);
    for (const { root, path } of folders) {
      for (const name of filesIn(path)) yield listed(join(path, name), root, parseKey);
    }
  }

  #planned(): Plan {
    if (this.#plan) return this.#plan;
    const plan = { folders: [] as Folder[], named: [...this.#named] };
    for (const folder of this.#folders.filter((path) => !isCovered(path, this.#folders))) {
      this.#walk(folder, plan);
    }
    plan.folders.sort((a, b) => compare(a.day, b.day) || compare(a.path, b.path));
    this.#plan = plan;
    return plan;
  }

  /**
   * Symbolic links to folders are not followed: they may lead round in a circle. A folder that cannot be listed is
   * listed itself, so that it fails by name and the rest goes on.
   */
  #walk(root: string, plan: { readonly folders: Folder[]; readonly named: Named[] }): void {
    const todo = [root];
    for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
      if (isLake(path) || realPath(path) === this.#lake) continue;
      const entries = entriesOf(path);
      if (entries === undefined) plan.named.push({ path, below: root });
      let files = 0;
      for (const entry of entries ?? []) {
        if (entry.isDirectory()) todo.push(join(path, entry.name));
        else if (isFile(path, entry)) files++;
      }
      if (files > 0) plan.folders.push({ root, path, day: dayOfFolder(path), files });
    }
  }

  /** Asked once a folder: a pattern may find many thousand files in it. */
  #isInLake(folder: string): boolean {
    const known = this.#inLake.get(folder);
    if (known !== undefined) return known;
    let path = realPath(folder);
    while (path !== this.#lake && !isLake(path) && path !== dirname(path)) path = dirname(path);
    const found = path === this.#lake || isLake(path);
    this.#inLake.set(folder, found);
    return found;
  }
}

/** @throws AuditLakeError USAGE for what is neither: reading a pipe would wait for ever */
function kindOf(path: string): 'file' | 'folder' {
  const stat = statOf(path);
  if (stat?.isDirectory()) return 'folder';
  if (stat?.isFile()) return 'file';
  throw new AuditLakeError('USAGE', `no such file or folder: ${path}`);
}

/** Whether a folder of the command line lists this one too: one log file has one key in a run. */
function isCovered(path: string, folders: readonly string[]): boolean {
  const real = realPath(path);
  const isBelow = folders.some((folder) => folder !== path && real.startsWith(join(realPath(folder), sep)));
  return isBelow && (folders.includes(path) || parseKey(LOCAL_BUCKET, path).kind === 'log-file');
}

/** `.../2026/01/09` is a day of delivery; other folders come first, in order of their names. */
function dayOfFolder(path: string): string {
  return /(\d{4})[\\/](\d\d)[\\/](\d\d)$/.exec(path)?.slice(1).join('-') ?? '';
}

function listed(path: string, below: string, parse: typeof parseKey): ListedObject {
  const what = refOf(parse(LOCAL_BUCKET, keyOf(path, posix(relative(below, path)))));
  return { location: path, what, ...sizeAndEtag(path) };
}

function refOf(kind: KeyKind): ListedObject['what'] {
  return kind.kind === 'foreign' ? 'foreign' : kind.ref;
}

/** From AWSLogs/ on where the whole path has the layout, wherever the argument began; else what remains of it. */
function keyOf(path: string, otherwise: string): string {
  const key = keyOfLocalPath(posix(path));
  return key === posix(path) ? otherwise : key;
}

function posix(path: string): string {
  return path.split(sep).join('/');
}

/** A vanished file fails when it is read. */
function sizeAndEtag(path: string): { size: number; etag: string } {
  try {
    const stat = statSync(path, { bigint: true });
    return { size: Number(stat.size), etag: fileEtag(stat) };
  } catch {
    return { size: 0, etag: 'unreadable' };
  }
}

function filesIn(path: string): string[] {
  return (entriesOf(path) ?? [])
    .filter((entry) => isFile(path, entry))
    .map(({ name }) => name)
    .sort(compare);
}

function entriesOf(path: string): Dirent[] | undefined {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return undefined;
  }
}

function isFile(folder: string, entry: Dirent): boolean {
  if (entry.isFile()) return true;
  return entry.isSymbolicLink() && (statOf(join(folder, entry.name))?.isFile() ?? false);
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
