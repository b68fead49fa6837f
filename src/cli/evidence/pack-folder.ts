import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { type FileHandle, mkdir, mkdtemp, open, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AuditLakeError, messageOf } from '../../errors.js';

/** A file of a pack: its path with slashes, and what it holds. */
export type PackedFile = { readonly path: string; readonly bytes: number; readonly sha256: string };

const taken = (path: string) =>
  new AuditLakeError('USAGE', `${path} is there already and not empty: name another folder, or take it away`);

/** For what takes long before it writes. @throws AuditLakeError USAGE */
export function mustBeNewFolder(path: string): void {
  if (existsSync(path) && !isEmptyFolder(path)) throw taken(path);
  const above = dirname(resolve(path));
  if (!existsSync(above)) throw new AuditLakeError('USAGE', `there is no folder ${above}`);
}

function isEmptyFolder(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    return false;
  }
}

/** A file that is written from its begin to its end, hashed on the way; `done` is told when it is whole. */
export class PackFile {
  readonly #hash = createHash('sha256');
  readonly #handle: FileHandle;
  readonly #done: (file: Omit<PackedFile, 'path'>) => void;
  #bytes = 0;

  constructor(handle: FileHandle, done: (file: Omit<PackedFile, 'path'>) => void) {
    this.#handle = handle;
    this.#done = done;
  }

  /** @throws AuditLakeError LAKE_WRITE_FAILED */
  async add(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    await tried(() => this.#handle.writeFile(bytes));
  }

  /** Flushed to the disk: what is renamed later is whole. @throws AuditLakeError LAKE_WRITE_FAILED */
  async end(): Promise<void> {
    await tried(() => this.#handle.sync());
    await this.#handle.close();
    this.#done({ bytes: this.#bytes, sha256: this.#hash.digest('hex') });
  }

  async giveUp(): Promise<void> {
    await this.#handle.close();
  }
}

/**
 * A folder in the making, of this user alone. It lies beside the place where it is to be, under another name, and gets
 * its name when it is whole: a half pack never looks like one.
 */
export class PackFolder {
  readonly #out: string;
  readonly #making: string;
  readonly #files: PackedFile[] = [];

  private constructor(out: string, making: string) {
    this.#out = out;
    this.#making = making;
  }

  /** @throws AuditLakeError LAKE_WRITE_FAILED */
  static async beside(out: string): Promise<PackFolder> {
    const path = resolve(out);
    const making = await tried(() => mkdtemp(join(dirname(path), `.${basename(path)}.unfinished-`)));
    return new PackFolder(path, making);
  }

  /** Of files that are whole, by path. */
  get files(): readonly PackedFile[] {
    return [...this.#files].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Where things may lie that are gone before the pack is whole. @throws AuditLakeError LAKE_WRITE_FAILED */
  async scratch(): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
    const path = await tried(() => mkdtemp(join(this.#making, '.scratch-')));
    return { path, remove: () => tried(() => rm(path, { recursive: true })) };
  }

  /** A new file; it counts once it is ended. @throws AuditLakeError LAKE_WRITE_FAILED */
  async begin(path: string): Promise<PackFile> {
    const place = join(this.#making, path);
    await tried(() => mkdir(dirname(place), { recursive: true, mode: 0o700 }));
    const handle = await tried(() => open(place, 'wx', 0o600));
    return new PackFile(handle, (written) => this.#files.push({ path, ...written }));
  }

  /** What the texts make, whole or not at all. @throws AuditLakeError LAKE_WRITE_FAILED, and what the texts throw */
  async write(path: string, texts: Iterable<string> | AsyncIterable<string>): Promise<void> {
    const file = await this.begin(path);
    try {
      for await (const text of texts) await file.add(text);
    } catch (error) {
      await file.giveUp();
      throw error;
    }
    await file.end();
  }

  /** Gives the folder its name. @throws AuditLakeError USAGE where something came there meanwhile, LAKE_WRITE_FAILED */
  async finish(): Promise<void> {
    if (existsSync(this.#out)) await rmdir(this.#out).catch(() => Promise.reject(taken(this.#out)));
    await tried(() => rename(this.#making, this.#out));
  }

  /** Nothing is left of it; once it is finished, nothing happens. */
  async discard(): Promise<void> {
    await rm(this.#making, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function tried<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new AuditLakeError('LAKE_WRITE_FAILED', `cannot write the pack: ${messageOf(error)}`, error);
  }
}

/** For whoever sorts what does not fit into memory. @throws AuditLakeError LAKE_WRITE_FAILED */
export const appendTo = (path: string, text: string): Promise<void> =>
  tried(() => writeFile(path, text, { flag: 'a', mode: 0o600 }));
