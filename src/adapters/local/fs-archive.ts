import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { descend } from '../../backfill/layout.js';
import { type PassedOver, passedOver, sifted } from '../../backfill/passed-over.js';
import type { Scope } from '../../backfill/scope.js';
import type { Slice } from '../../backfill/slice.js';
import { namedKey, parseKey } from '../../cloudtrail/log-file-ref.js';
import { AuditLakeError, messageOf } from '../../errors.js';
import type { Archive, Found, StoredObject } from '../../ports/archive.js';
import { type LocalArgument, LocalArguments, type NamedFile } from './local-arguments.js';
import { compare, fileNames, isFile, listedFile, posix } from './local-files.js';
import { isSystemError } from './system-error.js';

/** How many files are looked at before they are handed on. */
const PAGE_FILES = 1_000;

/** Files by name in one folder. */
type NamedIn = ReadonlyMap<string, NamedFile>;
const NOTHING: NamedIn = new Map();

/**
 * Years of log files in files and folders of the command line. A survey never goes into a folder that CloudTrail's
 * layout puts out of scope. Keys are those of {@link FsLogSource}, and so is what is left out. Holds the names in
 * one folder, and the folders that are still to be walked.
 */
export class FsArchive implements Archive {
  readonly #given: LocalArguments;
  /** By folder: named files come in place of what the folder would show of them. */
  readonly #named = new Map<string, Map<string, NamedFile>>();

  /** @throws AuditLakeError USAGE where a path is no file or folder, or is (in) a lake */
  constructor(given: readonly LocalArgument[], lake: string) {
    this.#given = new LocalArguments(given, lake);
    for (const { path, below } of this.#given.named) {
      const full = resolve(path);
      const folder = this.#named.get(dirname(full)) ?? new Map<string, NamedFile>();
      this.#named.set(dirname(full), folder.set(basename(full), { path: full, below }));
    }
  }

  async *survey(scope: Scope): AsyncIterable<Found> {
    for (const files of this.#named.values()) {
      yield* found(
        pagesOf([...files.keys()].sort(compare), (name) => named(files, name)),
        scope,
      );
    }
    for (const root of this.#given.folders) yield* this.#walk(root, scope);
  }

  async *list({ place }: Pick<Slice, 'place'>): AsyncIterable<readonly StoredObject[]> {
    const folder = resolve(place);
    if (this.#given.isInLake(folder)) return;
    const files = this.#named.get(folder) ?? NOTHING;
    const root = this.#rootOf(folder);
    const there = fileNames(folder, await entriesIn(folder));
    const names = root === undefined ? there.filter((name) => files.has(name)) : there;
    yield* pagesOf(
      names,
      (name) => named(files, name) ?? listedFile(join(folder, name), root ?? '', parseKey),
    );
  }

  async *#walk(root: string, scope: Scope): AsyncIterable<Found> {
    const todo = [root];
    for (let folder = todo.pop(); folder !== undefined; folder = todo.pop()) {
      if (this.#given.isLake(folder)) continue;
      const place = join(folder, sep);
      const descent = descend(posix(place), scope);
      if (descent !== 'list') {
        yield passedOver(place, descent);
        continue;
      }
      const entries = await entriesIn(folder).catch((error: unknown) => unlisted(place, error));
      if ('kind' in entries) {
        yield entries;
        continue;
      }
      const below = folder;
      for (const entry of entries) if (entry.isDirectory()) todo.push(join(below, entry.name));
      yield* this.#linksIn(folder, entries, scope);
      const files = this.#named.get(folder) ?? NOTHING;
      const names = fileNames(folder, entries).filter((name) => !files.has(name));
      yield* found(
        pagesOf(names, (name) => listedFile(join(below, name), root, parseKey)),
        scope,
      );
    }
  }

  /** Symbolic links to folders are not followed: they may lead round in a circle. Nor is one that leads nowhere. */
  *#linksIn(folder: string, entries: readonly Dirent[], scope: Scope): Generator<PassedOver> {
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (!entry.isSymbolicLink() || isFile(folder, entry) || this.#isKnown(path)) continue;
      const place = join(path, sep);
      const descent = descend(posix(place), scope);
      yield passedOver(place, descent === 'list' ? 'symbolic-link' : descent);
    }
  }

  /** Whether a link on the way is walked by itself, or leads to a lake. */
  #isKnown(path: string): boolean {
    return this.#given.folders.includes(path) || this.#given.isLake(path);
  }

  /** The folder of the command line that keys count from; undefined where only files were named there. */
  #rootOf(folder: string): string | undefined {
    const roots = this.#given.folders.filter((root) => join(folder, sep).startsWith(join(root, sep)));
    return roots.sort((a, b) => b.length - a.length)[0];
  }
}

function* pagesOf(
  names: readonly string[],
  lookAt: (name: string) => StoredObject | undefined,
): Generator<readonly StoredObject[]> {
  for (let at = 0; at < names.length; at += PAGE_FILES) {
    yield names.slice(at, at + PAGE_FILES).flatMap((name) => lookAt(name) ?? []);
  }
}

function* found(pages: Iterable<readonly StoredObject[]>, scope: Scope): Generator<Found> {
  for (const page of pages) yield* sifted(page, scope);
}

function named(files: NamedIn, name: string): StoredObject | undefined {
  const file = files.get(name);
  return file && listedFile(file.path, file.below, namedKey);
}

/** Nothing where the folder is gone. @throws AuditLakeError READ_FAILED */
async function entriesIn(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw new AuditLakeError('READ_FAILED', `cannot list ${folder}: ${messageOf(error)}`, error);
  }
}

function unlisted(place: string, error: unknown): Extract<Found, { kind: 'unlisted' }> {
  if (!(error instanceof AuditLakeError)) throw error;
  return { kind: 'unlisted', place, code: error.code, message: error.message };
}
