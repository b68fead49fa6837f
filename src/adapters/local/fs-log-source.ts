import { type Dirent, lstatSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { type KeyKind, keyOfLocalPath, namedKey, parseKey } from '../../cloudtrail/log-file-ref.js';
import { AuditLakeError, messageOf } from '../../errors.js';
import type { ListedObject, LogSource } from '../../ports/log-source.js';

/** The bucket of log files that lie in a folder (protocol 4.8). */
export const LOCAL_BUCKET = 'file';

/** A folder with files in it, and the argument below which keys are counted. */
type Folder = { readonly root: string; readonly path: string; readonly day: string; readonly files: number };
type Named = { readonly path: string };

/**
 * Files and folders of the command line. Folders are walked twice: once to order them by day of delivery and
 * count, once to list. Holds the folders that have files, and the names in one folder.
 */
export class FsLogSource implements LogSource {
  readonly #paths: readonly string[];
  readonly #leaveOut: string;
  #plan: { readonly folders: readonly Folder[]; readonly named: readonly Named[] } | undefined;

  /**
   * `leaveOut` is the folder of the lake, which may lie inside a source folder and is never read.
   * @throws AuditLakeError USAGE where a path does not exist
   */
  constructor(paths: readonly string[], leaveOut: string) {
    this.#paths = paths.map((path) => resolve(path));
    this.#leaveOut = realPath(leaveOut);
    for (const path of this.#paths) mustExist(path);
  }

  async count(): Promise<number> {
    const { folders, named } = this.#planned();
    return folders.reduce((sum, { files }) => sum + files, named.length);
  }

  async *list(): AsyncIterable<ListedObject> {
    const { folders, named } = this.#planned();
    for (const { path } of named) {
      yield {
        location: path,
        what: refOf(namedKey(LOCAL_BUCKET, keyOf(path, basename(path)))),
        ...sizeAndEtag(path),
      };
    }
    for (const { root, path } of folders) {
      for (const name of filesIn(path)) yield listed(root, join(path, name));
    }
  }

  #planned() {
    if (this.#plan) return this.#plan;
    const folders: Folder[] = [];
    const named: Named[] = [];
    const paths = [...new Set(this.#paths)];
    const roots = paths.filter((path) => statSync(path).isDirectory());
    for (const path of paths.filter((path) => !isCovered(path, roots))) {
      if (roots.includes(path)) this.#walk(path, path, folders);
      else named.push({ path });
    }
    folders.sort((a, b) => compare(a.day, b.day) || compare(a.path, b.path));
    this.#plan = { folders, named };
    return this.#plan;
  }

  /** Symbolic links to folders are not followed: they may lead round in a circle. */
  #walk(root: string, start: string, folders: Folder[]): void {
    const todo = [start];
    for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
      if (path === this.#leaveOut || realPath(path) === this.#leaveOut) continue;
      let files = 0;
      for (const entry of entriesOf(path)) {
        if (entry.isDirectory()) todo.push(join(path, entry.name));
        else if (isFile(path, entry)) files++;
      }
      if (files > 0) folders.push({ root, path, day: dayOfFolder(path), files });
    }
  }
}

/** Whether another argument lists this one too: one log file has one key in a run. */
function isCovered(path: string, roots: readonly string[]): boolean {
  const real = realPath(path);
  const isBelow = roots.some((root) => root !== path && real.startsWith(join(realPath(root), sep)));
  return isBelow && (roots.includes(path) || parseKey(LOCAL_BUCKET, path).kind === 'log-file');
}

/** `.../2026/01/09` is a day of delivery; other folders come first, in order of their names. */
function dayOfFolder(path: string): string {
  return /(\d{4})[\\/](\d\d)[\\/](\d\d)$/.exec(path)?.slice(1).join('-') ?? '';
}

function listed(root: string, path: string): ListedObject {
  const what = refOf(parseKey(LOCAL_BUCKET, keyOf(path, posix(relative(root, path)))));
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

/** Size and time of change to the nanosecond: what a local file has for an etag. A vanished file fails when read. */
function sizeAndEtag(path: string): { size: number; etag: string } {
  try {
    const { size, mtimeNs } = statSync(path, { bigint: true });
    return { size: Number(size), etag: `${size}-${mtimeNs}` };
  } catch {
    return { size: 0, etag: 'unreadable' };
  }
}

function filesIn(path: string): string[] {
  return entriesOf(path)
    .filter((entry) => isFile(path, entry))
    .map(({ name }) => name)
    .sort(compare);
}

function entriesOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    throw new AuditLakeError('USAGE', `cannot list the folder ${path}: ${messageOf(error)}`, error);
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

function mustExist(path: string): void {
  try {
    lstatSync(path);
    statSync(path);
  } catch (error) {
    throw new AuditLakeError('USAGE', `no such file or folder: ${path}`, error);
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
