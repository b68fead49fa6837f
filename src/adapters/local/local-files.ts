import { type Dirent, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { type KeyKind, keyOfLocalPath, type parseKey } from '../../cloudtrail/log-file-ref.js';
import type { ListedObject } from '../../ports/log-source.js';
import { fileEtag } from './fs-log-reader.js';

/** The bucket of log files that lie in a folder (protocol 4.8). */
export const LOCAL_BUCKET = 'file';

/** A file as a listing shows it. `below`: the folder that its key counts from where the path has no layout. */
export function listedFile(path: string, below: string, parse: typeof parseKey): ListedObject {
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

/** A path with slashes. */
export function posix(path: string): string {
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

/** What lies in a folder; undefined where it cannot be listed. */
export function entriesOf(path: string): Dirent[] | undefined {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return undefined;
  }
}

/** The names of the files among what lies in a folder, in order. Links to files are followed. */
export function fileNames(folder: string, entries: readonly Dirent[]): string[] {
  return entries
    .filter((entry) => isFile(folder, entry))
    .map(({ name }) => name)
    .sort(compare);
}

export function isFile(folder: string, entry: Dirent): boolean {
  if (entry.isFile()) return true;
  return entry.isSymbolicLink() && (statOf(join(folder, entry.name))?.isFile() ?? false);
}

/** Undefined for what is not there, or cannot be looked at. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** Where a path leads to; of what is not there, the path itself. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
