import { dirname, join, resolve, sep } from 'node:path';
import { parseKey } from '../../cloudtrail/log-file-ref.js';
import { AuditLakeError } from '../../errors.js';
import { isLake } from './lake-folder.js';
import { LOCAL_BUCKET, realPath, statOf } from './local-files.js';

/** What the user named: a path, or a file that a pattern found, and the folder where the pattern begins. */
export type LocalArgument = string | { readonly path: string; readonly below: string };

/** A file to be tried, whatever it is, and the folder below which its key is counted. */
export type NamedFile = { readonly path: string; readonly below: string };

/** Files and folders of the command line. Lakes are left out, wherever they lie. */
export class LocalArguments {
  /** The folders to be walked. None is found on the way through another one. */
  readonly folders: readonly string[];
  /** The files that no walk would find, or would take for foreign. */
  readonly named: readonly NamedFile[];
  readonly #lake: string;

  /**
   * `lake` is the folder to be written to, which may lie inside a source folder.
   * @throws AuditLakeError USAGE where a path is no file or folder, or is (in) a lake
   */
  constructor(given: readonly LocalArgument[], lake: string) {
    this.#lake = realPath(lake);
    const paths = [...new Set(given.filter((it) => typeof it === 'string').map((path) => resolve(path)))];
    const found = given.filter((it) => typeof it !== 'string');
    const folders = paths.filter((path) => kindOf(path) === 'folder');
    for (const folder of folders) {
      if (this.isInLake(folder)) throw new AuditLakeError('USAGE', `${folder} is a lake, not log files`);
    }
    this.folders = folders.filter((path) => !isCovered(path, folders));
    const files = paths.filter((path) => !folders.includes(path));
    const named = [...files.map((path) => ({ path, below: dirname(path) })), ...found];
    // Asked once a folder: a pattern may find many thousand files in it.
    const inLake = new Map<string, boolean>();
    for (const folder of new Set(named.map(({ path }) => dirname(path)))) {
      inLake.set(folder, this.isInLake(folder));
    }
    const sources = named.filter(({ path }) => !inLake.get(dirname(path)) && !isCovered(path, folders));
    this.named = [...new Map(sources.map((it) => [realPath(it.path), it])).values()];
  }

  /** Whether a folder on the way is a lake, ours or another one. */
  isLake(folder: string): boolean {
    return isLake(folder) || realPath(folder) === this.#lake;
  }

  /** Whether a folder is a lake or lies in one. */
  isInLake(folder: string): boolean {
    let path = realPath(folder);
    while (path !== this.#lake && !isLake(path) && path !== dirname(path)) path = dirname(path);
    return path === this.#lake || isLake(path);
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
